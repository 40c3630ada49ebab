//===- PTX.h - Kernels to PTX -------------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CUDA_PTX_H
#define SINTER_COMPILER_TARGET_CUDA_PTX_H

#include "compiler/Target/CUDA/CUDATarget.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace sinter {

/// The PTX of the kernels in `module`, which are LLVM and NVVM operations.
llvm::Expected<std::string> emitPTX(mlir::gpu::GPUModuleOp module, const CUDATarget &target);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CUDA_PTX_H
