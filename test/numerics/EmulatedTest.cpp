//===- EmulatedTest.cpp - Small networks as code for GPUs -----------------===//

#include "test/numerics/Harness.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct EmulatedTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Target, EmulatedTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

std::string shipped(const std::string &name) {
  return std::string(SINTER_NETWORKS_DIR) + "/" + name + ".sinter";
}

} // namespace

TEST_P(EmulatedTest, ResNet20) { expectMatchesReference(shipped("resnet20"), "", GetParam()); }

TEST_P(EmulatedTest, SEResNet20) { expectMatchesReference(shipped("seresnet20"), "", GetParam()); }

/// One block of each kind, with and without a gate, at sizes that no tile divides.
TEST_P(EmulatedTest, Blocks) {
  for (const char *image : {"1, 3, 40, 56", "2, 3, 33, 65"})
    for (const char *reduction : {"none", "16"})
      for (int stride : {1, 2}) {
        std::string text = fmt::format(R"(import "resnet"

network sized(image: f32[{0}]) {{
  x = resnet_stem(image)
  x = layer1: basic_stage(x, 64, 1, stride: {2}, reduction: {1})
  x = layer2: bottleneck_stage(x, 48, 1, stride: {2}, reduction: {1})
  fc: linear(flatten(global_avg_pool(x)), 10)
}}
)",
                                       image, reduction, stride);
        SCOPED_TRACE(text);
        expectMatchesReference("sized.sinter", text, GetParam());
      }
}
