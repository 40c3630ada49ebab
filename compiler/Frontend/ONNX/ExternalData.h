//===- ExternalData.h - Tensors in files beside a model -----------*- C++ -*-===//
//
// A model may name files that hold its tensors. The names are not trusted: a
// file is reached through the handles of the folders above it, beginning with
// the model's own, and nothing outside that folder can be named.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_EXTERNALDATA_H
#define SINTER_COMPILER_FRONTEND_ONNX_EXTERNALDATA_H

#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <onnx/onnx_pb.h>

namespace sinter::onnx {

/// The files beside one model, each mapped once and kept.
class ExternalData {
public:
  /// `model` is the path of the model; what its tensors name lies in its folder.
  explicit ExternalData(llvm::StringRef model);

  /// The `size` bytes of a tensor whose data_location is EXTERNAL. The error says what is
  /// wrong, without the names of the model and the tensor.
  llvm::Expected<llvm::StringRef> read(const ::onnx::TensorProto &tensor, uint64_t size);

private:
  llvm::Expected<llvm::StringRef> map(llvm::StringRef location);

  std::string folder;
  llvm::StringMap<std::unique_ptr<llvm::MemoryBuffer>> files; ///< by location
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_EXTERNALDATA_H
