//===- WarpOps.cpp - Special registers, shuffles, hints -------------------===//

#include "test/emulator/Decode.h"
#include "test/emulator/Numbers.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// Special registers
//===----------------------------------------------------------------------===//

/// A register whose value `function` computes from the warp and the lane.
template <typename Function>
static Action special(const Registers &registers, Operation *op, Function function) {
  unsigned result = registers.slot(op->getResult(0));
  return [=](Warp &warp) {
    uint64_t *to = warp.row(result);
    forLanes(warp.mask, [&](unsigned lane) { to[lane] = function(warp, lane); });
  };
}

static Action decodeThread(const Registers &registers, Operation *op) {
  if (isa<NVVM::ThreadIdXOp>(op))
    return special(registers, op,
                   [](Warp &warp, unsigned lane) { return warp.number * laneCount + lane; });
  if (isa<NVVM::BlockDimXOp>(op))
    return special(registers, op, [](Warp &warp, unsigned) { return warp.block.threads; });
  if (isa<NVVM::LaneIdOp>(op))
    return special(registers, op, [](Warp &, unsigned lane) { return lane; });
  if (isa<NVVM::WarpIdOp>(op))
    return special(registers, op, [](Warp &warp, unsigned) { return warp.number; });
  if (isa<NVVM::WarpSizeOp>(op))
    return special(registers, op, [](Warp &, unsigned) { return laneCount; });
  // Blocks have one dimension.
  if (isa<NVVM::ThreadIdYOp, NVVM::ThreadIdZOp>(op))
    return special(registers, op, [](Warp &, unsigned) { return 0; });
  if (isa<NVVM::BlockDimYOp, NVVM::BlockDimZOp>(op))
    return special(registers, op, [](Warp &, unsigned) { return 1; });
  return Action();
}

static Action decodePosition(const Registers &registers, Operation *op) {
  auto dimension = llvm::TypeSwitch<Operation *, unsigned>(op)
                       .Case<NVVM::BlockIdXOp, NVVM::GridDimXOp>([](auto) { return 0; })
                       .Case<NVVM::BlockIdYOp, NVVM::GridDimYOp>([](auto) { return 1; })
                       .Case<NVVM::BlockIdZOp, NVVM::GridDimZOp>([](auto) { return 2; })
                       .Default([](Operation *) { return 3; });
  if (dimension == 3)
    return Action();
  if (isa<NVVM::BlockIdXOp, NVVM::BlockIdYOp, NVVM::BlockIdZOp>(op))
    return special(registers, op,
                   [dimension](Warp &warp, unsigned) { return warp.block.position[dimension]; });
  return special(registers, op,
                 [dimension](Warp &warp, unsigned) { return warp.block.grid[dimension]; });
}

//===----------------------------------------------------------------------===//
// Shuffles
//===----------------------------------------------------------------------===//

/// The lane that a lane reads from; itself if there is none. As in the PTX ISA.
static unsigned sourceLane(NVVM::ShflKind kind, unsigned lane, uint64_t offset,
                           uint64_t maskAndClamp) {
  unsigned distance = offset & 31, clamp = maskAndClamp & 31, segment = maskAndClamp >> 8 & 31;
  unsigned least = lane & segment, most = least | (clamp & ~segment);
  unsigned source = lane;
  switch (kind) {
  case NVVM::ShflKind::up: {
    int64_t below = static_cast<int64_t>(lane) - distance;
    return below >= most ? static_cast<unsigned>(below) : lane;
  }
  case NVVM::ShflKind::down:
    source = lane + distance;
    break;
  case NVVM::ShflKind::bfly:
    source = lane ^ distance;
    break;
  case NVVM::ShflKind::idx:
    source = least | (distance & ~segment);
    break;
  }
  return source <= most ? source : lane;
}

static Action decodeShuffle(const Registers &registers, NVVM::ShflOp op) {
  if (op.getReturnValueAndIsValid().value_or(false))
    return Action();
  NVVM::ShflKind kind = op.getKind();
  unsigned result = registers.slot(op.getRes()), value = registers.slot(op.getVal());
  unsigned members = registers.slot(op.getThreadMask()), offset = registers.slot(op.getOffset());
  unsigned clamp = registers.slot(op.getMaskAndClamp());
  return [=](Warp &warp) {
    std::array<uint64_t, laneCount> read = {};
    forLanes(warp.mask, [&](unsigned lane) {
      uint32_t mask = static_cast<uint32_t>(warp.row(members)[lane]);
      unsigned source = sourceLane(kind, lane, warp.row(offset)[lane], warp.row(clamp)[lane]);
      // Lanes that have ended need not take part.
      if ((mask & warp.live & ~warp.mask) || !(mask >> lane & 1))
        warp.fail(lane, "divergent shuffle", "other lanes shuffle than its mask names");
      else if (!(warp.mask >> source & 1))
        warp.fail(lane, "divergent shuffle",
                  Twine("reads from lane ") + Twine(source) + ", which does not take part");
      read[lane] = warp.row(value)[source];
    });
    forLanes(warp.mask, [&](unsigned lane) { warp.row(result)[lane] = read[lane]; });
  };
}

//===----------------------------------------------------------------------===//
// Single instructions of PTX
//===----------------------------------------------------------------------===//

static float flushed(float value) {
  return std::fpclassify(value) == FP_SUBNORMAL ? std::copysign(0.0f, value) : value;
}

/// To the nearest number with ten bits of mantissa, ties away from zero.
static uint64_t roundToTF32(uint64_t word) {
  constexpr uint64_t exponent = 0x7f800000, dropped = 0x1fff;
  bool isFinite = (word & exponent) != exponent;
  return isFinite ? (word + (dropped + 1) / 2) & ~dropped : word;
}

/// An instruction from one f32 to another; the name has neither operands nor type of LLVM.
static Action decodeInstruction(const Registers &registers, Operation *op, StringRef name) {
  if (op->getNumOperands() != 1 || op->getNumResults() != 1 ||
      registers.element(op->getOperand(0)).bits != 32 ||
      registers.element(op->getResult(0)).bits != 32)
    return Action();
  auto unary = [&](float (*function)(float)) {
    return elementwise1(registers, op, [function](uint64_t word) {
      return Single::from(flushed(function(flushed(Single::read(word)))));
    });
  };
  if (name == "ex2.approx.ftz.f32" || name == "ex2.approx.ftz.f")
    return unary([](float value) { return std::exp2(value); });
  if (name == "rcp.approx.ftz.f32" || name == "rcp.approx.ftz.f")
    return unary([](float value) { return 1 / value; });
  if (name == "cvt.rna.tf32.f32")
    return elementwise1(registers, op, roundToTF32);
  return Action();
}

/// "ex2.approx.ftz.f32 $0, $1;" is one instruction, with its result first. There are two ways to
/// write what goes where.
static Action decodeText(const Registers &registers, Operation *op, StringRef text) {
  auto [name, operands] = text.trim().split(' ');
  operands = operands.trim().rtrim(';');
  bool isUnary = operands == "$0, $1" || operands == "{$w0}, {$r0}";
  return isUnary ? decodeInstruction(registers, op, name) : Action();
}

static Action decodePTX(const Registers &registers, Operation *op) {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<NVVM::InlinePtxOp>([&](auto op) {
        return op.getPredicate() || op.getReadOnlyArgs().size() != 1
                   ? Action()
                   : decodeText(registers, op, op.getPtxCode());
      })
      .Case<LLVM::InlineAsmOp>(
          [&](auto op) { return decodeText(registers, op, op.getAsmString()); })
      .Case<LLVM::CallIntrinsicOp>([&](auto op) {
        StringRef name = op.getIntrin();
        return name.consume_front("llvm.nvvm.") ? decodeInstruction(registers, op, name) : Action();
      })
      .Case<NVVM::RcpApproxFtzF32Op>(
          [&](auto op) { return decodeInstruction(registers, op, "rcp.approx.ftz.f32"); })
      .Case<NVVM::ConvertFloatToTF32Op>([&](auto op) {
        return op.getRnd() == NVVM::FPRoundingMode::RNA &&
                       op.getSat() == NVVM::SaturationMode::NONE && !op.getRelu()
                   ? decodeInstruction(registers, op, "cvt.rna.tf32.f32")
                   : Action();
      })
      .Default([](Operation *) { return Action(); });
}

/// Two f32 to a vector of two f16 or bf16; the second operand becomes the first element.
template <typename Number, typename Op>
static Action decodePack(const Registers &registers, Op op) {
  if (op.getRnd() != NVVM::FPRoundingMode::RN || op.getSat() != NVVM::SaturationMode::NONE ||
      op.getRelu())
    return Action();
  unsigned high = registers.slot(op.getSrcHi()), low = registers.slot(op.getSrcLo());
  unsigned result = registers.slot(op.getDst());
  return [=](Warp &warp) {
    forLanes(warp.mask, [&](unsigned lane) {
      warp.row(result)[lane] = Number::from(Single::read(warp.row(low)[lane]));
      warp.row(result + 1)[lane] = Number::from(Single::read(warp.row(high)[lane]));
    });
  };
}

/// In the emulator a launch starts when the one before it has ended, but a thread that may start
/// earlier must not make use of it.
static Action decodeGridControl(NVVM::GriddepcontrolOp op) {
  if (op.getKind() == NVVM::GridDepActionKind::wait)
    return [](Warp &warp) { warp.early &= ~warp.mask; };
  return [](Warp &warp) { warp.block.launchesDependents = true; };
}

Action emulator::decodeWarp(const Registers &registers, Operation *op) {
  // In lock-step, warps are always in step.
  if (isa<NVVM::SyncWarpOp, NVVM::PrefetchOp, LLVM::AssumeOp>(op))
    return [](Warp &) {};
  if (auto control = dyn_cast<NVVM::GriddepcontrolOp>(op))
    return decodeGridControl(control);
  if (auto shuffle = dyn_cast<NVVM::ShflOp>(op))
    return decodeShuffle(registers, shuffle);
  if (auto pack = dyn_cast<NVVM::ConvertF32x2ToF16x2Op>(op))
    return decodePack<Half>(registers, pack);
  if (auto pack = dyn_cast<NVVM::ConvertF32x2ToBF16x2Op>(op))
    return decodePack<BFloat>(registers, pack);
  if (Action action = decodeThread(registers, op))
    return action;
  if (Action action = decodePosition(registers, op))
    return action;
  return decodePTX(registers, op);
}
