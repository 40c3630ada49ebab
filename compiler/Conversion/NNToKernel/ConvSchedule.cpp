//===- ConvSchedule.cpp - Register tiles and loop order of convolutions ---===//

#include "compiler/Conversion/NNToKernel/ConvSchedule.h"

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

ConvSchedule sinter::chooseSchedule(const ConvShape &shape, const VectorUnit &unit) {
  ConvSchedule best{1, 1, 1, kernel::LoopOrder::RowsOuter};
  double bestCycles = std::numeric_limits<double>::max();
  // A tile of one pixel (a linear layer) needs many vectors to hide latency.
  constexpr int64_t maxVectors = 8;
  for (int64_t vectors = 1; vectors <= std::min(maxVectors, shape.outputBlocks); ++vectors) {
    if (shape.outputBlocks % vectors)
      continue;
    // Beside the accumulators: the panel's weights, a broadcast value, and one
    // register left to the allocator, which spills when it has none.
    int64_t maxPixels = (unit.registers - vectors - 2) / vectors;
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
