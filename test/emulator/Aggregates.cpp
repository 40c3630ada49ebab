//===- Aggregates.cpp - Selections, casts, parts of values ----------------===//

#include "test/emulator/Decode.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// Copies of registers
//===----------------------------------------------------------------------===//

namespace {
/// `count` registers, the first of them `from`, are copied to those from `to` on.
struct Move {
  unsigned from, to, count;
};
} // namespace

static Action moves(SmallVector<Move> list) {
  return [list = std::move(list)](Warp &warp) {
    for (const Move &move : list)
      for (unsigned i = 0; i < move.count; ++i) {
        const uint64_t *from = warp.row(move.from + i);
        uint64_t *to = warp.row(move.to + i);
        forLanes(warp.mask, [&](unsigned lane) { to[lane] = from[lane]; });
      }
  };
}

/// The number that a value always has, if it is a constant.
static std::optional<uint64_t> constantOf(Value value) {
  APInt number;
  if (matchPattern(value, m_ConstantInt(&number)))
    return number.getZExtValue();
  return std::nullopt;
}

static Action decodeInsertElement(const Registers &registers, LLVM::InsertElementOp op) {
  unsigned result = registers.slot(op.getRes()), count = registers.count(op.getRes());
  unsigned vector = registers.slot(op.getVector()), value = registers.slot(op.getValue());
  if (std::optional<uint64_t> position = constantOf(op.getPosition())) {
    if (*position >= count)
      return Action();
    return moves({{vector, result, count}, {value, result + unsigned(*position), 1}});
  }
  unsigned position = registers.slot(op.getPosition());
  Action copy = moves({{vector, result, count}});
  return [=](Warp &warp) {
    copy(warp);
    forLanes(warp.mask, [&](unsigned lane) {
      uint64_t at = warp.row(position)[lane];
      if (at < count)
        warp.row(result + at)[lane] = warp.row(value)[lane];
      else
        warp.fail(lane, "position out of range", Twine("position ") + Twine(at));
    });
  };
}

static Action decodeExtractElement(const Registers &registers, LLVM::ExtractElementOp op) {
  unsigned result = registers.slot(op.getRes()), vector = registers.slot(op.getVector());
  unsigned count = registers.count(op.getVector());
  if (std::optional<uint64_t> position = constantOf(op.getPosition())) {
    if (*position >= count)
      return Action();
    return moves({{vector + unsigned(*position), result, 1}});
  }
  unsigned position = registers.slot(op.getPosition());
  return [=](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) {
      uint64_t at = warp.row(position)[lane];
      if (at < count)
        warp.row(result)[lane] = warp.row(vector + at)[lane];
      else
        warp.fail(lane, "position out of range", Twine("position ") + Twine(at));
    });
  };
}

static Action decodeShuffle(const Registers &registers, LLVM::ShuffleVectorOp op) {
  unsigned result = registers.slot(op.getRes()), count = registers.count(op.getV1());
  SmallVector<Move> list;
  for (auto [i, source] : llvm::enumerate(op.getMask())) {
    // What is not defined may be anything: the first element.
    unsigned element = source < 0 ? 0 : source;
    unsigned from = element < count ? registers.slot(op.getV1()) + element
                                    : registers.slot(op.getV2()) + element - count;
    list.push_back({from, result + unsigned(i), 1});
  }
  return moves(std::move(list));
}

/// How many registers lie before the part of a struct or an array at `position`.
static unsigned registersBefore(Type type, ArrayRef<int64_t> position) {
  unsigned count = 0;
  for (int64_t index : position) {
    if (auto array = dyn_cast<LLVM::LLVMArrayType>(type)) {
      type = array.getElementType();
      count += index * elementsOf(type)->size();
      continue;
    }
    ArrayRef<Type> fields = cast<LLVM::LLVMStructType>(type).getBody();
    for (Type field : fields.take_front(index))
      count += elementsOf(field)->size();
    type = fields[index];
  }
  return count;
}

static Action decodeExtractValue(const Registers &registers, LLVM::ExtractValueOp op) {
  unsigned before = registersBefore(op.getContainer().getType(), op.getPosition());
  return moves({{registers.slot(op.getContainer()) + before, registers.slot(op.getRes()),
                 registers.count(op.getRes())}});
}

static Action decodeInsertValue(const Registers &registers, LLVM::InsertValueOp op) {
  unsigned before = registersBefore(op.getContainer().getType(), op.getPosition());
  unsigned result = registers.slot(op.getRes());
  return moves({{registers.slot(op.getContainer()), result, registers.count(op.getRes())},
                {registers.slot(op.getValue()), result + before, registers.count(op.getValue())}});
}

static Action decodeFreeze(const Registers &registers, LLVM::FreezeOp op) {
  return moves(
      {{registers.slot(op.getVal()), registers.slot(op.getRes()), registers.count(op.getRes())}});
}

//===----------------------------------------------------------------------===//
// Selections and casts
//===----------------------------------------------------------------------===//

static Action decodeSelect(const Registers &registers, LLVM::SelectOp op) {
  unsigned result = registers.slot(op.getRes()), count = registers.count(op.getRes());
  unsigned condition = registers.slot(op.getCondition());
  unsigned yes = registers.slot(op.getTrueValue()), no = registers.slot(op.getFalseValue());
  // One condition for all elements, or one for each.
  unsigned step = isa<VectorType>(op.getCondition().getType()) ? 1 : 0;
  return [=](Warp &warp) {
    for (unsigned i = 0; i < count; ++i) {
      const uint64_t *choice = warp.row(condition + i * step);
      const uint64_t *a = warp.row(yes + i), *b = warp.row(no + i);
      uint64_t *to = warp.row(result + i);
      forLanes(warp.mask, [&](unsigned lane) { to[lane] = choice[lane] ? a[lane] : b[lane]; });
    }
  };
}

/// Elements of `fromBits` bits each become elements of `toBits`; the first ones are the lower.
static Action castWidths(unsigned from, unsigned to, unsigned toCount, unsigned fromBits,
                         unsigned toBits) {
  uint64_t mask = llvm::maskTrailingOnes<uint64_t>(toBits);
  if (fromBits >= toBits)
    return [=](Warp &warp) {
      for (unsigned i = 0; i < toCount; ++i) {
        const uint64_t *wide = warp.row(from + i * toBits / fromBits);
        uint64_t *narrow = warp.row(to + i);
        unsigned shift = i * toBits % fromBits;
        forLanes(warp.mask, [&](unsigned lane) { narrow[lane] = wide[lane] >> shift & mask; });
      }
    };
  unsigned parts = toBits / fromBits;
  return [=](Warp &warp) {
    for (unsigned i = 0; i < toCount; ++i)
      forLanes(warp.mask, [&](unsigned lane) {
        uint64_t wide = 0;
        for (unsigned part = 0; part < parts; ++part)
          wide |= warp.row(from + i * parts + part)[lane] << (part * fromBits);
        warp.row(to + i)[lane] = wide;
      });
  };
}

static Action decodeBitcast(const Registers &registers, LLVM::BitcastOp op) {
  Value from = op.getArg(), to = op.getRes();
  unsigned fromBits = registers.element(from).bits, toBits = registers.element(to).bits;
  if (std::max(fromBits, toBits) % std::min(fromBits, toBits) != 0)
    return Action();
  return castWidths(registers.slot(from), registers.slot(to), registers.count(to), fromBits,
                    toBits);
}

/// Generic pointers to global memory are those of global memory; to shared memory they have a
/// base of their own.
static Action decodeAddressSpaceCast(const Registers &registers, LLVM::AddrSpaceCastOp op) {
  auto spaceOf = [](Value value) {
    return cast<LLVM::LLVMPointerType>(value.getType()).getAddressSpace();
  };
  unsigned from = spaceOf(op.getArg()), to = spaceOf(op.getRes());
  constexpr unsigned generic = unsigned(Space::Generic), global = unsigned(Space::Global),
                     shared = unsigned(Space::Shared);
  if (from == shared && to == generic)
    return elementwise1(registers, op, [](uint64_t word) { return word + pointer::sharedBase; });
  if (from == generic && to == shared)
    return elementwise1(registers, op, [](uint64_t word) { return word - pointer::sharedBase; });
  if ((from == generic && to == global) || (from == global && to == generic))
    return elementwise1(registers, op, [](uint64_t word) { return word; });
  return Action();
}

Action emulator::decodeAggregate(const Registers &registers, Operation *op) {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::InsertElementOp>([&](auto op) { return decodeInsertElement(registers, op); })
      .Case<LLVM::ExtractElementOp>([&](auto op) { return decodeExtractElement(registers, op); })
      .Case<LLVM::ShuffleVectorOp>([&](auto op) { return decodeShuffle(registers, op); })
      .Case<LLVM::InsertValueOp>([&](auto op) { return decodeInsertValue(registers, op); })
      .Case<LLVM::ExtractValueOp>([&](auto op) { return decodeExtractValue(registers, op); })
      .Case<LLVM::FreezeOp>([&](auto op) { return decodeFreeze(registers, op); })
      .Case<LLVM::SelectOp>([&](auto op) { return decodeSelect(registers, op); })
      .Case<LLVM::BitcastOp>([&](auto op) { return decodeBitcast(registers, op); })
      .Case<LLVM::AddrSpaceCastOp>([&](auto op) { return decodeAddressSpaceCast(registers, op); })
      .Default([](Operation *) { return Action(); });
}
