//===- CheckNetwork.cpp - What a module must be to be a network -----------===//
//
// The verifiers of the operations hold each of them to its own constraints;
// what is checked here is what a whole network is made of.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/CheckNetwork.h"

#include "dialects/NN/IR/NN.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::driver;

namespace {

/// Errors shown before giving up.
constexpr unsigned maxErrors = 20;
/// Far above the largest network; planning memory is quadratic.
constexpr size_t maxOperations = 500'000;

/// A tensor that flows between layers: N x C or N x C x H x W.
bool isData(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor && tensor.getElementType().isF32() && nn::hasBoundedShape(tensor) &&
         (tensor.getRank() == 2 || tensor.getRank() == 4);
}

constexpr StringLiteral dataKind = "a static f32 tensor NxC or NxCxHxW of 1 to 2147483647 elements";

/// True for a parameter and what is computed from parameters alone.
bool isWeight(Value value) {
  Operation *source = value.getDefiningOp();
  return source && nn::isWeightOp(source);
}

bool readsWeight(OpOperand &operand) {
  auto user = dyn_cast<nn::WeightUserOpInterface>(operand.getOwner());
  return user && user.getWeightRole(operand.getOperandNumber()) != nn::WeightRole::Data;
}

class Checker {
public:
  LogicalResult check(ModuleOp module);

private:
  InFlightDiagnostic error(Location loc) {
    ++errors;
    return emitError(loc);
  }
  void checkSignature(func::FuncOp function);
  void checkAttributes(func::FuncOp function, DictionaryAttr attributes, StringRef kind,
                       unsigned index);
  void checkOperation(Operation *op);

  unsigned errors = 0;
  size_t operations = 0;
};

LogicalResult Checker::check(ModuleOp module) {
  // A data layout, say, would reach LLVM.
  for (NamedAttribute attribute : module->getDiscardableAttrs())
    error(module.getLoc()) << "expects a module without attributes, got '"
                           << attribute.getName().getValue() << "'";
  func::FuncOp network;
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function)
      error(op.getLoc()) << "expects one function, a network, and nothing else, got '"
                         << op.getName() << "'";
    else if (network)
      error(op.getLoc()) << "expects one network, got a second function '" << function.getName()
                         << "'";
    else
      network = function;
    if (errors >= maxErrors)
      return failure();
  }
  if (!network && !errors)
    error(module.getLoc()) << "expects one function, a network, got none";
  if (errors)
    return failure();
  if (network.isExternal() || !network.getBody().hasOneBlock())
    return error(network.getLoc()) << "expects network '" << network.getName()
                                   << "' to have a body of one block";
  checkSignature(network);
  network.getBody().walk<WalkOrder::PreOrder>([&](Operation *op) {
    checkOperation(op);
    return errors < maxErrors ? WalkResult::advance() : WalkResult::interrupt();
  });
  return success(errors == 0);
}

void Checker::checkSignature(func::FuncOp function) {
  if (function.getNumArguments() == 0 || function.getNumResults() == 0)
    error(function.getLoc()) << "expects network '" << function.getName()
                             << "' to have an input and a result";
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes())) {
    if (!isData(type))
      error(function.getArgument(i).getLoc())
          << "expects input " << i << " of network '" << function.getName() << "' to be "
          << dataKind << ", got " << type;
    checkAttributes(function, function.getArgAttrDict(i), "input", i);
  }
  for (auto [i, type] : llvm::enumerate(function.getResultTypes())) {
    if (!isData(type))
      error(function.getLoc()) << "expects result " << i << " of network '" << function.getName()
                               << "' to be " << dataKind << ", got " << type;
    checkAttributes(function, function.getResultAttrDict(i), "result", i);
  }
}

/// Others would reach the generated code.
void Checker::checkAttributes(func::FuncOp function, DictionaryAttr attributes, StringRef kind,
                              unsigned index) {
  for (NamedAttribute attribute : attributes ? attributes.getValue() : ArrayRef<NamedAttribute>())
    if (attribute.getName() != "nn.name" || !isa<StringAttr>(attribute.getValue()))
      error(function.getLoc()) << "expects " << kind << " " << index << " of network '"
                               << function.getName() << "' to have no attribute but a string "
                               << "'nn.name', got '" << attribute.getName().getValue() << "'";
}

void Checker::checkOperation(Operation *op) {
  if (++operations == maxOperations + 1)
    error(op->getLoc()) << "expects a network of at most " << maxOperations << " operations";
  bool isReturn = isa<func::ReturnOp>(op);
  if (!isReturn && !isa_and_nonnull<nn::NNDialect>(op->getDialect())) {
    error(op->getLoc()) << "expects operations of the nn dialect, got '" << op->getName() << "'";
    return;
  }
  for (OpOperand &operand : op->getOpOperands())
    if (readsWeight(operand) != isWeight(operand.get()))
      error(op->getLoc()) << "expects operand " << operand.getOperandNumber() << " of '"
                          << op->getName() << "' to be "
                          << (readsWeight(operand) ? "a weight: an 'nn.parameter', got data"
                                                   : "data, got a weight: an 'nn.parameter'");
  for (Value result : op->getResults())
    if (!isWeight(result) && !isData(result.getType()))
      error(op->getLoc()) << "expects the result of '" << op->getName() << "' to be " << dataKind
                          << ", got " << result.getType();
}

} // namespace

LogicalResult sinter::driver::checkNetwork(ModuleOp module) { return Checker().check(module); }
