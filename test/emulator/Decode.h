//===- Decode.h - Operations to actions ---------------------------*- C++ -*-===//
//
// Each function below decodes operations of one kind, and returns an empty action for any other
// operation, and for a form of its own that it does not support.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_DECODE_H
#define SINTER_TEST_EMULATOR_DECODE_H

#include "test/emulator/Registers.h"
#include "test/emulator/Warp.h"

namespace sinter::emulator {

/// Integer arithmetic, comparisons and conversions.
Action decodeInteger(const Registers &registers, mlir::Operation *op);
/// Floating-point arithmetic, comparisons and conversions.
Action decodeFloat(const Registers &registers, mlir::Operation *op);
/// Selections, casts of bits and pointers, parts of vectors, structs and arrays.
Action decodeAggregate(const Registers &registers, mlir::Operation *op);
/// Pointer arithmetic, loads, stores, atomic operations and asynchronous copies.
Action decodeMemory(const Registers &registers, mlir::Operation *op);
/// Special registers, shuffles, hints, single instructions of PTX.
Action decodeWarp(const Registers &registers, mlir::Operation *op);
/// ldmatrix and mma.sync.
Action decodeMatrix(const Registers &registers, mlir::Operation *op);
/// Branches, returns. `numbers` are those of the blocks.
Action decodeTerminator(const Registers &registers, mlir::Operation *op,
                        const llvm::DenseMap<mlir::Block *, unsigned> &numbers);

//===----------------------------------------------------------------------===//
// Actions that do the same to every element of a value
//===----------------------------------------------------------------------===//

template <typename Function>
Action elementwise1(const Registers &registers, mlir::Operation *op, Function function) {
  unsigned result = registers.slot(op->getResult(0)), count = registers.count(op->getResult(0));
  unsigned operand = registers.slot(op->getOperand(0));
  return [=](Warp &warp) {
    for (unsigned i = 0; i < count; ++i) {
      uint64_t *to = warp.row(result + i);
      const uint64_t *from = warp.row(operand + i);
      forLanes(warp.mask, [&](unsigned lane) { to[lane] = function(from[lane]); });
    }
  };
}

template <typename Function>
Action elementwise2(const Registers &registers, mlir::Operation *op, Function function) {
  unsigned result = registers.slot(op->getResult(0)), count = registers.count(op->getResult(0));
  unsigned lhs = registers.slot(op->getOperand(0)), rhs = registers.slot(op->getOperand(1));
  return [=](Warp &warp) {
    for (unsigned i = 0; i < count; ++i) {
      uint64_t *to = warp.row(result + i);
      const uint64_t *a = warp.row(lhs + i), *b = warp.row(rhs + i);
      forLanes(warp.mask, [&](unsigned lane) { to[lane] = function(a[lane], b[lane]); });
    }
  };
}

template <typename Function>
Action elementwise3(const Registers &registers, mlir::Operation *op, Function function) {
  unsigned result = registers.slot(op->getResult(0)), count = registers.count(op->getResult(0));
  unsigned first = registers.slot(op->getOperand(0)), second = registers.slot(op->getOperand(1));
  unsigned third = registers.slot(op->getOperand(2));
  return [=](Warp &warp) {
    for (unsigned i = 0; i < count; ++i) {
      uint64_t *to = warp.row(result + i);
      const uint64_t *a = warp.row(first + i), *b = warp.row(second + i), *c = warp.row(third + i);
      forLanes(warp.mask, [&](unsigned lane) { to[lane] = function(a[lane], b[lane], c[lane]); });
    }
  };
}

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_DECODE_H
