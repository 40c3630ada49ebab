//===- Tensor.h - A dense tensor of floats ------------------------*- C++ -*-===//
//
// What travels between files and programs: a shape and its values in row-major
// order. Shapes come from untrusted files, so their products are checked.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_SUPPORT_TENSOR_H
#define SINTER_COMPILER_SUPPORT_TENSOR_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sinter {

/// The dimensions of a tensor, outermost first.
using Shape = llvm::SmallVector<int64_t>;

/// A dense f32 tensor in row-major order.
struct Tensor {
  Shape shape;
  std::vector<float> data;
};

/// The number of elements of a tensor of this shape; nothing if a dimension is
/// negative or the product does not fit.
inline std::optional<int64_t> numElements(llvm::ArrayRef<int64_t> shape) {
  int64_t product = 1;
  bool overflow = false;
  for (int64_t size : shape) {
    if (size < 0)
      return std::nullopt;
    overflow |= llvm::MulOverflow(product, size, product);
  }
  // A later zero makes even an overflowing product empty, but nobody means that.
  return overflow ? std::nullopt : std::optional<int64_t>(product);
}

/// "64x3x7x7"; "scalar" for rank 0.
inline std::string shapeToString(llvm::ArrayRef<int64_t> shape) {
  if (shape.empty())
    return "scalar";
  std::string text = std::to_string(shape.front());
  for (int64_t size : shape.drop_front())
    text += "x" + std::to_string(size);
  return text;
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_TENSOR_H
