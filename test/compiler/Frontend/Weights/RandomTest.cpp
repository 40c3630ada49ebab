//===- RandomTest.cpp - Weights from a seed -------------------------------===//

#include "compiler/Frontend/Weights/Random.h"

#include "test/compiler/Support/Network.h"

#include "gtest/gtest.h"

#include "llvm/Support/raw_ostream.h"

#include <cmath>

using namespace sinter;
using namespace sinter::test;

static const char *const text = R"(
  func.func @f(%x: tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32> {
    %w = nn.parameter "c.weight" : tensor<64x64x3x3xf32>
    %g = nn.parameter "b.weight" : tensor<64xf32>
    %b = nn.parameter "b.bias" : tensor<64xf32>
    %m = nn.parameter "b.running_mean" : tensor<64xf32>
    %v = nn.parameter "b.running_var" : tensor<64xf32>
    %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>}
      : (tensor<1x64x8x8xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x8x8xf32>
    %1 = nn.batch_norm %0, %g, %b, %m, %v {epsilon = 1.0e-5 : f64}
      : (tensor<1x64x8x8xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x64x8x8xf32>
    return %1 : tensor<1x64x8x8xf32>
  })";

static std::vector<float> valuesOf(const WeightSource &source, llvm::StringRef key) {
  std::vector<float> values(*numElements(source.lookup(key)->shape));
  source.read(key, values);
  return values;
}

namespace {
struct Moments {
  double mean = 0, deviation = 0, least = 0, largest = 0;
};

Moments momentsOf(const std::vector<float> &values) {
  Moments moments;
  for (float value : values)
    moments.mean += value / static_cast<double>(values.size());
  for (float value : values)
    moments.deviation += std::pow(value - moments.mean, 2) / static_cast<double>(values.size());
  moments.deviation = std::sqrt(moments.deviation);
  moments.least = *llvm::min_element(values);
  moments.largest = *llvm::max_element(values);
  return moments;
}
} // namespace

TEST(Random, KnowsTheKeysAndShapesOfTheNetwork) {
  Network network(text);
  auto source = makeRandomWeights(7, network.getModule());
  EXPECT_EQ(source->name(), "random:7");
  EXPECT_EQ(source->keys(),
            (std::vector<llvm::StringRef>{"b.bias", "b.running_mean", "b.running_var", "b.weight",
                                          "c.weight"}));
  EXPECT_EQ(source->lookup("c.weight")->shape, (Shape{64, 64, 3, 3}));
  EXPECT_EQ(source->lookup("d"), nullptr);
}

TEST(Random, DrawsFiltersAsHeDoes) {
  Network network(text);
  Moments filter = momentsOf(valuesOf(*makeRandomWeights(7, network.getModule()), "c.weight"));
  double expected = std::sqrt(2.0 / (64 * 3 * 3));
  EXPECT_NEAR(filter.mean, 0, expected / 50);
  EXPECT_NEAR(filter.deviation, expected, expected / 50);
}

TEST(Random, LeavesNothingToFoldAway) {
  Network network(text);
  auto source = makeRandomWeights(7, network.getModule());
  for (llvm::StringRef key : {"b.weight", "b.running_var"}) {
    Moments moments = momentsOf(valuesOf(*source, key));
    EXPECT_GT(moments.least, 0.3) << key.str();
    EXPECT_GT(moments.deviation, 0.1) << key.str();
  }
  for (llvm::StringRef key : {"b.bias", "b.running_mean"}) {
    std::vector<float> values = valuesOf(*source, key);
    EXPECT_EQ(llvm::count(values, 0.0f), 0) << key.str();
    EXPECT_GT(momentsOf(values).deviation, 0.03) << key.str();
  }
}

TEST(Random, DependsOnSeedAndKey) {
  Network network(text);
  auto seven = makeRandomWeights(7, network.getModule());
  auto eight = makeRandomWeights(8, network.getModule());
  EXPECT_NE(valuesOf(*seven, "c.weight"), valuesOf(*eight, "c.weight"));
  EXPECT_NE(valuesOf(*seven, "b.bias"), valuesOf(*seven, "b.running_mean"));
}

TEST(Random, IsTheSameOnEveryMachine) {
  // Written down once; a compiler or CPU that rounds differently shows here.
  Network network(text);
  auto source = makeRandomWeights(7, network.getModule());
  std::vector<float> filter = valuesOf(*source, "c.weight"), gamma = valuesOf(*source, "b.weight");
  EXPECT_EQ(filter[0], 0x1.e83a0ap-4f);
  EXPECT_EQ(filter[36863], -0x1.12b9cp-5f);
  EXPECT_EQ(gamma[0], 0x1.49c734p-1f);
  EXPECT_EQ(gamma[63], 0x1.0b0f1ep-1f);
}

TEST(Random, KeepsItsValuesWhenPassesRewriteTheNetwork) {
  // The same parameters behind folded weights and a fused convolution.
  Network before(text), after(R"(
    func.func @f(%x: tensor<1x64x8x8xf32>) -> tensor<1x64x8x8xf32> {
      %v = nn.parameter "b.running_var" : tensor<64xf32>
      %m = nn.parameter "b.running_mean" : tensor<64xf32>
      %b = nn.parameter "b.bias" : tensor<64xf32>
      %g = nn.parameter "b.weight" : tensor<64xf32>
      %w = nn.parameter "c.weight" : tensor<64x64x3x3xf32>
      %fw = nn.folded_weight %w, %g, %v {epsilon = 1.0e-5 : f64}
        : (tensor<64x64x3x3xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64x64x3x3xf32>
      %fb = nn.folded_bias %g, %b, %m, %v {epsilon = 1.0e-5 : f64}
        : (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      %0, %mean = nn.fused_conv2d %x, %fw bias %fb {padding = array<i64: 1, 1, 1, 1>, activation = #nn.activation<identity>}
        : (tensor<1x64x8x8xf32>, tensor<64x64x3x3xf32>, tensor<64xf32>) -> (tensor<1x64x8x8xf32>, tensor<1x64x1x1xf32>)
      return %0 : tensor<1x64x8x8xf32>
    })");
  auto first = makeRandomWeights(7, before.getModule());
  auto second = makeRandomWeights(7, after.getModule());
  for (llvm::StringRef key : first->keys())
    EXPECT_EQ(valuesOf(*first, key), valuesOf(*second, key)) << key.str();
}

TEST(Random, SpreadsTheGatesOfSqueezeExcite) {
  Network network(R"(
    func.func @f(%x: tensor<1x64x4x4xf32>) -> tensor<1x64x4x4xf32> {
      %w1 = nn.parameter "fc1.weight" : tensor<8x64x1x1xf32>
      %b1 = nn.parameter "fc1.bias" : tensor<8xf32>
      %w2 = nn.parameter "fc2.weight" : tensor<64x8x1x1xf32>
      %b2 = nn.parameter "fc2.bias" : tensor<64xf32>
      %0 = nn.squeeze_excite %x reduce %w1 bias %b1 expand %w2 bias %b2
        {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
        : (tensor<1x64x4x4xf32>, tensor<8x64x1x1xf32>, tensor<8xf32>, tensor<64x8x1x1xf32>, tensor<64xf32>) -> tensor<1x64x4x4xf32>
      return %0 : tensor<1x64x4x4xf32>
    })");
  auto source = makeRandomWeights(7, network.getModule());
  // A constant input per channel: the result over the input is the gate.
  DoubleTensor input{{1, 64, 4, 4}, std::vector<double>(64 * 16)};
  for (size_t i = 0; i < input.data.size(); ++i)
    input.data[i] = i / 16 % 2 ? 0.25 : -0.25;
  auto results = interpret(network.getFunction(), input, *source);
  ASSERT_TRUE(static_cast<bool>(results));
  std::vector<float> gates;
  for (int64_t c = 0; c < 64; ++c)
    gates.push_back(static_cast<float>(results->front().data[c * 16] / input.data[c * 16]));
  Moments moments = momentsOf(gates);
  EXPECT_LT(moments.least, 0.35);
  EXPECT_GT(moments.largest, 0.65);
  EXPECT_GT(moments.deviation, 0.1);
}

TEST(Random, KeepsActivationsInRangeThroughDeepNetworks) {
  // The 54 blocks of CIFAR's ResNet-110, on one width.
  const char *const type = "tensor<1x16x8x8xf32>";
  std::string body;
  llvm::raw_string_ostream out(body);
  auto normalizedConvolution = [&](llvm::StringRef name, llvm::StringRef input) {
    out << "%w" << name << " = nn.parameter \"w" << name << "\" : tensor<16x16x3x3xf32>\n";
    for (llvm::StringRef vector : {"g", "b", "m", "v"})
      out << "%" << vector << name << " = nn.parameter \"" << vector << name
          << "\" : tensor<16xf32>\n";
    out << "%c" << name << " = nn.conv2d " << input << ", %w" << name
        << " {padding = array<i64: 1, 1, 1, 1>} : (" << type << ", tensor<16x16x3x3xf32>) -> "
        << type << "\n%n" << name << " = nn.batch_norm %c" << name << ", %g" << name << ", %b"
        << name << ", %m" << name << ", %v" << name << " {epsilon = 1.0e-5 : f64} : (" << type
        << ", tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) -> " << type << "\n";
  };
  out << "func.func @f(%x0: " << type << ") -> " << type << " {\n";
  for (int i = 0; i < 54; ++i) {
    std::string a = std::to_string(i) + "a", b = std::to_string(i) + "b";
    out << "%x" << i + 1 << " = nn.res_block %x" << i << " : (" << type << ") -> " << type
        << " main {\n^bb0(%in: " << type << "):\n";
    normalizedConvolution(a, "%in");
    out << "%r = nn.relu %n" << a << " : " << type << "\n";
    normalizedConvolution(b, "%r");
    out << "nn.yield %n" << b << " : " << type << "\n} then #nn.activation<relu>\n";
  }
  out << "return %x54 : " << type << "\n}\n";

  Network network(body);
  ASSERT_TRUE(static_cast<bool>(network));
  DoubleTensor input{{1, 16, 8, 8}, std::vector<double>(16 * 64)};
  for (size_t i = 0; i < input.data.size(); ++i)
    input.data[i] = static_cast<double>(i * 7919 % 101) / 50 - 1;
  for (uint64_t seed : {1, 7, 1000}) {
    auto source = makeRandomWeights(seed, network.getModule());
    double largest = 0;
    auto results = interpret(network.getFunction(), input, *source,
                             [&](mlir::Value, const DoubleTensor &tensor) {
                               for (double value : tensor.data)
                                 largest = std::max(largest, std::abs(value));
                             });
    ASSERT_TRUE(static_cast<bool>(results));
    EXPECT_LT(largest, 200);
    EXPECT_GT(*llvm::max_element(results->front().data), 0.1);
  }
}
