//===- ONNX.h - Networks from ONNX models -------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_ONNX_H
#define SINTER_COMPILER_FRONTEND_ONNX_ONNX_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>

namespace sinter::onnx {

struct Options {
  /// `--batch N`: replaces the leading dimension of every input, named or not.
  std::optional<int64_t> batch;
};

struct ImportedModel {
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< one function of flat nn operations; null after an error
  std::unique_ptr<WeightSource> weights;    ///< of the function's parameters
};

/// Reads the ONNX model at `path`: ai.onnx opset 7 to 24, f32, image classifiers of the
/// ResNet family. Layers are named after the model's nodes, parameters after its
/// initializers. What is not supported is listed all at once in `errors`, one line each,
/// with the node and what to do about it.
ImportedModel importModel(llvm::StringRef path, mlir::MLIRContext &context, const Options &options,
                          ErrorList &errors);

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_ONNX_H
