//===- sinter-opt.cpp - Run one pass or pipeline on MLIR text -------------===//

#include "compiler/Driver/Register.h"

#include "mlir/Tools/mlir-opt/MlirOptMain.h"

int main(int argc, char **argv) {
  mlir::DialectRegistry registry;
  sinter::registerAllSinter(registry);
  return mlir::asMainReturnCode(
      mlir::MlirOptMain(argc, argv, "Sinter pass driver\n", registry));
}
