//===- Passes.h - Passes on the kernel dialect --------------------*- C++ -*-===//

#ifndef SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_H
#define SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace sinter::kernel {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/Kernel/Transforms/Passes.h.inc"

} // namespace sinter::kernel

#endif // SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_H
