//===- WinogradConv2d.h - CPU code of kernel.winograd_conv2d ------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_WINOGRADCONV2D_H
#define SINTER_COMPILER_CODEGEN_CPU_WINOGRADCONV2D_H

#include "dialects/Kernel/IR/Kernel.h"

namespace sinter::cpu {

class KernelEmitter;

/// Blocks of tiles of all images, and panels.
int64_t winogradWorkItems(kernel::WinogradConv2dOp op);

/// Emits work item `item`: one block of tiles of one panel.
void emitWinograd(kernel::WinogradConv2dOp op, KernelEmitter &emitter, mlir::ValueRange buffers,
                  mlir::Value item);

} // namespace sinter::cpu

#endif // SINTER_COMPILER_CODEGEN_CPU_WINOGRADCONV2D_H
