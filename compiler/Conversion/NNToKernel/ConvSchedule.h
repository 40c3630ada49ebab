//===- ConvSchedule.h - Register tiles and loop order of convolutions -*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H

#include "dialects/Kernel/IR/Kernel.h"

#include <optional>

namespace sinter {

/// What a schedule must know of the machine.
struct VectorUnit {
  int64_t lanes;     ///< f32 values per vector register
  int64_t registers; ///< vector registers
};

/// The size of a convolution's output and reduction.
struct ConvShape {
  int64_t outputBlocks; ///< vectors of output channels
  int64_t rows, columns;
  int64_t filterBytes;
  int64_t groups = 1, outputsPerGroup = 0;
};

struct ConvSchedule {
  int64_t panelVectors; ///< vectors of output channels per register tile
  int64_t tileRows, tileColumns;
  kernel::LoopOrder loopOrder;
};

/// The register tile with the least estimated time, and the loop order that
/// keeps the smaller operand in cache.
ConvSchedule chooseSchedule(const ConvShape &shape, const VectorUnit &unit);

/// A 3x3 convolution of stride 1 and padding 1 by Winograd's algorithm.
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

/// The schedule of `kernel.winograd_conv2d`, if it is estimated to take less
/// time than the direct convolution.
std::optional<WinogradSchedule> chooseWinograd(const ConvShape &shape, int64_t inputBlocks,
                                               const VectorUnit &unit);

} // namespace sinter

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_CONVSCHEDULE_H
