//===- ValuesTest.cpp - Numbers on the command line -----------------------===//

#include "compiler/Driver/Values.h"

#include <gtest/gtest.h>

using namespace sinter::driver;

namespace {

template <typename T> std::string messageOf(llvm::Expected<T> value) {
  return value ? "accepted" : llvm::toString(value.takeError());
}

TEST(Values, whole_numbers_have_a_range) {
  EXPECT_EQ(*parseCount("--top", "1", 1, 9), 1u);
  EXPECT_EQ(*parseCount("--top", "9", 1, 9), 9u);
  for (const char *text : {"0", "10", "-1", "1e9", "", " 1", "1.0", "two", "99999999999999999999"})
    EXPECT_EQ(messageOf(parseCount("--top", text, 1, 9)),
              std::string("--top expects a whole number from 1 to 9, got '") + text + "'");
}

TEST(Values, numbers_are_finite) {
  EXPECT_EQ(*parseNumber("--scale", "0.5"), 0.5f);
  for (const char *text : {"", "x", "nan", "inf", "1e60", "1,2"})
    EXPECT_EQ(messageOf(parseNumber("--scale", text)),
              std::string("--scale expects a number, got '") + text + "'");
}

TEST(Values, lists_have_commas) {
  EXPECT_EQ(*parseNumbers("--mean", "0.5, -1,2e3"), (std::vector<float>{0.5f, -1.0f, 2000.0f}));
  EXPECT_EQ(messageOf(parseNumbers("--mean", "1,,2")), "--mean expects a number, got ''");
}

} // namespace
