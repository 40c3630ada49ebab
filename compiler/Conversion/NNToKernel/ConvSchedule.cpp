//===- ConvSchedule.cpp - Register tiles and loop order of convolutions ---===//

#include "compiler/Conversion/NNToKernel/ConvSchedule.h"

#include <limits>

using namespace sinter;

/// Cycles of one reduction step of a tile: two multiply-adds and two loads a
/// cycle, and at least the latency of the dependent multiply-add (4 on current
/// CPUs, 5 with some slack for the scheduler).
static double stepCycles(int64_t pixels, int64_t vectors) {
  constexpr double latency = 5;
  double multiplyAdds = pixels * vectors / 2.0;
  double loads = (pixels + vectors) / 2.0;
  return std::max({multiplyAdds, loads, latency});
}

/// Cycles per reduction step of the whole convolution, edges included.
static double estimate(const ConvShape &shape, int64_t vectors, int64_t rows, int64_t columns) {
  double cycles = 0;
  for (auto [tileRows, rowTiles] : {std::pair(rows, shape.rows / rows),
                                    std::pair(shape.rows % rows, int64_t(1))})
    for (auto [tileColumns, columnTiles] : {std::pair(columns, shape.columns / columns),
                                            std::pair(shape.columns % columns, int64_t(1))})
      if (tileRows && tileColumns)
        cycles += rowTiles * columnTiles * stepCycles(tileRows * tileColumns, vectors);
  return cycles * (shape.outputBlocks / vectors);
}

ConvSchedule sinter::chooseSchedule(const ConvShape &shape, const VectorUnit &unit) {
  ConvSchedule best{1, 1, 1, kernel::LoopOrder::RowsOuter};
  double bestCycles = std::numeric_limits<double>::max();
  // A tile of one pixel (a linear layer) needs many vectors to hide latency.
  constexpr int64_t maxVectors = 8;
  for (int64_t vectors = 1; vectors <= std::min(maxVectors, shape.outputBlocks); ++vectors) {
    if (shape.outputBlocks % vectors)
      continue;
    // Accumulators, the panel's weights and one broadcast value.
    int64_t maxPixels = (unit.registers - vectors - 1) / vectors;
    for (int64_t columns = 1; columns <= std::min(maxPixels, shape.columns); ++columns)
      for (int64_t rows = 1; rows <= std::min(maxPixels / columns, shape.rows); ++rows) {
        double cycles = estimate(shape, vectors, rows, columns);
        // Ties go to wider panels, which read the input less often.
        if (cycles <= bestCycles) {
          bestCycles = cycles;
          best.panelVectors = vectors;
          best.tileRows = rows;
          best.tileColumns = columns;
        }
      }
  }
  constexpr int64_t cachedFilterBytes = 256 << 10;
  best.loopOrder = shape.filterBytes <= cachedFilterBytes ? kernel::LoopOrder::RowsOuter
                                                          : kernel::LoopOrder::PanelsOuter;
  return best;
}
