//===- ScheduleTest.cpp - Schedules of convolutions on a CPU --------------===//

#include "test/numerics/Convolution.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct ScheduleTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Target, ScheduleTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

} // namespace

// Many channels and stride 1 are what Winograd's algorithm takes: one tile and less, tiles that
// stand out of the image, several blocks of tiles, and every part of the epilogue.
TEST_P(ScheduleTest, Winograd) {
  CaseModule module;
  for (auto [height, width] : {std::pair<int64_t, int64_t>{1, 1}, {3, 8}, {4, 4}, {5, 6}, {7, 7},
                               {14, 9}, {28, 28}, {33, 65}, {57, 2}})
    for (bool hasEpilogue : {false, true}) {
      Convolution c = square(hasEpilogue ? 64 : 70, hasEpilogue ? 64 : 90, 1, 3, 1);
      c.height = height, c.width = width;
      c.batch = hasEpilogue ? 2 : 1;
      c.hasBias = c.hasResidual = c.wantsMean = hasEpilogue;
      c.activation = hasEpilogue ? "relu" : "identity";
      add(module, c);
    }
  // Few pixels of many channels are taken in tiles of 2x2, or directly.
  for (auto [height, width] : {std::pair<int64_t, int64_t>{14, 14}, {13, 11}, {9, 15}}) {
    Convolution c = square(256, 260, 1, 3, 1);
    c.height = height, c.width = width;
    c.wantsMean = width == 14;
    c.hasResidual = width != 14;
    add(module, c);
  }
  add(module, square(512, 512, 7, 3, 1));
  expectMatchesReference("", module.text(), GetParam());
}

// Bands that divide the rows of tiles and bands that do not, parts of the reduction of one input block
// and of more, and every part of the epilogue, which only the last part has.
TEST_P(ScheduleTest, Bands) {
  CaseModule module;
  for (int64_t band : {1, 2, 3})
    for (int64_t depth : {0, 1, 2})
      for (const char *order : {"rows_outer", "panels_outer"})
        for (int64_t kernel : {1, 3}) {
          Convolution c = square(64, 48, 9, kernel, 3 - kernel / 2 - 1);
          c.batch = band == 2 ? 2 : 1;
          c.activation = "relu";
          c.hasBias = depth != 1;
          c.hasResidual = kernel == 3;
          c.wantsMean = band != 1;
          c.schedule = fmt::format("#kernel.direct<panel_vectors = 1, tile_rows = 2, tile_columns = 2, "
                                   "loop_order = {}, band = {}, depth = {}>",
                                   order, band, depth);
          add(module, c);
        }
  expectMatchesReference("", module.text(), GetParam());
}

// A scale, which comes before the residual and the activation: parts of the reduction, whose sums
// must not meet it, channels that end within a vector, batches, and the mean of what it makes.
TEST_P(ScheduleTest, Scales) {
  CaseModule module;
  for (int64_t depth : {0, 1, 2})
    for (int64_t kernel : {1, 3})
      for (bool hasResidual : {false, true})
        for (bool wantsMean : {false, true}) {
          Convolution c = square(64, depth == 2 ? 40 : 48, 9, kernel, 1);
          c.batch = kernel == 1 ? 2 : 1;
          c.hasScale = true;
          c.hasBias = depth != 1;
          c.hasResidual = hasResidual;
          c.wantsMean = wantsMean;
          c.activation = hasResidual ? "relu" : "identity";
          c.schedule = fmt::format("#kernel.direct<panel_vectors = 1, tile_rows = 2, tile_columns = 2, "
                                   "loop_order = panels_outer, band = 2, depth = {}>",
                                   depth);
          add(module, c);
        }
  Convolution chosen = square(64, 256, 14, 1, 1);
  chosen.hasScale = chosen.hasResidual = true;
  add(module, chosen);
  Convolution notWinograd = square(64, 64, 12, 3, 1);
  notWinograd.hasScale = true;
  add(module, notWinograd);
  expectMatchesReference("", module.text(), GetParam());
}

// Schedules that a file may ask for and the cost model does not choose: every panel, both loop orders,
// register tiles and blocks that do not divide the image.
TEST_P(ScheduleTest, Schedules) {
  CaseModule module;
  for (int64_t vectors : {1, 2, 4})
    for (auto [rows, columns] : {std::pair<int64_t, int64_t>{1, 1}, {2, 1}, {1, 2}})
      for (const char *order : {"rows_outer", "panels_outer"})
        for (int64_t kernel : {1, 3}) {
          Convolution c = square(16, 64, 7, kernel, 3 - kernel / 2 - 1);
          c.wantsMean = vectors == 2;
          c.schedule = fmt::format("#kernel.direct<panel_vectors = {}, tile_rows = {}, "
                                   "tile_columns = {}, loop_order = {}>",
                                   vectors, rows, columns, order);
          add(module, c);
        }
  for (int64_t tileSize : {2, 4})
    for (int64_t vectors : {1, 2, 4})
      for (auto [tiles, registerTiles] :
           {std::pair<int64_t, int64_t>{1, 1}, {3, 2}, {4, 1}, {6, 2}}) {
        Convolution c = square(32, 64, 11, 3, 1);
        c.wantsMean = vectors == 2;
        c.hasResidual = vectors == 1;
        c.schedule = fmt::format("#kernel.winograd<tile_size = {}, panel_vectors = {}, tiles = {}, "
                                 "register_tiles = {}>",
                                 tileSize, vectors, tiles, registerTiles);
        add(module, c);
      }
  expectMatchesReference("", module.text(), GetParam());
}

/// Filters above 256 KiB are walked panels first.
TEST_P(ScheduleTest, LargeFilters) {
  CaseModule module;
  add(module, square(256, 256, 7, 3, 1));
  add(module, square(512, 160, 14, 1, 2));
  Convolution c = square(192, 192, 5, 3, 1);
  c.batch = 2;
  c.wantsMean = true;
  add(module, c);
  expectMatchesReference("", module.text(), GetParam());
}
