//===- SafetensorsTest.cpp - Reading .safetensors files -------------------===//
//
// Good files, and every way to be a bad one.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/Safetensors.h"

#include "test/compiler/Frontend/Weights/TemporaryFile.h"

using namespace sinter;
using namespace sinter::test;

namespace {

class Safetensors : public InTemporaryFolder {
protected:
  std::string make(const std::string &header, const std::string &data) const {
    return write("w.safetensors", littleEndian<uint64_t>(header.size()) + header + data);
  }
  /// A file of one tensor "a".
  std::string makeOne(const std::string &dtype, const std::string &shape,
                      const std::string &offsets, const std::string &data) const {
    return make("{\"a\":{\"dtype\":" + dtype + ",\"shape\":" + shape +
                    ",\"data_offsets\":" + offsets + "}}",
                data);
  }

  void expectError(const std::string &file, const std::string &message) const {
    auto source = openSafetensors(file);
    ASSERT_FALSE(static_cast<bool>(source)) << "expects: " << message;
    std::string error = llvm::toString(source.takeError());
    EXPECT_NE(error.find(file), std::string::npos) << "does not name the file: " << error;
    EXPECT_NE(error.find(message), std::string::npos) << error;
  }

  std::unique_ptr<WeightSource> open(const std::string &file) const {
    auto source = openSafetensors(file);
    if (source)
      return std::move(*source);
    ADD_FAILURE() << llvm::toString(source.takeError());
    return nullptr;
  }
};

std::vector<float> valuesOf(const WeightSource &source, llvm::StringRef key) {
  std::vector<float> values(*numElements(source.lookup(key)->shape));
  source.read(key, values);
  return values;
}

} // namespace

TEST_F(Safetensors, ReadsEveryFloatType) {
  // Padded with spaces as the reference writer does; data unaligned on purpose.
  auto source = open(make(
      R"({"__metadata__":{"format":"pt"},
          "b.f16":{"dtype":"F16","shape":[2],"data_offsets":[9,13]},
          "a.f32":{"dtype":"F32","shape":[2,1],"data_offsets":[1,9]},
          "c.bf16":{"dtype":"BF16","shape":[],"data_offsets":[13,15]},
          "z":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}   )",
      "!" + littleEndian(0x3f800000u) + littleEndian(0xc0200000u) + littleEndian<uint16_t>(0x3800) +
          littleEndian<uint16_t>(0xfbff) + littleEndian<uint16_t>(0x4049)));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->keys(), (std::vector<llvm::StringRef>{"a.f32", "b.f16", "c.bf16", "z"}));
  EXPECT_EQ(source->lookup("a.f32")->shape, (Shape{2, 1}));
  EXPECT_EQ(valuesOf(*source, "a.f32"), (std::vector<float>{1, -2.5f}));
  EXPECT_EQ(valuesOf(*source, "b.f16"), (std::vector<float>{0.5f, -65504}));
  EXPECT_EQ(valuesOf(*source, "c.bf16"), (std::vector<float>{3.140625f}));
  EXPECT_EQ(source->lookup("z")->type, WeightType::Other);
  EXPECT_EQ(source->lookup("z")->typeName, "U8");
  EXPECT_EQ(source->lookup("nothing"), nullptr);
}

TEST_F(Safetensors, ReadsEmptyFilesAndTensors) {
  auto source = open(make("{}", ""));
  ASSERT_TRUE(source);
  EXPECT_TRUE(source->keys().empty());
  source = open(makeOne("\"F32\"", "[0,3]", "[0,0]", ""));
  ASSERT_TRUE(source);
  EXPECT_EQ(source->lookup("a")->shape, (Shape{0, 3}));
}

TEST_F(Safetensors, RefusesWhatIsNoFile) {
  expectError(path("absent.safetensors"), "cannot read");
  expectError(path("."), "not a regular file");
  expectError(write("w", ""), "the header is truncated");
  expectError(write("w", "1234567"), "the header is truncated");
  expectError(write("w", littleEndian<uint64_t>(3) + "{}"), "the header is truncated");
  expectError(write("w", littleEndian<uint64_t>(uint64_t(1) << 63) + "{}"),
              "expects a header of at most 100000000 bytes, got 9223372036854775808");
  expectError(write("w", littleEndian<uint64_t>(~uint64_t(0)) + "{}"), "got 18446744073709551615");
}

TEST_F(Safetensors, RefusesWhatIsNoHeader) {
  expectError(make("", ""), "not JSON");
  expectError(make("[]", ""), "expects the header to be an object");
  expectError(make("{\"a\":", ""), "not JSON");
  expectError(make("{\"a", ""), "a string does not end");
  expectError(make("{\"a\":1}", ""), "tensor 'a': expects an object");
  expectError(make("{\"\xff\xfe\":{}}", ""), "UTF-8");
  expectError(make("{}}", ""), "a bracket closes that was never opened");
  expectError(make(std::string(1'000'000, '['), ""), "expects at most 8 levels of nesting");
  std::string deep;
  for (int i = 0; i < 100'000; ++i)
    deep += "{\"a\":";
  expectError(make(deep, ""), "expects at most 8 levels of nesting");
  std::string wide = "{\"a\":[0";
  for (int i = 0; i < 2'100'000; ++i)
    wide += ",0";
  expectError(make(wide + "]}", ""), "expects at most 2000000 values");
}

TEST_F(Safetensors, RefusesKeysThatOccurTwice) {
  std::string tensor = "{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}";
  expectError(make("{\"a\":" + tensor + ",\"a\":" + tensor + "}", "x"), "the key 'a' occurs twice");
  expectError(make("{\"a\":" + tensor + ",\"\\u0061\":" + tensor + "}", "x"),
              "the key 'a' occurs twice");
  expectError(make(R"({"a":{"dtype":"U8","dtype":"F32","shape":[1],"data_offsets":[0,1]}})", "x"),
              "the key 'dtype' occurs twice");
}

TEST_F(Safetensors, RefusesMalformedEntries) {
  expectError(makeOne("7", "[1]", "[0,4]", "1234"), "tensor 'a': expects a string 'dtype'");
  expectError(makeOne("\"F33\"", "[1]", "[0,4]", "1234"),
              "expects a dtype of the format, got 'F33'");
  expectError(makeOne("\"\\u001b[2J\"", "[1]", "[0,4]", "1234"), "got '\\1B[2J'");
  expectError(makeOne("\"F32\"", "1", "[0,4]", "1234"), "expects an array 'shape'");
  expectError(makeOne("\"F32\"", "[1,1,1,1,1,1,1,1,1]", "[0,4]", "1234"), "at most 8 dimensions");
  expectError(makeOne("\"F32\"", "[-1]", "[0,4]", "1234"), "expects dimensions to be integers");
  expectError(makeOne("\"F32\"", "[1.5]", "[0,4]", "1234"), "expects dimensions to be integers");
  expectError(makeOne("\"F32\"", "[\"1\"]", "[0,4]", "1234"), "expects dimensions to be integers");
  expectError(makeOne("\"F32\"", "[18446744073709551615]", "[0,4]", "1234"),
              "expects dimensions to be integers");
  expectError(makeOne("\"F32\"", "[1]", "[0]", "1234"),
              "expects 'data_offsets' to be two integers");
  expectError(makeOne("\"F32\"", "[1]", "[-4,0]", "1234"), "expects 'data_offsets' to be two");
}

TEST_F(Safetensors, RefusesRangesThatDoNotFit) {
  expectError(makeOne("\"F32\"", "[1]", "[4,0]", "1234"), "expects 'data_offsets' to be a range");
  expectError(makeOne("\"F32\"", "[1]", "[0,8]", "1234"), "within the 4 bytes of data");
  expectError(makeOne("\"F32\"", "[1]", "[9223372036854775800,9223372036854775804]", "1234"),
              "within the 4 bytes of data");
  expectError(makeOne("\"F32\"", "[2]", "[0,4]", "1234"), "expects 'data_offsets' to span");
  // Products that overflow 64 bits: in elements, and only in bytes or bits.
  expectError(makeOne("\"F32\"", "[4294967296,4294967296]", "[0,0]", ""),
              "expects 'data_offsets' to span");
  expectError(makeOne("\"F32\"", "[4611686018427387904]", "[0,0]", ""),
              "expects 'data_offsets' to span");
  expectError(makeOne("\"F64\"", "[288230376151711744]", "[0,0]", ""),
              "expects 'data_offsets' to span");
}

TEST_F(Safetensors, RefusesHolesAndOverlaps) {
  auto two = [](const std::string &first, const std::string &second) {
    return R"({"a":{"dtype":"U8","shape":[2],"data_offsets":)" + first +
           R"(},"b":{"dtype":"U8","shape":[2],"data_offsets":)" + second + "}}";
  };
  EXPECT_TRUE(open(make(two("[0,2]", "[2,4]"), "1234")));
  EXPECT_TRUE(open(make(two("[2,4]", "[0,2]"), "1234")));
  expectError(make(two("[0,2]", "[1,3]"), "123"),
              "tensor 'b': expects its bytes to begin at 2, got 1 (an overlap)");
  expectError(make(two("[0,2]", "[0,2]"), "12"), "an overlap");
  expectError(make(two("[0,2]", "[3,5]"), "12345"), "a hole");
  expectError(make(two("[1,3]", "[3,5]"), "12345"), "a hole");
  expectError(make(two("[0,2]", "[2,4]"), "12345"), "expects 4 bytes of data, got 5");
}

TEST_F(Safetensors, SurvivesEveryDamagedByte) {
  // Each byte replaced, and each prefix of the file: an error, or tensors that can be read.
  std::string header = R"({"a":{"dtype":"F16","shape":[1,2],"data_offsets":[0,4]},)"
                       R"("b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})";
  std::string good = littleEndian<uint64_t>(header.size()) + header + "12345678";
  unsigned refused = 0;
  auto readAll = [&](const std::string &bytes) {
    auto source = openSafetensors(write("w.safetensors", bytes));
    if (!source) {
      ++refused;
      EXPECT_FALSE(llvm::toString(source.takeError()).empty());
      return;
    }
    for (llvm::StringRef key : (*source)->keys())
      if ((*source)->lookup(key)->type != WeightType::Other)
        valuesOf(**source, key);
  };
  readAll(good);
  EXPECT_EQ(refused, 0u);
  for (size_t i = 0; i < good.size(); ++i) {
    readAll(good.substr(0, i));
    for (char c : {'\0', '\xff', '9', '"', '{', ']', ',', '\\', '-'}) {
      std::string damaged = good;
      damaged[i] = c;
      readAll(damaged);
    }
  }
  EXPECT_GT(refused, good.size() * 5);
}
