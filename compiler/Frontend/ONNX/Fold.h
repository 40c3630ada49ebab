//===- Fold.h - Making constants ----------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_FOLD_H
#define SINTER_COMPILER_FRONTEND_ONNX_FOLD_H

#include "compiler/Frontend/ONNX/Operators.h"

namespace sinter::onnx {

/// The largest constant that is computed. Weights are stored; what is computed is small.
constexpr int64_t maxFoldedElements = 1'000'000;

/// A constant of zeros under the name of the node's output; null after a report.
std::shared_ptr<Constant> newConstant(NodeImporter &node, int type, llvm::ArrayRef<int64_t> shape);

/// Where the element at `position` of a broadcast result lies in a tensor of shape `shape`.
int64_t broadcastOffset(llvm::ArrayRef<int64_t> position, llvm::ArrayRef<int64_t> shape);

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_FOLD_H
