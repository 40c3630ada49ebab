//===- SplitMix64.h - Random bits that are the same everywhere ----*- C++ -*-===//
//
// Not the standard library's engines: a seed must give the same weights and inputs
// on every machine.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_SUPPORT_SPLITMIX64_H
#define SINTER_COMPILER_SUPPORT_SPLITMIX64_H

#include <cstdint>

namespace sinter::splitmix64 {

/// The finalizer of splitmix64 (Steele et al. 2014): every bit depends on every bit.
inline uint64_t mix(uint64_t bits) {
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9u;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebu;
  return bits ^ (bits >> 31);
}

/// Where stream `index` of a seed begins, and value `index` of a stream before mixing.
inline uint64_t advance(uint64_t state, uint64_t index) {
  return state + (index + 1) * 0x9e3779b97f4a7c15u;
}

/// Value `index` of the stream that begins at `state`.
inline uint64_t bits(uint64_t state, uint64_t index) { return mix(advance(state, index)); }

} // namespace sinter::splitmix64

#endif // SINTER_COMPILER_SUPPORT_SPLITMIX64_H
