//===- Pipelines.cpp - The stages of compilation --------------------------===//

#include "compiler/Pipelines/Pipelines.h"

#include "compiler/Codegen/CPU/CPU.h"
#include "compiler/Codegen/CUDA/CUDA.h"
#include "compiler/Conversion/NNToKernel/NNToKernel.h"
#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;
using namespace sinter;

void sinter::buildRaisePipeline(OpPassManager &pm) {
  // 1. Reshapes that cancel and the like, which no pattern then has to look through.
  pm.addPass(createCanonicalizerPass());
  // 2. From the inside out: gates are activations, blocks hold gates.
  pm.addPass(nn::createRaiseActivation());
  pm.addPass(nn::createRaiseSqueezeExcite());
  pm.addPass(nn::createRaiseResBlock());
}

void sinter::buildSimplifyPipeline(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(nn::createFoldBatchNorm());
}

void sinter::buildFusePipeline(OpPassManager &pm, const PipelineOptions &options) {
  // 1. The structure of blocks has been used; what remains is their join.
  pm.addPass(nn::createInlineResBlock());
  // 2. Gate, join and activation into one pass over the data.
  pm.addPass(nn::createFuseSqueezeExcite());
  // 3. Joins, activations and the squeeze's means into convolutions.
  pm.addPass(nn::createFuseEpilogue());
  // 4. Gates before convolutions, whose epilogue on a GPU has no scaling.
  if (options.target != "cuda")
    pm.addPass(nn::createHoistGate());
  pm.addPass(createCSEPass());
}

void sinter::buildSchedulePipeline(OpPassManager &pm, const PipelineOptions &options) {
  ConvertNNToKernelOptions conversion;
  conversion.lanes = options.lanes;
  conversion.registers = options.registers;
  conversion.maxError = options.maxError;
  conversion.target = options.target;
  conversion.precision = options.precision;
  conversion.inputFormat = options.inputFormat;
  pm.addPass(createConvertNNToKernel(conversion));
}

void sinter::buildPlanPipeline(OpPassManager &pm, const PipelineOptions &options) {
  pm.addPass(kernel::createPlanMemory());
  kernel::InsertBarriersOptions barriers;
  // A launch is a step.
  bool isCUDA = options.target == "cuda";
  barriers.betweenAll = options.separateSteps || isCUDA;
  OpPassManager &networks = pm.nest<func::FuncOp>();
  networks.addPass(kernel::createInsertBarriers(barriers));
  if (!isCUDA)
    networks.addPass(kernel::createBalanceWork());
}

/// Kernels to LLVM and NVVM. What launches them is left as it is.
static void buildCUDACodegenPipeline(OpPassManager &pm) {
  // 1. Kernels to what a thread does.
  pm.addPass(cuda::createLowerKernels());
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  // 2. Everything to LLVM. Offsets have 32 bits: a GPU computes with 64 in several instructions.
  constexpr unsigned indexBits = 32;
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(createConvertVectorToLLVMPass());
  kernels.addPass(createConvertMathToLLVMPass());
  ArithToLLVMConversionPassOptions arithmetic;
  arithmetic.indexBitwidth = indexBits;
  kernels.addPass(createArithToLLVMConversionPass(arithmetic));
  ConvertControlFlowToLLVMPassOptions controlFlow;
  controlFlow.indexBitwidth = indexBits;
  pm.addPass(createConvertControlFlowToLLVMPass(controlFlow));
  OpPassManager &converted = pm.nest<gpu::GPUModuleOp>();
  converted.addPass(createUBToLLVMConversionPass());
  converted.addPass(createReconcileUnrealizedCastsPass());
  converted.addPass(createCanonicalizerPass());
}

void sinter::buildCodegenPipeline(OpPassManager &pm, const PipelineOptions &options) {
  if (options.target == "cuda")
    return buildCUDACodegenPipeline(pm);
  // 1. Kernels to loops over vectors.
  cpu::LowerKernelsOptions lowering;
  lowering.lanes = options.lanes;
  lowering.fma = options.fma;
  pm.addPass(cpu::createLowerKernels(lowering));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // 2. Everything to LLVM. Buffers are bare pointers: their shapes are static.
  pm.addPass(createSCFToControlFlowPass());
  pm.addPass(createConvertVectorToLLVMPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  ConvertFuncToLLVMPassOptions functions;
  functions.useBarePtrCallConv = true;
  pm.addPass(createConvertFuncToLLVMPass(functions));
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createUBToLLVMConversionPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
}

ArrayRef<Stage> sinter::getStages() {
  using Options = const PipelineOptions &;
  static const Stage stages[] = {
      {"raise", [](OpPassManager &pm, Options) { buildRaisePipeline(pm); }},
      {"simplify", [](OpPassManager &pm, Options) { buildSimplifyPipeline(pm); }},
      {"fuse", [](OpPassManager &pm, Options options) { buildFusePipeline(pm, options); }},
      {"schedule", [](OpPassManager &pm, Options options) { buildSchedulePipeline(pm, options); }},
      {"plan", [](OpPassManager &pm, Options options) { buildPlanPipeline(pm, options); }},
      {"codegen", [](OpPassManager &pm, Options options) { buildCodegenPipeline(pm, options); }},
  };
  return stages;
}

void sinter::registerPipelines() {
  for (const Stage &stage : getStages())
    PassPipelineRegistration<PipelineOptions>(
        ("sinter-" + stage.name).str(), ("The " + stage.name + " stage").str(),
        [build = stage.build](OpPassManager &pm, const PipelineOptions &options) {
          build(pm, options);
        });
  PassPipelineRegistration<PipelineOptions>(
      "nn-to-llvm-pipeline", "Every stage from imported nn to LLVM",
      [](OpPassManager &pm, const PipelineOptions &options) {
        for (const Stage &stage : getStages())
          stage.build(pm, options);
      });
}
