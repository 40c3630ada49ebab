//===- Cubin.h - PTX to machine code of a GPU ---------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CUDA_CUBIN_H
#define SINTER_COMPILER_TARGET_CUDA_CUBIN_H

#include "compiler/Target/CUDA/CUDATarget.h"

namespace sinter {

/// The CUDA Toolkit's assembler: of $CUDA_HOME, else on the PATH, else in /usr/local/cuda; empty
/// if there is none.
std::string findPtxas();

/// Assembles the file `ptx` to `cubin`.
llvm::Error assemble(llvm::StringRef ptx, llvm::StringRef cubin, const CUDATarget &target);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CUDA_CUBIN_H
