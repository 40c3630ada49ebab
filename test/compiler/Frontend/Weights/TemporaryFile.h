//===- TemporaryFile.h - Files that a test makes up ---------------*- C++ -*-===//

#ifndef SINTER_TEST_COMPILER_FRONTEND_WEIGHTS_TEMPORARYFILE_H
#define SINTER_TEST_COMPILER_FRONTEND_WEIGHTS_TEMPORARYFILE_H

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <string>

namespace sinter::test {

/// A folder of its own for every test that derives from this.
class InTemporaryFolder : public testing::Test {
protected:
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createUniqueDirectory("sinter-test", folder));
  }
  void TearDown() override { llvm::sys::fs::remove_directories(folder); }

  std::string path(llvm::StringRef name) const {
    llvm::SmallString<128> path(folder);
    llvm::sys::path::append(path, name);
    return path.str().str();
  }

  /// Writes a file and returns its path.
  std::string write(llvm::StringRef name, llvm::StringRef bytes) const {
    std::error_code error;
    llvm::raw_fd_ostream out(path(name), error);
    EXPECT_FALSE(error);
    out << bytes;
    return path(name);
  }

  llvm::SmallString<128> folder;
};

/// The bytes of `value`, the lowest first.
template <typename T> std::string littleEndian(T value) {
  std::string bytes;
  for (size_t i = 0; i < sizeof(T); ++i)
    bytes += static_cast<char>(static_cast<uint64_t>(value) >> (8 * i));
  return bytes;
}

} // namespace sinter::test

#endif // SINTER_TEST_COMPILER_FRONTEND_WEIGHTS_TEMPORARYFILE_H
