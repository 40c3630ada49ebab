//===- BlocksTest.cpp - Blocks, SE and fused operations, by hand ----------===//

#include "test/compiler/Reference/Evaluate.h"

#include <cmath>

using namespace sinter;
using namespace sinter::test;

static double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

//===----------------------------------------------------------------------===//
// nn.res_block
//===----------------------------------------------------------------------===//

TEST(ResBlock, AddsTheIdentityAndActivates) {
  // relu(-2 x + x)
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x1x3xf32>, %w: tensor<1x1x1x1xf32>) -> tensor<1x1x1x3xf32> {
      %0 = nn.res_block %x : (tensor<1x1x1x3xf32>) -> tensor<1x1x1x3xf32> main {
      ^bb0(%in: tensor<1x1x1x3xf32>):
        %1 = nn.conv2d %in, %w : (tensor<1x1x1x3xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x3xf32>
        nn.yield %1 : tensor<1x1x1x3xf32>
      } then #nn.activation<relu>
      return %0 : tensor<1x1x1x3xf32>
    })",
                          {{{1, 1, 1, 3}, {-1, 0, 5}}, {{1, 1, 1, 1}, {-2}}});
  expectTensor(results[0], {1, 1, 1, 3}, {1, 0, 0});
}

TEST(ResBlock, AddsTheProjectionOfTheShortcut) {
  // 10 x + 3 x on every second pixel, no activation.
  auto results =
      evaluate(R"(
    func.func @f(%x: tensor<1x1x1x3xf32>) -> tensor<1x1x1x2xf32> {
      %0 = nn.res_block %x : (tensor<1x1x1x3xf32>) -> tensor<1x1x1x2xf32> main {
      ^bb0(%in: tensor<1x1x1x3xf32>):
        %w = nn.parameter "main" : tensor<1x1x1x1xf32>
        %1 = nn.conv2d %in, %w {strides = array<i64: 1, 2>}
          : (tensor<1x1x1x3xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x2xf32>
        nn.yield %1 : tensor<1x1x1x2xf32>
      } shortcut {
      ^bb0(%in: tensor<1x1x1x3xf32>):
        %w = nn.parameter "shortcut" : tensor<1x1x1x1xf32>
        %1 = nn.conv2d %in, %w {strides = array<i64: 1, 2>}
          : (tensor<1x1x1x3xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x1x2xf32>
        nn.yield %1 : tensor<1x1x1x2xf32>
      } then #nn.activation<identity>
      return %0 : tensor<1x1x1x2xf32>
    })",
               {{{1, 1, 1, 3}, {-1, 7, 5}}},
               MapWeights().add("main", {{1, 1, 1, 1}, {10}}).add("shortcut", {{1, 1, 1, 1}, {3}}));
  expectTensor(results[0], {1, 1, 1, 2}, {-13, 65});
}

TEST(ResBlock, NestsAndYieldsItsArgument) {
  // Inner: x + x; outer: inner + x.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> {
      %0 = nn.res_block %x : (tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> main {
      ^bb0(%in: tensor<1x1x1x1xf32>):
        %1 = nn.res_block %in : (tensor<1x1x1x1xf32>) -> tensor<1x1x1x1xf32> main {
        ^bb0(%inner: tensor<1x1x1x1xf32>):
          nn.yield %inner : tensor<1x1x1x1xf32>
        } then #nn.activation<identity>
        nn.yield %1 : tensor<1x1x1x1xf32>
      } then #nn.activation<identity>
      return %0 : tensor<1x1x1x1xf32>
    })",
                          {{{1, 1, 1, 1}, {7}}});
  expectTensor(results[0], {1, 1, 1, 1}, {21});
}

//===----------------------------------------------------------------------===//
// Squeeze-and-excitation
//===----------------------------------------------------------------------===//

TEST(SqueezeExcite, RescalesChannelsByTheGate) {
  // Means 2 and 6; hidden relu(2 - 6 + 5) = 1; gates sigmoid(1 * 3 - 1) and sigmoid(-2 + 0.5).
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x2x1x2xf32>, %r: tensor<1x2xf32>, %rb: tensor<1xf32>, %e: tensor<2x1x1x1xf32>,
                 %eb: tensor<2xf32>) -> tensor<1x2x1x2xf32> {
      %0 = nn.squeeze_excite %x reduce %r bias %rb expand %e bias %eb
        {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
        : (tensor<1x2x1x2xf32>, tensor<1x2xf32>, tensor<1xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x1x2xf32>
      return %0 : tensor<1x2x1x2xf32>
    })",
                          {{{1, 2, 1, 2}, {1, 3, 4, 8}},
                           {{1, 2}, {1, -1}},
                           {{1}, {5}},
                           {{2, 1, 1, 1}, {3, -2}},
                           {{2}, {-1, 0.5}}});
  double g0 = sigmoid(2), g1 = sigmoid(-1.5);
  expectTensor(results[0], {1, 2, 1, 2}, {g0, 3 * g0, 4 * g1, 8 * g1});
}

TEST(SqueezeExcite, GatesEachImageByItsOwnMeans) {
  // Hard sigmoid 0.25 x + 0 of the mean, through two weights of 1.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2x1x1x1xf32>, %w: tensor<1x1xf32>) -> tensor<2x1x1x1xf32> {
      %0 = nn.squeeze_excite %x reduce %w expand %w
        {activation = #nn.activation<identity>, gate = #nn.activation<hard_sigmoid, alpha = 0.25>}
        : (tensor<2x1x1x1xf32>, tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<2x1x1x1xf32>
      return %0 : tensor<2x1x1x1xf32>
    })",
                          {{{2, 1, 1, 1}, {2, 3}}, {{1, 1}, {1}}});
  expectTensor(results[0], {2, 1, 1, 1}, {1, 2.25});
}

TEST(SEGate, IsTheGateOfSqueezeExcite) {
  auto results = evaluate(R"(
    func.func @f(%m: tensor<1x2x1x1xf32>, %r: tensor<1x2xf32>, %e: tensor<2x1xf32>) -> tensor<1x2x1x1xf32> {
      %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
        : (tensor<1x2x1x1xf32>, tensor<1x2xf32>, tensor<2x1xf32>) -> tensor<1x2x1x1xf32>
      return %0 : tensor<1x2x1x1xf32>
    })",
                          {{{1, 2, 1, 1}, {2, 6}}, {{1, 2}, {2, -0.5}}, {{2, 1}, {3, -2}}});
  expectTensor(results[0], {1, 2, 1, 1}, {sigmoid(3), sigmoid(-2)});
}

//===----------------------------------------------------------------------===//
// Fused operations
//===----------------------------------------------------------------------===//

TEST(FusedConv2d, AppliesItsEpilogueAndReportsTheMeans) {
  // relu(2 x + 1 + r)
  auto results = evaluate(
      R"(
    func.func @f(%x: tensor<1x1x1x2xf32>, %w: tensor<1x1x1x1xf32>, %b: tensor<1xf32>, %r: tensor<1x1x1x2xf32>)
        -> (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>) {
      %0, %mean = nn.fused_conv2d %x, %w bias %b residual %r {activation = #nn.activation<relu>}
        : (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1x1x1x2xf32>)
        -> (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>)
      return %0, %mean : tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>
    })",
      {{{1, 1, 1, 2}, {1, 2}}, {{1, 1, 1, 1}, {2}}, {{1}, {1}}, {{1, 1, 1, 2}, {-100, 10}}});
  expectTensor(results[0], {1, 1, 1, 2}, {0, 15});
  expectTensor(results[1], {1, 1, 1, 1}, {7.5});
}

TEST(FusedConv2d, TellsAResidualFromABias) {
  auto results = evaluate(R"(
    func.func @f(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x1x1xf32>, %r: tensor<1x1x1x1xf32>)
        -> tensor<1x1x1x1xf32> {
      %0, %mean = nn.fused_conv2d %x, %w residual %r {activation = #nn.activation<identity>}
        : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>)
        -> (tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>)
      return %0 : tensor<1x1x1x1xf32>
    })",
                          {{{1, 1, 1, 1}, {3}}, {{1, 1, 1, 1}, {5}}, {{1, 1, 1, 1}, {7}}});
  expectTensor(results[0], {1, 1, 1, 1}, {22});
}

TEST(ScaleAdd, ScalesAddsAndActivates) {
  auto results =
      evaluate(R"(
    func.func @f(%x: tensor<1x2x1x2xf32>, %s: tensor<1x2x1x1xf32>, %r: tensor<1x2x1x2xf32>)
        -> (tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>) {
      %0 = nn.scale_add %x scale %s residual %r {activation = #nn.activation<relu>}
        : (tensor<1x2x1x2xf32>, tensor<1x2x1x1xf32>, tensor<1x2x1x2xf32>) -> tensor<1x2x1x2xf32>
      %1 = nn.scale_add %x scale %x {activation = #nn.activation<identity>}
        : (tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>) -> tensor<1x2x1x2xf32>
      %2 = nn.scale_add %x residual %r {activation = #nn.activation<identity>}
        : (tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>) -> tensor<1x2x1x2xf32>
      return %0, %1, %2 : tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>, tensor<1x2x1x2xf32>
    })",
               {counting({1, 2, 1, 2}), {{1, 2, 1, 1}, {2, -1}}, {{1, 2, 1, 2}, {10, -10, 1, 5}}});
  expectTensor(results[0], {1, 2, 1, 2}, {12, 0, 0, 1});
  expectTensor(results[1], {1, 2, 1, 2}, {1, 4, 9, 16});
  expectTensor(results[2], {1, 2, 1, 2}, {11, -8, 4, 9});
}

TEST(FusedConv2d, ScalesBeforeItAdds) {
  // relu((2 x + 1) s + r)
  auto results = evaluate(
      R"(
    func.func @f(%x: tensor<1x1x1x2xf32>, %w: tensor<1x1x1x1xf32>, %b: tensor<1xf32>, %s: tensor<1x1x1x1xf32>,
                 %r: tensor<1x1x1x2xf32>) -> tensor<1x1x1x2xf32> {
      %0, %mean = nn.fused_conv2d %x, %w bias %b scale %s residual %r {activation = #nn.activation<relu>}
        : (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1x1x1x1xf32>, tensor<1x1x1x2xf32>)
        -> (tensor<1x1x1x2xf32>, tensor<1x1x1x1xf32>)
      return %0 : tensor<1x1x1x2xf32>
    })",
      {{{1, 1, 1, 2}, {1, 2}},
       {{1, 1, 1, 1}, {2}},
       {{1}, {1}},
       {{1, 1, 1, 1}, {3}},
       {{1, 1, 1, 2}, {-100, 10}}});
  expectTensor(results[0], {1, 1, 1, 2}, {0, 25});
}

TEST(ComposedParameters, AreTheTwoLayersInOne) {
  // (1 2; 3 4) (5 6 7; 8 9 10), and with the biases (1 2; 3 4) (10, -1) + (1, 2).
  auto results = evaluate(R"(
    func.func @f(%o: tensor<2x2xf32>, %i: tensor<2x3x1x1xf32>, %ib: tensor<2xf32>, %b: tensor<2xf32>)
        -> (tensor<2x3xf32>, tensor<2xf32>, tensor<2xf32>) {
      %0 = nn.composed_weight %o, %i : (tensor<2x2xf32>, tensor<2x3x1x1xf32>) -> tensor<2x3xf32>
      %1 = nn.composed_bias %o, %ib : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %2 = nn.composed_bias %o, %ib bias %b : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %0, %1, %2 : tensor<2x3xf32>, tensor<2xf32>, tensor<2xf32>
    })",
                          {counting({2, 2}), {{2, 3, 1, 1}, {5, 6, 7, 8, 9, 10}}, {{2}, {10, -1}}, {{2}, {1, 2}}});
  expectTensor(results[0], {2, 3}, {21, 24, 27, 47, 54, 61});
  expectTensor(results[1], {2}, {8, 26});
  expectTensor(results[2], {2}, {9, 28});
}

TEST(FoldedParameters, CarryTheBatchNorm) {
  // Deviations sqrt(3 + 1) = 2 and sqrt(24 + 1) = 5.
  auto results = evaluate(R"(
    func.func @f(%w: tensor<2x1x1x2xf32>, %g: tensor<2xf32>, %b: tensor<2xf32>, %m: tensor<2xf32>, %v: tensor<2xf32>,
                 %c: tensor<2xf32>) -> (tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
      %0 = nn.folded_weight %w, %g, %v {epsilon = 1.0 : f64}
        : (tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x1x1x2xf32>
      %1 = nn.folded_bias %g, %b, %m, %v {epsilon = 1.0 : f64}
        : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %2 = nn.folded_bias %g, %b, %m, %v bias %c {epsilon = 1.0 : f64}
        : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      %3 = nn.folded_scale %g, %v {epsilon = 1.0 : f64} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
      return %0, %1, %2, %3 : tensor<2x1x1x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    })",
                          {counting({2, 1, 1, 2}),
                           {{2}, {4, 10}},
                           {{2}, {1, -1}},
                           {{2}, {3, 5}},
                           {{2}, {3, 24}},
                           {{2}, {2, 6}}});
  expectTensor(results[0], {2, 1, 1, 2}, {2, 4, 6, 8});
  expectTensor(results[1], {2}, {1 - 3 * 2, -1 - 5 * 2});
  expectTensor(results[2], {2}, {1 - 1 * 2, -1 + 1 * 2});
  expectTensor(results[3], {2}, {2, 2});
}
