//===- EntryPoints.h - The symbols an artifact exports ------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_ENTRYPOINTS_H
#define SINTER_COMPILER_TARGET_CPU_ENTRYPOINTS_H

#include "compiler/Target/CPU/CPUTarget.h"
#include "compiler/Target/Model.h"

namespace sinter {

/// LLVM IR text of what sinter/abi.h promises for `model`: NAME_run, NAME_model
/// and the function that each thread calls, around the generated function NAME.
/// It is baseline x86-64 code, so that it can refuse a CPU in words.
std::string entryPointsIR(const Model &model, const CPUTarget &target);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_ENTRYPOINTS_H
