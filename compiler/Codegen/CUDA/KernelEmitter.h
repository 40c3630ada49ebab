//===- KernelEmitter.h - Builds the code of a GPU's thread --------*- C++ -*-===//
//
// Values are f32 whatever the elements of buffers are. Offsets are in elements
// and of type index, which has 32 bits on a GPU.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_KERNELEMITTER_H
#define SINTER_COMPILER_CODEGEN_CUDA_KERNELEMITTER_H

#include "compiler/Codegen/Common/Emitter.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include <array>

namespace sinter::cuda {

constexpr int64_t warpSize = 32;

/// How a kernel is launched.
struct Launch {
  std::array<int64_t, 3> grid; ///< blocks in x, y and z
  int64_t threads;             ///< of a block, in x
  int64_t sharedBytes = 0;     ///< dynamic shared memory of a block
  int32_t maxRegisters = 0;    ///< of a thread; 0: as ptxas likes
};

class KernelEmitter : public Emitter {
public:
  KernelEmitter(mlir::OpBuilder &builder, mlir::Location loc, mlir::LLVM::GlobalOp shared)
      : Emitter(builder, loc, /*hasFMA=*/true), shared(shared) {}

  //===--------------------------------------------------------------------===//
  // Threads
  //===--------------------------------------------------------------------===//

  mlir::Value threadIndex();
  /// The block's place in the grid; `dimension` 0 is x.
  mlir::Value blockIndex(int dimension);
  /// Waits for all threads of the block.
  void barrier();
  /// Waits for the launches before this one, whose blocks may still run: before this call a thread
  /// must read nothing but weights, and write nothing. Then allows that the blocks of the next
  /// launch start as soon as there is room for them (programmatic dependent launch).
  void waitForLaunches();
  /// `value` of the lane whose number differs in the bits of `mask`.
  mlir::Value shuffleXor(mlir::Value value, int32_t mask);
  /// The value of body() where `condition` holds, else zero; a null condition always holds.
  mlir::Value valueIf(mlir::Value condition, mlir::Type type,
                      llvm::function_ref<mlir::Value()> body);
  mlir::Value both(mlir::Value lhs, mlir::Value rhs); ///< null: true

  //===--------------------------------------------------------------------===//
  // Memory
  //===--------------------------------------------------------------------===//

  mlir::VectorType f32Vector(int64_t size) {
    return mlir::VectorType::get({size}, builder.getF32Type());
  }
  /// `count` elements as f32: a vector, or a scalar if it is 1. They lie at a multiple of their size.
  mlir::Value load(mlir::Value pointer, mlir::Type element, mlir::Value at, int64_t count);
  void store(mlir::Value value, mlir::Value pointer, mlir::Type element, mlir::Value at);
  /// The place in the block's shared memory, in bytes.
  mlir::Value sharedAt(mlir::Value byte);
  mlir::Value elementAt(mlir::Value pointer, mlir::Type element, mlir::Value at);

  mlir::Value toI32(mlir::Value index);
  mlir::Value constantI32(int32_t value);

private:
  mlir::LLVM::GlobalOp shared;
};

} // namespace sinter::cuda

#include "compiler/Codegen/CUDA/CUDAKernelInterface.h.inc"

#endif // SINTER_COMPILER_CODEGEN_CUDA_KERNELEMITTER_H
