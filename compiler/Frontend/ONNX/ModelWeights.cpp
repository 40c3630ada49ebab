//===- ModelWeights.cpp - The weights of an imported ONNX model -----------===//

#include "compiler/Frontend/ONNX/ModelWeights.h"

#include "compiler/Frontend/Weights/Elements.h"

#include <cstring>

using namespace llvm;
using namespace sinter;
using sinter::onnx::ModelTensor;

/// Of the types that a file stores as they are read; doubles come as computed values, rounded.
static WeightType weightType(::onnx::TensorProto_DataType type) {
  switch (type) {
  case ::onnx::TensorProto_DataType_FLOAT:
    return WeightType::F32;
  case ::onnx::TensorProto_DataType_FLOAT16:
    return WeightType::F16;
  case ::onnx::TensorProto_DataType_BFLOAT16:
    return WeightType::BF16;
  default:
    return WeightType::Other;
  }
}

/// Equal bits, so that a NaN equals itself.
static bool areEqual(const std::vector<float> &a, const std::vector<float> &b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

static bool areEqual(const ModelTensor &a, const ModelTensor &b) {
  return a.info.shape == b.info.shape && a.info.typeName == b.info.typeName &&
         a.isTransposed == b.isTransposed && a.bytes == b.bytes && areEqual(a.computed, b.computed);
}

bool sinter::onnx::ModelWeights::add(StringRef key, ModelTensor tensor) {
  auto it = tensors.find(key);
  if (it != tensors.end())
    return areEqual(it->second, tensor);
  tensors.try_emplace(key, std::move(tensor));
  return true;
}

static ModelTensor stored(const sinter::onnx::TensorData &data, Shape shape) {
  return {{std::move(shape), weightType(data.type), sinter::onnx::typeName(data.type)},
          data.bytes,
          /*isTransposed=*/false,
          {}};
}

bool sinter::onnx::ModelWeights::addStored(StringRef key, const TensorData &data,
                                           ArrayRef<int64_t> shape) {
  assert(numElements(shape) == numElements(data.shape) && "a weight is read whole");
  return add(key, stored(data, Shape(shape)));
}

bool sinter::onnx::ModelWeights::addTransposed(StringRef key, const TensorData &data) {
  assert(data.shape.size() == 2 && "only a matrix is transposed");
  ModelTensor tensor = stored(data, {data.shape[1], data.shape[0]});
  tensor.isTransposed = true;
  return add(key, std::move(tensor));
}

bool sinter::onnx::ModelWeights::addComputed(StringRef key, ArrayRef<int64_t> shape,
                                             std::vector<float> values) {
  assert(numElements(shape) == static_cast<int64_t>(values.size()) && "expects all values");
  return add(key, {{Shape(shape), WeightType::F32, "float"}, {}, false, std::move(values)});
}

void sinter::onnx::ModelWeights::read(StringRef key, MutableArrayRef<float> values) const {
  const ModelTensor &tensor = tensors.find(key)->second;
  if (!tensor.computed.empty()) {
    llvm::copy(tensor.computed, values.begin());
    return;
  }
  if (!tensor.isTransposed)
    return readElements(tensor.info.type, tensor.bytes.data(), values);
  std::vector<float> columns(values.size());
  readElements(tensor.info.type, tensor.bytes.data(), columns);
  size_t rows = tensor.info.shape[0], width = tensor.info.shape[1];
  for (size_t row = 0; row < rows; ++row)
    for (size_t i = 0; i < width; ++i)
      values[row * width + i] = columns[i * rows + row];
}
