//===- Register.cpp - Everything sinter and sinter-opt know ---------------===//

#include "compiler/Driver/Register.h"

#include "compiler/Codegen/CPU/CPU.h"
#include "compiler/Conversion/NNToKernel/NNToKernel.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Reference/Reference.h"
#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"
#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

void sinter::registerAllSinter(mlir::DialectRegistry &registry) {
  registry.insert<kernel::KernelDialect, nn::NNDialect, mlir::func::FuncDialect>();
  cpu::registerCPUKernelModels(registry);
  registerLowerToKernelModels(registry);
  registerReferenceModels(registry);
  registerWeightModels(registry);

  mlir::registerTransformsPasses();
  nn::registerNNPasses();
  registerNNToKernelPasses();
  kernel::registerKernelPasses();
  cpu::registerCPUPasses();
  registerPipelines();
}
