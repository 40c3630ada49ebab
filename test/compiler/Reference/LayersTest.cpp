//===- LayersTest.cpp - Layers of the reference, by hand ------------------===//

#include "test/compiler/Reference/Evaluate.h"

#include <cmath>

using namespace sinter;
using namespace sinter::test;

//===----------------------------------------------------------------------===//
// Batch norm, linear, softmax
//===----------------------------------------------------------------------===//

TEST(BatchNorm, NormalizesScalesAndShiftsEachChannel) {
  // Channel 0: (x - 1) * 3 / sqrt(3 + 1) + 10; channel 1: (x - 5) * 2 / sqrt(24 + 1) - 1.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x2x1x2xf32>, %g: tensor<2xf32>, %b: tensor<2xf32>, %m: tensor<2xf32>,
                 %v: tensor<2xf32>) -> tensor<1x2x1x2xf32> {
      %0 = nn.batch_norm %x, %g, %b, %m, %v {epsilon = 1.0 : f64}
        : (tensor<1x2x1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x1x2xf32>
      return %0 : tensor<1x2x1x2xf32>
    })",
                          {{{1, 2, 1, 2}, {1, 3, 5, 10}},
                           {{2}, {3, 2}},
                           {{2}, {10, -1}},
                           {{2}, {1, 5}},
                           {{2}, {3, 24}}});
  expectTensor(results[0], {1, 2, 1, 2}, {10, 13, -1, 1});
}

TEST(Linear, MultipliesRowsAndAddsBias) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x3xf32>, %w: tensor<2x3xf32>, %b: tensor<2xf32>) -> tensor<2x2xf32> {
      %0 = nn.linear %x, %w bias %b : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2xf32>) -> tensor<2x2xf32>
      return %0 : tensor<2x2xf32>
    })",
                          {counting({2, 3}), {{2, 3}, {1, 10, 100, 0, 0, 1}}, {{2}, {0.5, 0}}});
  expectTensor(results[0], {2, 2}, {321.5, 3, 654.5, 6});
}

TEST(Linear, WorksWithoutBias) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x2xf32>, %w: tensor<1x2xf32>) -> tensor<1x1xf32> {
      %0 = nn.linear %x, %w : (tensor<1x2xf32>, tensor<1x2xf32>) -> tensor<1x1xf32>
      return %0 : tensor<1x1xf32>
    })",
                          {counting({1, 2}), {{1, 2}, {3, 4}}});
  expectTensor(results[0], {1, 1}, {11});
}

TEST(Softmax, DividesByTheSumOfEachRow) {
  double e = std::exp(1.0);
  // The second row overflows unless its maximum is subtracted.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %0 = nn.softmax %x : tensor<2x2xf32>
      return %0 : tensor<2x2xf32>
    })",
                          {{{2, 2}, {0, 1, 1000, 1000}}});
  expectTensor(results[0], {2, 2}, {1 / (1 + e), e / (1 + e), 0.5, 0.5});
}

TEST(LogSoftmax, SubtractsTheLogarithmOfTheSumOfEachRow) {
  double sum = std::log(1 + std::exp(1.0));
  // The second row overflows unless its maximum is subtracted.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2xf32>) -> tensor<2x2xf32> {
      %0 = nn.log_softmax %x : tensor<2x2xf32>
      return %0 : tensor<2x2xf32>
    })",
                          {{{2, 2}, {0, 1, 1000, 1000}}});
  expectTensor(results[0], {2, 2}, {-sum, 1 - sum, -std::log(2.0), -std::log(2.0)});
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

TEST(MaxPool, PaddingIsBelowEverything) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32> {
      %0 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>}
        : (tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
      return %0 : tensor<1x1x2x2xf32>
    })",
                          {{{1, 1, 3, 3}, {-1, -2, -3, -4, -5, -6, -7, -8, -9}}});
  expectTensor(results[0], {1, 1, 2, 2}, {-1, -2, -4, -5});
}

TEST(MaxPool, CeilModeAddsAPartialWindow) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32> {
      %0 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, ceil_mode = true}
        : (tensor<1x1x4x4xf32>) -> tensor<1x1x2x2xf32>
      return %0 : tensor<1x1x2x2xf32>
    })",
                          {counting({1, 1, 4, 4})});
  expectTensor(results[0], {1, 1, 2, 2}, {11, 12, 15, 16});
}

TEST(MaxPool, PadsEachSideByItsOwnAmount) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x1x3xf32>) -> tensor<1x1x1x2xf32> {
      %0 = nn.max_pool %x {kernel = array<i64: 1, 3>, strides = array<i64: 1, 2>, padding = array<i64: 0, 2, 0, 0>}
        : (tensor<1x1x1x3xf32>) -> tensor<1x1x1x2xf32>
      return %0 : tensor<1x1x1x2xf32>
    })",
                          {counting({1, 1, 1, 3})});
  expectTensor(results[0], {1, 1, 1, 2}, {1, 3});
}

TEST(AvgPool, CountsPaddingUnlessToldNotTo) {
  const char *text = R"(
    func.func @f(%x: tensor<1x1x2x2xf32>) -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) {
      %0 = nn.avg_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 3, 3>, padding = array<i64: 1, 1, 0, 0>}
        : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
      %1 = nn.avg_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 3, 3>, padding = array<i64: 1, 1, 0, 0>,
                           count_include_pad = false}
        : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
      return %0, %1 : tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>
    })";
  auto results = evaluate(text, {counting({1, 1, 2, 2})});
  expectTensor(results[0], {1, 1, 1, 1}, {10.0 / 9});
  expectTensor(results[1], {1, 1, 1, 1}, {2.5});
}

TEST(AvgPool, NeverCountsWhatOnlyCeilModeAdds) {
  // Width 4, kernel 3, stride 2, padding 1 on both sides: the third window covers
  // column 3, one pixel of padding, and one that only ceil_mode adds.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x1x4xf32>) -> (tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>) {
      %0 = nn.avg_pool %x {kernel = array<i64: 1, 3>, strides = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 1>,
                           ceil_mode = true}
        : (tensor<1x1x1x4xf32>) -> tensor<1x1x1x3xf32>
      %1 = nn.avg_pool %x {kernel = array<i64: 1, 3>, strides = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 1>,
                           ceil_mode = true, count_include_pad = false}
        : (tensor<1x1x1x4xf32>) -> tensor<1x1x1x3xf32>
      return %0, %1 : tensor<1x1x1x3xf32>, tensor<1x1x1x3xf32>
    })",
                          {counting({1, 1, 1, 4})});
  expectTensor(results[0], {1, 1, 1, 3}, {3.0 / 3, 9.0 / 3, 4.0 / 2});
  expectTensor(results[1], {1, 1, 1, 3}, {3.0 / 2, 9.0 / 3, 4.0});
}

TEST(AvgPool, StrideTwoPicksPixelsForOptionA) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x3x3xf32>) -> tensor<1x3x2x2xf32> {
      %0 = nn.avg_pool %x {kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>}
        : (tensor<1x1x3x3xf32>) -> tensor<1x1x2x2xf32>
      %1 = nn.pad_channels %0 {before = 1, after = 1} : (tensor<1x1x2x2xf32>) -> tensor<1x3x2x2xf32>
      return %1 : tensor<1x3x2x2xf32>
    })",
                          {counting({1, 1, 3, 3})});
  expectTensor(results[0], {1, 3, 2, 2}, {0, 0, 0, 0, 1, 3, 7, 9, 0, 0, 0, 0});
}

TEST(PadChannels, PadsEachImageOfABatch) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2x1x1xf32>) -> tensor<2x3x1x1xf32> {
      %0 = nn.pad_channels %x {before = 0, after = 1} : (tensor<2x2x1x1xf32>) -> tensor<2x3x1x1xf32>
      return %0 : tensor<2x3x1x1xf32>
    })",
                          {counting({2, 2, 1, 1})});
  expectTensor(results[0], {2, 3, 1, 1}, {1, 2, 0, 3, 4, 0});
}

TEST(GlobalAvgPool, TakesTheMeanOfEachChannel) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2x2x1xf32>) -> tensor<2x2x1x1xf32> {
      %0 = nn.global_avg_pool %x : (tensor<2x2x2x1xf32>) -> tensor<2x2x1x1xf32>
      return %0 : tensor<2x2x1x1xf32>
    })",
                          {counting({2, 2, 2, 1})});
  expectTensor(results[0], {2, 2, 1, 1}, {1.5, 3.5, 5.5, 7.5});
}

TEST(Flatten, KeepsTheOrder) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2x1x2xf32>) -> tensor<2x4xf32> {
      %0 = nn.flatten %x : (tensor<2x2x1x2xf32>) -> tensor<2x4xf32>
      return %0 : tensor<2x4xf32>
    })",
                          {counting({2, 2, 1, 2})});
  expectTensor(results[0], {2, 4}, {1, 2, 3, 4, 5, 6, 7, 8});
}

TEST(Unflatten, KeepsTheOrder) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x3xf32>) -> tensor<2x3x1x1xf32> {
      %0 = nn.unflatten %x : (tensor<2x3xf32>) -> tensor<2x3x1x1xf32>
      return %0 : tensor<2x3x1x1xf32>
    })",
                          {counting({2, 3})});
  expectTensor(results[0], {2, 3, 1, 1}, {1, 2, 3, 4, 5, 6});
}

TEST(Concat, PutsTheChannelsOfEachImageTogether) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x1x1x2xf32>, %y: tensor<2x2x1x2xf32>) -> tensor<2x4x1x2xf32> {
      %0 = nn.concat %x, %y, %x : (tensor<2x1x1x2xf32>, tensor<2x2x1x2xf32>, tensor<2x1x1x2xf32>) -> tensor<2x4x1x2xf32>
      return %0 : tensor<2x4x1x2xf32>
    })",
                          {{{2, 1, 1, 2}, {-1, -2, -3, -4}}, counting({2, 2, 1, 2})});
  expectTensor(results[0], {2, 4, 1, 2}, {-1, -2, 1, 2, 3, 4, -1, -2, -3, -4, 5, 6, 7, 8, -3, -4});
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static void expectActivation(llvm::StringRef op, std::vector<double> in, std::vector<double> out) {
  SCOPED_TRACE(op.str());
  std::string type = "tensor<" + std::to_string(in.size()) + "xf32>";
  auto results = evaluate("func.func @f(%x: " + type + ") -> " + type + " { %0 = nn." + op.str() +
                              " : " + type + " return %0 : " + type + " }",
                          {{{static_cast<int64_t>(in.size())}, in}});
  expectTensor(results[0], {static_cast<int64_t>(in.size())}, out);
}

TEST(Activations, ComputeTheTableOfTheDialect) {
  double e = std::exp(1.0), s = 1 / (1 + 1 / e);
  expectActivation("relu %x", {-2, 0, 3}, {0, 0, 3});
  expectActivation("relu6 %x", {-2, 5, 7}, {0, 5, 6});
  expectActivation("leaky_relu %x {negative_slope = 0.5 : f64}", {-2, 0, 3}, {-1, 0, 3});
  expectActivation("sigmoid %x", {0, 1, -1, -1000}, {0.5, s, 1 - s, 0});
  expectActivation("silu %x", {0, 1, -1}, {0, s, s - 1});
  expectActivation("hard_swish %x", {-4, -1, 1, 4}, {0, -2.0 / 6, 4.0 / 6, 4});
  expectActivation("hard_sigmoid %x", {-4, 0, 1, 4}, {0, 0.5, 4.0 / 6, 1});
  expectActivation("hard_sigmoid %x {alpha = 0.2 : f64, beta = 0.25 : f64}", {-2, 0, 1, 5},
                   {0, 0.25, 0.45, 1});
  expectActivation("clip %x {min = -1.0 : f64, max = 2.5 : f64}", {-4, -0.5, 2, 3}, {-1, -0.5, 2, 2.5});
  expectActivation("scale_shift %x {scale = 2.0 : f64, shift = -0.5 : f64}", {-1, 0, 3},
                   {-2.5, -0.5, 5.5});
}

TEST(Add, AddsElements) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<3xf32>, %y: tensor<3xf32>) -> tensor<3xf32> {
      %0 = nn.add %x, %y : tensor<3xf32>
      return %0 : tensor<3xf32>
    })",
                          {counting({3}), {{3}, {10, 20, 30}}});
  expectTensor(results[0], {3}, {11, 22, 33});
}

TEST(Mul, MultipliesByElementOrByChannel) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x2x1x2xf32>, %y: tensor<2x2x1x2xf32>, %c: tensor<2x2x1x1xf32>)
        -> (tensor<2x2x1x2xf32>, tensor<2x2x1x2xf32>) {
      %0 = nn.mul %x, %y : (tensor<2x2x1x2xf32>, tensor<2x2x1x2xf32>) -> tensor<2x2x1x2xf32>
      %1 = nn.mul %x, %c : (tensor<2x2x1x2xf32>, tensor<2x2x1x1xf32>) -> tensor<2x2x1x2xf32>
      return %0, %1 : tensor<2x2x1x2xf32>, tensor<2x2x1x2xf32>
    })",
                          {counting({2, 2, 1, 2}),
                           {{2, 2, 1, 2}, {1, 0, 2, 0, 3, 0, 4, 0}},
                           {{2, 2, 1, 1}, {1, 10, 100, 1000}}});
  expectTensor(results[0], {2, 2, 1, 2}, {1, 0, 6, 0, 15, 0, 28, 0});
  expectTensor(results[1], {2, 2, 1, 2}, {1, 2, 30, 40, 500, 600, 7000, 8000});
}
