//===- Value.h - What the importer knows of an ONNX value ---------*- C++ -*-===//
//
// A value is a constant, or data: the result of an nn operation. nn has maps NxCxHxW
// and matrices NxC only, so data carries what ONNX has done to it since and what no
// operation has been emitted for yet: a view, which its consumers take up or cancel.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_VALUE_H
#define SINTER_COMPILER_FRONTEND_ONNX_VALUE_H

#include "compiler/Frontend/ONNX/ModelFile.h"

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sinter::onnx {

using Integers = llvm::SmallVector<int64_t, 4>;

/// A tensor whose values are known while the model is read. The values of one that the
/// model stores stay there; those of a computed one are `reals` or `integers`.
struct Constant {
  std::string name; ///< of the initializer or value: the key of a weight
  Shape shape;
  int type = ::onnx::TensorProto_DataType_FLOAT; ///< as the model's operators see it
  std::optional<TensorData> stored;
  bool isTransposed = false; ///< `stored` is a matrix, columns first
  std::vector<double> reals;
  std::vector<int64_t> integers;

  int64_t size() const { return *numElements(shape); }
  /// True for floating-point types; all others are read as integers.
  bool isReal() const;
  /// The values in row-major order. Types that are neither give nothing.
  std::vector<double> readReals() const;
  std::vector<int64_t> readIntegers() const;
};
using ConstantRef = std::shared_ptr<const Constant>;

/// The constant called `name` that `tensor` of `file` is. The error says what is wrong with it.
llvm::Expected<ConstantRef> readConstant(ModelFile &file, const ::onnx::TensorProto &tensor,
                                         llvm::StringRef name);

/// True for at most `maxRank` dimensions of at most nn::maxSize elements in all, those of size 0
/// left out: whichever dimensions are multiplied, the product is no larger.
bool isBounded(llvm::ArrayRef<int64_t> shape);

/// Constant pixels around a map: what Pad leaves to the operation behind it.
struct Border {
  Integers pixels; ///< [top, left, bottom, right]
  double value = 0;
};

/// Neither a constant nor data: the result of a node that was refused. What is computed from it
/// is not reported again.
struct Value {
  ConstantRef constant;
  mlir::Value base; ///< the nn value behind the view
  Shape shape;      ///< as ONNX has it
  /// The view. At most one of the three kinds of dimensions applies: dimension i is dimension
  /// permutation[i] of the base, border included; the base in row-major order with another
  /// shape; or, where isExpanded, a map NxCx1x1 repeated over height and width.
  Integers permutation;
  std::optional<Border> border;
  bool isExpanded = false;

  static Value of(ConstantRef constant);
  static Value of(mlir::Value base);

  bool isPoison() const { return !constant && !base; }
  bool isData() const { return base != nullptr; }
  llvm::ArrayRef<int64_t> baseShape() const {
    return llvm::cast<mlir::RankedTensorType>(base.getType()).getShape();
  }
  /// True if the base is the value.
  bool isPlain() const {
    return isData() && permutation.empty() && !border && llvm::ArrayRef(shape) == baseShape();
  }
  /// True if the view changes nothing but the shape.
  bool isReshaped() const {
    return isData() && permutation.empty() && !border && !isExpanded && !isPlain();
  }
  /// The same view of another base of the same type.
  Value withBase(mlir::Value other) const {
    Value result = *this;
    result.base = other;
    return result;
  }
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_VALUE_H
