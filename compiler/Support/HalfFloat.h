//===- HalfFloat.h - The bits of 16-bit floats --------------------*- C++ -*-===//
//
// Conversions that are exact, or round to nearest; subnormals included.
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

/// The nearest IEEE binary16 number, of two equally near ones the even one.
inline uint16_t floatToHalf(float value) {
  return llvm::bit_cast<uint16_t>(static_cast<_Float16>(value));
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_HALFFLOAT_H
