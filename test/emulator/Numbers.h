//===- Numbers.h - Floating-point numbers in registers ------------*- C++ -*-===//
//
// One struct per format: how to read a register, how to round a result into one. The narrow
// formats compute in f32, which is wide enough that rounding twice is rounding once for one
// addition, multiplication, division or square root.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_NUMBERS_H
#define SINTER_TEST_EMULATOR_NUMBERS_H

#include "llvm/ADT/bit.h"

#include <cmath>
#include <cstdint>
#include <type_traits>

namespace sinter::emulator {

/// `value` in f32, rounded to odd: a further rounding to a format of at most 22 bits gives what
/// one rounding of `value` would.
inline float narrowToOdd(double value) {
  float nearest = static_cast<float>(value);
  if (nearest == value || !std::isfinite(nearest))
    return nearest;
  uint32_t bits = llvm::bit_cast<uint32_t>(nearest);
  if (std::fabs(nearest) > std::fabs(value))
    --bits; // the next number towards zero
  return llvm::bit_cast<float>(bits | 1);
}

struct Single {
  using Scalar = float;
  static float read(uint64_t word) { return llvm::bit_cast<float>(static_cast<uint32_t>(word)); }
  template <typename T> static uint64_t from(T value) {
    return llvm::bit_cast<uint32_t>(static_cast<float>(value));
  }
  static uint64_t multiplyAdd(float a, float b, float c) { return from(std::fma(a, b, c)); }
};

struct Double {
  using Scalar = double;
  static double read(uint64_t word) { return llvm::bit_cast<double>(word); }
  template <typename T> static uint64_t from(T value) {
    return llvm::bit_cast<uint64_t>(static_cast<double>(value));
  }
  static uint64_t multiplyAdd(double a, double b, double c) { return from(std::fma(a, b, c)); }
};

/// What f16 and bf16 share; `Derived` rounds an f32.
template <typename Derived> struct Narrow {
  using Scalar = float;
  template <typename T> static uint64_t from(T value) {
    if constexpr (std::is_same_v<T, float>)
      return Derived::rounded(value);
    else
      return Derived::rounded(narrowToOdd(static_cast<double>(value)));
  }
  static uint64_t multiplyAdd(float a, float b, float c) {
    return from(std::fma(static_cast<double>(a), static_cast<double>(b), static_cast<double>(c)));
  }
};

struct Half : Narrow<Half> {
  static float read(uint64_t word) {
    // Exponents are off by 112; the multiplication also normalizes what is not normal.
    uint32_t bits = static_cast<uint32_t>(word & 0x7fff) << 13;
    uint32_t sign = static_cast<uint32_t>(word & 0x8000) << 16;
    if (bits >= 0x0f800000) // infinite or not a number
      return llvm::bit_cast<float>(sign | bits | 0x7f800000);
    return llvm::bit_cast<float>(sign |
                                 llvm::bit_cast<uint32_t>(llvm::bit_cast<float>(bits) * 0x1p112f));
  }
  static uint64_t rounded(float value) {
    return llvm::bit_cast<uint16_t>(static_cast<_Float16>(value));
  }
};

struct BFloat : Narrow<BFloat> {
  static float read(uint64_t word) {
    return llvm::bit_cast<float>(static_cast<uint32_t>(word) << 16);
  }
  static uint64_t rounded(float value) {
    uint32_t bits = llvm::bit_cast<uint32_t>(value);
    if (std::isnan(value))
      return 0x7fff;
    return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  }
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_NUMBERS_H
