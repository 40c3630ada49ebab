//===- EntryPoints.h - The descriptor of an artifact for GPUs -----*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CUDA_ENTRYPOINTS_H
#define SINTER_COMPILER_TARGET_CUDA_ENTRYPOINTS_H

#include "compiler/Target/CUDA/CUDATarget.h"
#include "compiler/Target/CUDA/Launches.h"
#include "compiler/Target/Model.h"

namespace sinter {

/// Code for one GPU: a cubin, or PTX for this and later ones.
struct CUDAImage {
  CUDATarget target;
  bool isPTX;
  std::string bytes;
};

/// LLVM IR of NAME_cuda_model, which refers to NAME_weights; see sinter/cuda.h.
std::string cudaEntryPointsIR(const Model &model, llvm::StringRef precision,
                              llvm::ArrayRef<CUDALaunch> launches,
                              llvm::ArrayRef<CUDAImage> images);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CUDA_ENTRYPOINTS_H
