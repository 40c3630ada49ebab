//===- ElfTest.cpp - Truncated and damaged shared objects -----------------===//
//
// The dynamic loader is never shown these files; the check alone has to cope.
//
//===----------------------------------------------------------------------===//

#include "runtime/cpu/Internal.h"
#include "test/runtime/Fakes.h"

#include <gtest/gtest.h>

#include <elf.h>
#include <memory>
#include <random>
#include <unistd.h>

namespace {

/// Checks a copy that ends where the memory block ends, for AddressSanitizer's sake.
sinter_status check(const std::string &bytes, sinter_error *error) {
  std::unique_ptr<unsigned char[]> copy(new unsigned char[bytes.size() + 1]);
  unsigned char *begin = copy.get() + 1; // nothing is aligned either
  std::copy(bytes.begin(), bytes.end(), begin);
  return sinter_check_elf(begin, bytes.size(), "sinter_model", "x.so", error);
}

template <typename T> T &at(std::string &bytes, size_t offset = 0) {
  return *reinterpret_cast<T *>(&bytes[offset]);
}

TEST(Elf, accepts_a_good_model) {
  sinter_error error;
  EXPECT_EQ(check(readFile(fakePath("good")), &error), SINTER_OK) << error.message;
}

TEST(Elf, refuses_every_truncation) {
  const std::string good = readFile(fakePath("good"));
  ASSERT_GT(good.size(), 1000u);
  for (size_t size = 0; size < good.size(); size += size < 8192 ? 1 : 97) {
    sinter_error error = {};
    ASSERT_EQ(check(good.substr(0, size), &error), SINTER_NOT_A_MODEL) << size;
    ASSERT_STRNE(error.message, "") << size;
  }
}

TEST(Elf, refuses_a_truncated_file_before_the_loader_maps_it) {
  const std::string good = readFile(fakePath("good"));
  const std::string path = ::testing::TempDir() + "sinter-cut-" + std::to_string(getpid()) + ".so";
  std::ofstream(path, std::ios::binary) << good.substr(0, good.size() / 2);
  sinter_model *model;
  sinter_error error;
  EXPECT_EQ(sinter_model_load(path.c_str(), &model, &error), SINTER_NOT_A_MODEL);
  EXPECT_EQ(std::string(error.message).find(path + ": truncated or damaged: its "), 0u)
      << error.message;
  unlink(path.c_str());
}

TEST(Elf, says_what_is_wrong_with_the_header) {
  const std::string good = readFile(fakePath("good"));
  sinter_error error;

  std::string file = good;
  at<Elf64_Ehdr>(file).e_machine = EM_RISCV;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_NE(std::string(error.message).find("compiled for another machine (ELF machine 243)"),
            std::string::npos)
      << error.message;

  file = good;
  at<Elf64_Ehdr>(file).e_type = ET_REL;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_STREQ(error.message, "x.so: an object file, to be linked rather than loaded; compile "
                              "with '-o NAME.so' to load it");

  file = good;
  at<Elf64_Ehdr>(file).e_type = ET_EXEC;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_STREQ(error.message, "x.so: not a shared object (ELF type 2)");

  file = good;
  at<Elf64_Ehdr>(file).e_phoff = ~0ull - 7;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_STREQ(error.message,
               "x.so: truncated or damaged: its program header table lies outside the file");

  file = good;
  at<Elf64_Ehdr>(file).e_phnum = 0;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_STREQ(error.message, "x.so: not a shared object: has no loadable content");

  file = good;
  at<Elf64_Phdr>(file, at<Elf64_Ehdr>(file).e_phoff).p_filesz = ~0ull;
  EXPECT_EQ(check(file, &error), SINTER_NOT_A_MODEL);
  EXPECT_STREQ(error.message, "x.so: truncated or damaged: its content lies outside the file");
}

TEST(Elf, survives_random_damage) {
  const std::string good = readFile(fakePath("good"));
  const size_t sections = reinterpret_cast<const Elf64_Ehdr *>(good.data())->e_shoff;
  std::mt19937 random(1);
  for (int round = 0; round < 20000; ++round) {
    std::string file = good;
    for (int flips = 0; flips < 4; ++flips) {
      // Headers and section table: everything that the check follows.
      const size_t place = random() % 2 ? random() % 1024 : sections + random() % 1024;
      file[place % file.size()] ^= static_cast<char>(1u << random() % 8);
    }
    sinter_error error = {};
    const sinter_status status = check(file, &error);
    ASSERT_EQ(status == SINTER_OK, error.message[0] == '\0');
  }
}

} // namespace
