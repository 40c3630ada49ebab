//===- PackWeights.h - Weights in the order kernels read them -----*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_PACKWEIGHTS_H
#define SINTER_COMPILER_TARGET_PACKWEIGHTS_H

#include "compiler/Reference/Reference.h"
#include "dialects/Kernel/IR/Kernel.h"

namespace sinter {

/// Writes `values`, the tensor that `weights` describes, in its packed form and
/// rounded to its elements, at `bytes`, which is aligned for them. Returns false if a value is too
/// large for f16.
bool packWeights(kernel::WeightsOp weights, const DoubleTensor &values, void *bytes);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_PACKWEIGHTS_H
