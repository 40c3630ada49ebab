//===- ConvSchedule.cpp - Register tiles and loop order of convolutions ---===//

#include "compiler/Conversion/NNToKernel/ConvSchedule.h"

#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <array>
#include <limits>

using namespace sinter;

/// Cycles of one reduction step of a tile: two multiply-adds and two loads a
/// cycle, the weights from the second-level cache at 32 bytes a cycle, and at
/// least the latency of the dependent multiply-add (4 on current CPUs, 5 with
/// some slack for the scheduler).
static double stepCycles(int64_t pixels, int64_t vectors, int64_t lanes) {
  constexpr double latency = 5, weightBytesPerCycle = 32;
  double multiplyAdds = pixels * vectors / 2.0;
  double loads = (pixels + vectors) / 2.0;
  double weights = vectors * lanes * sizeof(float) / weightBytesPerCycle;
  return std::max({multiplyAdds, loads, weights, latency});
}

/// Cycles per reduction step of the whole convolution, edges included.
static double estimate(const ConvShape &shape, const ConvSchedule &schedule, int64_t lanes) {
  auto split = [](int64_t size, int64_t tile) {
    return std::array{std::pair(tile, size / tile), std::pair(size % tile, int64_t(1))};
  };
  double cycles = 0;
  for (auto [rows, rowTiles] : split(shape.rows, schedule.tileRows))
    for (auto [columns, columnTiles] : split(shape.columns, schedule.tileColumns))
      if (rows && columns)
        cycles += rowTiles * columnTiles * stepCycles(rows * columns, schedule.panelVectors, lanes);
  return cycles * (shape.outputBlocks / schedule.panelVectors);
}

/// Vectors of a panel at most. A tile of one pixel (a linear layer) needs many to hide
/// latency; a panel of several groups would multiply zeros.
static int64_t maxPanelVectors(const ConvShape &shape, int64_t lanes) {
  int64_t vectors = std::min<int64_t>(8, shape.outputBlocks);
  return shape.groups == 1 ? vectors
                           : std::clamp<int64_t>(shape.outputsPerGroup / lanes, 1, vectors);
}

ConvSchedule sinter::chooseSchedule(const ConvShape &shape, const VectorUnit &unit) {
  ConvSchedule best{1, 1, 1, kernel::LoopOrder::RowsOuter};
  double bestCycles = std::numeric_limits<double>::max();
  // A vector of several groups is multiplied in as many permutations as a group has channels.
  bool isByGroup = shape.groups > 1 && shape.outputsPerGroup < unit.lanes;
  int64_t permutations = isByGroup ? shape.outputsPerGroup : 0;
  for (int64_t vectors = 1; vectors <= maxPanelVectors(shape, unit.lanes); ++vectors) {
    if (shape.outputBlocks % vectors)
      continue;
    // Beside the accumulators: the panel's weights, a broadcast value, and one
    // register left to the allocator, which spills when it has none.
    int64_t maxPixels = std::max<int64_t>((unit.registers - vectors - 2 - permutations) / vectors, 1);
    for (int64_t columns = 1; columns <= std::min(maxPixels, shape.columns); ++columns)
      for (int64_t rows = 1; rows <= std::min(maxPixels / columns, shape.rows); ++rows) {
        ConvSchedule candidate{vectors, rows, columns, best.loopOrder};
        double cycles = estimate(shape, candidate, unit.lanes);
        // Ties go to wider panels, which read the input less often.
        if (cycles <= bestCycles) {
          bestCycles = cycles;
          best = candidate;
        }
      }
  }
  constexpr int64_t cachedFilterBytes = 256 << 10;
  best.loopOrder = shape.filterBytes <= cachedFilterBytes ? kernel::LoopOrder::RowsOuter
                                                          : kernel::LoopOrder::PanelsOuter;
  return best;
}

int64_t WinogradSchedule::imageTiles(int64_t rows, int64_t columns) const {
  return llvm::divideCeil(rows, tileSize) * llvm::divideCeil(columns, tileSize);
}

int64_t WinogradSchedule::imageBlocks(int64_t rows, int64_t columns) const {
  return llvm::divideCeil(imageTiles(rows, columns), tiles);
}

/// Blocks of tiles whose transformed input stays in the second-level cache beside the stream
/// of weights, all of about the same size, in register tiles of about the same size.
static WinogradSchedule makeWinograd(int64_t tileSize, const ConvShape &shape, int64_t inputs,
                                     const VectorUnit &unit) {
  // Two vectors of weights hide the loads of the broadcast values.
  int64_t vectors = shape.outputBlocks % 2 ? 1 : 2;
  int64_t maxRegisterTiles = (unit.registers - vectors - 2) / vectors;
  constexpr int64_t cachedInputBytes = 832 << 10, maxRegisterGroups = 4;
  int64_t tileBytes = kernel::winogradPositions(tileSize) * inputs * int64_t(sizeof(float));
  int64_t maxTiles = std::clamp<int64_t>(cachedInputBytes / tileBytes, 1,
                                         maxRegisterGroups * maxRegisterTiles);
  // Small tiles are many; with large ones, few in a block leave the first-level cache to the weights.
  if (tileSize == 4)
    maxTiles = std::min(maxTiles, 2 * maxRegisterTiles);
  WinogradSchedule schedule{tileSize, vectors, maxTiles, 0};
  auto evenly = [](int64_t number, int64_t parts) -> int64_t {
    return llvm::divideCeil(number, parts);
  };
  schedule.tiles = evenly(schedule.imageTiles(shape.rows, shape.columns),
                          schedule.imageBlocks(shape.rows, shape.columns));
  schedule.registerTiles =
      evenly(schedule.tiles, llvm::divideCeil(schedule.tiles, maxRegisterTiles));
  return schedule;
}

/// Cycles for `multiplyAdds`, two vectors of them a cycle, while `weightBytes` come from beyond
/// the caches, 4 bytes a cycle, and `cachedBytes` from the second level.
static double streamCycles(double multiplyAdds, double weightBytes, double cachedBytes,
                           int64_t lanes) {
  return std::max(multiplyAdds / (2 * lanes), weightBytes / 4 + cachedBytes / 32);
}

static double winogradCycles(const WinogradSchedule &schedule, const ConvShape &shape,
                             int64_t inputBlocks, const VectorUnit &unit) {
  double channels = static_cast<double>(inputBlocks * unit.lanes) * (shape.outputBlocks * unit.lanes);
  double blocks = schedule.imageBlocks(shape.rows, shape.columns);
  double positions = kernel::winogradPositions(schedule.tileSize);
  double filterBytes = positions * channels * sizeof(float);
  // The blocks behind the first one find the filter where it fits.
  constexpr double cachedFilterBytes = 1 << 20;
  bool isCached = filterBytes <= cachedFilterBytes;
  double tiles = blocks * schedule.tiles;
  // Some three cycles a position for the transform of a vector of a tile, before and after.
  return streamCycles(tiles * positions * channels, isCached ? filterBytes : blocks * filterBytes,
                      isCached ? (blocks - 1) * filterBytes : 0, unit.lanes) +
         tiles * 3 * positions * (inputBlocks + shape.outputBlocks);
}

std::optional<WinogradSchedule> sinter::chooseWinograd(const ConvShape &shape, int64_t inputBlocks,
                                                       const VectorUnit &unit) {
  double channels = static_cast<double>(inputBlocks * unit.lanes) * (shape.outputBlocks * unit.lanes);
  double best = streamCycles(shape.rows * shape.columns * 9 * channels,
                             9 * channels * sizeof(float), 0, unit.lanes);
  std::optional<WinogradSchedule> chosen;
  for (int64_t tileSize : {4, 2}) {
    WinogradSchedule schedule = makeWinograd(tileSize, shape, inputBlocks * unit.lanes, unit);
    double cycles = winogradCycles(schedule, shape, inputBlocks, unit);
    if (cycles < best) {
      best = cycles;
      chosen = schedule;
    }
  }
  return chosen;
}
