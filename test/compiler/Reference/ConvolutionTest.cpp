//===- ConvolutionTest.cpp - nn.conv2d of the reference -------------------===//
//
// Values computed by hand, and a sweep against the formula of the dialect's
// documentation evaluated one pixel at a time.
//
//===----------------------------------------------------------------------===//

#include "test/compiler/Reference/Evaluate.h"

#include <fmt/format.h>

using namespace sinter;
using namespace sinter::test;

TEST(Conv2d, SumsOverTheWindow) {
  // 1*1 + 2*10 + 4*100 + 5*1000, and so on.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x3x3xf32>, %w: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
      %0 = nn.conv2d %x, %w : (tensor<1x1x3x3xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
      return %0 : tensor<1x1x2x2xf32>
    })",
                          {counting({1, 1, 3, 3}), {{1, 1, 2, 2}, {1, 10, 100, 1000}}});
  expectTensor(results[0], {1, 1, 2, 2}, {5421, 6532, 8754, 9865});
}

TEST(Conv2d, AddsTheBiasOfEachOutputChannel) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x2x1x2xf32>, %w: tensor<2x2x1x1xf32>, %b: tensor<2xf32>) -> tensor<1x2x1x2xf32> {
      %0 = nn.conv2d %x, %w bias %b
        : (tensor<1x2x1x2xf32>, tensor<2x2x1x1xf32>, tensor<2xf32>) -> tensor<1x2x1x2xf32>
      return %0 : tensor<1x2x1x2xf32>
    })",
                          {counting({1, 2, 1, 2}), counting({2, 2, 1, 1}), {{2}, {0.5, -0.25}}});
  expectTensor(results[0], {1, 2, 1, 2}, {7.5, 10.5, 14.75, 21.75});
}

TEST(Conv2d, PadsEachSideByItsOwnAmount) {
  // [top, left, bottom, right] = [1, 0, 0, 2]: the kernel picks its lower left pixel.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x2x2xf32>, %w: tensor<1x1x2x2xf32>) -> tensor<1x1x2x3xf32> {
      %0 = nn.conv2d %x, %w {padding = array<i64: 1, 0, 0, 2>}
        : (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x3xf32>
      return %0 : tensor<1x1x2x3xf32>
    })",
                          {counting({1, 1, 2, 2}), {{1, 1, 2, 2}, {0, 0, 1, 0}}});
  expectTensor(results[0], {1, 1, 2, 3}, {1, 2, 0, 3, 4, 0});
}

TEST(Conv2d, StridesAndDilatesByDimension) {
  // Rows 0 and 2, then 1 and 3; columns 0 and 3, then 2 and 5.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x4x6xf32>, %w: tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32> {
      %0 = nn.conv2d %x, %w {strides = array<i64: 1, 2>, dilations = array<i64: 2, 3>}
        : (tensor<1x1x4x6xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x2x2xf32>
      return %0 : tensor<1x1x2x2xf32>
    })",
                          {counting({1, 1, 4, 6}), {{1, 1, 2, 2}, {1, 1, 1, 1}}});
  expectTensor(results[0], {1, 1, 2, 2},
               {1 + 4 + 13 + 16, 3 + 6 + 15 + 18, 7 + 10 + 19 + 22, 9 + 12 + 21 + 24});
}

TEST(Conv2d, KeepsGroupsApart) {
  // Two groups of two input channels and one output channel.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x4x1x1xf32>, %w: tensor<2x2x1x1xf32>) -> tensor<1x2x1x1xf32> {
      %0 = nn.conv2d %x, %w {groups = 2}
        : (tensor<1x4x1x1xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x1x1xf32>
      return %0 : tensor<1x2x1x1xf32>
    })",
                          {counting({1, 4, 1, 1}), {{2, 2, 1, 1}, {1, 10, 100, 1000}}});
  expectTensor(results[0], {1, 2, 1, 1}, {21, 4300});
}

TEST(Conv2d, TreatsImagesOfABatchAlike) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x1x1x2xf32>, %w: tensor<2x1x1x1xf32>) -> tensor<2x2x1x2xf32> {
      %0 = nn.conv2d %x, %w : (tensor<2x1x1x2xf32>, tensor<2x1x1x1xf32>) -> tensor<2x2x1x2xf32>
      return %0 : tensor<2x2x1x2xf32>
    })",
                          {counting({2, 1, 1, 2}), {{2, 1, 1, 1}, {1, 10}}});
  expectTensor(results[0], {2, 2, 1, 2}, {1, 2, 10, 20, 3, 4, 30, 40});
}

namespace {

struct Case {
  int64_t batch, groups, channelsPerGroup, filtersPerGroup, height, width, kernel, kernelWidth;
  int64_t strides[2], padding[4], dilations[2];

  int64_t outputSize(int dim) const {
    int64_t size = dim ? width : height, taps = dim ? kernelWidth : kernel;
    return (size + padding[dim] + padding[2 + dim] - dilations[dim] * (taps - 1) - 1) /
               strides[dim] +
           1;
  }
};

/// One output value by the formula.
double pixel(const Case &c, const DoubleTensor &x, const DoubleTensor &w, int64_t n, int64_t k,
             int64_t oy, int64_t ox) {
  int64_t channels = c.groups * c.channelsPerGroup, group = k / c.filtersPerGroup;
  double sum = 0;
  for (int64_t ch = 0; ch < c.channelsPerGroup; ++ch)
    for (int64_t r = 0; r < c.kernel; ++r)
      for (int64_t s = 0; s < c.kernelWidth; ++s) {
        int64_t y = oy * c.strides[0] + r * c.dilations[0] - c.padding[0];
        int64_t xx = ox * c.strides[1] + s * c.dilations[1] - c.padding[1];
        if (y < 0 || y >= c.height || xx < 0 || xx >= c.width)
          continue;
        int64_t channel = group * c.channelsPerGroup + ch;
        sum += w.data[((k * c.channelsPerGroup + ch) * c.kernel + r) * c.kernelWidth + s] *
               x.data[((n * channels + channel) * c.height + y) * c.width + xx];
      }
  return sum;
}

/// Small integers: every sum is exact, whatever its order.
DoubleTensor integers(Shape shape, int64_t seed) {
  DoubleTensor tensor = counting(shape);
  for (double &value : tensor.data)
    value = static_cast<double>((static_cast<int64_t>(value) * 7919 + seed) % 17 - 8);
  return tensor;
}

void check(const Case &c) {
  int64_t channels = c.groups * c.channelsPerGroup, filters = c.groups * c.filtersPerGroup;
  int64_t oh = c.outputSize(0), ow = c.outputSize(1);
  std::string x = fmt::format("tensor<{}x{}x{}x{}xf32>", c.batch, channels, c.height, c.width);
  std::string w =
      fmt::format("tensor<{}x{}x{}x{}xf32>", filters, c.channelsPerGroup, c.kernel, c.kernelWidth);
  std::string y = fmt::format("tensor<{}x{}x{}x{}xf32>", c.batch, filters, oh, ow);
  DoubleTensor input = integers({c.batch, channels, c.height, c.width}, 3);
  DoubleTensor weight = integers({filters, c.channelsPerGroup, c.kernel, c.kernelWidth}, 5);
  std::string text = fmt::format(
      "func.func @f(%x: {0}, %w: {1}) -> {2} {{ %0 = nn.conv2d %x, %w {{strides = array<i64: {3}, "
      "{4}>, padding = array<i64: {5}, {6}, {7}, {8}>, dilations = array<i64: {9}, {10}>, groups = "
      "{11}}} : ({0}, {1}) -> {2} return %0 : {2} }}",
      x, w, y, c.strides[0], c.strides[1], c.padding[0], c.padding[1], c.padding[2], c.padding[3],
      c.dilations[0], c.dilations[1], c.groups);
  SCOPED_TRACE(text);
  DoubleTensor result = evaluate(text, {input, weight})[0];
  ASSERT_EQ(result.data.size(), static_cast<size_t>(c.batch * filters * oh * ow));
  const double *got = result.data.data();
  for (int64_t n = 0; n < c.batch; ++n)
    for (int64_t k = 0; k < filters; ++k)
      for (int64_t oy = 0; oy < oh; ++oy)
        for (int64_t ox = 0; ox < ow; ++ox)
          ASSERT_EQ(*got++, pixel(c, input, weight, n, k, oy, ox));
}

} // namespace

TEST(Conv2d, AgreesWithTheFormulaOverSweptShapes) {
  for (int64_t groups : {1, 3})
    for (int64_t stride : {1, 2, 3})
      for (int64_t dilation : {1, 2})
        for (int64_t kernel : {1, 3})
          for (int64_t pad : {0, 1, 3}) {
            check({2,
                   groups,
                   2,
                   3,
                   7,
                   9,
                   kernel,
                   kernel,
                   {stride, 1},
                   {pad, 0, pad, 1},
                   {dilation, 1}});
            check({1, groups, 1, 2, 8, 6, 1, kernel, {1, stride}, {0, pad, 2, 0}, {1, dilation}});
          }
}

TEST(Conv2d, SeesNothingWhereOnlyPaddingIs) {
  // A 1x1 kernel at stride 3 over a 1x1 image with 3 pixels of padding.
  check({1, 1, 1, 1, 1, 1, 1, 1, {3, 3}, {3, 3, 3, 3}, {1, 1}});
}
