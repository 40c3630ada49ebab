//===- KernelKey.h - Which kernels are the same function ----------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_COMMON_KERNELKEY_H
#define SINTER_COMPILER_CODEGEN_COMMON_KERNELKEY_H

#include "mlir/IR/Operation.h"

#include <string>

namespace sinter {

/// What decides a kernel's code: its name, attributes and types, and which of its operands are
/// the same, not its layers or its queues.
std::string kernelKey(mlir::Operation *op);

} // namespace sinter

#endif // SINTER_COMPILER_CODEGEN_COMMON_KERNELKEY_H
