//===- Integers.cpp - Integer operations ----------------------------------===//

#include "test/emulator/Decode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

namespace {

/// Decodes operations on integers of one width.
class IntegerDecoder {
public:
  IntegerDecoder(const Registers &registers, Operation *op, unsigned bits)
      : registers(registers), op(op), bits(bits), mask(llvm::maskTrailingOnes<uint64_t>(bits)) {}

  Action arithmetic() const;
  Action division() const;
  Action shift() const;
  Action extremum() const;
  Action comparison(LLVM::ICmpPredicate predicate) const;

private:
  template <typename Function> Action binary(Function function) const {
    return elementwise2(registers, op, [function, mask = mask](uint64_t a, uint64_t b) -> uint64_t {
      return function(a, b) & mask;
    });
  }
  /// Of operands with their signs.
  template <typename Function> Action signedBinary(Function function) const {
    return binary([function, bits = bits](uint64_t a, uint64_t b) {
      return static_cast<uint64_t>(function(signExtended(a, bits), signExtended(b, bits)));
    });
  }
  /// Comparisons have results of one bit.
  template <typename Function> Action compare(Function function) const {
    return elementwise2(registers, op,
                        [function](uint64_t a, uint64_t b) -> uint64_t { return function(a, b); });
  }
  template <typename Function> Action signedCompare(Function function) const {
    return compare([function, bits = bits](uint64_t a, uint64_t b) {
      return function(signExtended(a, bits), signExtended(b, bits));
    });
  }

  const Registers &registers;
  Operation *op;
  unsigned bits;
  uint64_t mask;
};

} // namespace

Action IntegerDecoder::arithmetic() const {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::AddOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a + b; }); })
      .Case<LLVM::SubOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a - b; }); })
      .Case<LLVM::MulOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a * b; }); })
      .Case<LLVM::AndOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a & b; }); })
      .Case<LLVM::OrOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a | b; }); })
      .Case<LLVM::XOrOp>([&](auto) { return binary([](uint64_t a, uint64_t b) { return a ^ b; }); })
      .Default([](Operation *) { return Action(); });
}

/// A division by zero has no defined result; this is what the device gives.
static constexpr uint64_t ones = ~uint64_t(0);

Action IntegerDecoder::division() const {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::UDivOp>(
          [&](auto) { return binary([](uint64_t a, uint64_t b) { return b ? a / b : ones; }); })
      .Case<LLVM::URemOp>(
          [&](auto) { return binary([](uint64_t a, uint64_t b) { return b ? a % b : ones; }); })
      .Case<LLVM::SDivOp>([&](auto) {
        return signedBinary([](int64_t a, int64_t b) -> int64_t {
          // The host traps where the quotient does not fit.
          if (b == 0 || b == -1)
            return static_cast<int64_t>(b == 0 ? ones : 0 - static_cast<uint64_t>(a));
          return a / b;
        });
      })
      .Case<LLVM::SRemOp>([&](auto) {
        return signedBinary([](int64_t a, int64_t b) -> int64_t {
          if (b == 0 || b == -1)
            return b == 0 ? -1 : 0;
          return a % b;
        });
      })
      .Default([](Operation *) { return Action(); });
}

// A shift by the width or more has no defined result; here it does what a shift register does.
Action IntegerDecoder::shift() const {
  unsigned width = bits;
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::ShlOp>([&](auto) {
        return binary([width](uint64_t a, uint64_t b) { return b < width ? a << b : 0; });
      })
      .Case<LLVM::LShrOp>([&](auto) {
        return binary([width](uint64_t a, uint64_t b) { return b < width ? a >> b : 0; });
      })
      .Case<LLVM::AShrOp>([&](auto) {
        return binary([width](uint64_t a, uint64_t b) {
          uint64_t amount = std::min<uint64_t>(b, width - 1);
          return static_cast<uint64_t>(signExtended(a, width) >> amount);
        });
      })
      .Default([](Operation *) { return Action(); });
}

Action IntegerDecoder::extremum() const {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::UMinOp>(
          [&](auto) { return binary([](uint64_t a, uint64_t b) { return std::min(a, b); }); })
      .Case<LLVM::UMaxOp>(
          [&](auto) { return binary([](uint64_t a, uint64_t b) { return std::max(a, b); }); })
      .Case<LLVM::SMinOp>(
          [&](auto) { return signedBinary([](int64_t a, int64_t b) { return std::min(a, b); }); })
      .Case<LLVM::SMaxOp>(
          [&](auto) { return signedBinary([](int64_t a, int64_t b) { return std::max(a, b); }); })
      .Default([](Operation *) { return Action(); });
}

Action IntegerDecoder::comparison(LLVM::ICmpPredicate predicate) const {
  switch (predicate) {
  case LLVM::ICmpPredicate::eq:
    return compare([](uint64_t a, uint64_t b) { return a == b; });
  case LLVM::ICmpPredicate::ne:
    return compare([](uint64_t a, uint64_t b) { return a != b; });
  case LLVM::ICmpPredicate::slt:
    return signedCompare([](int64_t a, int64_t b) { return a < b; });
  case LLVM::ICmpPredicate::sle:
    return signedCompare([](int64_t a, int64_t b) { return a <= b; });
  case LLVM::ICmpPredicate::sgt:
    return signedCompare([](int64_t a, int64_t b) { return a > b; });
  case LLVM::ICmpPredicate::sge:
    return signedCompare([](int64_t a, int64_t b) { return a >= b; });
  case LLVM::ICmpPredicate::ult:
    return compare([](uint64_t a, uint64_t b) { return a < b; });
  case LLVM::ICmpPredicate::ule:
    return compare([](uint64_t a, uint64_t b) { return a <= b; });
  case LLVM::ICmpPredicate::ugt:
    return compare([](uint64_t a, uint64_t b) { return a > b; });
  case LLVM::ICmpPredicate::uge:
    return compare([](uint64_t a, uint64_t b) { return a >= b; });
  }
  llvm_unreachable("no such predicate");
}

/// Conversions between widths, and between integers and pointers.
static Action decodeConversion(const Registers &registers, Operation *op) {
  unsigned from = registers.element(op->getOperand(0)).bits;
  uint64_t mask = registers.element(op->getResult(0)).mask();
  if (isa<LLVM::SExtOp>(op))
    return elementwise1(registers, op, [=](uint64_t value) {
      return static_cast<uint64_t>(signExtended(value, from)) & mask;
    });
  // A pointer may be wider than the integer it is made from, or the other way round.
  if (isa<LLVM::ZExtOp, LLVM::TruncOp, LLVM::PtrToIntOp, LLVM::IntToPtrOp>(op))
    return elementwise1(registers, op, [=](uint64_t value) { return value & mask; });
  return Action();
}

Action emulator::decodeInteger(const Registers &registers, Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return Action();
  Element element = registers.element(op->getOperand(0));
  if (element.format != Format::Integer && element.format != Format::Pointer)
    return Action();
  IntegerDecoder decoder(registers, op, element.bits);
  if (auto compare = dyn_cast<LLVM::ICmpOp>(op))
    return decoder.comparison(compare.getPredicate());
  if (Action action = decodeConversion(registers, op))
    return action;
  if (Action action = decoder.arithmetic())
    return action;
  if (Action action = decoder.division())
    return action;
  if (Action action = decoder.shift())
    return action;
  return decoder.extremum();
}
