//===- Pipelines.cpp - The stages of compilation --------------------------===//

#include "compiler/Pipelines/Pipelines.h"

#include "compiler/Codegen/CPU/CPU.h"
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

void sinter::buildFusePipeline(OpPassManager &pm) {
  // 1. The structure of blocks has been used; what remains is their join.
  pm.addPass(nn::createInlineResBlock());
  // 2. Gate, join and activation into one pass over the data.
  pm.addPass(nn::createFuseSqueezeExcite());
  // 3. Joins, activations and the squeeze's means into convolutions.
  pm.addPass(nn::createFuseEpilogue());
  pm.addPass(createCSEPass());
}

void sinter::buildSchedulePipeline(OpPassManager &pm, const CPUPipelineOptions &options) {
  ConvertNNToKernelOptions conversion;
  conversion.lanes = options.lanes;
  conversion.registers = options.registers;
  conversion.maxError = options.maxError;
  pm.addPass(createConvertNNToKernel(conversion));
}

void sinter::buildPlanPipeline(OpPassManager &pm, const CPUPipelineOptions &options) {
  pm.addPass(kernel::createPlanMemory());
  kernel::InsertBarriersOptions barriers;
  barriers.betweenAll = options.separateSteps;
  OpPassManager &networks = pm.nest<func::FuncOp>();
  networks.addPass(kernel::createInsertBarriers(barriers));
  networks.addPass(kernel::createBalanceWork());
}

void sinter::buildCodegenPipeline(OpPassManager &pm, const CPUPipelineOptions &options) {
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
  using Options = const CPUPipelineOptions &;
  static const Stage stages[] = {
      {"raise", [](OpPassManager &pm, Options) { buildRaisePipeline(pm); }},
      {"simplify", [](OpPassManager &pm, Options) { buildSimplifyPipeline(pm); }},
      {"fuse", [](OpPassManager &pm, Options) { buildFusePipeline(pm); }},
      {"schedule", [](OpPassManager &pm, Options options) { buildSchedulePipeline(pm, options); }},
      {"plan", [](OpPassManager &pm, Options options) { buildPlanPipeline(pm, options); }},
      {"codegen", [](OpPassManager &pm, Options options) { buildCodegenPipeline(pm, options); }},
  };
  return stages;
}

void sinter::registerPipelines() {
  for (const Stage &stage : getStages())
    PassPipelineRegistration<CPUPipelineOptions>(
        ("sinter-" + stage.name).str(), ("The " + stage.name + " stage").str(),
        [build = stage.build](OpPassManager &pm, const CPUPipelineOptions &options) {
          build(pm, options);
        });
  PassPipelineRegistration<CPUPipelineOptions>(
      "nn-to-llvm-pipeline", "Every stage from imported nn to LLVM",
      [](OpPassManager &pm, const CPUPipelineOptions &options) {
        for (const Stage &stage : getStages())
          stage.build(pm, options);
      });
}
