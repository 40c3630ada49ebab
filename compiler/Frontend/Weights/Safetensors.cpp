//===- Safetensors.cpp - Weights from a mapped .safetensors file ----------===//
//
// The format: the length of a header in 8 bytes, little-endian; the header, a
// JSON object from keys to {dtype, shape, data_offsets}; the data, which the
// ranges cover without hole or overlap. The file stays mapped; values are
// converted as they are read.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/Safetensors.h"

#include "compiler/Frontend/Weights/Elements.h"
#include "compiler/Frontend/Weights/JsonGuard.h"
#include "compiler/Frontend/Weights/WeightTable.h"
#include "compiler/Support/File.h"
#include "compiler/Support/Quote.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace sinter;

namespace {

/// The format's own bound on its header, and ours on what is in it.
constexpr uint64_t maxHeaderBytes = 100'000'000;
constexpr size_t maxHeaderValues = 2'000'000;
constexpr unsigned maxHeaderDepth = 8;
constexpr size_t maxRank = 8;

struct Dtype {
  StringLiteral name;
  unsigned bits;
  WeightType type;
};

const Dtype dtypes[] = {
    {"F32", 32, WeightType::F32},      {"F16", 16, WeightType::F16},
    {"BF16", 16, WeightType::BF16},    {"F64", 64, WeightType::Other},
    {"I64", 64, WeightType::Other},    {"U64", 64, WeightType::Other},
    {"I32", 32, WeightType::Other},    {"U32", 32, WeightType::Other},
    {"I16", 16, WeightType::Other},    {"U16", 16, WeightType::Other},
    {"I8", 8, WeightType::Other},      {"U8", 8, WeightType::Other},
    {"BOOL", 8, WeightType::Other},    {"F8_E4M3", 8, WeightType::Other},
    {"F8_E5M2", 8, WeightType::Other}, {"F8_E8M0", 8, WeightType::Other},
    {"F6_E2M3", 6, WeightType::Other}, {"F6_E3M2", 6, WeightType::Other},
    {"F4", 4, WeightType::Other},      {"C64", 64, WeightType::Other},
};

struct StoredTensor {
  WeightInfo info;
  StringRef bytes;
};

/// What the header says of one tensor.
struct Entry {
  StringRef key;
  Shape shape;
  const Dtype *dtype = nullptr;
  uint64_t begin = 0, end = 0; ///< of its bytes in the data
};

std::optional<uint64_t> asSize(const json::Value &value) {
  std::optional<int64_t> size = value.getAsInteger();
  if (!size || *size < 0)
    return std::nullopt;
  return *size;
}

/// Reads one entry; returns what is wrong with it, or "".
std::string parseEntry(const json::Object &object, uint64_t dataSize, Entry &entry) {
  std::optional<StringRef> dtype = object.getString("dtype");
  if (!dtype)
    return "expects a string 'dtype'";
  entry.dtype = find_if(dtypes, [&](const Dtype &candidate) { return candidate.name == *dtype; });
  if (entry.dtype == std::end(dtypes))
    return "expects a dtype of the format, got " + quoted(*dtype);

  const json::Array *shape = object.getArray("shape");
  if (!shape || shape->size() > maxRank)
    return "expects an array 'shape' of at most " + std::to_string(maxRank) + " dimensions";
  for (const json::Value &value : *shape) {
    std::optional<uint64_t> size = asSize(value);
    if (!size)
      return "expects dimensions to be integers of at least 0";
    entry.shape.push_back(*size);
  }

  const json::Array *offsets = object.getArray("data_offsets");
  if (!offsets || offsets->size() != 2 || !asSize((*offsets)[0]) || !asSize((*offsets)[1]))
    return "expects 'data_offsets' to be two integers of at least 0";
  entry.begin = *asSize((*offsets)[0]);
  entry.end = *asSize((*offsets)[1]);
  if (entry.begin > entry.end || entry.end > dataSize)
    return ("expects 'data_offsets' to be a range within the " + Twine(dataSize) +
            " bytes of data, got " + Twine(entry.begin) + " to " + Twine(entry.end))
        .str();

  std::optional<int64_t> count = numElements(entry.shape);
  int64_t bits = 0;
  bool fits = count && !MulOverflow<int64_t>(*count, entry.dtype->bits, bits);
  if (!fits || bits % 8 || static_cast<uint64_t>(bits / 8) != entry.end - entry.begin)
    return ("expects 'data_offsets' to span as many bytes as " + Twine(*dtype) + " of shape " +
            shapeToString(entry.shape) + " has, got " + Twine(entry.end - entry.begin))
        .str();
  return "";
}

/// Holds the ranges to cover the data exactly; returns what is wrong, or "".
std::string checkCoverage(std::vector<Entry> &entries, uint64_t dataSize) {
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tie(a.begin, a.end, a.key) < std::tie(b.begin, b.end, b.key);
  });
  uint64_t covered = 0;
  for (const Entry &entry : entries) {
    if (entry.begin != covered)
      return ("tensor " + quoted(entry.key) + ": expects its bytes to begin at " + Twine(covered) +
              ", got " + Twine(entry.begin) +
              (entry.begin < covered ? " (an overlap)" : " (a hole)"))
          .str();
    covered = entry.end;
  }
  if (covered != dataSize)
    return ("expects " + Twine(covered) + " bytes of data, got " + Twine(dataSize)).str();
  return "";
}

class SafetensorsFile : public WeightTable<StoredTensor> {
public:
  SafetensorsFile(StringRef path, std::unique_ptr<MemoryBuffer> buffer)
      : path(path), buffer(std::move(buffer)) {}

  /// Fills the table of tensors; returns what is wrong with the file, or "".
  std::string parse();

  StringRef name() const override { return path; }

  void read(StringRef key, MutableArrayRef<float> values) const override {
    const StoredTensor &tensor = tensors.find(key)->second;
    readElements(tensor.info.type, tensor.bytes.data(), values);
  }

private:
  std::string path;
  std::unique_ptr<MemoryBuffer> buffer;
};

std::string SafetensorsFile::parse() {
  StringRef file = buffer->getBuffer();
  if (file.size() < 8)
    return "the header is truncated";
  uint64_t length = support::endian::read64le(file.data());
  if (length > maxHeaderBytes)
    return ("expects a header of at most " + Twine(maxHeaderBytes) + " bytes, got " + Twine(length))
        .str();
  if (length > file.size() - 8)
    return "the header is truncated";
  StringRef header = file.substr(8, length), data = file.drop_front(8 + length);
  std::string error = checkJson(header, maxHeaderDepth, maxHeaderValues);
  if (!error.empty())
    return "in the header, " + error;
  auto root = json::parse(header);
  if (!root)
    return "the header is not JSON: " + toString(root.takeError());
  const json::Object *object = root->getAsObject();
  if (!object)
    return "expects the header to be an object";

  std::vector<Entry> entries;
  for (const auto &[key, value] : *object) {
    if (key == "__metadata__")
      continue;
    Entry entry;
    entry.key = key;
    const json::Object *description = value.getAsObject();
    error = description ? parseEntry(*description, data.size(), entry) : "expects an object";
    if (!error.empty())
      return "tensor " + quoted(key) + ": " + error;
    entries.push_back(std::move(entry));
  }
  error = checkCoverage(entries, data.size());
  if (!error.empty())
    return error;
  for (const Entry &entry : entries)
    tensors[entry.key] = {{entry.shape, entry.dtype->type, entry.dtype->name.str()},
                          data.slice(entry.begin, entry.end)};
  return "";
}

} // namespace

Expected<std::unique_ptr<WeightSource>> sinter::openSafetensors(StringRef path) {
  auto buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  auto file = std::make_unique<SafetensorsFile>(path, std::move(*buffer));
  std::string error = file->parse();
  if (!error.empty())
    return createStringError("'" + path + "' is not a valid .safetensors file: " + error);
  return file;
}
