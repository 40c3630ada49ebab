//===- Value.h - What an expression of the language is worth ------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_VALUE_H
#define SINTER_COMPILER_FRONTEND_TEXT_VALUE_H

#include "dialects/NN/IR/NN.h"

#include <string>
#include <vector>

namespace sinter::text {

/// A number, a tensor of the network under construction, ... All but tensors
/// are known when the network is built.
struct Value {
  enum class Kind { Poison, None, Bool, Integer, Float, String, List, Activation, Tensor };

  /// Poison: the value of what has been reported as wrong. Poison in, poison
  /// out, so that one mistake is told once.
  Kind kind = Kind::Poison;
  /// Integer, and Bool as 0 or 1.
  int64_t integer = 0;
  double real = 0;
  llvm::StringRef string;
  /// Lists hold integers, no lists: a variable is copied at the price of one step.
  std::vector<int64_t> list;
  nn::ActivationAttr activation;
  mlir::Value tensor;

  static Value none() { return of(Kind::None); }
  static Value of(Kind kind) {
    Value value;
    value.kind = kind;
    return value;
  }
  static Value boolean(bool b) {
    Value value = of(Kind::Bool);
    value.integer = b;
    return value;
  }
  static Value number(int64_t i) {
    Value value = of(Kind::Integer);
    value.integer = i;
    return value;
  }
  static Value number(double d) {
    Value value = of(Kind::Float);
    value.real = d;
    return value;
  }
  static Value text(llvm::StringRef s) {
    Value value = of(Kind::String);
    value.string = s;
    return value;
  }
  static Value of(nn::ActivationAttr a) {
    Value value = of(Kind::Activation);
    value.activation = a;
    return value;
  }
  static Value of(mlir::Value t) {
    Value value = of(Kind::Tensor);
    value.tensor = t;
    return value;
  }

  bool is(Kind other) const { return kind == other; }
  bool isPoison() const { return is(Kind::Poison); }
  bool isNone() const { return is(Kind::None); }
  bool isTensor() const { return is(Kind::Tensor); }
  bool isNumber() const { return is(Kind::Integer) || is(Kind::Float); }
  double asDouble() const { return is(Kind::Float) ? real : static_cast<double>(integer); }
  llvm::ArrayRef<int64_t> shape() const {
    return llvm::cast<mlir::ShapedType>(tensor.getType()).getShape();
  }

  /// How the value is called in "expects ..., got ...".
  std::string describe() const;
};

/// [1, 64, 56, 56]
std::string describeShape(llvm::ArrayRef<int64_t> shape);
/// "; they come from layer 'conv1' (net.sinter:2:7) and the input", to end a
/// message about two tensors that do not fit.
std::string describeOrigins(mlir::Value first, mlir::Value second);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_VALUE_H
