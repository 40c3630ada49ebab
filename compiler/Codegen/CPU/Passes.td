//===- Passes.td - CPU code generation passes ---------------*- tablegen -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_PASSES_TD
#define SINTER_COMPILER_CODEGEN_CPU_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerKernels : Pass<"cpu-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "expand kernels to loops over vectors";
  let description = [{
    Every kernel operation becomes a call of a private function that computes a
    range of its work items; operations of equal shape and schedule share one.
    The network's function takes flat buffers, the weights, the thread's number
    and the number of threads, and the barrier to call between dependent
    kernels; each thread computes an equal share of a kernel's items. Those
    that have `kernel.queues` it takes from there, and helps the others.

    **Requires** `kernel-plan-memory` and `kernel-insert-barriers`. **Ensures**
    that only arith, func, llvm, math, memref, scf and vector operations
    remain.

    Example: `test/compiler/Codegen/CPU/lower-kernels.mlir`
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "8", "f32 values per vector register: 4, 8 or 16">,
    Option<"fma", "fma", "bool", "true", "whether the CPU multiplies and adds in one instruction">,
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect", "::mlir::scf::SCFDialect",
    "::mlir::vector::VectorDialect"];
}

#endif // SINTER_COMPILER_CODEGEN_CPU_PASSES_TD
