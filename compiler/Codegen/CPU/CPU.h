//===- CPU.h - CPU code generation passes -------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_CPU_H
#define SINTER_COMPILER_CODEGEN_CPU_CPU_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sinter::cpu {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Codegen/CPU/Passes.h.inc"

/// Attaches to every kernel operation the model that emits its CPU code.
void registerCPUKernelModels(mlir::DialectRegistry &registry);

} // namespace sinter::cpu

#endif // SINTER_COMPILER_CODEGEN_CPU_CPU_H
