//===- GemmScheduleTest.cpp - Schedules of convolutions on a GPU ----------===//

#include "test/numerics/Convolution.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct GemmScheduleTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Target, GemmScheduleTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

std::string schedule(int pixels, int channels, int depth, int stages, int splits) {
  return fmt::format(
      "#kernel.gemm<pixels = {}, channels = {}, depth = {}, stages = {}, splits = {}>", pixels,
      channels, depth, stages, splits);
}

} // namespace

/// Splits that divide the steps and others, down to a step for each, of all parts of an epilogue.
TEST_P(GemmScheduleTest, Splits) {
  CaseModule module;
  for (int kernel : {1, 3})
    for (int splits : {2, 3, 5, 7, 16, 18, 32})
      for (bool hasEpilogue : {false, true}) {
        // Blocks of 16 channels: 4 and 18 steps, 7 and 63.
        Convolution c = square(hasEpilogue ? 100 : kernel == 1 ? 64 : 30, 40, 7, kernel, 1);
        int64_t steps = (c.channels + 15) / 16 * kernel * kernel;
        if (splits > steps)
          continue;
        c.hasBias = c.hasResidual = hasEpilogue;
        c.wantsMean = splits % 2 != 0;
        c.activation = hasEpilogue ? "silu" : "relu";
        c.batch = splits == 5 ? 3 : 1;
        c.schedule = schedule(64, 32, 16, splits % 3 + 2, splits);
        add(module, c);
      }
  ASSERT_FALSE(module.empty());
  expectMatchesReference("", module.text(), GetParam());
}

/// Of groups, of strides and of images that end within a tile, in tiles of every form.
TEST_P(GemmScheduleTest, SplitsOfShapes) {
  CaseModule module;
  for (auto [groups, stride, height, width] :
       {std::tuple{1, 2, 9, 13}, {2, 1, 1, 1}, {4, 2, 5, 3}, {8, 1, 11, 6}})
    for (auto [pixels, channels] : {std::pair{64, 16}, {64, 64}, {128, 32}, {32, 64}}) {
      Convolution c = square(64, 72, 1, 3, stride);
      c.height = height, c.width = width;
      c.groups = groups;
      c.batch = 2;
      c.wantsMean = groups != 2;
      c.schedule = schedule(pixels, channels, 16, 3, 4);
      add(module, c);
    }
  expectMatchesReference("", module.text(), GetParam());
}

/// Tiles, depths and numbers of stages that are not chosen.
TEST_P(GemmScheduleTest, Tiles) {
  CaseModule module;
  for (auto [pixels, channels] :
       {std::pair{32, 64}, {64, 16}, {64, 32}, {64, 128}, {128, 64}, {128, 16}, {32, 128}})
    for (int depth : {16, 32})
      for (int stages : {2, 3}) {
        Convolution c = square(40, 72, 13, 3, 1);
        c.wantsMean = stages == 3;
        c.schedule = schedule(pixels, channels, depth, stages, 1);
        add(module, c);
      }
  Convolution c = square(40, 72, 13, 3, 1);
  c.schedule = schedule(64, 32, 16, 8, 1);
  add(module, c);
  expectMatchesReference("", module.text(), GetParam());
}
