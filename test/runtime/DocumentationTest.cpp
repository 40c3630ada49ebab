//===- DocumentationTest.cpp - docs/runtime.md says what is ---------------===//
//
// The page's programs are built from files; here they are held to be the same.
//
//===----------------------------------------------------------------------===//

#include "test/runtime/Fakes.h"

#include <gtest/gtest.h>

namespace {

const std::string page = readFile(SINTER_SOURCE_ROOT "/docs/runtime.md");

TEST(Documentation, shows_the_programs_that_are_tested) {
  for (const char *name : {"plain", "loaded", "own_threads"}) {
    const std::string program =
        readFile(std::string(SINTER_SOURCE_ROOT "/test/runtime/Inputs/") + name + ".c");
    ASSERT_FALSE(program.empty()) << name;
    EXPECT_NE(page.find("```c\n" + program + "```\n"), std::string::npos)
        << "docs/runtime.md and test/runtime/Inputs/" << name << ".c differ";
  }
}

TEST(Documentation, lists_every_status_with_its_value) {
#define EXPECT_LISTED(status)                                                                      \
  EXPECT_NE(page.find("| `" #status "` | " + std::to_string(status) + " |"), std::string::npos)
  EXPECT_LISTED(SINTER_OK);
  EXPECT_LISTED(SINTER_INVALID_ARGUMENT);
  EXPECT_LISTED(SINTER_BAD_ALIGNMENT);
  EXPECT_LISTED(SINTER_POOL_BUSY);
  EXPECT_LISTED(SINTER_OUT_OF_MEMORY);
  EXPECT_LISTED(SINTER_FILE_ERROR);
  EXPECT_LISTED(SINTER_NOT_A_MODEL);
  EXPECT_LISTED(SINTER_WRONG_VERSION);
  EXPECT_LISTED(SINTER_UNSUPPORTED_CPU);
  EXPECT_LISTED(SINTER_SYSTEM_ERROR);
  EXPECT_LISTED(SINTER_NO_DEVICE);
  EXPECT_LISTED(SINTER_UNSUPPORTED_DEVICE);
  EXPECT_LISTED(SINTER_DEVICE_ERROR);
#undef EXPECT_LISTED
}

} // namespace
