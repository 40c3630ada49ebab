//===- Values.h - How registers hold values -----------------------*- C++ -*-===//
//
// A register is one 64-bit word of each lane of a warp. A scalar takes one, a vector one per
// element, a struct or an array those of its parts. Integers are zero-extended, floating-point
// numbers are their bits, zero-extended.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_VALUES_H
#define SINTER_TEST_EMULATOR_VALUES_H

#include "mlir/Dialect/LLVMIR/LLVMTypes.h"
#include "mlir/IR/Attributes.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/MathExtras.h"

#include <optional>

namespace sinter::emulator {

enum class Format : uint8_t { Integer, Pointer, F16, BF16, F32, F64 };

/// What one register holds.
struct Element {
  Format format;
  unsigned bits; ///< at most 64

  unsigned bytes() const { return llvm::divideCeil(bits, 8); } ///< in memory
  uint64_t mask() const { return llvm::maskTrailingOnes<uint64_t>(bits); }
  bool operator==(const Element &other) const {
    return format == other.format && bits == other.bits;
  }
};

using Elements = llvm::SmallVector<Element, 8>;

/// The registers of a value of this type; none if the emulator has no such values.
std::optional<Elements> elementsOf(mlir::Type type);

/// The place of a value in memory. What the data layout of NVPTX says: everything is aligned to
/// its size, rounded up to a power of two.
struct Extent {
  uint64_t bytes; ///< from one element of an array to the next
  uint64_t alignment;
};
Extent extentOf(mlir::Type type);

/// Where a field of a struct starts.
uint64_t fieldOffset(mlir::LLVM::LLVMStructType type, int64_t index);

/// `value`, which has `bits` bits, as a signed number.
inline int64_t signExtended(uint64_t value, unsigned bits) {
  unsigned shift = 64 - bits;
  return static_cast<int64_t>(value << shift) >> shift;
}

/// What an undefined register holds: not a number, or an integer that is conspicuous.
uint64_t undefinedWord(Element element);

/// The registers of a constant of type `type`; none if the emulator cannot read it.
std::optional<llvm::SmallVector<uint64_t>> constantWords(mlir::Attribute value, mlir::Type type);

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_VALUES_H
