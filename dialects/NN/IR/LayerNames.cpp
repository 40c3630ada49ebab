//===- LayerNames.cpp - The network's names of operations -----------------===//

#include "dialects/NN/IR/LayerNames.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

SmallVector<StringRef> sinter::nn::getLayerNames(Location loc) {
  llvm::SetVector<StringRef> names;
  loc->walk([&](Location part) {
    if (auto name = dyn_cast<NameLoc>(part))
      names.insert(name.getName().strref());
    return WalkResult::advance();
  });
  return names.takeVector();
}
