//===- CUDALowering.h - Kernels for NVIDIA GPUs -------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_CUDALOWERING_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_CUDALOWERING_H

#include "compiler/Conversion/NNToKernel/KernelLowering.h"

namespace sinter {

/// NHWC maps of one element type, without a halo; convolutions as matrix products, whose factors
/// are the elements of maps or, where these are f32, tf32.
class CUDALowering final : public KernelLowering {
public:
  CUDALowering(mlir::OpBuilder &builder, mlir::OpBuilder &weightsBuilder,
               mlir::SymbolTable &symbols, mlir::FloatType product)
      : KernelLowering(builder, weightsBuilder, symbols), product(product),
        element(product.isTF32() ? builder.getF32Type() : product) {}

  bool needsHalo(mlir::Value) const override { return false; }

private:
  mlir::MemRefType getMapType(mlir::Value value) const override;
  mlir::MemRefType getPixelType(int64_t batch, int64_t channels) const override;
  mlir::Value emitConvolutionKernel(const ConvArguments &conv, mlir::Value output,
                                    bool wantsSums) override;

  /// Channels are padded to 16 bytes, what a thread loads at a time.
  mlir::MemRefType mapType(llvm::ArrayRef<int64_t> shape) const;
  /// The product in parts, and the kernel that adds them.
  mlir::Value emitSplit(const ConvArguments &conv, mlir::Value filter, mlir::Value output,
                        bool wantsSums, kernel::GemmScheduleAttr schedule);

  const mlir::FloatType product, element;
};

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_CUDALOWERING_H
