//===- WireGuardTest.cpp - Bounds on protobuf messages --------------------===//

#include "compiler/Frontend/ONNX/WireGuard.h"

#include "test/compiler/Frontend/ONNX/ModelBuilder.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/unknown_field_set.h>

#include <random>

using namespace sinter;
using namespace sinter::test;

namespace {

constexpr uint64_t unbounded = uint64_t(1) << 40;

std::string check(const std::string &bytes, uint64_t maxMemory = unbounded,
                  unsigned maxDepth = 32) {
  return sinter::onnx::checkWire(bytes, *::onnx::ModelProto::descriptor(), maxDepth, maxMemory);
}

void expectError(const std::string &bytes, const std::string &message) {
  EXPECT_EQ(check(bytes), message);
}

std::string varint(uint64_t value) {
  std::string bytes;
  for (; value >= 128; value >>= 7)
    bytes += static_cast<char>(value | 128);
  return bytes + static_cast<char>(value);
}

/// A field of wire type 2.
std::string field(unsigned number, const std::string &bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

std::string repeat(const std::string &text, size_t count) {
  std::string all;
  for (size_t i = 0; i < count; ++i)
    all += text;
  return all;
}

/// The guard refuses `bytes` where less than what protobuf takes for them is allowed.
/// Returns false where they cannot be parsed.
bool expectUpperBound(const std::string &bytes) {
  ::onnx::ModelProto model;
  if (!check(bytes).empty() || !model.ParseFromString(bytes))
    return false;
  EXPECT_NE(check(bytes, model.SpaceUsedLong() - sizeof(model) - 1), "") << bytes.size();
  return true;
}

} // namespace

TEST(WireGuard, TakesWhatProtobufWrites) {
  EXPECT_EQ(check(""), "");
  ::onnx::ModelProto model = makeModel();
  addTensor(model, ::onnx::TensorProto::FLOAT, {1 << 20}).set_raw_data(std::string(4 << 20, 'x'));
  addTensor(model, ::onnx::TensorProto::INT64, {3}).add_int64_data(-1);
  EXPECT_EQ(check(model.SerializeAsString(), (4 << 20) + 4096), "");
}

TEST(WireGuard, RefusesWhatIsMalformed) {
  expectError("\x08", "byte 0: a field is truncated");
  expectError(std::string("\x08\x01\x08\x80", 4), "byte 2: a field is truncated");
  expectError(std::string("\x08") + repeat("\xff", 10) + "\x01", "byte 0: a field is truncated");
  expectError("\x80", "byte 0: expects the tag of a field");
  expectError(std::string("\0\1", 2), "byte 0: expects the tag of a field");
  expectError(varint(uint64_t(1) << 35) + "1", "byte 0: expects the tag of a field");
  // Groups begin and end, and wire types that do not exist.
  expectError("\x0b\x0c", "byte 0: expects a field of wire type 0, 1, 2 or 5, got 3");
  expectError("\x0c", "byte 0: expects a field of wire type 0, 1, 2 or 5, got 4");
  expectError("\x0e", "byte 0: expects a field of wire type 0, 1, 2 or 5, got 6");
  expectError("\x0f", "byte 0: expects a field of wire type 0, 1, 2 or 5, got 7");
  expectError("\x09"
              "1234567",
              "byte 0: a field is truncated");
  expectError("\x0d"
              "123",
              "byte 0: a field is truncated");
}

TEST(WireGuard, RefusesLengthsThatLie) {
  std::string message = ": a field is longer than the message it is in";
  expectError("\x3a\x01", "byte 0" + message);
  expectError("\x3a" + varint(UINT64_MAX), "byte 0" + message);
  expectError("\x3a" + varint(uint64_t(1) << 63) + "x", "byte 0" + message);
  expectError("\x3a" + repeat("\x80", 11), "byte 0" + message);
  // A graph of 3 bytes with a name of 2, and the file goes on behind it.
  expectError(field(7, "\x12\x02"
                       "a") +
                  "\x08\x01",
              "byte 2" + message);
  // A number may not reach beyond its message either.
  expectError(field(8, "\x10\x81") + "\x01", "byte 2: a field is truncated");
}

TEST(WireGuard, BoundsNesting) {
  // model > graph > node > attribute > graph ...
  auto nested = [](unsigned levels) {
    std::string bytes;
    for (unsigned i = levels; i > 0; --i)
      bytes = field(i % 3 == 1 ? (i == 1 ? 7 : 6) : i % 3 == 2 ? 1 : 5, bytes);
    return bytes;
  };
  EXPECT_EQ(check(nested(32)), "");
  EXPECT_NE(check(nested(33)).find("expects at most 32 levels of messages"), std::string::npos);
  // Types of sequences of types.
  std::string deep;
  for (unsigned i = 0; i < 5000; ++i)
    deep = field(i % 2 ? 4 : 1, deep);
  EXPECT_NE(check(field(7, field(11, field(2, deep)))).find("levels of messages"),
            std::string::npos);
}

TEST(WireGuard, BoundsMemory) {
  // Two bytes each: an empty node, a number of one byte, an unknown field, an empty string.
  constexpr size_t count = 1'000'000;
  std::string nodes = field(7, repeat(std::string("\x0a\x00", 2), count));
  std::string numbers = field(7, field(5, field(7, repeat("\x01", count))));
  std::string unpacked = field(7, field(5, repeat("\x08\x01", count)));
  std::string unknown = field(7, repeat("\x78\x01", count));
  std::string enumerators = field(7, field(5, repeat("\x70\x55", count)));
  std::string strings = field(7, field(1, repeat(std::string("\x0a\x00", 2), count)));
  std::string functions = repeat(std::string("\xca\x01\x00", 3), count);
  for (const std::string &bytes :
       {nodes, numbers, unpacked, unknown, enumerators, strings, functions}) {
    std::string error = check(bytes, 16 << 20);
    EXPECT_NE(error.find(": expects to become at most 16 MiB of messages"), std::string::npos)
        << error;
    EXPECT_EQ(check(bytes), "");
    EXPECT_TRUE(expectUpperBound(bytes));
  }
}

TEST(WireGuard, CountsAtLeastWhatProtobufTakes) {
  ::onnx::ModelProto model = makeModel();
  ::onnx::TensorProto &tensor = addTensor(model, ::onnx::TensorProto::FLOAT, {1, 2, 3});
  for (int i = 0; i < 7; ++i) {
    tensor.add_float_data(i);
    tensor.add_int32_data(-i);
    tensor.add_double_data(i);
    tensor.add_string_data(std::string(10 * i, 's'));
  }
  addExternal(tensor, "location", "somewhere that is longer than a short string");
  ::onnx::NodeProto &node = *model.mutable_graph()->add_node();
  for (const char *name : {"a", "b", "c"})
    node.add_attribute()->set_name(name);
  node.mutable_attribute(1)->mutable_g()->add_node()->add_input("deeper");
  node.mutable_unknown_fields()->AddVarint(99, 7);
  node.mutable_unknown_fields()->AddLengthDelimited(99, "unknown bytes that are not so few");
  node.mutable_unknown_fields()->AddFixed64(98, 1);
  std::string good = model.SerializeAsString();
  EXPECT_TRUE(expectUpperBound(good));
  unsigned parsed = 0;
  std::mt19937 random(1);
  for (int i = 0; i < 20000; ++i) {
    std::string damaged = good;
    for (int flips = 0; flips < 3; ++flips)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    parsed += expectUpperBound(damaged);
  }
  EXPECT_GT(parsed, 5000u);
}
