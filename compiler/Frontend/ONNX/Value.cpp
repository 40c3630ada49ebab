//===- Value.cpp - What the importer knows of an ONNX value ---------------===//

#include "compiler/Frontend/ONNX/Value.h"

#include "compiler/Support/HalfFloat.h"
#include "dialects/NN/IR/NN.h"

#include "llvm/Support/Endian.h"

using namespace sinter;
using namespace sinter::onnx;
using Proto = ::onnx::TensorProto;

Value Value::of(ConstantRef constant) {
  Value value;
  value.shape = constant->shape;
  value.constant = std::move(constant);
  return value;
}

Value Value::of(mlir::Value base) {
  Value value;
  value.base = base;
  if (base)
    value.shape.assign(value.baseShape().begin(), value.baseShape().end());
  return value;
}

/// The elements of `bytes`, each an `Element` that `convert` makes an `Out`.
template <typename Element, typename Out, typename Convert>
static std::vector<Out> decode(llvm::StringRef bytes, Convert convert) {
  std::vector<Out> values(bytes.size() / sizeof(Element));
  for (size_t i = 0; i < values.size(); ++i)
    values[i] = convert(llvm::support::endian::read<Element, llvm::endianness::little>(
        bytes.data() + i * sizeof(Element)));
  return values;
}

template <typename Element, typename Out> static std::vector<Out> decode(llvm::StringRef bytes) {
  return decode<Element, Out>(bytes, [](Element value) { return static_cast<Out>(value); });
}

static std::vector<double> decodeReals(const TensorData &data) {
  switch (data.type) {
  case Proto::FLOAT:
    return decode<uint32_t, double>(data.bytes,
                                    [](uint32_t bits) { return llvm::bit_cast<float>(bits); });
  case Proto::DOUBLE:
    return decode<uint64_t, double>(data.bytes,
                                    [](uint64_t bits) { return llvm::bit_cast<double>(bits); });
  case Proto::FLOAT16:
    return decode<uint16_t, double>(data.bytes, halfToFloat);
  case Proto::BFLOAT16:
    return decode<uint16_t, double>(data.bytes, bfloatToFloat);
  default:
    return {};
  }
}

static std::vector<int64_t> decodeIntegers(const TensorData &data) {
  switch (data.type) {
  case Proto::INT64:
  case Proto::UINT64:
    return decode<int64_t, int64_t>(data.bytes);
  case Proto::INT32:
    return decode<int32_t, int64_t>(data.bytes);
  case Proto::UINT32:
    return decode<uint32_t, int64_t>(data.bytes);
  case Proto::INT16:
    return decode<int16_t, int64_t>(data.bytes);
  case Proto::UINT16:
    return decode<uint16_t, int64_t>(data.bytes);
  case Proto::INT8:
    return decode<int8_t, int64_t>(data.bytes);
  case Proto::UINT8:
  case Proto::BOOL:
    return decode<uint8_t, int64_t>(data.bytes);
  default:
    return {};
  }
}

bool Constant::isReal() const {
  return type == Proto::FLOAT || type == Proto::DOUBLE || type == Proto::FLOAT16 ||
         type == Proto::BFLOAT16;
}

/// The types that decodeIntegers knows.
static bool isInteger(int type) {
  return llvm::is_contained({Proto::INT64, Proto::UINT64, Proto::INT32, Proto::UINT32, Proto::INT16,
                             Proto::UINT16, Proto::INT8, Proto::UINT8, Proto::BOOL},
                            type);
}

bool sinter::onnx::isBounded(llvm::ArrayRef<int64_t> shape) {
  Shape sizes(shape);
  std::replace(sizes.begin(), sizes.end(), int64_t(0), int64_t(1));
  std::optional<int64_t> product = numElements(sizes);
  return sizes.size() <= maxRank && product && *product <= nn::maxSize;
}

llvm::Expected<ConstantRef> sinter::onnx::readConstant(ModelFile &file,
                                                       const ::onnx::TensorProto &tensor,
                                                       llvm::StringRef name) {
  llvm::Expected<TensorData> data = file.read(tensor);
  if (!data)
    return data.takeError();
  if (!isBounded(data->shape))
    return llvm::createStringError("expects at most " + llvm::Twine(nn::maxSize) +
                                   " elements, got " + shapeToString(data->shape));
  auto constant = std::make_shared<Constant>();
  constant->name = name.str();
  constant->shape = data->shape;
  constant->type = data->type;
  constant->stored = *data;
  if (!constant->isReal() && !isInteger(constant->type))
    return llvm::createStringError("expects floats of at least 16 bits, integers or booleans, "
                                   "got " + typeName(constant->type));
  return constant;
}

std::vector<int64_t> Constant::readIntegers() const {
  return stored ? decodeIntegers(*stored) : integers;
}

std::vector<double> Constant::readReals() const {
  std::vector<double> values = stored ? decodeReals(*stored) : reals;
  if (!isTransposed || values.empty())
    return values;
  std::vector<double> rows(values.size());
  for (int64_t row = 0; row < shape[0]; ++row)
    for (int64_t column = 0; column < shape[1]; ++column)
      rows[row * shape[1] + column] = values[column * shape[0] + row];
  return rows;
}
