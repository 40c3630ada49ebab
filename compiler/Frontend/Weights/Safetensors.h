//===- Safetensors.h - Weights from a mapped .safetensors file ----*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_SAFETENSORS_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_SAFETENSORS_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include "llvm/Support/Error.h"

namespace sinter {

/// Maps `path` and checks its header against the format: sizes, ranges and
/// types. The error names the file and the tensor at fault.
llvm::Expected<std::unique_ptr<WeightSource>> openSafetensors(llvm::StringRef path);

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_SAFETENSORS_H
