//===- MachineCode.h - LLVM dialect to machine code ---------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_MACHINECODE_H
#define SINTER_COMPILER_TARGET_CPU_MACHINECODE_H

#include "compiler/Target/CPU/CPUTarget.h"
#include "compiler/Target/Model.h"

#include "llvm/IR/Module.h"

namespace sinter {

/// Translates the codegen stage's module to LLVM IR, adds the entry points of
/// `model` and optimizes. Every symbol but those of sinter/abi.h is internal.
llvm::Expected<std::unique_ptr<llvm::Module>> buildLLVMModule(mlir::ModuleOp codegen,
                                                              llvm::LLVMContext &context,
                                                              const Model &model,
                                                              const CPUTarget &target);

enum class MachineCodeKind { Object, Assembly };

/// Generates code for `module` into `stream`.
llvm::Error emitMachineCode(llvm::Module &module, const CPUTarget &target, MachineCodeKind kind,
                            llvm::raw_pwrite_stream &stream);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_MACHINECODE_H
