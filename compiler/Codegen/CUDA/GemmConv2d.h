//===- GemmConv2d.h - GPU code of kernel.gemm_conv2d --------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_GEMMCONV2D_H
#define SINTER_COMPILER_CODEGEN_CUDA_GEMMCONV2D_H

#include "compiler/Codegen/CUDA/KernelEmitter.h"

namespace sinter::cuda {

/// A block of threads for each tile of pixels (x), panel of the filter (y) and (z) split of the
/// reduction or, where sums are wanted, image. Otherwise a tile may have pixels of several images.
Launch launchGemm(kernel::GemmConv2dOp op);

/// Emits what a thread does.
void emitGemm(kernel::GemmConv2dOp op, KernelEmitter &emitter, mlir::ValueRange buffers);

} // namespace sinter::cuda

#endif // SINTER_COMPILER_CODEGEN_CUDA_GEMMCONV2D_H
