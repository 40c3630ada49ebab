//===- Register.cpp - Everything sinter and sinter-opt know ---------------===//

#include "compiler/Driver/Register.h"

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Transforms/Passes.h"

void sinter::registerAllSinter(mlir::DialectRegistry &registry) {
  registry.insert<nn::NNDialect, mlir::func::FuncDialect>();
  mlir::registerTransformsPasses();
  nn::registerNNPasses();
}
