//===- ConvSchedule.h - Cost model of convolutions ----------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H

#include "dialects/Kernel/IR/Kernel.h"

#include <optional>
#include <variant>
#include <vector>

namespace sinter {

/// What a schedule must know of the machine.
struct VectorUnit {
  int64_t lanes;     ///< f32 values per vector register
  int64_t registers; ///< vector registers
};

/// The size of a convolution's output and reduction. A linear layer is a 1x1 convolution of a
/// map of one pixel.
struct ConvShape {
  int64_t outputBlocks, inputBlocks; ///< vectors of channels, those of all groups
  int64_t rows, columns;
  int64_t inputBytes; ///< of one image
  int64_t filterBytes;
  int64_t groups, outputsPerGroup;

  /// From N x C x H x W, N x K x H' x W', K x C/groups x R x S, or N x C, N x K, K x C.
  static ConvShape get(mlir::ShapedType input, mlir::ShapedType output, mlir::ShapedType weight,
                       int64_t groups, int64_t lanes);
};

/// `#kernel.direct`.
struct DirectSchedule {
  int64_t panelVectors; ///< vectors of output channels per register tile
  int64_t tileRows, tileColumns;
  kernel::LoopOrder loopOrder;
  int64_t band = 1;  ///< rows of tiles of a work item
  int64_t depth = 0; ///< input blocks that they go through together, 0 for all
};

/// `#kernel.winograd`: of a 3x3 convolution of stride 1 and padding 1.
struct WinogradSchedule {
  int64_t tileSize;      ///< rows, and columns, of an output tile: 4 or 2
  int64_t panelVectors;  ///< vectors of output channels per panel
  int64_t tiles;         ///< per block
  int64_t registerTiles; ///< of a register tile

  /// Tiles of an output of `rows` x `columns` pixels.
  int64_t imageTiles(int64_t rows, int64_t columns) const;
  /// Blocks of these.
  int64_t imageBlocks(int64_t rows, int64_t columns) const;
};

using Schedule = std::variant<DirectSchedule, WinogradSchedule>;

/// The order that keeps the smaller operand in cache.
kernel::LoopOrder chooseLoopOrder(const ConvShape &shape);

/// Every register tile that fits, the one with the least estimated time first.
std::vector<DirectSchedule> rankDirect(const ConvShape &shape, const VectorUnit &unit,
                                       kernel::LoopOrder order);

/// The first of these, in the order that is chosen.
DirectSchedule chooseDirect(const ConvShape &shape, const VectorUnit &unit);

/// The blocks that are estimated to be good for the tile size, the best one first.
std::vector<WinogradSchedule> rankWinograd(int64_t tileSize, const ConvShape &shape,
                                           const VectorUnit &unit);

/// `schedule`, or one of smaller blocks where it makes a single work item of the whole `batch`,
/// which all threads but one would wait for. That costs one thread nothing that can be measured.
WinogradSchedule splitSingleItem(const WinogradSchedule &schedule, int64_t batch,
                                 const ConvShape &shape, const VectorUnit &unit);

/// Estimated cycles of the algorithms, to compare one with another.
double directCycles(const ConvShape &shape, const VectorUnit &unit);
double winogradCycles(const WinogradSchedule &schedule, const ConvShape &shape,
                      const VectorUnit &unit);

/// What is wrong with a schedule of someone else's for this shape, or "".
std::string whyUnusable(const Schedule &schedule, const ConvShape &shape, const VectorUnit &unit);

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H
