//===- KernelEmitter.h - Builds the code of one kernel ------------*- C++ -*-===//
//
// Vectors of the target's length, in flat buffers.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H
#define SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H

#include "compiler/Codegen/Common/Emitter.h"

namespace sinter::cpu {

class KernelEmitter : public Emitter {
public:
  KernelEmitter(mlir::OpBuilder &builder, mlir::Location loc, int64_t lanes, bool hasFMA)
      : Emitter(builder, loc, hasFMA), lanes(lanes) {}

  const int64_t lanes; ///< f32 values per vector
  /// The items that this thread computes, in order: from the first one to before the end.
  mlir::Value firstItem, endItem;
  /// The item of this kernel that this thread computed before `firstItem`; the number of all
  /// items if there is none.
  mlir::Value previousItem;
  /// The number of this thread; below the operation's `getMaxThreads` if it has items.
  mlir::Value thread;

  mlir::VectorType vectorType() const {
    return mlir::VectorType::get({lanes}, builder.getF32Type());
  }

  mlir::Value loadVector(mlir::Value buffer, mlir::Value at);
  void storeVector(mlir::Value value, mlir::Value buffer, mlir::Value at);
  /// Asks for the line at `at`, which may lie behind the buffer's end, in the second-level cache.
  void prefetch(mlir::Value buffer, mlir::Value at);
  /// Prefetches one of `parts` equal parts of the `elements` at `at`. What is read from
  /// memory once and then from the cache is so fetched evenly, while the processor computes. The parts
  /// go through up to four stretches of the elements side by side, each in the order of its addresses:
  /// a processor follows each by itself, up to the end of a page, and so fetches more at a time.
  void prefetchPart(mlir::Value buffer, mlir::Value at, int64_t elements, mlir::Value part,
                    int64_t parts);
  mlir::Value loadScalar(mlir::Value buffer, mlir::Value at);
  void storeScalar(mlir::Value value, mlir::Value buffer, mlir::Value at);
  mlir::Value loadBroadcast(mlir::Value buffer, mlir::Value at);
  mlir::Value broadcast(mlir::Value scalar);

  /// The mask of the lanes whose number is below `count`, which may be any number.
  mlir::Value lanesBelow(mlir::Value count);
  /// The vector at `at`, but in each group of `size` lanes the group's lane number `lane` everywhere.
  mlir::Value loadSpread(mlir::Value buffer, mlir::Value at, int64_t lane, int64_t size);
  /// The last `count` lanes of `low`, then the first of `high`.
  mlir::Value join(mlir::Value low, mlir::Value high, int64_t count);
};

} // namespace sinter::cpu

#include "compiler/Codegen/CPU/CPUKernelInterface.h.inc"

#endif // SINTER_COMPILER_CODEGEN_CPU_KERNELEMITTER_H
