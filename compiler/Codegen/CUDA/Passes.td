//===- Passes.td - GPU code generation passes ---------------*- tablegen -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_PASSES_TD
#define SINTER_COMPILER_CODEGEN_CUDA_PASSES_TD

include "mlir/Pass/PassBase.td"

def LowerKernels : Pass<"cuda-lower-kernels", "::mlir::ModuleOp"> {
  let summary = "expand kernels to functions that a GPU's threads run";
  let description = [{
    Every kernel operation becomes a `gpu.launch_func` of a function in the
    `gpu.module` of its network, NAME_kernels; operations of equal shape and schedule share
    one. The network's function takes pointers to inputs, outputs, workspace and weights, all in
    global memory, and launches kernels one after the other.

    Kernels are arith, scf and vector code around LLVM and NVVM operations;
    offsets are of type index, which has 32 bits here.

    **Requires** `kernel-plan-memory`, of maps without a halo. **Ensures** that no kernel operation remains.

    Example: `test/compiler/Codegen/CUDA/lower-kernels.mlir`
  }];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::NVVM::NVVMDialect", "::mlir::arith::ArithDialect",
    "::mlir::func::FuncDialect", "::mlir::gpu::GPUDialect", "::mlir::math::MathDialect",
    "::mlir::scf::SCFDialect", "::mlir::vector::VectorDialect"];
}

#endif // SINTER_COMPILER_CODEGEN_CUDA_PASSES_TD
