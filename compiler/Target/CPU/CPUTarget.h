//===- CPUTarget.h - What --cpu names -----------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_CPUTARGET_H
#define SINTER_COMPILER_TARGET_CPU_CPUTARGET_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace sinter {

/// A CPU to generate code for. The code uses the instructions of its x86-64
/// level and no others, scheduled for the CPU itself.
struct CPUTarget {
  std::string level;    ///< "x86-64-v2", "x86-64-v3" or "x86-64-v4"
  std::string tune;     ///< LLVM's name of the CPU, to tune for
  uint64_t features;    ///< SINTER_CPU_* bits of sinter/abi.h that the code needs
  int64_t vectorLanes;  ///< f32 values per vector
  int64_t registers;    ///< vector registers for register tiles
  bool hasFMA;

  /// The target called `name`: native, a level, or a CPU as LLVM knows it. Fails
  /// with a suggestion if there is none.
  static llvm::Expected<CPUTarget> get(llvm::StringRef name);
};

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_CPUTARGET_H
