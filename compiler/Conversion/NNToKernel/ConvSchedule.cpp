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
  int64_t permutations = shape.outputsPerGroup < unit.lanes ? shape.outputsPerGroup : 0;
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

std::optional<WinogradSchedule> sinter::chooseWinograd(const ConvShape &shape, int64_t inputBlocks,
                                                       const VectorUnit &unit) {
  // Two vectors of weights hide the loads of the broadcast values.
  int64_t vectors = shape.outputBlocks % 2 ? 1 : 2;
  int64_t maxRegisterTiles = (unit.registers - vectors - 2) / vectors;
  auto tilesOf = [](int64_t size) { return llvm::divideCeil(size, kernel::winogradTile); };
  int64_t allTiles = tilesOf(shape.rows) * tilesOf(shape.columns);

  // A block's transformed input stays in the second-level cache beside the stream of weights.
  constexpr int64_t cachedInputBytes = 768 << 10, positions = 36;
  int64_t inputs = inputBlocks * unit.lanes, outputs = shape.outputBlocks * unit.lanes;
  int64_t maxTiles = cachedInputBytes / (positions * inputs * int64_t(sizeof(float)));
  maxTiles = std::min(std::max<int64_t>(maxTiles, 1), 2 * maxRegisterTiles);
  int64_t blocks = llvm::divideCeil(allTiles, maxTiles);
  WinogradSchedule schedule{vectors, static_cast<int64_t>(llvm::divideCeil(allTiles, blocks)), 0};
  int64_t groups = llvm::divideCeil(schedule.tiles, maxRegisterTiles);
  schedule.registerTiles = llvm::divideCeil(schedule.tiles, groups);

  // Cycles of both: multiply-adds two a cycle, or weights from beyond the caches at 8 bytes
  // a cycle; and some 110 for the transform of a vector of a tile, before and after.
  auto cycles = [&](double multiplyAdds, double weightBytes) {
    return std::max(multiplyAdds / (2 * unit.lanes), weightBytes / 8);
  };
  double channels = static_cast<double>(inputs) * outputs;
  double direct = cycles(shape.rows * shape.columns * 9 * channels, 9 * channels * sizeof(float));
  double padded = static_cast<double>(blocks) * schedule.tiles;
  double winograd = cycles(padded * positions * channels,
                           blocks * positions * channels * sizeof(float)) +
                    padded * 110 * (inputBlocks + shape.outputBlocks);
  return winograd < direct ? std::optional(schedule) : std::nullopt;
}
