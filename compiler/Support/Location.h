//===- Location.h - Layers and places behind MLIR locations -------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_LOCATION_H
#define SINTER_COMPILER_SUPPORT_LOCATION_H

#include "mlir/IR/Location.h"

#include <string>

namespace sinter {

/// The layer that a location names ("layer1.0.conv1"), or "".
std::string layerOf(mlir::Location loc);

/// "FILE:LINE:COL", or "" where the location has no place.
std::string placeOf(mlir::Location loc);

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_LOCATION_H
