//===- Conv2d.h - CPU code of kernel.conv2d -----------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_CONV2D_H
#define SINTER_COMPILER_CODEGEN_CPU_CONV2D_H

#include "dialects/Kernel/IR/Kernel.h"

namespace sinter::cpu {

class KernelEmitter;

/// Rows of tiles of all images and panels.
int64_t convolutionWorkItems(kernel::Conv2dOp op);

/// Emits work item `item`: one row of tiles of one panel.
void emitConvolution(kernel::Conv2dOp op, KernelEmitter &emitter, mlir::ValueRange buffers,
                     mlir::Value item);

} // namespace sinter::cpu

#endif // SINTER_COMPILER_CODEGEN_CPU_CONV2D_H
