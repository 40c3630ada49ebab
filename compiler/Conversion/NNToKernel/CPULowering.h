//===- CPULowering.h - Kernels for CPUs ---------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_CPULOWERING_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_CPULOWERING_H

#include "compiler/Conversion/NNToKernel/KernelLowering.h"

namespace sinter {

/// Maps in blocks of the vector length, with the halo that convolutions read.
class CPULowering final : public KernelLowering {
public:
  CPULowering(mlir::OpBuilder &builder, mlir::OpBuilder &weightsBuilder,
              mlir::SymbolTable &symbols, VectorUnit unit)
      : KernelLowering(builder, weightsBuilder, symbols), unit(unit) {}

  bool needsHalo(mlir::Value value) const override;

private:
  mlir::MemRefType getMapType(mlir::Value value) const override;
  mlir::MemRefType getPixelType(int64_t batch, int64_t channels) const override;
  bool mayOverwriteResidual(nn::FusedConv2dOp op, mlir::Value buffer) const override;
  mlir::Value emitConvolutionKernel(const ConvArguments &conv, mlir::Value output,
                                    bool wantsSums) override;

  /// The halo that the convolutions which read `value` need, on each side.
  llvm::SmallVector<int64_t> neededHalo(mlir::Value value) const;
  mlir::Value emit(const DirectSchedule &schedule, const ConvArguments &conv, mlir::Value output,
                   bool wantsSums);
  mlir::Value emit(const WinogradSchedule &schedule, const ConvArguments &conv, mlir::Value output,
                   bool wantsSums);
  mlir::Value emitSubsampled(const DirectSchedule &schedule, ConvArguments conv, mlir::Value output,
                             bool wantsSums);
  mlir::Value packWinogradFilter(mlir::Value weight, int64_t outputBlocks,
                                 const WinogradSchedule &schedule);
  mlir::MemRefType blockedType(llvm::ArrayRef<int64_t> shape, int64_t block,
                               llvm::ArrayRef<int64_t> halo) const;

  const VectorUnit unit;
};

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_CPULOWERING_H
