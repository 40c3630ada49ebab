//===- ModelWeights.h - The weights of an imported ONNX model -----*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_MODELWEIGHTS_H
#define SINTER_COMPILER_FRONTEND_ONNX_MODELWEIGHTS_H

#include "compiler/Frontend/ONNX/ModelFile.h"
#include "compiler/Frontend/Weights/WeightTable.h"

#include <vector>

namespace sinter::onnx {

/// A weight of the network: stored in the model, or computed from what is.
struct ModelTensor {
  WeightInfo info;
  llvm::StringRef bytes;       ///< of a stored one, in the model's own type
  bool isTransposed = false;   ///< a stored matrix, columns first
  std::vector<float> computed; ///< of one that is not stored
};

class ModelWeights : public WeightTable<ModelTensor> {
public:
  explicit ModelWeights(std::shared_ptr<ModelFile> file) : file(std::move(file)) {}

  /// A tensor as the model stores it, f32, f16 or bf16, under the shape it is read with.
  /// Reading one key twice is fine; returns false if the key has other contents already.
  bool addStored(llvm::StringRef key, const TensorData &data, llvm::ArrayRef<int64_t> shape);
  /// The matrix I x O of the model, read as O x I.
  bool addTransposed(llvm::StringRef key, const TensorData &data);
  /// Values that no tensor of the model has as they are.
  bool addComputed(llvm::StringRef key, llvm::ArrayRef<int64_t> shape, std::vector<float> values);

  llvm::StringRef name() const override { return file->path(); }
  void read(llvm::StringRef key, llvm::MutableArrayRef<float> values) const override;

private:
  bool add(llvm::StringRef key, ModelTensor tensor);

  std::shared_ptr<ModelFile> file;
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_MODELWEIGHTS_H
