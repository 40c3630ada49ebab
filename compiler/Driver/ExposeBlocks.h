//===- ExposeBlocks.h - What blocks compute, as outputs -----------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_EXPOSEBLOCKS_H
#define SINTER_COMPILER_DRIVER_EXPOSEBLOCKS_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/LogicalResult.h"

namespace sinter::driver {

/// Makes what residual blocks and max pools compute outputs of the network, in front of its own
/// and in the order of execution: layer1.0 is `layer1_0`. These are values that are in memory
/// anyway, so the network is fused as without them. Raises the network first.
llvm::LogicalResult exposeBlocks(mlir::ModuleOp module);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_EXPOSEBLOCKS_H
