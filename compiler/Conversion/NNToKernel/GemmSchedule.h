//===- GemmSchedule.h - How a GPU computes a convolution ----------*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_GEMMSCHEDULE_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_GEMMSCHEDULE_H

#include "dialects/Kernel/IR/Kernel.h"

#include <string>

namespace sinter {

/// What convolutions multiply on a GPU by the name of --precision; null if there is none.
mlir::FloatType getProductType(mlir::MLIRContext *context, llvm::StringRef precision);

/// A convolution as a product of matrices. A linear layer is a 1x1 convolution of a map of one
/// pixel.
struct GemmShape {
  int64_t images, pixels; ///< of the output; pixels of an image
  int64_t outputs, inputs, groups, taps;
  mlir::Type product; ///< what is multiplied, see kernel.gemm_conv2d
  bool wantsSums;     ///< of each image: no tile has pixels of two

  /// From N x C [x H x W], N x K [x H' x W'] and K x C/groups [x R x S].
  static GemmShape get(mlir::ShapedType input, mlir::ShapedType output, mlir::ShapedType weight,
                       int64_t groups, mlir::Type product, bool wantsSums);

  int64_t elementBytes() const { return product.isF16() || product.isBF16() ? 2 : 4; }
  kernel::FilterPacking packing(int64_t depth, int64_t channels) const;
  /// Tiles of `pixels` x `channels`.
  int64_t tiles(int64_t pixels, int64_t channels) const;
  /// Steps of the reduction of such a tile.
  int64_t steps(int64_t depth, int64_t channels) const;
};

/// Blocks of threads that keep a GPU busy, and of these the ones that load least for what they
/// compute. Where there are too few tiles, several blocks share the steps of each.
kernel::GemmScheduleAttr chooseGemmSchedule(mlir::MLIRContext *context, const GemmShape &shape);

/// What the schedule makes of the shape, and why, in numbers: for a remark.
std::string explain(kernel::GemmScheduleAttr schedule, const GemmShape &shape);

/// What is wrong with a schedule of someone else's for this shape, or "".
std::string whyUnusable(kernel::GemmScheduleAttr schedule, const GemmShape &shape);

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_GEMMSCHEDULE_H
