//===- Npy.h - NumPy's array files --------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_NPY_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_NPY_H

#include "compiler/Support/Tensor.h"

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

namespace sinter {

/// Reads a `.npy` file, versions 1.0 to 3.0. Floats and integers of any size and
/// byte order become f32; Fortran order becomes row-major. Pickles are refused.
llvm::Expected<Tensor> readNpy(llvm::StringRef path);

/// Writes `tensor` as little-endian f32 to a temporary file and renames it, so
/// that nothing half-written is ever seen under `path`.
llvm::Error writeNpy(llvm::StringRef path, const Tensor &tensor);

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_NPY_H
