//===- Register.cpp - Everything sinter and sinter-opt know ---------------===//

#include "compiler/Driver/Register.h"

#include "compiler/Codegen/CPU/CPU.h"
#include "compiler/Codegen/CUDA/CUDA.h"
#include "compiler/Conversion/NNToKernel/NNToKernel.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Reference/Reference.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Transforms/Passes.h"

void sinter::registerAllSinter(mlir::DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, nn::NNDialect, mlir::func::FuncDialect>();
  // What code generation leaves behind, so that sinter-opt reads every stage's output.
  registry.insert<mlir::arith::ArithDialect, mlir::LLVM::LLVMDialect, mlir::math::MathDialect,
                  mlir::memref::MemRefDialect, mlir::scf::SCFDialect,
                  mlir::vector::VectorDialect, mlir::gpu::GPUDialect, mlir::NVVM::NVVMDialect>();
  cpu::registerCPUKernelModels(registry);
  cuda::registerCUDAKernelModels(registry);
  registerLowerToKernelModels(registry);
  registerReferenceModels(registry);
  registerWeightModels(registry);

  mlir::registerTransformsPasses();
  nn::registerNNPasses();
  registerNNToKernelPasses();
  kernel::registerKernelPasses();
  cpu::registerCPUPasses();
  cuda::registerCUDAPasses();
  registerPipelines();
}
