//===- Floats.cpp - Floating-point operations -----------------------------===//
//
// Denormal numbers are kept, as by PTX without .ftz.
//
//===----------------------------------------------------------------------===//

#include "test/emulator/Decode.h"
#include "test/emulator/Numbers.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include "llvm/ADT/TypeSwitch.h"

#include <limits>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

/// Calls `function` with a value of the struct that stands for the format.
template <typename Function> static Action withNumber(Format format, Function function) {
  switch (format) {
  case Format::F16:
    return function(Half());
  case Format::BF16:
    return function(BFloat());
  case Format::F32:
    return function(Single());
  case Format::F64:
    return function(Double());
  default:
    return Action();
  }
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// The larger number with `sign` 1, the smaller one with -1; NaN if either is, and -0 is less
/// than +0.
template <typename Scalar> static Scalar extremum(Scalar a, Scalar b, int sign) {
  if (std::isnan(a) || std::isnan(b))
    return std::numeric_limits<Scalar>::quiet_NaN();
  if (a == b)
    return std::signbit(a) == (sign > 0) ? b : a;
  return (a > b) == (sign > 0) ? a : b;
}

template <typename Number> static Action decodeUnary(const Registers &registers, Operation *op) {
  auto unary = [&](auto function) {
    return elementwise1(registers, op,
                        [=](uint64_t a) { return Number::from(function(Number::read(a))); });
  };
  return llvm::TypeSwitch<Operation *, Action>(op)
      .template Case<LLVM::FNegOp>([&](auto) { return unary([](auto a) { return -a; }); })
      .template Case<LLVM::FAbsOp>([&](auto) { return unary([](auto a) { return std::fabs(a); }); })
      .template Case<LLVM::SqrtOp>([&](auto) { return unary([](auto a) { return std::sqrt(a); }); })
      .template Case<LLVM::FFloorOp>(
          [&](auto) { return unary([](auto a) { return std::floor(a); }); })
      .template Case<LLVM::FCeilOp>(
          [&](auto) { return unary([](auto a) { return std::ceil(a); }); })
      .template Case<LLVM::Exp2Op>([&](auto) { return unary([](auto a) { return std::exp2(a); }); })
      .Default([](Operation *) { return Action(); });
}

template <typename Number> static Action decodeBinary(const Registers &registers, Operation *op) {
  auto binary = [&](auto function) {
    return elementwise2(registers, op, [=](uint64_t a, uint64_t b) {
      return Number::from(function(Number::read(a), Number::read(b)));
    });
  };
  return llvm::TypeSwitch<Operation *, Action>(op)
      .template Case<LLVM::FAddOp>(
          [&](auto) { return binary([](auto a, auto b) { return a + b; }); })
      .template Case<LLVM::FSubOp>(
          [&](auto) { return binary([](auto a, auto b) { return a - b; }); })
      .template Case<LLVM::FMulOp>(
          [&](auto) { return binary([](auto a, auto b) { return a * b; }); })
      .template Case<LLVM::FDivOp>(
          [&](auto) { return binary([](auto a, auto b) { return a / b; }); })
      .template Case<LLVM::MaxNumOp>(
          [&](auto) { return binary([](auto a, auto b) { return std::fmax(a, b); }); })
      .template Case<LLVM::MinNumOp>(
          [&](auto) { return binary([](auto a, auto b) { return std::fmin(a, b); }); })
      .template Case<LLVM::MaximumOp>(
          [&](auto) { return binary([](auto a, auto b) { return extremum(a, b, 1); }); })
      .template Case<LLVM::MinimumOp>(
          [&](auto) { return binary([](auto a, auto b) { return extremum(a, b, -1); }); })
      .Default([](Operation *) { return Action(); });
}

/// The relations between two numbers, and those that a predicate holds for.
namespace relation {
enum : unsigned { Less = 1, Equal = 2, Greater = 4, Unordered = 8 };
}

static unsigned relationsOf(LLVM::FCmpPredicate predicate) {
  using namespace relation;
  switch (predicate) {
  case LLVM::FCmpPredicate::_false:
    return 0;
  case LLVM::FCmpPredicate::oeq:
    return Equal;
  case LLVM::FCmpPredicate::ogt:
    return Greater;
  case LLVM::FCmpPredicate::oge:
    return Greater | Equal;
  case LLVM::FCmpPredicate::olt:
    return Less;
  case LLVM::FCmpPredicate::ole:
    return Less | Equal;
  case LLVM::FCmpPredicate::one:
    return Less | Greater;
  case LLVM::FCmpPredicate::ord:
    return Less | Equal | Greater;
  case LLVM::FCmpPredicate::uno:
    return Unordered;
  case LLVM::FCmpPredicate::ueq:
    return Unordered | Equal;
  case LLVM::FCmpPredicate::ugt:
    return Unordered | Greater;
  case LLVM::FCmpPredicate::uge:
    return Unordered | Greater | Equal;
  case LLVM::FCmpPredicate::ult:
    return Unordered | Less;
  case LLVM::FCmpPredicate::ule:
    return Unordered | Less | Equal;
  case LLVM::FCmpPredicate::une:
    return Unordered | Less | Greater;
  case LLVM::FCmpPredicate::_true:
    return Unordered | Less | Equal | Greater;
  }
  llvm_unreachable("no such predicate");
}

template <typename Number>
static Action decodeCompare(const Registers &registers, LLVM::FCmpOp op) {
  unsigned relations = relationsOf(op.getPredicate());
  return elementwise2(registers, op, [relations](uint64_t lhs, uint64_t rhs) -> uint64_t {
    auto a = Number::read(lhs), b = Number::read(rhs);
    unsigned actual = a < b    ? relation::Less
                      : a == b ? relation::Equal
                      : a > b  ? relation::Greater
                               : relation::Unordered;
    return (relations & actual) != 0;
  });
}

template <typename Number>
static Action decodeArithmetic(const Registers &registers, Operation *op) {
  if (auto compare = dyn_cast<LLVM::FCmpOp>(op))
    return decodeCompare<Number>(registers, compare);
  // PTX has one instruction for both, which rounds once.
  if (isa<LLVM::FMAOp, LLVM::FMulAddOp>(op))
    return elementwise3(registers, op, [](uint64_t a, uint64_t b, uint64_t c) {
      return Number::multiplyAdd(Number::read(a), Number::read(b), Number::read(c));
    });
  if (Action action = decodeBinary<Number>(registers, op))
    return action;
  return decodeUnary<Number>(registers, op);
}

//===----------------------------------------------------------------------===//
// Conversions
//===----------------------------------------------------------------------===//

/// Rounds towards zero; numbers beyond the range become its end, as on the device.
static uint64_t toInteger(double value, unsigned bits, bool isSigned) {
  if (std::isnan(value))
    return 0;
  double limit = std::ldexp(1.0, static_cast<int>(bits) - (isSigned ? 1 : 0));
  uint64_t mask = llvm::maskTrailingOnes<uint64_t>(bits);
  if (value >= limit)
    return isSigned ? mask >> 1 : mask;
  if (value <= (isSigned ? -limit : 0))
    return isSigned ? mask ^ (mask >> 1) : 0;
  return (value < 0 ? static_cast<uint64_t>(static_cast<int64_t>(value))
                    : static_cast<uint64_t>(value)) &
         mask;
}

static Action decodeFromInteger(const Registers &registers, Operation *op) {
  unsigned bits = registers.element(op->getOperand(0)).bits;
  bool isSigned = isa<LLVM::SIToFPOp>(op);
  return withNumber(registers.element(op->getResult(0)).format, [&](auto number) {
    using Number = decltype(number);
    if (!isSigned)
      return elementwise1(registers, op, [](uint64_t value) { return Number::from(value); });
    return elementwise1(registers, op,
                        [bits](uint64_t value) { return Number::from(signExtended(value, bits)); });
  });
}

static Action decodeToInteger(const Registers &registers, Operation *op) {
  unsigned bits = registers.element(op->getResult(0)).bits;
  bool isSigned = isa<LLVM::FPToSIOp>(op);
  return withNumber(registers.element(op->getOperand(0)).format, [&](auto number) {
    using Number = decltype(number);
    return elementwise1(registers, op, [=](uint64_t value) {
      return toInteger(Number::read(value), bits, isSigned);
    });
  });
}

static Action decodeFormatChange(const Registers &registers, Operation *op) {
  return withNumber(registers.element(op->getOperand(0)).format, [&](auto from) {
    using From = decltype(from);
    return withNumber(registers.element(op->getResult(0)).format, [&](auto to) {
      using To = decltype(to);
      return elementwise1(registers, op,
                          [](uint64_t value) { return To::from(From::read(value)); });
    });
  });
}

Action emulator::decodeFloat(const Registers &registers, Operation *op) {
  if (op->getNumResults() != 1 || op->getNumOperands() == 0)
    return Action();
  if (isa<LLVM::SIToFPOp, LLVM::UIToFPOp>(op))
    return decodeFromInteger(registers, op);
  if (isa<LLVM::FPToSIOp, LLVM::FPToUIOp>(op))
    return decodeToInteger(registers, op);
  if (isa<LLVM::FPExtOp, LLVM::FPTruncOp>(op))
    return decodeFormatChange(registers, op);
  return withNumber(registers.element(op->getOperand(0)).format,
                    [&](auto number) { return decodeArithmetic<decltype(number)>(registers, op); });
}
