//===- KernelEmitter.h - Builds the code of one kernel ------------*- C++ -*-===//
//
// A thin layer over OpBuilder: index arithmetic on flat buffers with
// compile-time strides, loops with carried values, vectors of the target's
// length, activations.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H
#define SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace sinter::cpu {

/// The storage of a feature map as strides into a flat array.
struct Strides {
  int64_t batch, block, row, column; ///< in elements; lanes are adjacent
  int64_t origin;                    ///< of the pixel (0, 0) behind the halo
  int64_t blocks, lanes;             ///< blocks of channels, channels per block

  explicit Strides(mlir::MemRefType featureMap);
};

class KernelEmitter {
public:
  KernelEmitter(mlir::OpBuilder &builder, mlir::Location loc, int64_t lanes, bool hasFMA)
      : builder(builder), loc(loc), lanes(lanes), hasFMA(hasFMA) {}

  mlir::OpBuilder &builder;
  const mlir::Location loc;
  const int64_t lanes; ///< f32 values per vector
  const bool hasFMA;
  /// The items that this thread computes, in order: from the first one to before the end.
  mlir::Value firstItem, endItem;
  /// The number of this thread; below the operation's `getMaxThreads` if it has items.
  mlir::Value thread;

  mlir::VectorType vectorType() const {
    return mlir::VectorType::get({lanes}, builder.getF32Type());
  }

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

  //===--------------------------------------------------------------------===//
  // Values: f32 scalars and vectors of them
  //===--------------------------------------------------------------------===//

  mlir::Value constant(mlir::Type type, double value);
  mlir::Value loadVector(mlir::Value buffer, mlir::Value at);
  void storeVector(mlir::Value value, mlir::Value buffer, mlir::Value at);
  /// Asks for the line at `at`, which may lie behind the buffer's end, in the second-level cache.
  void prefetch(mlir::Value buffer, mlir::Value at);
  /// Prefetches one of `parts` equal parts of the `elements` at `at`. What is read from
  /// memory once and then from the cache is so fetched evenly, while the processor computes.
  void prefetchPart(mlir::Value buffer, mlir::Value at, int64_t elements, mlir::Value part,
                    int64_t parts);
  mlir::Value loadScalar(mlir::Value buffer, mlir::Value at);
  void storeScalar(mlir::Value value, mlir::Value buffer, mlir::Value at);
  mlir::Value loadBroadcast(mlir::Value buffer, mlir::Value at);
  mlir::Value broadcast(mlir::Value scalar);
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
  /// The mask of the lanes whose number is below `count`, which may be any number.
  mlir::Value lanesBelow(mlir::Value count);
  mlir::Value select(mlir::Value mask, mlir::Value yes, mlir::Value no);
  /// In each group of `size` lanes, the group's lane number `lane` everywhere.
  mlir::Value spreadInGroups(mlir::Value vector, int64_t lane, int64_t size);
  /// The last `count` lanes of `low`, then the first of `high`.
  mlir::Value join(mlir::Value low, mlir::Value high, int64_t count);
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

} // namespace sinter::cpu

#include "compiler/Codegen/CPU/CPUKernelInterface.h.inc"

#endif // SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H
