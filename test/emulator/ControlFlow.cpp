//===- ControlFlow.cpp - Terminators of blocks ----------------------------===//

#include "test/emulator/Decode.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

namespace {

/// A branch to a block: the block's arguments get the values of the registers in `copies`.
struct Edge {
  unsigned target = 0;
  SmallVector<std::pair<unsigned, unsigned>> copies; ///< from, to
  bool isPermuting = false;                          ///< some `from` is a `to`
};

} // namespace

using BlockNumbers = llvm::DenseMap<Block *, unsigned>;

static Edge makeEdge(const Registers &registers, const BlockNumbers &numbers, Block *block,
                     ValueRange operands) {
  Edge edge;
  edge.target = numbers.lookup(block);
  llvm::DenseSet<unsigned> written;
  for (auto [operand, argument] : llvm::zip(operands, block->getArguments()))
    for (unsigned i = 0; i < registers.count(argument); ++i) {
      unsigned from = registers.slot(operand) + i, to = registers.slot(argument) + i;
      if (from == to)
        continue;
      edge.copies.push_back({from, to});
      written.insert(to);
    }
  edge.isPermuting =
      llvm::any_of(edge.copies, [&](const auto &copy) { return written.contains(copy.first); });
  return edge;
}

static void copyRow(uint64_t *to, const uint64_t *from, uint32_t lanes) {
  forLanes(lanes, [&](unsigned lane) { to[lane] = from[lane]; });
}

static void follow(Warp &warp, const Edge &edge, uint32_t lanes) {
  if (edge.isPermuting) {
    warp.scratch.resize(edge.copies.size() * laneCount);
    for (size_t i = 0; i < edge.copies.size(); ++i)
      copyRow(&warp.scratch[i * laneCount], warp.row(edge.copies[i].first), lanes);
    for (size_t i = 0; i < edge.copies.size(); ++i)
      copyRow(warp.row(edge.copies[i].second), &warp.scratch[i * laneCount], lanes);
  } else {
    for (auto [from, to] : edge.copies)
      copyRow(warp.row(to), warp.row(from), lanes);
  }
  warp.jump(lanes, edge.target);
}

static Action decodeBranch(const Registers &registers, LLVM::BrOp op, const BlockNumbers &numbers) {
  Edge edge = makeEdge(registers, numbers, op.getDest(), op.getDestOperands());
  return [edge](Warp &warp) { follow(warp, edge, warp.mask); };
}

static Action decodeConditional(const Registers &registers, LLVM::CondBrOp op,
                                const BlockNumbers &numbers) {
  Edge yes = makeEdge(registers, numbers, op.getTrueDest(), op.getTrueDestOperands());
  Edge no = makeEdge(registers, numbers, op.getFalseDest(), op.getFalseDestOperands());
  unsigned condition = registers.slot(op.getCondition());
  return [=](Warp &warp) {
    const uint64_t *choice = warp.row(condition);
    uint32_t taken = 0;
    forLanes(warp.mask, [&](unsigned lane) { taken |= uint32_t(choice[lane] & 1) << lane; });
    uint32_t left = warp.mask & ~taken;
    if (taken)
      follow(warp, yes, taken);
    if (left)
      follow(warp, no, left);
  };
}

static Action decodeSwitch(const Registers &registers, LLVM::SwitchOp op,
                           const BlockNumbers &numbers) {
  SmallVector<std::pair<uint64_t, Edge>> cases;
  if (auto values = op.getCaseValues())
    for (auto [i, value] : llvm::enumerate(values->getValues<APInt>()))
      cases.push_back(
          {value.getZExtValue(),
           makeEdge(registers, numbers, op.getCaseDestinations()[i], op.getCaseOperands(i))});
  Edge otherwise =
      makeEdge(registers, numbers, op.getDefaultDestination(), op.getDefaultOperands());
  unsigned value = registers.slot(op.getValue());
  return [=](Warp &warp) {
    const uint64_t *chosen = warp.row(value);
    uint32_t left = warp.mask;
    for (const auto &choice : cases) {
      uint32_t taken = 0;
      forLanes(left,
               [&](unsigned lane) { taken |= uint32_t(chosen[lane] == choice.first) << lane; });
      left &= ~taken;
      if (taken)
        follow(warp, choice.second, taken);
    }
    if (left)
      follow(warp, otherwise, left);
  };
}

Action emulator::decodeTerminator(const Registers &registers, Operation *op,
                                  const BlockNumbers &numbers) {
  return llvm::TypeSwitch<Operation *, Action>(op)
      .Case<LLVM::BrOp>([&](auto op) { return decodeBranch(registers, op, numbers); })
      .Case<LLVM::CondBrOp>([&](auto op) { return decodeConditional(registers, op, numbers); })
      .Case<LLVM::SwitchOp>([&](auto op) { return decodeSwitch(registers, op, numbers); })
      .Case<LLVM::ReturnOp>([&](auto op) -> Action {
        if (op->getNumOperands() != 0)
          return Action();
        return [](Warp &warp) { warp.exit(warp.mask); };
      })
      .Case<LLVM::UnreachableOp>([&](auto) -> Action {
        return [](Warp &warp) {
          warp.abort(llvm::countr_zero(warp.mask), "unreachable", "a lane gets here");
        };
      })
      .Default([](Operation *) { return Action(); });
}
