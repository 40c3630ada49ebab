//===- Operators.h - The operators of ai.onnx that are read -------*- C++ -*-===//
//
// One function per operator, grouped by file. Each takes what the opset of the model gives the
// operator: attributes that have become inputs are read from where they are.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_OPERATORS_H
#define SINTER_COMPILER_FRONTEND_ONNX_OPERATORS_H

#include "compiler/Frontend/ONNX/NodeImporter.h"

namespace sinter::onnx {

// Layers with weights (ImportConv.cpp, ImportLinear.cpp).
Value importConv(NodeImporter &node);
Value importBatchNormalization(NodeImporter &node);
Value importGemm(NodeImporter &node);
Value importMatMul(NodeImporter &node);

// Pools (ImportPool.cpp).
Value importMaxPool(NodeImporter &node);
Value importAveragePool(NodeImporter &node);
Value importGlobalAveragePool(NodeImporter &node);
Value importGlobalMaxPool(NodeImporter &node);
Value importReduceMean(NodeImporter &node);

// Activations (ImportActivation.cpp).
Value importRelu(NodeImporter &node);
Value importLeakyRelu(NodeImporter &node);
Value importPRelu(NodeImporter &node);
Value importClip(NodeImporter &node);
Value importSigmoid(NodeImporter &node);
Value importHardSigmoid(NodeImporter &node);
Value importHardSwish(NodeImporter &node);
Value importSwish(NodeImporter &node);
Value importNeg(NodeImporter &node);
Value importSoftmax(NodeImporter &node);
Value importLogSoftmax(NodeImporter &node);

// Arithmetic (ImportArithmetic.cpp).
Value importAdd(NodeImporter &node);
Value importSub(NodeImporter &node);
Value importMul(NodeImporter &node);
Value importDiv(NodeImporter &node);
Value importSum(NodeImporter &node);
Value importExtremum(NodeImporter &node);

// Shapes (ImportShape.cpp, ImportRegion.cpp).
Value importIdentity(NodeImporter &node);
Value importDropout(NodeImporter &node);
Value importCast(NodeImporter &node);
Value importShape(NodeImporter &node);
Value importSize(NodeImporter &node);
Value importFlatten(NodeImporter &node);
Value importReshape(NodeImporter &node);
Value importSqueeze(NodeImporter &node);
Value importUnsqueeze(NodeImporter &node);
Value importTranspose(NodeImporter &node);
Value importExpand(NodeImporter &node);
Value importPad(NodeImporter &node);
Value importConcat(NodeImporter &node);
Value importSlice(NodeImporter &node);

// Constants made of constants (FoldShape.cpp, FoldArithmetic.cpp).
Value foldConstant(NodeImporter &node);
Value foldConstantOfShape(NodeImporter &node);
Value foldRange(NodeImporter &node);
Value foldCast(NodeImporter &node);
Value foldFlatten(NodeImporter &node);
Value foldReshape(NodeImporter &node);
Value foldSqueeze(NodeImporter &node);
Value foldUnsqueeze(NodeImporter &node);
Value foldTranspose(NodeImporter &node);
Value foldExpand(NodeImporter &node);
Value foldConcat(NodeImporter &node);
Value foldSlice(NodeImporter &node);
Value foldGather(NodeImporter &node);
Value foldBinary(NodeImporter &node);
Value foldUnary(NodeImporter &node);
Value foldWhere(NodeImporter &node);
Value foldReduceProd(NodeImporter &node);

//===----------------------------------------------------------------------===//
// What operators share
//===----------------------------------------------------------------------===//

/// The shapes that operators give their input, be it data or constant (ImportShape.cpp).
/// Nothing after a report.
std::optional<Shape> flattenedShape(NodeImporter &node);
std::optional<Shape> reshapedShape(NodeImporter &node);
std::optional<Shape> squeezedShape(NodeImporter &node);
std::optional<Shape> unsqueezedShape(NodeImporter &node);
/// The permutation of Transpose.
std::optional<Integers> permutationOf(NodeImporter &node);
/// The larger shape of two that broadcast; nothing if they do not.
std::optional<Shape> broadcast(llvm::ArrayRef<int64_t> lhs, llvm::ArrayRef<int64_t> rhs);

/// What Slice takes along one axis: `count` positions from `start`.
struct Range {
  int64_t axis, start, count, step;
};
std::optional<std::vector<Range>> slicedRanges(NodeImporter &node);

/// `value` in row-major order with another shape.
Value reshape(NodeImporter &node, const Value &value, llvm::ArrayRef<int64_t> shape);
/// `input` as a map of one pixel, if it is a matrix, and the other way round.
mlir::Value toMap(NodeImporter &node, mlir::Value input);
mlir::Value toMatrix(NodeImporter &node, mlir::Value input);

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_OPERATORS_H
