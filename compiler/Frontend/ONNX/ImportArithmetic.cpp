//===- ImportArithmetic.cpp - Add, Sub, Mul, Div --------------------------===//
//
// Of two tensors; of a tensor and a number; of a tensor and a number per channel, which is a
// batch norm with other parameters, or the bias of the layer before it.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include <cmath>

using namespace sinter;
using namespace sinter::onnx;
using llvm::dyn_cast_or_null;
using llvm::Twine;

namespace {

/// scale * x + shift, which all four are of a tensor x and a constant.
struct Affine {
  double scale = 1, shift = 0;
};

/// What the operator makes of x and the number `c`, which is its first operand or its second.
Affine affineOf(llvm::StringRef op, double c, bool isFirst) {
  if (op == "Mul")
    return {c, 0};
  if (op == "Div")
    return {1 / c, 0};
  if (op == "Sub" && !isFirst)
    return {1, -c};
  return {op == "Sub" ? -1.0 : 1.0, c};
}

} // namespace

/// The dimension of the base that a constant has a value for each element of; nothing if it is
/// more than one, or if the constant is larger than the tensor.
static std::optional<int64_t> channelDimension(const Value &value, const Constant &constant) {
  size_t rank = value.shape.size();
  if (constant.shape.size() > rank || !(value.isPlain() || !value.permutation.empty()))
    return std::nullopt;
  std::optional<int64_t> found;
  for (auto [i, size] : llvm::enumerate(constant.shape)) {
    size_t axis = rank - constant.shape.size() + i;
    if (size == 1)
      continue;
    if (found || size != value.shape[axis])
      return std::nullopt;
    found = value.permutation.empty() ? axis : value.permutation[axis];
  }
  return found;
}

/// An addition to a layer with weights that nothing else reads is the layer's bias.
static bool addAsBias(NodeImporter &node, unsigned data, const Constant &constant) {
  const Value &value = node.input(data);
  mlir::Operation *op = value.base.getDefiningOp();
  if (node.op() != "Add" || !value.base.use_empty())
    return false;
  auto conv = dyn_cast_or_null<nn::Conv2dOp>(op);
  auto linear = dyn_cast_or_null<nn::LinearOp>(op);
  if ((!conv || conv.getBias()) && (!linear || linear.getBias()))
    return false;
  if (!node.isOnlyReader(data))
    return false;
  mlir::OpBuilder::InsertionGuard guard(node.builder);
  node.builder.setInsertionPoint(op);
  node.join(op);
  mlir::Value bias = node.weight(constant, constant.size());
  if (!bias)
    return false;
  if (conv)
    conv.getBiasMutable().assign(bias);
  else
    linear.getBiasMutable().assign(bias);
  return true;
}

/// scale[c] * x + shift[c] as a batch norm of mean 0, variance 1 and epsilon 0, which is exact.
static Value affineByChannel(NodeImporter &node, unsigned data, const Constant &constant) {
  const Value &value = node.input(data);
  std::vector<double> values = constant.readReals();
  std::vector<float> scales, shifts;
  for (double c : values) {
    Affine affine = affineOf(node.op(), c, /*isFirst=*/data == 1);
    scales.push_back(static_cast<float>(affine.scale));
    shifts.push_back(static_cast<float>(affine.shift));
  }
  int64_t channels = values.size();
  node.begin(node.op().lower());
  llvm::SmallVector<mlir::Value> operands{toMap(node, value.base)};
  operands.push_back(node.computedWeight("weight", channels, std::move(scales)));
  operands.push_back(node.computedWeight("bias", channels, std::move(shifts)));
  operands.push_back(node.computedWeight("running_mean", channels, std::vector(channels, 0.0f)));
  operands.push_back(node.computedWeight("running_var", channels, std::vector(channels, 1.0f)));
  if (node.hasFailed())
    return {};
  mlir::Value result = node.emit<nn::BatchNormOp>(
      operands, [&](auto &properties) { properties.epsilon = node.number(0); });
  if (!result)
    return {};
  return value.withBase(value.baseShape().size() == 2 ? toMatrix(node, result) : result);
}

/// scale * x + shift with two numbers.
static Value affine(NodeImporter &node, unsigned data, const Constant &constant) {
  double c = widen(static_cast<float>(constant.readReals().front()));
  Affine affine = affineOf(node.op(), c, /*isFirst=*/data == 1);
  for (double value : {affine.scale, affine.shift})
    if (!nn::isFiniteF32(llvm::APFloat(value)))
      return node.fail("expects a constant that leaves numbers finite, got " + describe(c));
  const Value &value = node.input(data);
  node.begin("scale_shift");
  mlir::Value result = node.emit<nn::ScaleShiftOp>(value.base, [&](auto &properties) {
    properties.scale = node.number(affine.scale);
    properties.shift = node.number(affine.shift);
  });
  return result ? value.withBase(result) : Value();
}

/// The operator with input `data` a tensor and the other one a constant.
static Value withConstant(NodeImporter &node, unsigned data) {
  const Value &value = node.input(data);
  const Constant &constant = *node.input(1 - data).constant;
  if (!constant.isReal())
    return node.fail("expects a float constant, got " + typeName(constant.type));
  if (value.border)
    return node.fail("expects no border around its input, got one from Pad; apply Pad behind it");
  if (node.op() == "Div" && data == 1)
    return node.fail("expects a constant to divide by, got a tensor that depends on the network's "
                     "input");
  if (constant.size() == 1 && constant.shape.size() <= value.shape.size())
    return affine(node, data, constant);
  if (channelDimension(value, constant) != 1)
    return node.fail("expects a constant of one number or one per channel for " +
                     describe(value.shape) + ", got " + describe(constant.shape));
  if (addAsBias(node, data, constant))
    return value;
  return node.hasFailed() ? Value() : affineByChannel(node, data, constant);
}

//===----------------------------------------------------------------------===//
// Two tensors
//===----------------------------------------------------------------------===//

/// True if one view fits both values, so that their bases can be taken in their stead.
static bool haveSameView(const Value &lhs, const Value &rhs) {
  return lhs.base.getType() == rhs.base.getType() && lhs.shape == rhs.shape &&
         lhs.permutation == rhs.permutation && !lhs.border && !rhs.border && !lhs.isExpanded &&
         !rhs.isExpanded;
}

/// The sum of two values of equal shape, `factor` times the second one.
static Value addTensors(NodeImporter &node, const Value &lhs, const Value &rhs, double factor) {
  if (!haveSameView(lhs, rhs))
    return node.fail("expects two tensors of equal shape, got " + describe(lhs.shape) + " and " +
                     describe(rhs.shape));
  node.begin("add");
  mlir::Value second = rhs.base;
  if (factor != 1)
    second = node.emit<nn::ScaleShiftOp>(
        second, [&](auto &properties) { properties.scale = node.number(factor); });
  return second ? lhs.withBase(node.emit<nn::AddOp>({lhs.base, second})) : Value();
}

/// The base of `gate` as a map NxCx1x1 if its elements are one per channel of `value`.
static bool isGate(const Value &gate, const Value &value) {
  llvm::ArrayRef<int64_t> map = value.baseShape(), base = gate.baseShape();
  if (map.size() != 4 || gate.border || base[0] != map[0] || base[1] != map[1] ||
      *numElements(base) != map[0] * map[1])
    return false;
  // As ONNX sees it: repeated already, or with one element where the map has many.
  if (llvm::ArrayRef(gate.shape) == llvm::ArrayRef(value.shape))
    return gate.isExpanded && value.permutation.empty();
  if (!gate.permutation.empty())
    return false;
  Shape expected;
  for (auto [i, size] : llvm::enumerate(value.shape)) {
    int64_t dimension = value.permutation.empty() ? i : value.permutation[i];
    expected.push_back(dimension < 2 ? size : 1);
  }
  size_t missing = expected.size() - std::min(gate.shape.size(), expected.size());
  return llvm::all_of(llvm::ArrayRef(expected).take_front(missing),
                      [](int64_t size) { return size == 1; }) &&
         llvm::ArrayRef(expected).drop_front(missing) == llvm::ArrayRef(gate.shape);
}

static Value mulTensors(NodeImporter &node, const Value &lhs, const Value &rhs) {
  bool isEqual = haveSameView(lhs, rhs), isMatrix = lhs.baseShape().size() == 2;
  bool isSwapped = !isEqual && isGate(lhs, rhs);
  const Value &value = isSwapped ? rhs : lhs, &gate = isSwapped ? lhs : rhs;
  if (!isEqual && (value.border || value.isExpanded || value.isReshaped() || !isGate(gate, value)))
    return node.fail("expects two tensors of equal shape, or one of [N, C, 1, 1], got " +
                     describe(lhs.shape) + " and " + describe(rhs.shape));
  node.begin("mul");
  mlir::Value first = toMap(node, value.base), second = toMap(node, gate.base);
  mlir::Value result = first && second ? node.emit<nn::MulOp>({first, second}) : nullptr;
  if (!result)
    return {};
  return value.withBase(isEqual && isMatrix ? toMatrix(node, result) : result);
}

/// The operator by what its inputs are.
static Value arithmetic(NodeImporter &node,
                        llvm::function_ref<Value(const Value &, const Value &)> tensors) {
  const Value &lhs = node.input(0), &rhs = node.input(1);
  if (lhs.isData() && rhs.isData())
    return tensors(lhs, rhs);
  return withConstant(node, lhs.isData() ? 0 : 1);
}

Value sinter::onnx::importAdd(NodeImporter &node) {
  return arithmetic(node, [&](const Value &lhs, const Value &rhs) {
    return addTensors(node, lhs, rhs, 1);
  });
}

Value sinter::onnx::importSub(NodeImporter &node) {
  return arithmetic(node, [&](const Value &lhs, const Value &rhs) {
    return addTensors(node, lhs, rhs, -1);
  });
}

Value sinter::onnx::importMul(NodeImporter &node) {
  return arithmetic(
      node, [&](const Value &lhs, const Value &rhs) { return mulTensors(node, lhs, rhs); });
}

Value sinter::onnx::importDiv(NodeImporter &node) {
  return arithmetic(node, [&](const Value &, const Value &) {
    return node.fail("expects a constant to divide by, got a tensor that depends on the network's "
                     "input");
  });
}

Value sinter::onnx::importSum(NodeImporter &node) {
  if (!node.expectData(0))
    return {};
  Value sum = node.input(0);
  for (unsigned i = 1; i < node.numInputs(); ++i) {
    if (!node.expectData(i))
      return {};
    sum = addTensors(node, sum, node.input(i), 1);
    if (sum.isPoison())
      return {};
  }
  return sum;
}
