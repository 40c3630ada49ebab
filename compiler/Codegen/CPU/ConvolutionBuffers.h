//===- ConvolutionBuffers.h - Operands of a convolution by name ---*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_CONVOLUTIONBUFFERS_H
#define SINTER_COMPILER_CODEGEN_CPU_CONVOLUTIONBUFFERS_H

#include "dialects/Kernel/IR/Kernel.h"

namespace sinter::cpu {

/// The flat arrays of what `kernel.conv2d` and `kernel.winograd_conv2d` both have. An
/// operand that is absent is null.
struct ConvolutionBuffers {
  mlir::Value input, filter, bias, scale, residual, output, sums;

  template <typename OpTy> ConvolutionBuffers(OpTy op, mlir::ValueRange buffers) {
    auto take = [&, next = 0u](bool exists) mutable {
      return exists ? buffers[next++] : mlir::Value();
    };
    input = take(true);
    filter = take(true);
    bias = take(static_cast<bool>(op.getBias()));
    if constexpr (std::is_same_v<OpTy, kernel::Conv2dOp>)
      scale = take(static_cast<bool>(op.getScale()));
    residual = take(static_cast<bool>(op.getResidual()));
    output = take(true);
    if (op.getResidual() == op.getOutput())
      residual = output; // so that LLVM sees which elements are the same
    sums = take(static_cast<bool>(op.getSums()));
  }
};

} // namespace sinter::cpu

#endif // SINTER_COMPILER_CODEGEN_CPU_CONVOLUTIONBUFFERS_H
