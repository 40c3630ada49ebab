//===- ConvolutionTest.cpp - Convolutions over swept shapes ---------------===//

#include "test/numerics/Convolution.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct ConvolutionTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Target, ConvolutionTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

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
