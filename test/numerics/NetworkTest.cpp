//===- NetworkTest.cpp - Every shipped network against the reference ------===//

#include "test/numerics/Harness.h"

#include "fmt/format.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace sinter::numerics;

namespace {

std::vector<std::string> shippedNetworks() {
  std::vector<std::string> paths;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(SINTER_NETWORKS_DIR, code), end; it != end && !code;
       it.increment(code))
    if (llvm::sys::path::extension(it->path()) == ".sinter")
      paths.push_back(it->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

struct NetworkTest : testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Shipped, NetworkTest, testing::ValuesIn(shippedNetworks()),
                         [](const auto &info) {
                           return llvm::sys::path::stem(info.param).str();
                         });

} // namespace

TEST(ShippedNetworks, AreThere) { EXPECT_GE(shippedNetworks().size(), 19u); }

/// Odd image sizes and batches through whole networks.
TEST(ShippedNetworks, MatchReferenceAtOtherSizes) {
  for (const char *image : {"1, 3, 200, 136", "2, 3, 33, 65", "3, 3, 31, 32"})
    for (const char *reduction : {"none", "16"}) {
      std::string text = fmt::format(R"(import "resnet"

network sized(image: f32[{}]) {{
  x = resnet_stem(image)
  x = layer1: basic_stage(x, 64, 2, stride: 1, reduction: {})
  x = layer2: bottleneck_stage(x, 48, 2, reduction: {})
  fc: linear(flatten(global_avg_pool(x)), 10)
}}
)",
                                     image, reduction, reduction);
      for (const Variant &variant : variants()) {
        SCOPED_TRACE(text + variant.name());
        expectMatchesReference("sized.sinter", text, variant);
      }
    }
}

TEST_P(NetworkTest, MatchesReference) {
  for (const Variant &variant : variants()) {
    SCOPED_TRACE(variant.name());
    expectMatchesReference(GetParam(), "", variant);
  }
}
