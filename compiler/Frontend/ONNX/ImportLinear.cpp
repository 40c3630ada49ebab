//===- ImportLinear.cpp - Matrix products ---------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include <cmath>

using namespace sinter;
using namespace sinter::onnx;
using llvm::Twine;

/// The weight O x I of a linear layer from the constant factor of a product, which is
/// O x I already or, more often, I x O.
static mlir::Value linearWeight(NodeImporter &node, const Constant &factor, bool isTransposed,
                                double scale) {
  if (scale == 1)
    return isTransposed ? node.weight(factor, factor.shape) : node.transposedWeight(factor);
  int64_t rows = factor.shape[isTransposed ? 0 : 1], columns = factor.shape[isTransposed ? 1 : 0];
  std::vector<double> values = factor.readReals();
  std::vector<float> scaled(values.size());
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t column = 0; column < columns; ++column)
      scaled[row * columns + column] = static_cast<float>(
          scale * values[isTransposed ? row * columns + column : column * rows + row]);
  return node.computedWeight("weight", {rows, columns}, std::move(scaled));
}

/// The bias of `features` values from Gemm's C, which broadcasts to N x O.
static mlir::Value linearBias(NodeImporter &node, const Constant &bias, int64_t features,
                              double scale) {
  llvm::ArrayRef<int64_t> shape = bias.shape;
  while (shape.size() > 1 && shape.front() == 1)
    shape = shape.drop_front();
  bool isVector = shape == llvm::ArrayRef(features);
  if (!bias.isReal() || (!isVector && bias.size() != 1)) {
    node.fail("expects its bias to be float of 1 or " + Twine(features) + " values, got " +
              typeName(bias.type) + " " + describe(bias.shape));
    return nullptr;
  }
  if (isVector && scale == 1)
    return node.weight(bias, features);
  std::vector<double> values = bias.readReals();
  std::vector<float> scaled(features);
  for (int64_t i = 0; i < features; ++i)
    scaled[i] = static_cast<float>(scale * values[isVector ? i : 0]);
  return node.computedWeight("bias", features, std::move(scaled));
}

static ConstantRef matrixFactor(NodeImporter &node) {
  ConstantRef factor = node.constant(1, "second factor");
  if (!factor || (factor->shape.size() == 2 && factor->isReal()))
    return factor;
  node.fail("expects its second factor to be a float matrix, got " + typeName(factor->type) + " " +
            describe(factor->shape));
  return nullptr;
}

Value sinter::onnx::importGemm(NodeImporter &node) {
  mlir::Value input = node.matrix(0);
  ConstantRef factor = matrixFactor(node);
  ConstantRef bias = node.hasInput(2) ? node.constant(2, "bias") : nullptr;
  node.expect("transA", 0, 0, "a network computes on rows, one per image");
  bool isTransposed = node.integer("transB", 0) != 0;
  double alpha = node.real("alpha", 1), beta = node.real("beta", 1);
  if (node.hasFailed())
    return {};
  node.begin("linear", factor.get());
  mlir::Value weight = linearWeight(node, *factor, isTransposed, alpha);
  mlir::Value biases = weight && bias && beta != 0
                           ? linearBias(node, *bias, factor->shape[isTransposed ? 0 : 1], beta)
                           : nullptr;
  if (node.hasFailed())
    return {};
  return Value::of(node.emit<nn::LinearOp>({input, weight, biases}));
}

Value sinter::onnx::importMatMul(NodeImporter &node) {
  mlir::Value input = node.matrix(0);
  ConstantRef factor = matrixFactor(node);
  if (node.hasFailed())
    return {};
  node.begin("linear", factor.get());
  mlir::Value weight = node.transposedWeight(*factor);
  return weight ? Value::of(node.emit<nn::LinearOp>({input, weight, nullptr})) : Value();
}
