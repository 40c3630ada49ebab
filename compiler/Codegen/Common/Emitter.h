//===- Emitter.h - Builds the arithmetic of kernels ---------------*- C++ -*-===//
//
// A thin layer over OpBuilder that the backends share: index arithmetic with
// compile-time strides, loops with carried values, f32 arithmetic on scalars
// and vectors, activations.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CODEGEN_COMMON_EMITTER_H
#define SINTER_COMPILER_CODEGEN_COMMON_EMITTER_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace sinter {

/// The storage of a feature map as strides into a flat array.
struct Strides {
  int64_t batch, block, row, column; ///< in elements; lanes are adjacent
  int64_t origin;                    ///< of the pixel (0, 0) behind the halo
  int64_t blocks, lanes;             ///< blocks of channels, channels per block

  explicit Strides(mlir::MemRefType featureMap);
};

class Emitter {
public:
  Emitter(mlir::OpBuilder &builder, mlir::Location loc, bool hasFMA)
      : builder(builder), loc(loc), hasFMA(hasFMA) {}

  mlir::OpBuilder &builder;
  const mlir::Location loc;
  const bool hasFMA;

  //===--------------------------------------------------------------------===//
  // Indices
  //===--------------------------------------------------------------------===//

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs) { return add(lhs, index(rhs)); }
  mlir::Value sub(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mul(mlir::Value lhs, int64_t rhs);
  mlir::Value mul(mlir::Value lhs, mlir::Value rhs);
  mlir::Value div(mlir::Value lhs, int64_t rhs); ///< of values at least 0
  mlir::Value rem(mlir::Value lhs, int64_t rhs) { return rem(lhs, index(rhs)); }
  mlir::Value rem(mlir::Value lhs, mlir::Value rhs); ///< of values at least 0
  mlir::Value min(mlir::Value lhs, mlir::Value rhs);
  mlir::Value max(mlir::Value lhs, mlir::Value rhs);
  mlir::Value lessThan(mlir::Value lhs, mlir::Value rhs);
  /// low <= value <= high, of values at least 0
  mlir::Value isBetween(mlir::Value value, int64_t low, int64_t high);

  /// Sum of value * stride over `terms`, plus `constant`.
  mlir::Value linear(llvm::ArrayRef<std::pair<mlir::Value, int64_t>> terms, int64_t constant = 0);

  /// Splits a work item into its digits in a mixed radix, the last one fastest.
  llvm::SmallVector<mlir::Value> split(mlir::Value item, llvm::ArrayRef<int64_t> sizes);

  //===--------------------------------------------------------------------===//
  // Control flow
  //===--------------------------------------------------------------------===//

  using Body = llvm::function_ref<void(mlir::Value)>;
  using CarriedBody =
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value, mlir::ValueRange)>;

  /// for (i = begin; i < end; ++i) body(i)
  void loop(mlir::Value begin, mlir::Value end, Body body);
  void loop(int64_t count, Body body) { loop(index(0), index(count), body); }
  /// The same with values carried from one turn to the next.
  llvm::SmallVector<mlir::Value> loop(mlir::Value begin, mlir::Value end, mlir::ValueRange initial,
                                      CarriedBody body);
  /// A loop of a known count; no loop if there is one turn.
  llvm::SmallVector<mlir::Value> loop(int64_t count, mlir::ValueRange initial, CarriedBody body);
  /// body() where `condition` holds; null: always.
  void onlyIf(mlir::Value condition, llvm::function_ref<void()> body);
  /// What body(values) gives where `condition` holds, elsewhere `values`, which may be none.
  llvm::SmallVector<mlir::Value>
  onlyIf(mlir::Value condition, mlir::ValueRange values,
         llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)> body);

  //===--------------------------------------------------------------------===//
  // Values: f32 scalars and vectors of them
  //===--------------------------------------------------------------------===//

  mlir::Value constant(mlir::Type type, double value);
  mlir::Value toFloat(mlir::Value index);
  mlir::Value addf(mlir::Value lhs, mlir::Value rhs);
  mlir::Value subf(mlir::Value lhs, mlir::Value rhs);
  mlir::Value mulf(mlir::Value lhs, mlir::Value rhs);
  mlir::Value divf(mlir::Value lhs, mlir::Value rhs);
  /// lhs * rhs + addend, in one rounding where the CPU can.
  mlir::Value multiplyAdd(mlir::Value lhs, mlir::Value rhs, mlir::Value addend);
  /// The larger, `rhs` if either is NaN: one instruction.
  mlir::Value maxf(mlir::Value lhs, mlir::Value rhs);
  mlir::Value minf(mlir::Value lhs, mlir::Value rhs);
  /// The larger, NaN if either is.
  mlir::Value maximum(mlir::Value lhs, mlir::Value rhs);
  mlir::Value select(mlir::Value mask, mlir::Value yes, mlir::Value no);
  /// exp(x) within 2 ulp for x in [-87, 88], clamped beyond.
  mlir::Value exp(mlir::Value x);
  /// log(x) within 2 ulp for finite x that are not denormal; NaN stays NaN.
  mlir::Value log(mlir::Value x);
  mlir::Value sigmoid(mlir::Value x);
  mlir::Value activation(nn::ActivationAttr function, mlir::Value x);

private:
  mlir::Value constantLike(mlir::Value value, double number) {
    return constant(value.getType(), number);
  }
  /// i32, or the vector of it with as many lanes as `value` has.
  mlir::Type integerLike(mlir::Value value);
  mlir::Value integerConstant(mlir::Type type, int32_t number);
};

} // namespace sinter

#endif // SINTER_COMPILER_CODEGEN_COMMON_EMITTER_H
