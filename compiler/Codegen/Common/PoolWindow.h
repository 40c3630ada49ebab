//===- PoolWindow.h - Windows of pooling --------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_COMMON_POOLWINDOW_H
#define SINTER_COMPILER_CODEGEN_COMMON_POOLWINDOW_H

#include "compiler/Codegen/Common/Emitter.h"

namespace sinter {

/// A window along one dimension, clipped to the image.
struct PoolWindow {
  mlir::Value start; ///< unclipped
  mlir::Value begin, end;
};

/// The window at `position` of the output; `dimension` 0 is rows, 1 columns.
PoolWindow clipWindow(kernel::PoolOp op, Emitter &emitter, int dimension, mlir::Value position);

/// The length that counts for a mean, along one dimension.
mlir::Value windowLength(kernel::PoolOp op, Emitter &emitter, int dimension,
                         const PoolWindow &window);

} // namespace sinter

#endif // SINTER_COMPILER_CODEGEN_COMMON_POOLWINDOW_H
