//===- Warp.cpp - 32 lanes in lock-step -----------------------------------===//

#include "test/emulator/Warp.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

Warp::Warp(ThreadBlock &block, unsigned number)
    : block(block), number(number), registers(size_t(block.program.slots) * laneCount) {
  for (const Constant &constant : block.program.constants)
    std::fill_n(row(constant.slot), laneCount, constant.word);
}

uint32_t Warp::existingLanes() const {
  unsigned threads = std::min(block.threads - number * laneCount, laneCount);
  return threads == laneCount ? allLanes : (uint32_t(1) << threads) - 1;
}

void Warp::restart() {
  live = existingLanes();
  early = block.startsEarly ? live : 0;
  target = 0;
  isConverged = true;
  isAtBarrier = false;
  executed = 0;
}

//===----------------------------------------------------------------------===//
// Actions
//===----------------------------------------------------------------------===//

uint8_t *Warp::access(Space space, unsigned lane, uint64_t word, unsigned bytes, unsigned alignment,
                      Access access, unsigned lanes) {
  if (space == Space::Shared)
    return block.shared.access(*this, lane, word, bytes, alignment, access, lanes);
  if (space == Space::Generic && pointer::isGenericShared(word))
    return block.shared.access(*this, lane, word - pointer::sharedBase, bytes, alignment, access,
                               lanes);
  return block.global.access(*this, lane, word, bytes, alignment, access, lanes);
}

/// Whether the pointers of all lanes step over so many bytes each.
static bool isConsecutive(const uint64_t *pointers, unsigned bytes) {
  uint64_t differences = 0;
  for (unsigned lane = 0; lane < laneCount; ++lane)
    differences |= pointers[lane] ^ (pointers[0] + uint64_t(lane) * bytes);
  return differences == 0;
}

std::array<uint8_t *, laneCount> Warp::accessAll(Space space, const uint64_t *pointers,
                                                 unsigned bytes, unsigned alignment,
                                                 Access access) {
  std::array<uint8_t *, laneCount> data;
  // One access of the whole warp is checked several times as fast as 32 of its lanes.
  if (mask == allLanes && bytes % alignment == 0 && isConsecutive(pointers, bytes))
    if (uint8_t *first = this->access(space, 0, pointers[0], bytes, alignment, access, laneCount)) {
      for (unsigned lane = 0; lane < laneCount; ++lane)
        data[lane] = first + lane * bytes;
      return data;
    }
  uint8_t *previousData = nullptr;
  uint64_t previous = 0;
  forLanes(mask, [&](unsigned lane) {
    // Lanes often read the same.
    if (access != Access::Read || !previousData || pointers[lane] != previous)
      previousData = this->access(space, lane, pointers[lane], bytes, alignment, access);
    previous = pointers[lane];
    data[lane] = previousData;
  });
  return data;
}

void Warp::fail(unsigned lane, StringRef kind, const Twine &detail) {
  if (!block.errors.isNew(current->op, kind))
    return;
  std::string where;
  llvm::raw_string_ostream(where) << block.program.name << ", block (" << block.position[0] << ", "
                                  << block.position[1] << ", " << block.position[2] << "), thread "
                                  << number * laneCount + lane;
  block.errors.add(current->op, where, kind, detail);
}

void Warp::abort(unsigned lane, StringRef kind, const Twine &detail) {
  fail(lane, kind, detail);
  block.errors.stop();
}

bool Warp::expectAllLanes() {
  if (mask == allLanes)
    return true;
  abort(llvm::countr_zero(~mask), "divergent warp",
        Twine("only ") + Twine(llvm::popcount(mask)) +
            " of the 32 lanes execute an operation of the whole warp, not this one");
  return false;
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

void Warp::jump(uint32_t lanes, unsigned destination) {
  isConverged = lanes == live;
  target = destination;
  if (!isConverged)
    forLanes(lanes, [&](unsigned lane) { targets[lane] = destination; });
}

void Warp::exit(uint32_t lanes) {
  forLanes(lanes, [&](unsigned lane) {
    if (copies.abandon(*this, lane))
      fail(lane, "copies in flight", "ends without waiting for its asynchronous copies");
    // The next launch would wait for this one alone.
    if (early >> lane & 1)
      fail(lane, "race between launches", "ends without waiting for the launches before");
  });
  // Other live lanes, if any, wait elsewhere.
  isConverged = false;
  live &= ~lanes;
}

void Warp::selectGroup() {
  if (isConverged) {
    mask = live;
    return;
  }
  unsigned least = std::numeric_limits<unsigned>::max();
  forLanes(live, [&](unsigned lane) { least = std::min(least, targets[lane]); });
  mask = 0;
  forLanes(live, [&](unsigned lane) { mask |= uint32_t(targets[lane] == least) << lane; });
  target = least;
}

void Warp::arriveAtBarrier() {
  isAtBarrier = true;
  uint32_t missing = existingLanes() & ~mask;
  if (missing)
    abort(llvm::countr_zero(missing), "divergent barrier",
          Twine("only ") + Twine(llvm::popcount(mask)) + " of the " +
              Twine(llvm::popcount(existingLanes())) +
              " threads of the warp reach the barrier, not this one");
}

uint64_t Warp::run() {
  // Kernels of tests are far from this; what gets there does not end.
  constexpr uint64_t maximum = 20'000'000;
  const Program &program = block.program;
  const uint64_t before = executed;
  while (live && !block.errors.isStopped()) {
    if (!isAtBarrier) {
      selectGroup();
      next = program.blockStarts[target];
    }
    isAtBarrier = false;
    Instruction::Kind kind;
    do {
      current = &program.instructions[next++];
      ++executed;
      kind = current->kind;
      if (kind == Instruction::Kind::Barrier) {
        arriveAtBarrier();
        return executed - before;
      }
      current->action(*this);
    } while (kind != Instruction::Kind::Terminator);
    if (executed > maximum)
      abort(llvm::countr_zero(mask), "endless loop",
            Twine("still here after ") + Twine(maximum) + " operations");
  }
  return executed - before;
}
