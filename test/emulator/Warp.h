//===- Warp.h - 32 lanes in lock-step -----------------------------*- C++ -*-===//

#ifndef SINTER_TEST_EMULATOR_WARP_H
#define SINTER_TEST_EMULATOR_WARP_H

#include "test/emulator/Memory.h"
#include "test/emulator/Program.h"

#include "llvm/ADT/bit.h"

#include <array>

namespace sinter::emulator {

constexpr unsigned laneCount = 32;
constexpr uint32_t allLanes = ~uint32_t(0);

/// Calls `function` with the number of each lane in `mask`.
template <typename Function> inline void forLanes(uint32_t mask, Function function) {
  // The common case is a loop of known length, which the compiler turns into vector code.
  if (mask == allLanes) {
    for (unsigned lane = 0; lane < laneCount; ++lane)
      function(lane);
    return;
  }
  for (; mask; mask &= mask - 1)
    function(static_cast<unsigned>(llvm::countr_zero(mask)));
}

/// What the warps of the block that runs have in common.
struct ThreadBlock {
  const Program &program;
  GlobalMemory &global;
  SharedMemory &shared;
  ErrorLog &errors;
  std::array<uint32_t, 3> grid; ///< how many blocks
  unsigned threads;             ///< per block
  std::array<uint32_t, 3> position = {0, 0, 0};
  uint32_t stamp = 0; ///< of the block, for the state of global memory
  bool startsEarly = false;        ///< the launch before may still run
  bool launchesDependents = false; ///< a thread has let the next launch start
};

/// A warp: its registers, and which of its lanes are where. Lanes part at branches; the group
/// that is furthest behind in the order of the function's blocks runs until it has caught up, so
/// that the branches of structured control flow come together again.
class Warp {
public:
  Warp(ThreadBlock &block, unsigned number);

  /// Puts all lanes at the start of the kernel. Arguments and constants stay.
  void restart();

  //===--------------------------------------------------------------------===//
  // For actions
  //===--------------------------------------------------------------------===//

  /// A register of every lane.
  uint64_t *row(unsigned slot) { return registers.data() + size_t(slot) * laneCount; }

  /// The bytes at a pointer; null, after an error, if the lane must not access them so.
  uint8_t *access(Space space, unsigned lane, uint64_t word, unsigned bytes, unsigned alignment,
                  Access access, unsigned lanes = 1);
  /// The same for the pointers of all active lanes.
  std::array<uint8_t *, laneCount> accessAll(Space space, const uint64_t *pointers, unsigned bytes,
                                             unsigned alignment, Access access);

  /// Reports what the current operation does wrong.
  void fail(unsigned lane, llvm::StringRef kind, const llvm::Twine &detail);
  /// Also ends the run.
  void abort(unsigned lane, llvm::StringRef kind, const llvm::Twine &detail);
  /// Aborts unless all 32 lanes execute the current operation.
  bool expectAllLanes();

  /// Sends lanes of the active group to a block.
  void jump(uint32_t lanes, unsigned target);
  /// Ends lanes of the active group.
  void exit(uint32_t lanes);

  //===--------------------------------------------------------------------===//
  // For the machine
  //===--------------------------------------------------------------------===//

  /// Runs up to a barrier or to the end of all lanes. Returns how many instructions it took.
  uint64_t run();
  bool isDone() const { return live == 0; }

  ThreadBlock &block;
  const unsigned number; ///< of the warp in its block
  uint32_t mask = 0;     ///< the active lanes
  uint32_t live = 0;     ///< the lanes that have not ended
  uint32_t early = 0;    ///< the lanes that have not waited for the launches before
  const Instruction *current = nullptr;
  AsyncCopies copies;
  std::vector<uint64_t> scratch; ///< for block arguments that are permuted

private:
  /// Makes the group that is furthest behind the active one.
  void selectGroup();
  void arriveAtBarrier();
  uint32_t existingLanes() const;

  std::vector<uint64_t> registers;
  std::array<unsigned, laneCount> targets = {}; ///< the blocks where lanes are, if they differ
  unsigned target = 0;                          ///< the block of the active group
  bool isConverged = true;                      ///< all live lanes are at `target`
  bool isAtBarrier = false;
  unsigned next = 0;     ///< the instruction after the barrier
  uint64_t executed = 0; ///< instructions since the start of the kernel
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_WARP_H
