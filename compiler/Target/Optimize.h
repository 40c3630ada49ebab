//===- Optimize.h - LLVM's optimizations --------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_OPTIMIZE_H
#define SINTER_COMPILER_TARGET_OPTIMIZE_H

#include "llvm/IR/Module.h"
#include "llvm/Target/TargetMachine.h"

namespace sinter {

/// Scalar and loop optimizations. Kernels are vectorized and unrolled as they should be: with more of
/// it, values that parts of a loop share would be kept in registers, and spilled.
void optimize(llvm::Module &module, llvm::TargetMachine &machine);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_OPTIMIZE_H
