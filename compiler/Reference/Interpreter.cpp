//===- Interpreter.cpp - Runs a function of the nn dialect ----------------===//
//
// Walks the operations in order and asks each to evaluate itself. All checks
// stand before the first evaluation.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Reference/Frame.h"
#include "compiler/Support/Location.h"
#include "dialects/NN/IR/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace sinter;
using llvm::createStringError;
using llvm::Error;
using llvm::Expected;

DoubleTensor sinter::toDouble(const Tensor &tensor) {
  return {tensor.shape, std::vector<double>(tensor.data.begin(), tensor.data.end())};
}

Tensor sinter::toFloat(const DoubleTensor &tensor) {
  return {tensor.shape, std::vector<float>(tensor.data.begin(), tensor.data.end())};
}

//===----------------------------------------------------------------------===//
// ReferenceFrame
//===----------------------------------------------------------------------===//

std::vector<DoubleTensor> ReferenceFrame::run(Region &region, Value input) {
  // A copy of the pointer: inserting may move what the table holds.
  std::shared_ptr<const DoubleTensor> tensor = values.at(input);
  values[region.getArgument(0)] = std::move(tensor);
  std::vector<DoubleTensor> results = run(region.front());
  values.erase(region.getArgument(0));
  return results;
}

std::vector<DoubleTensor> ReferenceFrame::run(Block &block) {
  for (Operation &op : block.without_terminator()) {
    cast<nn::ReferenceOpInterface>(op).evaluate(*this);
    for (Value result : op.getResults()) {
      if (hook)
        hook(result, *values.at(result));
      if (result.use_empty())
        values.erase(result);
    }
    release(op);
  }
  std::vector<DoubleTensor> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(*values.at(value));
  release(*block.getTerminator());
  return results;
}

void ReferenceFrame::release(Operation &op) {
  for (OpOperand &operand : op.getOpOperands()) {
    Value value = operand.get();
    if (++usesDone[value] == static_cast<unsigned>(llvm::range_size(value.getUses()))) {
      values.erase(value);
      usesDone.erase(value);
    }
  }
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

/// An error at the place of `op`.
static Error errorAt(Operation *op, const Twine &message) {
  std::string place = placeOf(op->getLoc());
  return createStringError(place.empty() ? message : place + ": " + message);
}

static Error checkTensor(Operation *op, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  std::optional<int64_t> count;
  if (tensor && tensor.hasStaticShape())
    count = numElements(tensor.getShape());
  if (count && *count <= maxReferenceElements)
    return Error::success();
  std::string text;
  llvm::raw_string_ostream(text) << type;
  return errorAt(op, "expects tensors of at most " + Twine(maxReferenceElements) +
                         " elements in the reference, got " + text);
}

/// Holds every operation below `network` to what evaluation relies on.
static Error checkNetwork(func::FuncOp network, const WeightSource &weights) {
  if (network.isExternal() || !network.getBody().hasOneBlock())
    return errorAt(network, "expects a network with a body of one block");
  Error error = Error::success();
  network.getBody().walk([&](Operation *op) {
    auto fail = [&](const Twine &message) {
      error = errorAt(op, message);
      return WalkResult::interrupt();
    };
    if (!op->hasTrait<OpTrait::IsTerminator>() && !isa<nn::ReferenceOpInterface>(op))
      return fail("expects operations of the nn dialect, got '" + op->getName().getStringRef() +
                  "'");
    for (Type type : op->getResultTypes())
      if (Error tooLarge = checkTensor(op, type)) {
        error = std::move(tooLarge);
        return WalkResult::interrupt();
      }
    auto parameter = dyn_cast<nn::ParameterOp>(op);
    if (!parameter)
      return WalkResult::advance();
    const WeightInfo *info = weights.lookup(parameter.getKey());
    auto type = cast<ShapedType>(parameter.getResult().getType());
    if (!info || info->type == WeightType::Other || !shapesAgree(type.getShape(), info->shape))
      return fail("expects " + weights.name() + " to hold '" + parameter.getKey() + "', " +
                  shapeToString(type.getShape()));
    return WalkResult::advance();
  });
  return error;
}

static Error checkInputs(func::FuncOp network, ArrayRef<DoubleTensor> inputs) {
  ArrayRef<Type> types = network.getArgumentTypes();
  if (types.size() != inputs.size())
    return createStringError("expects " + Twine(types.size()) + " inputs for '" +
                             network.getName() + "', got " + Twine(inputs.size()));
  for (auto [index, type, input] : llvm::enumerate(types, inputs)) {
    if (Error error = checkTensor(network, type))
      return error;
    ArrayRef<int64_t> shape = cast<ShapedType>(type).getShape();
    if (shape != ArrayRef<int64_t>(input.shape))
      return createStringError("expects input " + Twine(index) + " of '" + network.getName() +
                               "' to be " + shapeToString(shape) + ", got " +
                               shapeToString(input.shape));
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Entry points
//===----------------------------------------------------------------------===//

Expected<std::vector<DoubleTensor>> sinter::interpret(func::FuncOp network,
                                                      ArrayRef<DoubleTensor> inputs,
                                                      const WeightSource &weights,
                                                      ReferenceHook hook) {
  if (Error error = checkNetwork(network, weights))
    return error;
  if (Error error = checkInputs(network, inputs))
    return error;
  ReferenceFrame frame(weights, hook);
  for (auto [argument, input] : llvm::zip_equal(network.getArguments(), inputs))
    frame.set(argument, input);
  return frame.run(network.getBody().front());
}

/// Evaluates the operation behind `value`, its operands first.
static void evaluateInto(ReferenceFrame &frame, Value value) {
  auto op = value.getDefiningOp<nn::ReferenceOpInterface>();
  assert(op && "expects a parameter or what is folded from parameters");
  for (Value operand : op->getOperands())
    evaluateInto(frame, operand);
  op.evaluate(frame);
}

DoubleTensor sinter::evaluateParameter(Value value, const WeightSource &weights) {
  ReferenceFrame frame(weights);
  evaluateInto(frame, value);
  return frame[value];
}
