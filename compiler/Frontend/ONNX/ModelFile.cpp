//===- ModelFile.cpp - An ONNX model as it lies on disk -------------------===//
//
// A model of N bytes takes at most 8 N and 256 MiB of memory as messages, the
// copies that `read` makes of narrow types included. The values of float tensors
// are not copied; those of files beside the model are mapped.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/ModelFile.h"

#include "compiler/Frontend/ONNX/ExternalData.h"
#include "compiler/Frontend/ONNX/WireGuard.h"
#include "compiler/Support/File.h"
#include "compiler/Support/Quote.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"

#include <google/protobuf/stubs/logging.h>

#include <cstring>
#include <limits>

using namespace llvm;
using namespace sinter;
using sinter::onnx::maxRank;
using ::onnx::TensorProto;

static_assert(endianness::native == endianness::little, "typed fields are taken as they are");

namespace {

/// Protobuf's own bound on a message.
constexpr uint64_t maxFileBytes = std::numeric_limits<int32_t>::max();
/// Graphs within graphs take three each.
constexpr unsigned maxDepth = 32;
constexpr uint64_t maxMemory(uint64_t fileBytes) { return 8 * fileBytes + (256 << 20); }

constexpr int64_t minIrVersion = 3, maxIrVersion = 13; // 3: the first that states its opset
constexpr int64_t minOpset = 7, maxOpset = 24;

/// The typed fields of a TensorProto.
enum class Field { None, Float, Int32, Int64, Double, Uint64 };

struct ElementType {
  int number; ///< a TensorProto_DataType, or one that is newer than the schema we are built with
  StringLiteral name;
  unsigned bytes;            ///< 0: not an element of whole bytes
  Field field;               ///< that holds the values where raw_data does not
  int64_t low = 0, high = 0; ///< what a value of a wider field may be
};

const ElementType elementTypes[] = {
    {TensorProto::UNDEFINED, "undefined", 0, Field::None},
    {TensorProto::FLOAT, "float", 4, Field::Float},
    {TensorProto::UINT8, "uint8", 1, Field::Int32, 0, 255},
    {TensorProto::INT8, "int8", 1, Field::Int32, -128, 127},
    {TensorProto::UINT16, "uint16", 2, Field::Int32, 0, 65535},
    {TensorProto::INT16, "int16", 2, Field::Int32, -32768, 32767},
    {TensorProto::INT32, "int32", 4, Field::Int32},
    {TensorProto::INT64, "int64", 8, Field::Int64},
    {TensorProto::STRING, "string", 0, Field::None},
    {TensorProto::BOOL, "bool", 1, Field::Int32, 0, 1},
    {TensorProto::FLOAT16, "float16", 2, Field::Int32, 0, 65535},
    {TensorProto::DOUBLE, "double", 8, Field::Double},
    {TensorProto::UINT32, "uint32", 4, Field::Uint64, 0, 4294967295},
    {TensorProto::UINT64, "uint64", 8, Field::Uint64},
    {TensorProto::COMPLEX64, "complex64", 0, Field::None},
    {TensorProto::COMPLEX128, "complex128", 0, Field::None},
    {TensorProto::BFLOAT16, "bfloat16", 2, Field::Int32, 0, 65535},
    {17, "float8e4m3fn", 1, Field::Int32, 0, 255},
    {18, "float8e4m3fnuz", 1, Field::Int32, 0, 255},
    {19, "float8e5m2", 1, Field::Int32, 0, 255},
    {20, "float8e5m2fnuz", 1, Field::Int32, 0, 255},
    {21, "uint4", 0, Field::None},
    {22, "int4", 0, Field::None},
    {23, "float4e2m1", 0, Field::None},
    {24, "float8e8m0", 1, Field::Int32, 0, 255},
    {25, "uint2", 0, Field::None},
    {26, "int2", 0, Field::None},
};

const ElementType *findType(int number) {
  auto it = find_if(elementTypes, [&](const ElementType &type) { return type.number == number; });
  return it == std::end(elementTypes) ? nullptr : it;
}

/// The values of a repeated field as bytes.
template <typename Values> StringRef bytesOf(const Values &values) {
  return {reinterpret_cast<const char *>(values.data()), values.size() * sizeof(*values.data())};
}

/// A typed field that holds values.
struct TypedValues {
  Field field;
  StringLiteral name;
  StringRef bytes;
};

SmallVector<TypedValues> typedValues(const TensorProto &tensor) {
  SmallVector<TypedValues> values = {
      {Field::Float, "float_data", bytesOf(tensor.float_data())},
      {Field::Int32, "int32_data", bytesOf(tensor.int32_data())},
      {Field::Int64, "int64_data", bytesOf(tensor.int64_data())},
      {Field::Double, "double_data", bytesOf(tensor.double_data())},
      {Field::Uint64, "uint64_data", bytesOf(tensor.uint64_data())},
  };
  erase_if(values, [](const TypedValues &some) { return some.bytes.empty(); });
  return values;
}

Error expectsBytes(uint64_t size, const Twine &of, uint64_t got) {
  return createStringError("expects " + Twine(size) + " bytes for " + of + ", got " + Twine(got));
}

/// Copies values of `field` to a narrower type.
template <typename Wide> Error narrow(ArrayRef<Wide> values, const ElementType &type, char *to) {
  for (auto [i, value] : enumerate(values)) {
    if (value < static_cast<Wide>(type.low) || value > static_cast<Wide>(type.high))
      return createStringError("expects element " + Twine(i) + " to be from " + Twine(type.low) +
                               " to " + Twine(type.high) + " as " + type.name + ", got " +
                               Twine(value));
    std::memcpy(to + i * type.bytes, &value, type.bytes);
  }
  return Error::success();
}

class MappedModel : public sinter::onnx::ModelFile {
public:
  explicit MappedModel(StringRef path) : name(path), external(path) {}

  /// Returns what is wrong with the file, or "".
  std::string parse(StringRef bytes);

  StringRef path() const override { return name; }
  const ::onnx::ModelProto &model() const override { return proto; }
  Expected<sinter::onnx::TensorData> read(const TensorProto &tensor) override;

private:
  std::string checkVersions() const;
  Expected<StringRef> inlineBytes(const TensorProto &tensor, const ElementType &type);

  std::string name;
  ::onnx::ModelProto proto;
  sinter::onnx::ExternalData external;
  DenseMap<const TensorProto *, std::unique_ptr<char[]>> narrowed;
};

std::string MappedModel::parse(StringRef bytes) {
  if (bytes.starts_with("version https://git-lfs"))
    return "it is the pointer that Git LFS leaves in its place; run: git lfs pull";
  if (bytes.size() > maxFileBytes)
    return ("expects at most " + Twine(maxFileBytes) + " bytes, got " + Twine(bytes.size()) +
            "; larger models keep tensors in external data")
        .str();
  std::string error = sinter::onnx::checkWire(bytes, *::onnx::ModelProto::descriptor(), maxDepth,
                                              maxMemory(bytes.size()));
  if (!error.empty())
    return error;
  google::protobuf::LogSilencer silencer;
  if (!proto.ParseFromArray(bytes.data(), bytes.size()))
    return "protobuf cannot parse it";
  if (!proto.has_graph())
    return "expects a graph, got none";
  return checkVersions();
}

/// One line of Python that converts a model to another opset.
std::string conversion(StringRef path, int64_t opset) {
  return ("; convert it with: python3 -c \"import onnx; from onnx.version_converter import "
          "convert_version; onnx.save(convert_version(onnx.load('" +
          path + "'), " + Twine(opset) + "), 'converted.onnx')\"")
      .str();
}

std::string MappedModel::checkVersions() const {
  if (proto.ir_version() < minIrVersion || proto.ir_version() > maxIrVersion)
    return ("expects ir_version " + Twine(minIrVersion) + " to " + Twine(maxIrVersion) + ", got " +
            (proto.has_ir_version() ? Twine(proto.ir_version()) : Twine("none")))
        .str();
  std::optional<int64_t> opset;
  for (const ::onnx::OperatorSetIdProto &import : proto.opset_import()) {
    if (!import.domain().empty() && import.domain() != "ai.onnx")
      continue;
    if (opset && *opset != import.version())
      return ("expects one opset, got " + Twine(*opset) + " and " + Twine(import.version())).str();
    opset = import.version();
  }
  std::string expected = ("expects opset " + Twine(minOpset) + " to " + Twine(maxOpset)).str();
  if (!opset)
    return expected + ", got none";
  if (*opset < minOpset || *opset > maxOpset)
    return expected + ", got " + std::to_string(*opset) +
           conversion(name, *opset > maxOpset ? maxOpset : 17);
  return "";
}

/// The values in raw_data or in the typed field of `type`, not yet held to the shape.
Expected<StringRef> MappedModel::inlineBytes(const TensorProto &tensor, const ElementType &type) {
  SmallVector<TypedValues> values = typedValues(tensor);
  if (values.size() + tensor.has_raw_data() > 1)
    return createStringError("expects values in one field, got several");
  if (values.empty())
    return StringRef(tensor.raw_data());
  const TypedValues &typed = values.front();
  if (typed.field != type.field)
    return createStringError("expects no " + typed.name + " in a tensor of " + type.name);
  if (type.low == type.high)
    return typed.bytes;

  auto [it, isNew] = narrowed.try_emplace(&tensor);
  bool isWide = typed.field == Field::Uint64;
  uint64_t count = typed.bytes.size() / (isWide ? 8 : 4);
  if (isNew) {
    auto buffer = std::make_unique<char[]>(count * type.bytes);
    Error error = isWide ? narrow(ArrayRef(tensor.uint64_data().data(), count), type, buffer.get())
                         : narrow(ArrayRef(tensor.int32_data().data(), count), type, buffer.get());
    if (error) {
      narrowed.erase(it);
      return std::move(error);
    }
    it->second = std::move(buffer);
  }
  return StringRef(it->second.get(), count * type.bytes);
}

Expected<sinter::onnx::TensorData> MappedModel::read(const TensorProto &tensor) {
  const ElementType *type = findType(tensor.data_type());
  if (!type || type->bytes == 0)
    return createStringError("expects a tensor of numbers, got type " +
                             sinter::onnx::typeName(tensor.data_type()));
  if (tensor.has_segment())
    return createStringError("expects a whole tensor, got a segment of one");
  if (tensor.dims_size() > maxRank)
    return createStringError("expects at most " + Twine(maxRank) + " dimensions, got " +
                             Twine(tensor.dims_size()));
  Shape shape(tensor.dims().begin(), tensor.dims().end());
  std::optional<int64_t> count = numElements(shape);
  int64_t size = 0;
  if (!count || MulOverflow<int64_t>(*count, type->bytes, size))
    return createStringError("expects dimensions of a tensor that fits memory, got " +
                             shapeToString(shape));

  bool isExternal = tensor.data_location() == TensorProto::EXTERNAL;
  if (isExternal && (tensor.has_raw_data() || !typedValues(tensor).empty()))
    return createStringError("expects values in the model or in external data, got both");
  auto bytes = isExternal ? external.read(tensor, size) : inlineBytes(tensor, *type);
  if (!bytes)
    return bytes.takeError();
  if (bytes->size() != static_cast<uint64_t>(size))
    return expectsBytes(size, type->name + " of shape " + shapeToString(shape), bytes->size());
  return sinter::onnx::TensorData{std::move(shape),
                                  static_cast<::onnx::TensorProto_DataType>(type->number), *bytes};
}

} // namespace

std::string sinter::onnx::typeName(int type) {
  const ElementType *known = findType(type);
  return known ? known->name.str() : "type " + std::to_string(type);
}

Expected<std::unique_ptr<sinter::onnx::ModelFile>> sinter::onnx::ModelFile::open(StringRef path) {
  // Protobuf copies what it keeps, so the mapping ends here.
  auto buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  auto model = std::make_unique<MappedModel>(path);
  std::string error = model->parse((*buffer)->getBuffer());
  if (!error.empty())
    return createStringError("'" + path + "' is not a valid ONNX model: " + error);
  return model;
}
