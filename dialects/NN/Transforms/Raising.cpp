//===- Raising.cpp - What the raising passes share ------------------------===//

#include "dialects/NN/Transforms/Raising.h"

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter::nn;

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
  llvm::SetVector<Value> values(op->operand_begin(), op->operand_end());
  getUsedValuesDefinedAbove(op->getRegions(), values);
  for (Value value : values) {
    auto parameter = value.getDefiningOp<ParameterOp>();
    if (!parameter)
      continue;
    auto readerIn = [&](Operation *user) { return block->findAncestorOpInBlock(*user); };
    bool isShared = llvm::any_of(parameter->getUsers(),
                                 [&](Operation *user) { return readerIn(user) != op; });
    // One that several layers of the block share stays with the first of them.
    bool isThere = isShared && parameter->getBlock() == block;
    if (!isThere && llvm::all_of(parameter->getUsers(), readerIn))
      parameter->moveBefore(op);
  }
}
