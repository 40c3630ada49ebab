//===- NNToKernel.h - Conversion of nn to kernel ------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_NNTOKERNEL_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_NNTOKERNEL_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/Pass/Pass.h"

namespace sinter {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Conversion/NNToKernel/Passes.h.inc"

/// Attaches to every nn operation the model that lowers it.
void registerLowerToKernelModels(mlir::DialectRegistry &registry);

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_NNTOKERNEL_H
