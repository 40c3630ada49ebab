//===- HalfFloat.h - f16 and bf16 to f32 --------------------------*- C++ -*-===//
//
// Exact conversions from the bits of 16-bit floats, subnormals included.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_SUPPORT_HALFFLOAT_H
#define SINTER_COMPILER_SUPPORT_HALFFLOAT_H

#include "llvm/ADT/bit.h"

#include <cstdint>

namespace sinter {

/// The value of an IEEE binary16 number.
inline float halfToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits >> 15) << 31, exponent = (bits >> 10) & 31, fraction = bits & 1023;
  if (exponent == 0) // zero, subnormal: fraction * 2^-24
    return (sign ? -1.0f : 1.0f) * static_cast<float>(fraction) * 0x1p-24f;
  uint32_t rebiased = exponent == 31 ? 255 : exponent - 15 + 127;
  return llvm::bit_cast<float>(sign | rebiased << 23 | fraction << 13);
}

/// The value of a bfloat16 number: the upper half of an f32.
inline float bfloatToFloat(uint16_t bits) { return llvm::bit_cast<float>(uint32_t(bits) << 16); }

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_HALFFLOAT_H
