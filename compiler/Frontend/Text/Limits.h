//===- Limits.h - What the network language refuses ---------------*- C++ -*-===//
//
// Network files are untrusted. Every quantity that a file controls is bounded
// here, far above what a network of the family needs.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_LIMITS_H
#define SINTER_COMPILER_FRONTEND_TEXT_LIMITS_H

#include <cstddef>
#include <cstdint>

namespace sinter::text::limits {

/// Bytes of one file.
constexpr size_t fileSize = 4 << 20;
/// Files of one network, imports included.
constexpr size_t files = 64;
/// Nesting of bodies and expressions in the text.
constexpr unsigned nesting = 200;
/// Nesting during elaboration: that of the text, summed over the calls in progress.
constexpr unsigned depth = 600;
/// Errors printed before giving up.
constexpr unsigned errors = 20;
/// Passes through one `repeat`.
constexpr int64_t repetitions = 10000;
/// Statements and expressions evaluated.
constexpr uint64_t steps = 2000000;
/// Parameters of a block, inputs of a network.
constexpr size_t parameters = 64;
/// Integers of one list; no layer takes more than 4.
constexpr size_t listLength = 16;
/// Layers of a network.
constexpr size_t layers = 50000;
/// Characters of a name, that of a layer in full.
constexpr size_t nameLength = 512;
/// Kernel sizes, strides, dilations and padding.
constexpr int64_t window = 1 << 20;
/// Elements of one tensor; products of two such counts fit 64 bits.
constexpr int64_t elements = (int64_t(1) << 31) - 1;

} // namespace sinter::text::limits

#endif // SINTER_COMPILER_FRONTEND_TEXT_LIMITS_H
