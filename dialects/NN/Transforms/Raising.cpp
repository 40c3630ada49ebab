//===- Raising.cpp - What the raising passes share ------------------------===//

#include "dialects/NN/Transforms/Raising.h"

#include "dialects/NN/IR/LayerNames.h"
#include "dialects/NN/IR/NN.h"

using namespace mlir;
using namespace sinter::nn;

StringRef sinter::nn::layerName(Operation *op) {
  SmallVector<StringRef> names = getLayerNames(op->getLoc());
  return names.empty() ? StringRef() : names.front();
}

std::string sinter::nn::describe(Operation *op) {
  StringRef name = layerName(op);
  return (name.empty() ? op->getName().getStringRef() : "'" + name + "'").str();
}

std::string sinter::nn::commonScope(ArrayRef<Operation *> layers) {
  std::optional<StringRef> scope;
  for (Operation *layer : layers) {
    StringRef name = layerName(layer);
    if (name.empty())
      continue;
    // The scope holds the layer: "layer1.0" for "layer1.0.conv1", "" for "conv1".
    StringRef outer = name.rsplit('.').first;
    outer = outer == name ? StringRef() : outer;
    if (!scope)
      scope = outer;
    while (!scope->empty() && outer != *scope && !outer.starts_with(scope->str() + "."))
      *scope = scope->contains('.') ? scope->rsplit('.').first : StringRef();
  }
  return scope.value_or("").str();
}

Location sinter::nn::namedLocation(StringRef name, Location at) {
  if (name.empty())
    return at;
  Location place = UnknownLoc::get(at.getContext());
  at->walk([&](Location part) {
    if (!isa<FileLineColLoc>(part))
      return WalkResult::advance();
    place = part;
    return WalkResult::interrupt();
  });
  return NameLoc::get(StringAttr::get(at.getContext(), name), place);
}

void sinter::nn::bringParameters(Operation *op) {
  Block *block = op->getBlock();
  for (Value operand : op->getOperands()) {
    auto parameter = operand.getDefiningOp<ParameterOp>();
    if (!parameter)
      continue;
    auto isInside = [&](Operation *user) { return block->findAncestorOpInBlock(*user) != nullptr; };
    // One that several layers of the block share stays with the first of them.
    bool isShared = parameter->getBlock() == block &&
                    llvm::any_of(parameter->getUsers(), [&](Operation *user) { return user != op; });
    if (!isShared && llvm::all_of(parameter->getUsers(), isInside))
      parameter->moveBefore(op);
  }
}
