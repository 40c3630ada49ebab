//===- ConvolutionTest.cpp - Convolutions over swept shapes ---------------===//

#include "test/numerics/Harness.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct Convolution {
  int64_t batch = 1, channels = 16, height = 8, width = 8;
  int64_t outputs = 16, rows = 3, columns = 3;
  int64_t strideY = 1, strideX = 1, top = 1, left = 1, bottom = 1, right = 1;
  int64_t dilationY = 1, dilationX = 1, groups = 1;
  std::string activation = "identity";
  bool hasBias = true, hasResidual = false, wantsMean = false;
  std::string schedule; ///< of its own, or the cost model's
};

/// The convolution as fused_conv2d; with a residual, that is another convolution.
void add(CaseModule &module, const Convolution &c) {
  int64_t height = (c.height + c.top + c.bottom - c.dilationY * (c.rows - 1) - 1) / c.strideY + 1;
  int64_t width = (c.width + c.left + c.right - c.dilationX * (c.columns - 1) - 1) / c.strideX + 1;
  std::string input = tensorType({c.batch, c.channels, c.height, c.width});
  std::string output = tensorType({c.batch, c.outputs, height, width});
  std::string mean = tensorType({c.batch, c.outputs, 1, 1});
  std::string weight = tensorType({c.outputs, c.channels / c.groups, c.rows, c.columns});
  std::string bias = tensorType({c.outputs});
  auto conv = [&](const char *name, bool residual, const std::string &activation) {
    return fmt::format(
        R"(%{0}@, %{0}_mean@ = nn.fused_conv2d %x , %{0}_w@ {1} {2} {{strides = array<i64: {3}, {4}>,
  padding = array<i64: {5}, {6}, {7}, {8}>, dilations = array<i64: {9}, {10}>, groups = {11},
  activation = #nn.activation<{12}>{19}}} : ({13}, {14}{15}{16}) -> ({17}, {18})
)",
        name, c.hasBias ? "bias %bias@" : "", residual ? "residual %r@" : "", c.strideY, c.strideX,
        c.top, c.left, c.bottom, c.right, c.dilationY, c.dilationX, c.groups, activation, input,
        weight, c.hasBias ? ", " + bias : "", residual ? ", " + output : "", output, mean,
        c.schedule.empty() ? "" : ", kernel.schedule = " + c.schedule);
  };
  std::string body = fmt::format("%c_w@ = nn.parameter \"case@.weight\" : {0}\n"
                                 "%r_w@ = nn.parameter \"case@.other\" : {0}\n"
                                 "%bias@ = nn.parameter \"case@.bias\" : {1}\n",
                                 weight, bias);
  if (c.hasResidual)
    body += conv("r", false, "relu");
  body += conv("c", c.hasResidual, c.activation);
  body += c.wantsMean
              ? fmt::format("%out = nn.scale_add %c@ scale %c_mean@ {{activation = "
                            "#nn.activation<identity>}} : ({0}, {1}) -> {0}\n",
                            output, mean)
              : fmt::format("%out = nn.scale_add %c@ {{activation = #nn.activation<identity>}} "
                            ": ({0}) -> {0}\n",
                            output);
  module.add(input, output, body);
}

struct ConvolutionTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(CPU, ConvolutionTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

Convolution square(int64_t channels, int64_t outputs, int64_t size, int64_t kernel, int64_t stride) {
  Convolution c;
  c.channels = channels, c.outputs = outputs;
  c.height = c.width = size;
  c.rows = c.columns = kernel;
  c.strideY = c.strideX = stride;
  c.top = c.left = c.bottom = c.right = kernel / 2;
  return c;
}

} // namespace

TEST_P(ConvolutionTest, KernelsAndStrides) {
  CaseModule module;
  for (int64_t kernel : {1, 2, 3, 5, 7})
    for (int64_t stride : {1, 2, 3})
      for (int64_t size : {7, 13})
        add(module, square(16, 32, size, kernel, stride));
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(ConvolutionTest, ChannelCounts) {
  CaseModule module;
  for (int64_t channels : {1, 2, 3, 5, 8, 15, 17, 33})
    for (int64_t outputs : {1, 3, 10, 16, 24, 40, 47})
      add(module, square(channels, outputs, 6, 3, 1));
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(ConvolutionTest, ImageSizes) {
  CaseModule module;
  for (auto [height, width] : {std::pair<int64_t, int64_t>{1, 1}, {1, 9}, {9, 1}, {2, 3}, {5, 14},
                               {14, 28}, {7, 7}, {33, 65}, {25, 17}, {56, 12}})
    for (int64_t stride : {1, 2}) {
      Convolution c = square(8, 24, 1, 3, stride);
      c.height = height, c.width = width;
      add(module, c);
      c.rows = c.columns = 1;
      c.top = c.left = c.bottom = c.right = 0;
      add(module, c);
    }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(ConvolutionTest, PaddingAndDilation) {
  CaseModule module;
  for (int64_t dilation : {1, 2, 3})
    for (int64_t top : {0, 1, 4})
      for (int64_t right : {0, 2, 3}) {
        Convolution c = square(8, 16, 11, 3, 1);
        c.dilationY = dilation, c.dilationX = 4 - dilation;
        c.top = top, c.right = right, c.bottom = 1, c.left = 2;
        c.strideX = 2;
        add(module, c);
      }
  expectMatchesReference("", module.text(), GetParam());
}

// Many channels and stride 1 are what Winograd's algorithm takes: one tile and less, tiles that
// stand out of the image, several blocks of tiles, and every part of the epilogue.
TEST_P(ConvolutionTest, Winograd) {
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

// Schedules that a file may ask for and the cost model does not choose: every panel, both loop orders,
// register tiles and blocks that do not divide the image.
TEST_P(ConvolutionTest, Schedules) {
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

TEST_P(ConvolutionTest, Groups) {
  CaseModule module;
  struct Grouped {
    int64_t channels, outputs, groups;
  };
  for (auto [channels, outputs, groups] :
       {Grouped{128, 128, 32}, {256, 256, 32}, {64, 64, 2}, {32, 64, 4}, {64, 32, 4}, {16, 16, 16},
        {24, 24, 24}, {12, 18, 6}, {6, 4, 2}, {15, 25, 5}, {33, 66, 3}, {34, 17, 17}, {48, 96, 3}})
    for (int64_t stride : {1, 2}) {
      Convolution c = square(channels, outputs, 7, 3, stride);
      c.groups = groups;
      add(module, c);
    }
  // Vectors of several groups: windows that leave out columns, wide images, epilogues, batches.
  for (int64_t groups : {64, 32, 16, 8, 4})
    for (int64_t dilation : {1, 2}) {
      Convolution c = square(64, 64, 1, 3, dilation);
      c.groups = groups;
      c.height = 9, c.width = 37;
      c.dilationX = dilation;
      c.batch = c.right = 2;
      c.hasResidual = dilation == 1;
      c.wantsMean = true;
      c.activation = "relu";
      add(module, c);
      c.rows = c.columns = 1;
      add(module, c);
    }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(ConvolutionTest, Epilogues) {
  CaseModule module;
  for (const char *activation :
       {"identity", "relu", "relu6", "leaky_relu, alpha = 0.1", "sigmoid",
        "hard_sigmoid, alpha = 0.2, beta = 0.5", "silu", "hard_swish",
        "clip, alpha = -0.5, beta = 0.25", "scale_shift, alpha = -0.5, beta = 3.0"})
    for (bool hasResidual : {false, true})
      for (bool wantsMean : {false, true}) {
        Convolution c = square(16, 20, 9, 3, 1);
        c.activation = activation;
        c.hasBias = hasResidual == wantsMean;
        c.hasResidual = hasResidual;
        c.wantsMean = wantsMean;
        add(module, c);
      }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(ConvolutionTest, Batches) {
  CaseModule module;
  for (int64_t batch : {2, 3, 8})
    for (int64_t kernel : {1, 3}) {
      Convolution c = square(16, 40, 10, kernel, 1);
      c.batch = batch;
      c.hasResidual = c.wantsMean = true;
      add(module, c);
    }
  expectMatchesReference("", module.text(), GetParam());
}

/// One parameter read by a dense and by a grouped convolution is packed twice.
TEST_P(ConvolutionTest, SharedWeights) {
  CaseModule module;
  module.add("tensor<1x32x5x5xf32>", "tensor<1x32x5x5xf32>", R"(
%w@ = nn.parameter "shared.weight" : tensor<32x16x1x1xf32>
%a@ = nn.parameter "first.weight" : tensor<16x32x1x1xf32>
%narrow@ = nn.conv2d %x , %a@ : (tensor<1x32x5x5xf32>, tensor<16x32x1x1xf32>) -> tensor<1x16x5x5xf32>
%dense@ = nn.conv2d %narrow@, %w@ : (tensor<1x16x5x5xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x5x5xf32>
%out = nn.conv2d %dense@, %w@ {groups = 2} : (tensor<1x32x5x5xf32>, tensor<32x16x1x1xf32>) -> tensor<1x32x5x5xf32>
)");
  expectMatchesReference("", module.text(), GetParam());
}

/// Filters above 256 KiB are walked panels first.
TEST_P(ConvolutionTest, LargeFilters) {
  CaseModule module;
  add(module, square(256, 256, 7, 3, 1));
  add(module, square(512, 160, 14, 1, 2));
  Convolution c = square(192, 192, 5, 3, 1);
  c.batch = 2;
  c.wantsMean = true;
  add(module, c);
  expectMatchesReference("", module.text(), GetParam());
}
