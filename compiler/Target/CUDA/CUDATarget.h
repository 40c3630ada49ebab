//===- CUDATarget.h - The GPU that code is generated for ----------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CUDA_CUDATARGET_H
#define SINTER_COMPILER_TARGET_CUDA_CUDATARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace sinter {

struct CUDATarget {
  std::string chip;    ///< "sm_80", "sm_90a"; as nvcc calls them
  unsigned ptxVersion; ///< the first PTX version that knows it: 80 is 8.0

  /// 80 for "sm_80" and "sm_80a".
  unsigned architecture() const;
  /// True for code that no other architecture runs: "sm_90a".
  bool isArchitectureSpecific() const { return chip.back() == 'a'; }
  /// True for GPUs whose launches can start before the one before is done (griddepcontrol).
  bool startsEarly() const { return architecture() >= 90; }

  /// "sm_90" for "sm_90a".
  CUDATarget withoutSpecifics() const {
    return {isArchitectureSpecific() ? chip.substr(0, chip.size() - 1) : chip, ptxVersion};
  }

  static llvm::Expected<CUDATarget> get(llvm::StringRef chip);
};

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CUDA_CUDATARGET_H
