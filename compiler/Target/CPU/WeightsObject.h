//===- WeightsObject.h - Packed weights as an ELF object ----------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_WEIGHTSOBJECT_H
#define SINTER_COMPILER_TARGET_CPU_WEIGHTSOBJECT_H

#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Target/Model.h"

#include "llvm/Support/Error.h"

namespace sinter {

/// Packs every kernel.weights of `planned` and writes an object file that
/// defines the hidden symbol NAME_weights. Values go straight to the mapped
/// file: no second copy of the weights is held. Fails, with one error per tensor,
/// if folding makes a value that is not finite; `warnings` is what else is odd
/// about the weights.
llvm::Error writeWeightsObject(mlir::ModuleOp planned, const Model &model,
                               const WeightSource &weights, llvm::StringRef path,
                               std::vector<std::string> &warnings);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_WEIGHTSOBJECT_H
