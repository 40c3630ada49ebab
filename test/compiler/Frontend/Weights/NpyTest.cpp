//===- NpyTest.cpp - Reading and writing .npy files -----------------------===//

#include "compiler/Frontend/Weights/Npy.h"

#include "test/compiler/Frontend/Weights/TemporaryFile.h"

#include "llvm/Support/MemoryBuffer.h"

using namespace sinter;
using namespace sinter::test;

namespace {

class Npy : public InTemporaryFolder {
protected:
  /// A file of version `major` with this header and data.
  std::string make(const std::string &header, const std::string &data, char major = 1) const {
    std::string length =
        major == 1 ? littleEndian<uint16_t>(header.size()) : littleEndian<uint32_t>(header.size());
    return write("x.npy", std::string("\x93NUMPY") + major + '\0' + length + header + data);
  }
  std::string make(const std::string &descr, const std::string &shape, const std::string &data,
                   bool fortran) const {
    return make("{'descr': '" + descr + "', 'fortran_order': " + (fortran ? "True" : "False") +
                    ", 'shape': " + shape + ", }\n",
                data);
  }

  void expectValues(const std::string &file, Shape shape, std::vector<float> values) const {
    auto tensor = readNpy(file);
    ASSERT_TRUE(static_cast<bool>(tensor)) << llvm::toString(tensor.takeError());
    EXPECT_EQ(tensor->shape, shape);
    EXPECT_EQ(tensor->data, values);
  }

  void expectError(const std::string &file, const std::string &message) const {
    auto tensor = readNpy(file);
    ASSERT_FALSE(static_cast<bool>(tensor));
    std::string error = llvm::toString(tensor.takeError());
    EXPECT_NE(error.find(file), std::string::npos) << "does not name the file: " << error;
    EXPECT_NE(error.find(message), std::string::npos) << error;
  }
};

} // namespace

TEST_F(Npy, ReadsWhatItWrites) {
  Tensor tensor{{2, 1, 3}, {1.5f, -2, 0, 1e-40f, 3e38f, 7}};
  ASSERT_FALSE(static_cast<bool>(writeNpy(path("x.npy"), tensor)));
  expectValues(path("x.npy"), {2, 1, 3}, tensor.data);
}

TEST_F(Npy, WritesAlignedData) {
  for (int64_t rank = 0; rank < 9; ++rank) {
    ASSERT_FALSE(static_cast<bool>(writeNpy(path("x.npy"), {Shape(rank, 1), {1.0f}})));
    auto buffer = llvm::MemoryBuffer::getFile(path("x.npy"));
    ASSERT_TRUE(static_cast<bool>(buffer));
    llvm::StringRef file = (*buffer)->getBuffer();
    EXPECT_EQ((file.size() - 4) % 64, 0u);
    EXPECT_EQ(file[file.size() - 5], '\n');
    if (rank <= 8)
      expectValues(path("x.npy"), Shape(rank, 1), {1.0f});
  }
}

TEST_F(Npy, LeavesNothingBehindWhereItCannotWrite) {
  llvm::Error error = writeNpy(path("no/such/folder/x.npy"), {{1}, {1.0f}});
  ASSERT_TRUE(static_cast<bool>(error));
  EXPECT_NE(llvm::toString(std::move(error)).find("cannot write"), std::string::npos);
}

TEST_F(Npy, ConvertsEveryNumericType) {
  expectValues(make("<f4", "(1,)", littleEndian(0x40490fdbu), false), {1}, {3.14159274f});
  expectValues(make(">f4", "(1,)", "\x40\x49\x0f\xdb", false), {1}, {3.14159274f});
  expectValues(make("<f8", "(1,)", littleEndian(0xc004000000000000u), false), {1}, {-2.5f});
  expectValues(make("<f2", "(4,)",
                    littleEndian<uint16_t>(0x3c00) + littleEndian<uint16_t>(0x8001) +
                        littleEndian<uint16_t>(0x7bff) + littleEndian<uint16_t>(0xc500),
                    false),
               {4}, {1.0f, -0x1p-24f, 65504.0f, -5.0f});
  expectValues(make("|u1", "(2,)", "\x01\xff", false), {2}, {1, 255});
  expectValues(make("|i1", "(2,)", "\x01\xff", false), {2}, {1, -1});
  expectValues(make(">i4", "(1,)", "\xff\xff\xff\xfe", false), {1}, {-2});
  expectValues(make("<i8", "(1,)", littleEndian<int64_t>(-3), false), {1}, {-3});
  expectValues(make("|b1", "(2,)", std::string("\1\0", 2), false), {2}, {1, 0});
}

TEST_F(Npy, ReadsFortranOrder) {
  // Columns are stored: 1 4, 2 5, 3 6.
  expectValues(make("|u1", "(2, 3)", "\1\4\2\5\3\6", true), {2, 3}, {1, 2, 3, 4, 5, 6});
}

TEST_F(Npy, ReadsScalarsAndEmptyArrays) {
  expectValues(make("|u1", "()", "\7", false), {}, {7});
  expectValues(make("|u1", "(0, 3)", "", false), {0, 3}, {});
}

TEST_F(Npy, ReadsVersions2And3) {
  std::string header = "{\"shape\": (1,), 'descr': '|u1', 'fortran_order': False}";
  expectValues(make(header, "\5", 2), {1}, {5});
  expectValues(make(header, "\5", 3), {1}, {5});
  expectError(make(header, "\5", 4), "expects version 1, 2 or 3, got 4");
}

TEST_F(Npy, RefusesWhatIsNoArray) {
  expectError(path("absent.npy"), "cannot read");
  expectError(path("."), "not a regular file");
  expectError(write("x.npy", ""), "expects it to begin with");
  expectError(write("x.npy", "PK\3\4"), "expects it to begin with");
  expectError(write("x.npy", "\x93NUMPY\1"), "the header is truncated");
  expectError(write("x.npy", std::string("\x93NUMPY\1\0\x40\0{", 11)), "the header is truncated");
  expectError(write("x.npy", std::string("\x93NUMPY\2\0\xff\xff\xff\xff", 12)),
              "expects a header of at most 65536 bytes, got 4294967295");
}

TEST_F(Npy, RefusesMalformedHeaders) {
  expectError(make("", ""), "expects a dictionary");
  expectError(make("{", ""), "expects 'KEY': VALUE");
  expectError(make("{'descr': '<f4'}", ""), "expects the keys descr, fortran_order and shape");
  expectError(make("{'descr': '<f4', 'descr': '<f4'}", ""), "expects the key 'descr' once");
  expectError(make("{'code': 1}", ""), "got 'code'");
  expectError(make("|O", "(1,)", "", false), "expects an array of real numbers");
  expectError(make("<c8", "(1,)", "", false), "got elements of type '<c8'");
  expectError(make("{'descr': [('a', '<f4')], }", ""), "got a structured type");
  expectError(make("<f4", "(-1,)", "", false), "expects dimensions to be integers of at least 0");
  expectError(make("<f4", "(1e9,)", "", false), "expects ',' or ')'");
  expectError(make("<f4", "(99999999999999999999,)", "", false), "expects dimensions");
  expectError(make("<f4", "(1,1,1,1,1,1,1,1,1)", "", false), "expects at most 8 dimensions");
  expectError(make("<f4", "(1,)}, 2", "", false), "expects nothing behind the dictionary");
}

TEST_F(Npy, HoldsTheDataToTheShape) {
  expectError(make("<f4", "(2,)", "1234567", false),
              "expects 8 bytes of data for the shape 2, got 7");
  expectError(make("<f4", "(1,)", "12345", false), "got 5");
  // 2^64 elements, and 2^40.
  expectError(make("<f4", "(4294967296, 4294967296)", "", false), "expects at most 1073741824");
  expectError(make("|u1", "(1099511627776,)", "", false), "expects at most 1073741824");
}

TEST_F(Npy, SurvivesEveryDamagedByte) {
  // Each byte replaced, and each prefix of the file: an error, or an array.
  std::string header = "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }\n";
  std::string good =
      std::string("\x93NUMPY\1\0", 8) + littleEndian<uint16_t>(header.size()) + header + "12345678";
  unsigned refused = 0;
  auto readAll = [&](const std::string &bytes) {
    auto tensor = readNpy(write("x.npy", bytes));
    if (tensor) {
      EXPECT_EQ(static_cast<int64_t>(tensor->data.size()), numElements(tensor->shape));
      return;
    }
    ++refused;
    EXPECT_FALSE(llvm::toString(tensor.takeError()).empty());
  };
  readAll(good);
  EXPECT_EQ(refused, 0u);
  for (size_t i = 0; i < good.size(); ++i) {
    readAll(good.substr(0, i));
    for (char c : {'\0', '\xff', '9', '\'', '(', ')', ',', '\\', '-'}) {
      std::string damaged = good;
      damaged[i] = c;
      readAll(damaged);
    }
  }
  EXPECT_GT(refused, good.size() * 5);
}
