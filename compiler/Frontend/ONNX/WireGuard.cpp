//===- WireGuard.cpp - Bounds on protobuf messages before parsing ---------===//
//
// The wire format is a sequence of fields: a tag (number and wire type), then a
// varint, 4 or 8 bytes, or a length and so many bytes. The descriptors say which
// of the latter are messages; the walk enters those, with a stack of its own,
// and adds up what parsing will allocate. The estimate is an upper bound:
//
//   message          its object, the allocator's header, its slot in an array
//   string, bytes    the same with a std::string, and its characters
//   repeated number  4 times its size: an array that grows has the old and the
//                    doubled new one (3), a reader may convert the result (1)
//   unknown field    an entry of a vector that grows, its string, the vector
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/WireGuard.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/Twine.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

using namespace llvm;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

namespace {

enum WireType : unsigned { Varint = 0, Fixed64 = 1, Length = 2, Fixed32 = 5 };

/// A growing array holds three pointers for one: the old array and the doubled new one.
constexpr uint64_t slotBytes = 3 * sizeof(void *);
/// The allocator's header and rounding.
constexpr uint64_t heapBytes = 16;
constexpr uint64_t stringBytes = sizeof(std::string) + 2 * heapBytes + slotBytes;
/// An UnknownField has 16 bytes; the set it is in counts with each of them.
constexpr uint64_t unknownBytes = 3 * 16 + 4 * heapBytes;

/// What one number takes, at most.
uint64_t numberBytes(const FieldDescriptor &field) {
  // An enumerator that the schema lacks is kept as an unknown field.
  if (field.enum_type())
    return unknownBytes;
  if (!field.is_repeated())
    return 0; // inside its message
  switch (field.cpp_type()) {
  case FieldDescriptor::CPPTYPE_INT64:
  case FieldDescriptor::CPPTYPE_UINT64:
  case FieldDescriptor::CPPTYPE_DOUBLE:
    return 4 * sizeof(uint64_t);
  default:
    return 4 * sizeof(uint32_t);
  }
}

/// How a field of this type is written when it is not packed.
WireType wireTypeOf(const FieldDescriptor &field) {
  switch (field.type()) {
  case FieldDescriptor::TYPE_DOUBLE:
  case FieldDescriptor::TYPE_FIXED64:
  case FieldDescriptor::TYPE_SFIXED64:
    return Fixed64;
  case FieldDescriptor::TYPE_FLOAT:
  case FieldDescriptor::TYPE_FIXED32:
  case FieldDescriptor::TYPE_SFIXED32:
    return Fixed32;
  case FieldDescriptor::TYPE_STRING:
  case FieldDescriptor::TYPE_BYTES:
  case FieldDescriptor::TYPE_MESSAGE:
    return Length;
  default:
    return Varint;
  }
}

class Walk {
public:
  Walk(StringRef data, unsigned maxDepth, uint64_t maxMemory)
      : data(data), maxDepth(maxDepth), maxMemory(maxMemory) {}

  std::string run(const Descriptor &type) {
    open.push_back({&type, data.size()});
    while (!open.empty()) {
      if (position == open.back().end)
        open.pop_back();
      else if (std::string error = field(); !error.empty())
        return ("byte " + Twine(start) + ": " + error).str();
      if (memory > maxMemory)
        return ("byte " + Twine(start) + ": expects to become at most " + Twine(maxMemory >> 20) +
                " MiB of messages")
            .str();
    }
    return "";
  }

private:
  /// A message that has begun and where it ends.
  struct Frame {
    const Descriptor *type;
    size_t end;
  };

  bool varint(uint64_t &value) {
    value = 0;
    for (unsigned shift = 0; shift < 70 && position < open.back().end; shift += 7) {
      uint64_t byte = static_cast<unsigned char>(data[position++]);
      if (shift < 64)
        value |= (byte & 127) << shift;
      if (byte < 128)
        return true;
    }
    return false;
  }

  bool skip(uint64_t size) {
    if (size > open.back().end - position)
      return false;
    position += size;
    return true;
  }

  /// Walks over one field, or into it; returns what is wrong, or "".
  std::string field() {
    start = position;
    uint64_t tag = 0, value = 0;
    if (!varint(tag) || tag > UINT32_MAX || tag >> 3 == 0)
      return "expects the tag of a field";
    const FieldDescriptor *field = open.back().type->FindFieldByNumber(tag >> 3);
    auto wire = static_cast<WireType>(tag & 7);
    bool fits = true;
    switch (wire) {
    case Varint:
      fits = varint(value);
      break;
    case Fixed64:
      fits = skip(8);
      break;
    case Fixed32:
      fits = skip(4);
      break;
    case Length:
      return lengthDelimited(field);
    default:
      return ("expects a field of wire type 0, 1, 2 or 5, got " + Twine(tag & 7)).str();
    }
    if (!fits)
      return "a field is truncated";
    bool isKnown = field && wireTypeOf(*field) == wire;
    memory += isKnown ? numberBytes(*field) : unknownBytes;
    return "";
  }

  std::string lengthDelimited(const FieldDescriptor *field) {
    uint64_t length = 0;
    if (!varint(length) || length > open.back().end - position)
      return "a field is longer than the message it is in";
    StringRef bytes = data.substr(position, length);
    if (field && field->message_type()) {
      if (open.size() > maxDepth)
        return ("expects at most " + Twine(maxDepth) + " levels of messages").str();
      memory += sizeOf(*field->message_type()) + heapBytes + slotBytes;
      open.push_back({field->message_type(), position + static_cast<size_t>(length)});
      return "";
    }
    position += length;
    if (field && wireTypeOf(*field) == Length)
      memory += stringBytes + length;
    else if (field && field->is_repeated())
      memory += numberBytes(*field) * numPacked(bytes, wireTypeOf(*field));
    else
      memory += unknownBytes + stringBytes + length;
    return "";
  }

  /// How many numbers `bytes` packs, a truncated one included.
  static uint64_t numPacked(StringRef bytes, WireType wire) {
    if (wire == Fixed32 || wire == Fixed64)
      return bytes.size() / (wire == Fixed32 ? 4 : 8) + 1;
    return llvm::count_if(bytes, [](char c) { return (c & 128) == 0; }) + 1;
  }

  /// sizeof the C++ class of a message.
  uint64_t sizeOf(const Descriptor &type) {
    uint64_t &size = sizes[&type];
    if (size == 0)
      size = google::protobuf::MessageFactory::generated_factory()
                 ->GetPrototype(&type)
                 ->SpaceUsedLong();
    return size;
  }

  StringRef data;
  unsigned maxDepth;
  uint64_t maxMemory, memory = 0;
  size_t position = 0, start = 0; ///< in `data`; `start` is that of the field
  SmallVector<Frame> open;
  DenseMap<const Descriptor *, uint64_t> sizes;
};

} // namespace

std::string sinter::onnx::checkWire(StringRef data, const Descriptor &type, unsigned maxDepth,
                                    uint64_t maxMemory) {
  return Walk(data, maxDepth, maxMemory).run(type);
}
