//===- Raising.h - What the raising passes share ------------------*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_RAISING_H
#define SINTER_DIALECTS_NN_TRANSFORMS_RAISING_H

#include "mlir/IR/Operation.h"

#include <string>

namespace sinter::nn {

/// What `layers` are part of by their names: "layer1.0" for "layer1.0.conv1" and
/// "layer1.0.downsample.0". Layers without a name are left out; "" if nothing is common.
std::string commonScope(llvm::ArrayRef<mlir::Operation *> layers);

/// The place of `at` under the name of a layer; `at` itself where the name is empty.
mlir::Location namedLocation(llvm::StringRef name, mlir::Location at);

/// Moves the parameters that `op` and what is inside of it read, and nobody outside of its
/// block, before `op`, in the order of its operands, as the frontends write them.
void bringParameters(mlir::Operation *op);

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_TRANSFORMS_RAISING_H
