//===- Random.h - Weights from a seed -----------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_RANDOM_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_RANDOM_H

#include "compiler/Frontend/Weights/WeightSource.h"

namespace sinter {

/// Weights for every nn.parameter of `module`: He initialization, running
/// statistics that keep activations in range, gates that vary. They depend on
/// the seed, the key, the shape and the parameter's role alone, and are the same
/// bits on every machine.
std::unique_ptr<WeightSource> makeRandomWeights(uint64_t seed, mlir::ModuleOp module);

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_RANDOM_H
