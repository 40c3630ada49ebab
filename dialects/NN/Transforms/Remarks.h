//===- Remarks.h - What the nn passes say of their work -----------*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H
#define SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/Twine.h"

#include <string>

namespace sinter::nn {

/// The first layer name of `op`'s location, or "".
llvm::StringRef layerName(mlir::Operation *op);

/// How a remark calls `op`: "'layer1.0.conv1'", or "nn.conv2d" where it has no name.
std::string describe(mlir::Operation *op);

/// The same of what defines `value`, with both: "nn.conv2d 'layer1.0.conv1'", or "an input".
std::string describeSource(mlir::Value value);

/// A remark of category `pass`, at the layer of `op`, about what was done.
void remarkPassed(mlir::Operation *op, llvm::StringRef pass, const llvm::Twine &text);

/// The same about what was nearly done, and why it was not.
void remarkMissed(mlir::Operation *op, llvm::StringRef pass, const llvm::Twine &text);

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_TRANSFORMS_REMARKS_H
