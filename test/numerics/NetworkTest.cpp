//===- NetworkTest.cpp - Every shipped network against the reference ------===//

#include "test/numerics/Harness.h"

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

TEST_P(NetworkTest, MatchesReference) {
  for (const Variant &variant : variants()) {
    SCOPED_TRACE(variant.name());
    expectMatchesReference(GetParam(), "", variant);
  }
}
