//===- Memory.h - Memory that checks every access -----------------*- C++ -*-===//
//
// Each memory keeps, per granule of two bytes, who wrote and who read it. Accesses to the two
// bytes of one granule count as accesses to the same place: kernels have no data of one byte.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_MEMORY_H
#define SINTER_TEST_EMULATOR_MEMORY_H

#include "test/emulator/Emulator.h"

#include <array>
#include <limits>

namespace sinter::emulator {

class Warp;

constexpr unsigned granuleBytes = 2;

enum class Access : uint8_t { Read, Write, Atomic };

/// The address spaces of NVVM.
enum class Space : uint8_t { Generic = 0, Global = 1, Shared = 3 };

/// What is wrong with an access, and with which of its bytes first.
struct Problem {
  enum : unsigned { Uninitialized = 1, Race = 2, InFlight = 4, TooEarly = 8 };

  unsigned kinds = 0; ///< a sum of those above
  uint64_t position = 0;
};

/// A pointer to global memory: the kernel's argument it derives from, counted from one, in the
/// upper bits; an offset in bytes in the lower ones. Offset zero lies in the middle of what these
/// can hold, so that arithmetic on the whole word may pass through negative offsets.
namespace pointer {
constexpr unsigned offsetBits = 48;
constexpr uint64_t offsetMask = (uint64_t(1) << offsetBits) - 1;
constexpr uint64_t zeroOffset = uint64_t(1) << (offsetBits - 1);
/// Takes the place of the argument in a generic pointer to shared memory.
constexpr uint64_t sharedBase = (uint64_t(0xfffe) << offsetBits) | zeroOffset;

inline uint64_t toArgument(unsigned number) {
  return (uint64_t(number) + 1) << offsetBits | zeroOffset;
}
inline bool isGenericShared(uint64_t word) {
  return word >> offsetBits == sharedBase >> offsetBits;
}
} // namespace pointer

/// A pointer argument of a launch: into which buffer, from where on, and how many bytes of it.
struct BufferView {
  static constexpr unsigned noBuffer = std::numeric_limits<unsigned>::max();

  unsigned buffer = noBuffer; ///< none of an argument that is no pointer
  uint64_t start = 0;
  uint64_t bytes = 0;
};

/// The buffers of the host. Blocks of one launch run in no order, so none may read or write what
/// another one writes.
class GlobalMemory {
public:
  explicit GlobalMemory(llvm::ArrayRef<Buffer> buffers);

  /// Starts a launch of so many blocks.
  void beginLaunch(llvm::ArrayRef<BufferView> arguments, uint64_t blocks);
  /// What stands for a block of this launch in the state of the granules.
  uint32_t stampOf(uint64_t block) const { return firstStamp + static_cast<uint32_t>(block); }

  /// The bytes at a pointer; null, after an error of the lane, if it must not access them so.
  /// With several lanes, from `lane` on, those access one after the other the same number of
  /// bytes; without an error, for the caller to ask for each lane, if they must not.
  uint8_t *access(Warp &warp, unsigned lane, uint64_t pointer, unsigned bytes, unsigned alignment,
                  Access access, unsigned lanes = 1);

  uint64_t bufferBytes(unsigned number) const { return buffers[number].bytes; }

private:
  /// Stamps of blocks only ever grow, and so need no clearing between launches. Before those of
  /// a launch come two more: for more than one reader, and for writers that were atomic.
  struct Granule {
    uint32_t writer = 0; ///< 0: nobody yet
    uint32_t reader = 0;
  };
  struct State {
    uint8_t *data;
    uint64_t bytes;
    std::vector<Granule> granules;
  };

  /// Notes an access in one granule; returns what is wrong with it.
  template <Access access> unsigned note(Granule &granule, uint32_t stamp) const;
  /// What is wrong with an access while earlier launches may still run.
  static Problem checkEarly(const State &state, uint64_t position, unsigned bytes, Access access);
  template <Access access>
  Problem noteAll(State &state, uint64_t position, unsigned bytes, uint32_t stamp);
  /// Reports an access to an address that is wrong.
  uint8_t *refuse(Warp &warp, unsigned lane, uint64_t pointer, unsigned bytes, unsigned alignment,
                  Access access) const;

  std::vector<State> buffers;
  std::vector<BufferView> arguments;
  uint32_t firstStamp, nextStamp;
};

/// The shared memory of the block that runs. Between two barriers, no warp may access what
/// another one writes.
class SharedMemory {
public:
  void beginLaunch(uint64_t bytes);
  /// The content of the last block counts as not initialized.
  void beginBlock();
  void barrier() { ++epoch; }

  /// As of GlobalMemory.
  uint8_t *access(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes, unsigned alignment,
                  Access access, unsigned lanes = 1);

  /// Starts an asynchronous copy to `offset`: until it ends nobody may access the bytes.
  /// False, after an error, if there must be none.
  bool beginCopy(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes);
  /// Ends it: `data` counts as written by the warp, now.
  void endCopy(Warp &warp, uint64_t offset, const uint8_t *data, unsigned bytes);

private:
  /// Epochs, the spans between barriers, only ever grow, over all blocks.
  struct Granule {
    uint32_t writeEpoch = 0, readEpoch = 0;
    uint32_t readers = 0; ///< the warps that read it in that epoch
    uint8_t writer = 0;   ///< the warp that wrote it last
    bool isInFlight = false;
  };
  /// A writer that is no warp: atomic operations, perhaps of several warps.
  static constexpr uint8_t atomicWriter = 0xff;

  bool isValid(uint64_t offset, unsigned bytes, unsigned alignment) const {
    return offset <= size && bytes <= size - offset && !(offset & (alignment - 1));
  }
  /// Reports an access to an address that is not valid.
  void refuse(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes, unsigned alignment,
              const char *verb) const;

  /// As of GlobalMemory.
  template <Access access> unsigned note(Granule &granule, unsigned warp) const;
  template <Access access> Problem noteAll(uint64_t offset, unsigned bytes, unsigned warp);
  unsigned noteCopy(Granule &granule, unsigned warp) const;
  /// Whether another warp than `warp` read or wrote the granule since the last barrier.
  bool isWrittenByOther(const Granule &granule, unsigned warp) const;
  bool isReadByOther(const Granule &granule, unsigned warp) const;

  std::vector<uint8_t> data;
  std::vector<Granule> granules;
  uint64_t size = 0;
  uint32_t epoch = 0, firstEpoch = 0;
};

/// The copies from global to shared memory that one warp has started and not waited for.
class AsyncCopies {
public:
  /// Copies `copied` bytes from `source`, then zeros up to `bytes`, to `destination`.
  void start(Warp &warp, unsigned lane, uint64_t destination, uint64_t source, unsigned bytes,
             unsigned copied);
  void commitGroup(unsigned lane);
  /// Ends all groups of the lane but the latest `left`.
  void waitGroup(Warp &warp, unsigned lane, unsigned left);
  /// Whether the lane has copies that nobody waited for; forgets them.
  bool abandon(Warp &warp, unsigned lane);

private:
  struct Copy {
    uint64_t destination;
    unsigned bytes;
    std::array<uint8_t, 16> data; ///< as read when the copy started
  };
  struct Lane {
    std::vector<Copy> copies;     ///< of all groups, in order, then those not committed
    std::vector<unsigned> groups; ///< how many copies each committed group has
  };

  /// Ends the first `count` copies.
  void finish(Warp &warp, Lane &lane, size_t count);

  std::array<Lane, 32> lanes;
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_MEMORY_H
