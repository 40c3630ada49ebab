//===- ModelFile.h - An ONNX model as it lies on disk -------------*- C++ -*-===//
//
// The file is not trusted: its messages are counted before they are parsed, and
// every tensor is held to its type, its shape and the bytes that are there.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_MODELFILE_H
#define SINTER_COMPILER_FRONTEND_ONNX_MODELFILE_H

#include "compiler/Support/Tensor.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <onnx/onnx_pb.h>

#include <memory>

namespace sinter::onnx {

/// The most dimensions that a tensor of a model has.
constexpr int maxRank = 16;

/// The values of a constant tensor: elements of `type`, row-major, little-endian and not
/// always aligned. Points into the model, or into a file beside it; lives as long as its
/// ModelFile.
struct TensorData {
  Shape shape;
  ::onnx::TensorProto_DataType type = ::onnx::TensorProto_DataType_UNDEFINED;
  llvm::StringRef bytes;
};

/// "float16" for FLOAT16, as ONNX's documentation spells types; "type 99" for an unknown one.
std::string typeName(int type);

class ModelFile {
public:
  /// Parses the file at `path`, which has a graph of opset 7 to 24. The error names the file
  /// and what is wrong with it.
  static llvm::Expected<std::unique_ptr<ModelFile>> open(llvm::StringRef path);
  virtual ~ModelFile() = default;

  virtual llvm::StringRef path() const = 0;
  virtual const ::onnx::ModelProto &model() const = 0;

  /// The values of a tensor of the model, wherever they are: in a typed field, in `raw_data`
  /// or in a file beside the model. `tensor` is part of model(), not a copy. The error says
  /// what is wrong, without the tensor's name.
  virtual llvm::Expected<TensorData> read(const ::onnx::TensorProto &tensor) = 0;
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_MODELFILE_H
