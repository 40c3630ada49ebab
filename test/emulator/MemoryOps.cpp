//===- MemoryOps.cpp - Operations on memory -------------------------------===//

#include "test/emulator/Decode.h"
#include "test/emulator/Numbers.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/ADT/TypeSwitch.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// Pointer arithmetic
//===----------------------------------------------------------------------===//

namespace {

/// An index of a value, times what it steps over.
struct Term {
  unsigned slot, bits;
  uint64_t stride;
};

/// What a getelementptr adds to its pointer.
struct Offset {
  uint64_t constant = 0;
  SmallVector<Term, 2> terms;
};

} // namespace

static Offset offsetOf(const Registers &registers, LLVM::GEPOp op) {
  Offset offset;
  Type type = op.getElemType();
  bool isFirst = true;
  for (auto index : op.getIndices()) {
    auto constant = llvm::dyn_cast<IntegerAttr>(index);
    auto structure = dyn_cast<LLVM::LLVMStructType>(type);
    if (structure && !isFirst) {
      offset.constant += fieldOffset(structure, constant.getInt());
      type = structure.getBody()[constant.getInt()];
      continue;
    }
    // The first index steps over whole elements, the others into one.
    if (auto array = dyn_cast<LLVM::LLVMArrayType>(type); array && !isFirst)
      type = array.getElementType();
    else if (auto vector = dyn_cast<VectorType>(type); vector && !isFirst)
      type = vector.getElementType();
    isFirst = false;
    uint64_t stride = extentOf(type).bytes;
    if (constant) {
      offset.constant += static_cast<uint64_t>(constant.getInt()) * stride;
      continue;
    }
    Value value = llvm::cast<Value>(index);
    offset.terms.push_back({registers.slot(value), registers.element(value).bits, stride});
  }
  return offset;
}

static Action decodeGEP(const Registers &registers, LLVM::GEPOp op) {
  if (isa<VectorType>(op.getRes().getType()))
    return Action();
  Offset offset = offsetOf(registers, op);
  uint64_t constant = offset.constant;
  unsigned result = registers.slot(op.getRes()), base = registers.slot(op.getBase());
  if (offset.terms.empty())
    return elementwise1(registers, op, [=](uint64_t word) { return word + constant; });
  if (offset.terms.size() == 1) {
    Term term = offset.terms.front();
    return [=](Warp &warp) {
      const uint64_t *from = warp.row(base), *index = warp.row(term.slot);
      uint64_t *to = warp.row(result);
      forLanes(warp.mask, [&](unsigned lane) {
        to[lane] = from[lane] + constant +
                   static_cast<uint64_t>(signExtended(index[lane], term.bits)) * term.stride;
      });
    };
  }
  return [=](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) {
      uint64_t sum = warp.row(base)[lane] + constant;
      for (const Term &term : offset.terms)
        sum +=
            static_cast<uint64_t>(signExtended(warp.row(term.slot)[lane], term.bits)) * term.stride;
      warp.row(result)[lane] = sum;
    });
  };
}

//===----------------------------------------------------------------------===//
// Loads and stores
//===----------------------------------------------------------------------===//

namespace {

/// A load or a store: of `count` elements of `elementBytes` each.
struct Transfer {
  Space space;
  unsigned pointer, value, count, elementBytes, alignment;

  unsigned bytes() const { return count * elementBytes; }
};

} // namespace

/// The address space of a pointer, if it is one that the emulator has.
static std::optional<Space> spaceOf(Value pointer) {
  switch (cast<LLVM::LLVMPointerType>(pointer.getType()).getAddressSpace()) {
  case unsigned(Space::Generic):
    return Space::Generic;
  case unsigned(Space::Global):
    return Space::Global;
  case unsigned(Space::Shared):
    return Space::Shared;
  default:
    return std::nullopt;
  }
}

static std::optional<Transfer> transferOf(const Registers &registers, Value pointer, Value value,
                                          std::optional<uint64_t> alignment) {
  std::optional<Space> space = spaceOf(pointer);
  const Elements &elements = registers.elements(value.getType());
  unsigned bits = elements.front().bits;
  // Elements that lie in memory one after the other, without gaps. A vector of booleans, packed
  // into bits there, does not.
  bool isBooleans = bits == 1 && elements.size() > 1;
  bool isUniform = llvm::all_of(elements, [&](Element each) { return each.bits == bits; });
  if (!space || !isUniform || isBooleans || (bits != 1 && bits % 8 != 0))
    return std::nullopt;
  unsigned bytes = elements.front().bytes(), count = elements.size();
  if (!llvm::isPowerOf2_32(bytes))
    return std::nullopt;
  // Without an attribute, LLVM takes a vector to be aligned as a whole.
  uint64_t natural = extentOf(value.getType()).alignment;
  return Transfer{*space,
                  registers.slot(pointer),
                  registers.slot(value),
                  count,
                  bytes,
                  static_cast<unsigned>(alignment.value_or(natural))};
}

template <typename Word> static Action loadWords(Transfer transfer) {
  return [transfer](Warp &warp) {
    auto data = warp.accessAll(transfer.space, warp.row(transfer.pointer), transfer.bytes(),
                               transfer.alignment, Access::Read);
    for (unsigned i = 0; i < transfer.count; ++i) {
      uint64_t *to = warp.row(transfer.value + i);
      forLanes(warp.mask, [&](unsigned lane) {
        Word word = 0;
        if (data[lane])
          std::memcpy(&word, data[lane] + i * sizeof(Word), sizeof(Word));
        to[lane] = word;
      });
    }
  };
}

template <typename Word> static Action storeWords(Transfer transfer) {
  return [transfer](Warp &warp) {
    auto data = warp.accessAll(transfer.space, warp.row(transfer.pointer), transfer.bytes(),
                               transfer.alignment, Access::Write);
    for (unsigned i = 0; i < transfer.count; ++i) {
      const uint64_t *from = warp.row(transfer.value + i);
      forLanes(warp.mask, [&](unsigned lane) {
        Word word = static_cast<Word>(from[lane]);
        if (data[lane])
          std::memcpy(data[lane] + i * sizeof(Word), &word, sizeof(Word));
      });
    }
  };
}

/// Calls `function` with a zero of the unsigned type of so many bytes.
template <typename Function> static Action withWord(unsigned bytes, Function function) {
  switch (bytes) {
  case 1:
    return function(uint8_t());
  case 2:
    return function(uint16_t());
  case 4:
    return function(uint32_t());
  case 8:
    return function(uint64_t());
  default:
    return Action();
  }
}

static Action decodeLoad(const Registers &registers, LLVM::LoadOp op) {
  std::optional<Transfer> transfer =
      transferOf(registers, op.getAddr(), op.getRes(), op.getAlignment());
  if (!transfer)
    return Action();
  return withWord(transfer->elementBytes,
                  [&](auto word) { return loadWords<decltype(word)>(*transfer); });
}

static Action decodeStore(const Registers &registers, LLVM::StoreOp op) {
  std::optional<Transfer> transfer =
      transferOf(registers, op.getAddr(), op.getValue(), op.getAlignment());
  if (!transfer)
    return Action();
  return withWord(transfer->elementBytes,
                  [&](auto word) { return storeWords<decltype(word)>(*transfer); });
}

//===----------------------------------------------------------------------===//
// Atomic operations
//===----------------------------------------------------------------------===//

/// One lane after the other: memory becomes `function` of memory and value, the result is what
/// memory was.
template <typename Word, typename Function>
static Action atomicUpdate(Transfer transfer, unsigned result, Function function) {
  return [=](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) {
      uint8_t *data =
          warp.access(transfer.space, lane, warp.row(transfer.pointer)[lane], transfer.bytes(),
                      std::max(transfer.alignment, transfer.elementBytes), Access::Atomic);
      Word old = 0;
      if (data) {
        std::memcpy(&old, data, sizeof(Word));
        Word updated = static_cast<Word>(function(old, warp.row(transfer.value)[lane]));
        std::memcpy(data, &updated, sizeof(Word));
      }
      warp.row(result)[lane] = old;
    });
  };
}

static Action decodeAtomic(const Registers &registers, LLVM::AtomicRMWOp op) {
  std::optional<Transfer> transfer =
      transferOf(registers, op.getPtr(), op.getVal(), op.getAlignment());
  if (!transfer || transfer->count != 1)
    return Action();
  unsigned result = registers.slot(op.getRes());
  Element element = registers.element(op.getVal());
  if (op.getBinOp() == LLVM::AtomicBinOp::fadd && element.format == Format::F32)
    return atomicUpdate<uint32_t>(*transfer, result, [](uint64_t a, uint64_t b) {
      return Single::from(Single::read(a) + Single::read(b));
    });
  auto add = [](uint64_t a, uint64_t b) { return a + b; };
  if (op.getBinOp() == LLVM::AtomicBinOp::add && element.bits == 32)
    return atomicUpdate<uint32_t>(*transfer, result, add);
  if (op.getBinOp() == LLVM::AtomicBinOp::add && element.bits == 64)
    return atomicUpdate<uint64_t>(*transfer, result, add);
  return Action();
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

static Action decodeAsyncCopy(const Registers &registers, NVVM::CpAsyncOp op) {
  unsigned destination = registers.slot(op.getDst()), source = registers.slot(op.getSrc());
  unsigned bytes = op.getSize();
  if (!llvm::isPowerOf2_32(bytes) || bytes < 4 || bytes > 16)
    return Action();
  if (!op.getCpSize())
    return [=](Warp &warp) {
      forLanes(warp.mask, [&](unsigned lane) {
        warp.copies.start(warp, lane, warp.row(destination)[lane], warp.row(source)[lane], bytes,
                          bytes);
      });
    };
  unsigned copied = registers.slot(op.getCpSize());
  return [=](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) {
      warp.copies.start(warp, lane, warp.row(destination)[lane], warp.row(source)[lane], bytes,
                        static_cast<unsigned>(warp.row(copied)[lane]));
    });
  };
}

static Action decodeCommitGroup() {
  return [](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) { warp.copies.commitGroup(lane); });
  };
}

static Action decodeWaitGroup(NVVM::CpAsyncWaitGroupOp op) {
  unsigned left = op.getN();
  return [left](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) { warp.copies.waitGroup(warp, lane, left); });
  };
}

Action emulator::decodeMemory(const Registers &registers, Operation *op) {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::GEPOp>([&](auto op) { return decodeGEP(registers, op); })
      .Case<LLVM::LoadOp>([&](auto op) { return decodeLoad(registers, op); })
      .Case<LLVM::StoreOp>([&](auto op) { return decodeStore(registers, op); })
      .Case<LLVM::AtomicRMWOp>([&](auto op) { return decodeAtomic(registers, op); })
      .Case<NVVM::CpAsyncOp>([&](auto op) { return decodeAsyncCopy(registers, op); })
      .Case<NVVM::CpAsyncCommitGroupOp>([&](auto) { return decodeCommitGroup(); })
      .Case<NVVM::CpAsyncWaitGroupOp>([&](auto op) { return decodeWaitGroup(op); })
      .Default([](Operation *) { return Action(); });
}
