//===- ConvSchedule.cpp - Cost model of convolutions ----------------------===//

#include "compiler/Conversion/NNToKernel/ConvSchedule.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>
#include <array>
#include <limits>

using namespace mlir;
using namespace sinter;

ConvShape ConvShape::get(ShapedType input, ShapedType output, ShapedType weight, int64_t groups,
                         int64_t lanes) {
  ArrayRef<int64_t> shape = output.getShape();
  bool isMap = shape.size() == 4;
  int64_t outputs = shape[1], inputs = weight.getDimSize(1) * groups;
  return {static_cast<int64_t>(llvm::divideCeil(outputs, lanes)),
          static_cast<int64_t>(llvm::divideCeil(inputs, lanes)),
          isMap ? shape[2] : 1,
          isMap ? shape[3] : 1,
          input.getNumElements() / input.getDimSize(0) * static_cast<int64_t>(sizeof(float)),
          weight.getNumElements() * static_cast<int64_t>(sizeof(float)),
          groups,
          outputs / groups};
}

/// Of the weights of one vector of output channels, without the zeros between groups.
static int64_t bytesPerInputBlock(const ConvShape &shape) {
  return shape.filterBytes / (shape.outputBlocks * shape.inputBlocks);
}

/// True for vectors of several groups, which the kernel multiplies without the zeros between them.
static bool isByGroup(const ConvShape &shape, int64_t lanes) {
  return shape.groups > 1 && shape.outputsPerGroup < lanes;
}

/// Cycles of one reduction step of a tile: two multiply-adds and two loads a
/// cycle, and at least the latency of the dependent multiply-add (4 on current
/// CPUs, 5 with some slack for the scheduler). Weights that are not in the
/// first-level cache come at 29 bytes a cycle from the second, or at 24 while it
/// is filled. With rows outermost an input beyond the first level is read again by
/// each panel, at 40 bytes a cycle, and the worse the more rows a tile has. Vectors of several groups
/// are shuffled, on one of the ports that multiply, once for three taps of a row.
static double stepCycles(int64_t rows, int64_t columns, const DirectSchedule &schedule,
                         const ConvShape &shape, int64_t lanes) {
  constexpr double latency = 5;
  constexpr int64_t firstLevelBytes = 32 << 10;
  int64_t vectors = schedule.panelVectors, pixels = rows * columns;
  bool isRowsOuter = schedule.loopOrder == kernel::LoopOrder::RowsOuter;
  bool readsAgain = isRowsOuter && shape.groups == 1 && shape.inputBytes > firstLevelBytes;
  double multiplyAdds = pixels * vectors / 2.0;
  double loads = (pixels + vectors) / 2.0;
  double weights = schedule.depth ? 0 : vectors * lanes * sizeof(float) / (isRowsOuter ? 29.0 : 24);
  double inputs = readsAgain ? rows * pixels * sizeof(float) / 40.0 : 0;
  double shuffles = isByGroup(shape, lanes) ? rows * (columns + 2) / 3.0 : 0;
  return std::max({multiplyAdds, loads, weights, latency}) + inputs + shuffles / 2;
}

/// Cycles per reduction step of the whole convolution, edges included, and the
/// loads and stores of sums between parts of the reduction.
static double estimate(const ConvShape &shape, const DirectSchedule &schedule, int64_t lanes) {
  auto split = [](int64_t size, int64_t tile) {
    return std::array{std::pair(tile, size / tile), std::pair(size % tile, int64_t(1))};
  };
  double cycles = 0;
  for (auto [rows, rowTiles] : split(shape.rows, schedule.tileRows))
    for (auto [columns, columnTiles] : split(shape.columns, schedule.tileColumns))
      if (rows && columns)
        cycles += rowTiles * columnTiles * stepCycles(rows, columns, schedule, shape, lanes);
  cycles *= shape.outputBlocks / schedule.panelVectors;
  if (schedule.depth) {
    double steps = schedule.depth * bytesPerInputBlock(shape) / (lanes * sizeof(float));
    cycles += shape.outputBlocks * shape.rows * shape.columns / steps;
  }
  return cycles;
}

/// Vectors of a panel at most. A map of one pixel (a linear layer) waits for its weights, which
/// several threads read faster, each its own panels; a panel of several groups would multiply zeros.
static int64_t maxPanelVectors(const ConvShape &shape, int64_t lanes) {
  int64_t vectors = shape.rows * shape.columns == 1
                        ? std::clamp<int64_t>(shape.outputBlocks / 4, 1, 4)
                        : std::min<int64_t>(8, shape.outputBlocks);
  return shape.groups == 1 ? vectors
                           : std::clamp<int64_t>(shape.outputsPerGroup / lanes, 1, vectors);
}

/// Registers that are not accumulators when a panel has `vectors`: its weights, a broadcast
/// value, and one left to the allocator, which spills when it has none. A vector of several groups
/// is multiplied in as many permutations as a group has channels.
static int64_t registersBeside(const ConvShape &shape, int64_t vectors, int64_t lanes) {
  return vectors + 2 + (isByGroup(shape, lanes) ? shape.outputsPerGroup : 0);
}

static int64_t maxTilePixels(const ConvShape &shape, int64_t vectors, const VectorUnit &unit) {
  int64_t accumulators = unit.registers - registersBeside(shape, vectors, unit.lanes);
  return std::max<int64_t>(accumulators / vectors, 1);
}

/// Rows outermost reads the filter once for each row, panels outermost the input once for each
/// panel: what is read again should come from the second-level cache. A panel of some groups reads only
/// their input.
kernel::LoopOrder sinter::chooseLoopOrder(const ConvShape &shape) {
  constexpr int64_t smallBytes = 256 << 10, cachedBytes = 640 << 10;
  bool isRowsOuter =
      shape.groups == 1 &&
      (shape.filterBytes <= smallBytes ||
       (shape.filterBytes <= cachedBytes && shape.inputBytes > cachedBytes));
  return isRowsOuter ? kernel::LoopOrder::RowsOuter : kernel::LoopOrder::PanelsOuter;
}

/// Where a panel exceeds the first-level cache, a band of tiles goes through it in parts that do not.
/// A band is a map of up to 14x14, which then reads each part once from beyond that cache, or less
/// where there would be too few work items for several threads.
static void splitReduction(DirectSchedule &schedule, const ConvShape &shape) {
  constexpr int64_t cachedBytes = 20 << 10, maxPixels = 14 * 14, minItems = 16;
  int64_t blockBytes = bytesPerInputBlock(shape) * schedule.panelVectors;
  int64_t tileRows = llvm::divideCeil(shape.rows, schedule.tileRows);
  int64_t tilesPerRow = llvm::divideCeil(shape.columns, schedule.tileColumns);
  if (schedule.loopOrder == kernel::LoopOrder::RowsOuter || shape.groups > 1 ||
      tileRows * tilesPerRow == 1 || blockBytes > cachedBytes ||
      blockBytes * shape.inputBlocks <= cachedBytes)
    return;
  int64_t bands = llvm::divideCeil(shape.rows * shape.columns, maxPixels);
  bands = std::max(bands, minItems / (shape.outputBlocks / schedule.panelVectors));
  schedule.band = llvm::divideCeil(tileRows, std::min(bands, tileRows));
  schedule.depth = cachedBytes / blockBytes;
  while (shape.inputBlocks % schedule.depth)
    --schedule.depth;
}

std::vector<DirectSchedule> sinter::rankDirect(const ConvShape &shape, const VectorUnit &unit,
                                               kernel::LoopOrder order) {
  // Ties go to the later ones, whose panels are wider and read the input less often; with groups,
  // whose panels read different inputs, to tall tiles.
  int64_t sign = shape.groups > 1 ? 1 : -1;
  using Rank = std::pair<double, int64_t>;
  std::vector<std::pair<Rank, DirectSchedule>> candidates;
  for (int64_t vectors = 1; vectors <= maxPanelVectors(shape, unit.lanes); ++vectors) {
    if (shape.outputBlocks % vectors)
      continue;
    int64_t maxPixels = maxTilePixels(shape, vectors, unit);
    for (int64_t columns = 1; columns <= std::min(maxPixels, shape.columns); ++columns)
      for (int64_t rows = 1; rows <= std::min(maxPixels / columns, shape.rows); ++rows) {
        DirectSchedule candidate{vectors, rows, columns, order};
        splitReduction(candidate, shape);
        Rank rank{estimate(shape, candidate, unit.lanes),
                  sign * static_cast<int64_t>(candidates.size())};
        candidates.push_back({rank, candidate});
      }
  }
  llvm::sort(candidates, llvm::less_first());
  std::vector<DirectSchedule> ranked;
  for (const auto &[rank, candidate] : candidates)
    ranked.push_back(candidate);
  return ranked;
}

DirectSchedule sinter::chooseDirect(const ConvShape &shape, const VectorUnit &unit) {
  return rankDirect(shape, unit, chooseLoopOrder(shape)).front();
}

int64_t WinogradSchedule::imageTiles(int64_t rows, int64_t columns) const {
  return llvm::divideCeil(rows, tileSize) * llvm::divideCeil(columns, tileSize);
}

int64_t WinogradSchedule::imageBlocks(int64_t rows, int64_t columns) const {
  return llvm::divideCeil(imageTiles(rows, columns), tiles);
}

static int64_t maxRegisterTiles(int64_t vectors, const VectorUnit &unit) {
  return std::max<int64_t>((unit.registers - vectors - 2) / vectors, 1);
}

/// Blocks of at most `maxTiles` tiles, all of about the same size, in register tiles of about the
/// same size.
static WinogradSchedule makeWinograd(int64_t tileSize, int64_t maxTiles, const ConvShape &shape,
                                     const VectorUnit &unit) {
  // Two vectors of weights hide the loads of the broadcast values.
  int64_t vectors = shape.outputBlocks % 2 ? 1 : 2;
  WinogradSchedule schedule{tileSize, vectors, maxTiles, 0};
  auto evenly = [](int64_t number, int64_t parts) -> int64_t {
    return llvm::divideCeil(number, parts);
  };
  schedule.tiles = evenly(schedule.imageTiles(shape.rows, shape.columns),
                          schedule.imageBlocks(shape.rows, shape.columns));
  int64_t groups = llvm::divideCeil(schedule.tiles, maxRegisterTiles(vectors, unit));
  schedule.registerTiles = evenly(schedule.tiles, groups);
  return schedule;
}

std::vector<WinogradSchedule> sinter::rankWinograd(int64_t tileSize, const ConvShape &shape,
                                                   const VectorUnit &unit) {
  // The block's transformed input stays in the second-level cache beside the stream of weights.
  constexpr int64_t cachedInputBytes = 832 << 10, maxRegisterGroups = 4;
  int64_t registerTiles = maxRegisterTiles(shape.outputBlocks % 2 ? 1 : 2, unit);
  int64_t tileBytes = kernel::winogradPositions(tileSize) * shape.inputBlocks * unit.lanes *
                      static_cast<int64_t>(sizeof(float));
  int64_t maxTiles =
      std::clamp<int64_t>(cachedInputBytes / tileBytes, 1, maxRegisterGroups * registerTiles);
  // Small tiles are many; with large ones, few in a block leave the first-level cache to the weights.
  if (tileSize == 4)
    maxTiles = std::min(maxTiles, 2 * registerTiles);
  std::vector<WinogradSchedule> ranked;
  for (int64_t tiles : {maxTiles, (maxTiles + 1) / 2, 2 * maxTiles}) {
    WinogradSchedule schedule = makeWinograd(tileSize, tiles, shape, unit);
    if (llvm::none_of(ranked, [&](auto &other) { return other.tiles == schedule.tiles; }))
      ranked.push_back(schedule);
  }
  auto cycles = [&](const WinogradSchedule &s) { return winogradCycles(s, shape, unit); };
  // Larger blocks read the filter less often, which outweighs the caches only where it is large.
  std::swap(ranked.front(), *llvm::min_element(ranked, [&](const auto &a, const auto &b) {
              return cycles(a) < cycles(b);
            }));
  return ranked;
}

WinogradSchedule sinter::splitSingleItem(const WinogradSchedule &schedule, int64_t batch,
                                         const ConvShape &shape, const VectorUnit &unit) {
  int64_t blocks = schedule.imageBlocks(shape.rows, shape.columns);
  if (batch * blocks * (shape.outputBlocks / schedule.panelVectors) > 1)
    return schedule;
  int64_t half = llvm::divideCeil(schedule.imageTiles(shape.rows, shape.columns), 2);
  return makeWinograd(schedule.tileSize, half, shape, unit);
}

/// Cycles for `multiplyAdds`, two vectors of them a cycle, while `weightBytes` come from beyond
/// the caches, 4 bytes a cycle, and `cachedBytes` from the second level.
static double streamCycles(double multiplyAdds, double weightBytes, double cachedBytes,
                           int64_t lanes) {
  return std::max(multiplyAdds / (2 * lanes), weightBytes / 4 + cachedBytes / 32);
}

/// Pairs of an input and an output channel, those that only fill a vector included.
static double channelPairs(const ConvShape &shape, int64_t lanes) {
  return static_cast<double>(shape.inputBlocks * lanes) * (shape.outputBlocks * lanes);
}

double sinter::directCycles(const ConvShape &shape, const VectorUnit &unit) {
  double weights = 9 * channelPairs(shape, unit.lanes);
  return streamCycles(shape.rows * shape.columns * weights, weights * sizeof(float), 0, unit.lanes);
}

double sinter::winogradCycles(const WinogradSchedule &schedule, const ConvShape &shape,
                              const VectorUnit &unit) {
  double channels = channelPairs(shape, unit.lanes);
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
         tiles * 3 * positions * (shape.inputBlocks + shape.outputBlocks);
}

static std::string whyUnusable(const DirectSchedule &schedule, const ConvShape &shape,
                               const VectorUnit &unit) {
  int64_t maxVectors = maxPanelVectors(shape, unit.lanes);
  if (schedule.panelVectors > maxVectors || shape.outputBlocks % schedule.panelVectors)
    return llvm::formatv("panels of {0} vectors; expects at most {1} that divide the {2} vectors of "
                         "output channels",
                         schedule.panelVectors, maxVectors, shape.outputBlocks);
  int64_t maxPixels = maxTilePixels(shape, schedule.panelVectors, unit);
  if (schedule.tileRows * schedule.tileColumns > maxPixels)
    return llvm::formatv("tiles of {0} x {1} pixels; expects at most {2} pixels beside panels of {3} "
                         "vectors in {4} registers",
                         schedule.tileRows, schedule.tileColumns, maxPixels, schedule.panelVectors,
                         unit.registers);
  if (schedule.tileRows > shape.rows || schedule.tileColumns > shape.columns)
    return llvm::formatv("tiles of {0} x {1} pixels; expects at most the output's {2} x {3}",
                         schedule.tileRows, schedule.tileColumns, shape.rows, shape.columns);
  int64_t tileRows = llvm::divideCeil(shape.rows, schedule.tileRows);
  if (schedule.band > tileRows)
    return llvm::formatv("bands of {0} rows of tiles; expects at most the {1} that there are",
                         schedule.band, tileRows);
  if (schedule.depth && (shape.groups > 1 || shape.inputBlocks % schedule.depth))
    return llvm::formatv("a depth of {0}; expects 0, or without groups what divides the {1} vectors of "
                         "input channels",
                         schedule.depth, shape.inputBlocks);
  return "";
}

static std::string whyUnusable(const WinogradSchedule &schedule, const ConvShape &shape,
                               const VectorUnit &unit) {
  if (schedule.panelVectors > maxPanelVectors(shape, unit.lanes) ||
      shape.outputBlocks % schedule.panelVectors)
    return llvm::formatv("panels of {0} vectors; expects at most {1} that divide the {2} vectors of "
                         "output channels",
                         schedule.panelVectors, maxPanelVectors(shape, unit.lanes),
                         shape.outputBlocks);
  int64_t imageTiles = schedule.imageTiles(shape.rows, shape.columns);
  if (schedule.tiles > imageTiles)
    return llvm::formatv("blocks of {0} tiles; expects at most the image's {1}", schedule.tiles,
                         imageTiles);
  int64_t maxTiles = maxRegisterTiles(schedule.panelVectors, unit);
  if (schedule.registerTiles > maxTiles)
    return llvm::formatv("register tiles of {0} tiles; expects at most {1} beside panels of {2} "
                         "vectors in {3} registers",
                         schedule.registerTiles, maxTiles, schedule.panelVectors, unit.registers);
  return "";
}

std::string sinter::whyUnusable(const Schedule &schedule, const ConvShape &shape,
                                const VectorUnit &unit) {
  return std::visit([&](const auto &kind) { return ::whyUnusable(kind, shape, unit); }, schedule);
}
