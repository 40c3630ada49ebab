//===- Passes.h - Passes on the nn dialect ------------------------*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_PASSES_H
#define SINTER_DIALECTS_NN_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace sinter::nn {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "dialects/NN/Transforms/Passes.h.inc"

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_TRANSFORMS_PASSES_H
