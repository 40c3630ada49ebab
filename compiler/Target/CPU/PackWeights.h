//===- PackWeights.h - Weights in the order kernels read them -----*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_PACKWEIGHTS_H
#define SINTER_COMPILER_TARGET_CPU_PACKWEIGHTS_H

#include "compiler/Reference/Reference.h"
#include "dialects/Kernel/IR/Kernel.h"

namespace sinter {

/// Writes `values`, the tensor that `weights` describes, in its packed form.
/// `packed` has as many elements as the packed type. Rounds to f32.
void packWeights(kernel::WeightsOp weights, const DoubleTensor &values,
                 llvm::MutableArrayRef<float> packed);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_PACKWEIGHTS_H
