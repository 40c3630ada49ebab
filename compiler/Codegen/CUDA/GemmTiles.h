//===- GemmTiles.h - What a thread multiplies of a matrix product -*- C++ -*-===//
//
// A block of threads computes a tile of pixels x channels from tiles in shared
// memory: pixels x depth of the input, depth x channels of the filter. How its
// warps and threads share the tile is an implementation of GemmTiles.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_GEMMTILES_H
#define SINTER_COMPILER_CODEGEN_CUDA_GEMMTILES_H

#include "compiler/Codegen/CUDA/KernelEmitter.h"

#include <memory>

namespace sinter::cuda {

/// A stage of shared memory: the input's tile, then the filter's. Rows are 16 bytes apart more than
/// they are long, so that eight of them lie in different banks. Those of a filter of tf32, which
/// has no transposing load, are 32 bytes apart more: a warp reads 8 adjacent words of each of 4
/// rows, and rows that are 8 words apart, modulo the 32 banks, or 24, meet in none.
struct GemmStage {
  int64_t pixels, channels, depth;
  mlir::Type product; ///< see kernel.gemm_conv2d

  static GemmStage get(kernel::GemmScheduleAttr schedule, mlir::Type product);
  static GemmStage of(kernel::GemmConv2dOp op) {
    return get(op.getSchedule(), op.getProductType());
  }

  static constexpr int64_t loadBytes = 16; ///< what a thread copies at a time
  int64_t elementBytes() const { return product.isF16() || product.isBF16() ? 2 : 4; }
  int64_t loadElements() const { return loadBytes / elementBytes(); }
  int64_t inputRowBytes() const { return depth * elementBytes() + loadBytes; }
  int64_t filterRowBytes() const {
    return channels * elementBytes() + (product.isTF32() ? 2 : 1) * loadBytes;
  }
  int64_t filterOffset() const { return pixels * inputRowBytes(); }
  int64_t bytes() const { return filterOffset() + depth * filterRowBytes(); }
};

class GemmTiles {
public:
  /// Multiply-adds for products of f32, tensor cores for those of f16, bf16 and tf32.
  static std::unique_ptr<GemmTiles> create(KernelEmitter &emitter, const GemmStage &stage);
  virtual ~GemmTiles() = default;

  /// Why the stage cannot be shared among a block's threads; empty if it can.
  static std::string whyUnusable(const GemmStage &stage);

  virtual llvm::SmallVector<mlir::Value> zeros() = 0;
  /// Adds the products of the stage that begins at byte `stageAt` of shared memory.
  virtual llvm::SmallVector<mlir::Value> multiply(mlir::Value stageAt, mlir::ValueRange sums) = 0;

  /// Some outputs of the thread: a row of the tile, and adjacent channels from `column` on.
  struct Output {
    mlir::Value row, column;
    mlir::Value values; ///< vector of f32
  };
  virtual llvm::SmallVector<Output> getOutputs(mlir::ValueRange sums) = 0;

  /// Sums of columns over the rows that a part of the tile has: the part's number, and the sum of
  /// the column. Called for lanes that have one. `values` are what became of the outputs.
  using StoreSum = llvm::function_ref<void(mlir::Value part, mlir::Value column, mlir::Value sum)>;
  virtual void sumColumns(mlir::ValueRange values, StoreSum store) = 0;
};

} // namespace sinter::cuda

#endif // SINTER_COMPILER_CODEGEN_CUDA_GEMMTILES_H
