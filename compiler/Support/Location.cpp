//===- Location.cpp - Layers and places behind MLIR locations -------------===//

#include "compiler/Support/Location.h"

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/Twine.h"

using namespace mlir;

/// The first location of type `Loc` inside `loc`; null if there is none.
template <typename Loc> static Loc findLocation(Location loc) {
  Loc found;
  loc->walk([&](Location at) {
    found = dyn_cast<Loc>(at);
    return found ? WalkResult::interrupt() : WalkResult::advance();
  });
  return found;
}

std::string sinter::layerOf(Location loc) {
  auto name = findLocation<NameLoc>(loc);
  return name ? name.getName().str() : "";
}

std::string sinter::placeOf(Location loc) {
  auto place = findLocation<FileLineColLoc>(loc);
  if (!place)
    return "";
  return (place.getFilename().getValue() + ":" + Twine(place.getLine()) + ":" +
          Twine(place.getColumn()))
      .str();
}
