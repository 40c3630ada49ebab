//===- Elements.h - Stored floats as f32 --------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_ELEMENTS_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_ELEMENTS_H

#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Support/HalfFloat.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/ErrorHandling.h"

namespace sinter {

/// Widens the little-endian elements at `from`, aligned or not, into all of `values`.
inline void readElements(WeightType type, const char *from, llvm::MutableArrayRef<float> values) {
  using llvm::support::endian::read16le, llvm::support::endian::read32le;
  switch (type) {
  case WeightType::F32:
    for (auto [i, value] : llvm::enumerate(values))
      value = llvm::bit_cast<float>(read32le(from + 4 * i));
    return;
  case WeightType::F16:
    for (auto [i, value] : llvm::enumerate(values))
      value = halfToFloat(read16le(from + 2 * i));
    return;
  case WeightType::BF16:
    for (auto [i, value] : llvm::enumerate(values))
      value = bfloatToFloat(read16le(from + 2 * i));
    return;
  case WeightType::Other:
    break;
  }
  llvm_unreachable("checkWeights refuses tensors of other types");
}

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_ELEMENTS_H
