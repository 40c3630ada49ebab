//===- CheckNetwork.h - What a module must be to be a network ----*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_CHECKNETWORK_H
#define SINTER_COMPILER_DRIVER_CHECKNETWORK_H

#include "mlir/IR/BuiltinOps.h"

namespace sinter::driver {

/// Holds a module that was read from MLIR to what the later stages rely on: one
/// function of one block over nn operations, inputs and results of rank 2 or 4,
/// weights that come from parameters and data that does not. (The network
/// language builds nothing else.) Reports every violation at its place.
mlir::LogicalResult checkNetwork(mlir::ModuleOp module);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_CHECKNETWORK_H
