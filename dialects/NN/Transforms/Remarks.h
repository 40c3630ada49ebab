//===- Remarks.h - What the nn passes say of their work -----------*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H
#define SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/Twine.h"

namespace sinter::nn {

/// A remark of category `pass`, at the layer of `op`, about what was done.
void remarkPassed(mlir::Operation *op, llvm::StringRef pass, const llvm::Twine &text);

/// The same about what was nearly done, and why it was not.
void remarkMissed(mlir::Operation *op, llvm::StringRef pass, const llvm::Twine &text);

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H
