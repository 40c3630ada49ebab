//===- Kernel.h - The kernel dialect ------------------------------*- C++ -*-===//
//
// How a network is computed: buffers with explicit layouts and one operation
// per kernel call. Semantics stand in KernelOps.td.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_KERNEL_IR_KERNEL_H
#define SINTER_DIALECTS_KERNEL_IR_KERNEL_H

#include "dialects/NN/IR/NN.h"

#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/IR/SymbolTable.h"

#include "dialects/Kernel/IR/KernelDialect.h.inc"
#include "dialects/Kernel/IR/KernelEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/IR/KernelAttrs.h.inc"

namespace sinter::kernel {

/// The attribute of an nn.fused_conv2d or nn.linear that says how it is computed: on a CPU a
/// `#kernel.direct` or `#kernel.winograd`, on a GPU a `#kernel.gemm`.
inline constexpr llvm::StringLiteral scheduleAttrName = "kernel.schedule";

/// The attribute of a convolution whose work threads balance: the place of its queues in the
/// workspace, in bytes. See `kernel-balance-work`.
inline constexpr llvm::StringLiteral queuesAttrName = "kernel.queues";
/// A kernel's queues, each a counter in a cache line of its own.
inline constexpr int64_t maxQueues = 8, queueBytes = 64;

/// Winograd's F(m x m, 3x3) makes output tiles of m x m pixels from input tiles of m + 2,
/// with as many multiplications as the input tile has positions. `tile` is m.
constexpr int64_t winogradPositions(int64_t tile) { return (tile + 2) * (tile + 2); }
/// The tile of a filter that is transformed to `positions` numbers; 0 if there is none.
constexpr int64_t winogradTile(int64_t positions) {
  return positions == winogradPositions(4) ? 4 : positions == winogradPositions(2) ? 2 : 0;
}

/// What a thread keeps in the scratch memory of `kernel.winograd_conv2d`: for each position
/// the transformed input, then for each the products of a panel.
struct WinogradScratch {
  int64_t positions;
  int64_t transformedStride, productStride; ///< elements from one position to the next

  /// For blocks of `tiles` and a packed filter of `shape`.
  static WinogradScratch get(llvm::ArrayRef<int64_t> shape, int64_t tiles);
  int64_t elements() const { return positions * (transformedStride + productStride); }
};

} // namespace sinter::kernel

#define GET_OP_CLASSES
#include "dialects/Kernel/IR/KernelOps.h.inc"

namespace sinter::kernel {

/// The dense array behind a feature map: N x blocks x rows x columns x lanes,
/// halo included. Any other memref is its own storage.
mlir::MemRefType getStorageType(mlir::MemRefType type);

/// The bytes of a buffer, padding and halo included.
int64_t getStorageBytes(mlir::MemRefType type);

/// True if `type` is static, has at least one element, and at most 2^40 with
/// its padding: sizes in bytes and indices cannot overflow.
bool hasBoundedStorage(mlir::MemRefType type);

/// The blocked layout of a feature map.
BlockedAttr getLayout(mlir::Value featureMap);

/// Where a packed filter's panels find their input: see `kernel.weights`.
struct FilterPacking {
  int64_t outputChannels, inputChannels, groups;
  int64_t panels, blocks, inputBlock, panelChannels;

  /// The packing of a K x C/groups filter for the given input block and panel width.
  static FilterPacking get(int64_t outputChannels, int64_t inputChannels, int64_t groups,
                           int64_t inputBlock, int64_t panelChannels);
  /// The packing by group for vectors of `lanes` channels, where every group has as many
  /// inputs as outputs and a vector holds several whole groups: see `isByGroup`.
  static std::optional<FilterPacking> getByGroup(int64_t outputChannels, int64_t inputChannels,
                                                 int64_t groups, int64_t lanes);
  /// The first input block that `panel` reads.
  int64_t firstBlock(int64_t panel) const;
  /// True if row i of a panel has the weights between each output and the i-th input of
  /// its group, so that no zeros are stored and none multiplied.
  bool isByGroup() const { return blocks == 1 && inputBlock == inputChannels / groups; }
};

/// Multiply-adds of a convolution as it is defined, without what its algorithm saves
/// or adds; 0 of any other operation.
int64_t countMultiplyAdds(mlir::Operation *op);

} // namespace sinter::kernel

#endif // SINTER_DIALECTS_KERNEL_IR_KERNEL_H
