//===- Memory.cpp - Memory that checks every access -----------------------===//

#include "test/emulator/Memory.h"

#include "test/emulator/Warp.h"

#include <algorithm>
#include <cstring>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

static const char *verbOf(Access access) {
  switch (access) {
  case Access::Read:
    return "reads ";
  case Access::Write:
    return "writes ";
  case Access::Atomic:
    return "updates ";
  }
  llvm_unreachable("no such access");
}

//===----------------------------------------------------------------------===//
// Global memory
//===----------------------------------------------------------------------===//

/// What wrote the buffers that are initialized from the start.
static constexpr uint32_t hostStamp = 1;

GlobalMemory::GlobalMemory(ArrayRef<Buffer> hostBuffers) {
  for (const Buffer &buffer : hostBuffers) {
    State state{static_cast<uint8_t *>(buffer.data), buffer.bytes, {}};
    state.granules.resize(llvm::divideCeil(buffer.bytes, granuleBytes));
    if (buffer.isInitialized)
      for (Granule &granule : state.granules)
        granule.writer = hostStamp;
    buffers.push_back(std::move(state));
  }
  firstStamp = nextStamp = hostStamp + 1;
}

void GlobalMemory::beginLaunch(ArrayRef<BufferView> views, uint64_t blocks) {
  arguments.assign(views.begin(), views.end());
  firstStamp = nextStamp + 2;
  nextStamp = firstStamp + static_cast<uint32_t>(blocks);
}

// No branches: the loops over granules are what an access costs.
template <Access access>
inline unsigned GlobalMemory::note(Granule &granule, uint32_t stamp) const {
  const uint32_t atomicWriter = firstStamp - 1, manyReaders = firstStamp - 2;
  bool isRace = (granule.writer >= atomicWriter) & (granule.writer != stamp);
  bool isReadByOther = (granule.reader >= manyReaders) & (granule.reader != stamp);
  bool isUninitialized = granule.writer == 0;
  if constexpr (access == Access::Read) {
    granule.reader = isReadByOther ? manyReaders : stamp;
    return isUninitialized * Problem::Uninitialized + isRace * Problem::Race;
  }
  if constexpr (access == Access::Write) {
    granule.writer = stamp;
    return (isRace | isReadByOther) * Problem::Race;
  }
  isRace &= granule.writer != atomicWriter;
  granule.writer = atomicWriter;
  return isUninitialized * Problem::Uninitialized + (isRace | isReadByOther) * Problem::Race;
}

/// Calls `note` with the granule of each byte from `position` on.
template <typename Granule, typename Function>
static Problem noteGranules(std::vector<Granule> &granules, uint64_t position, unsigned bytes,
                            Function note) {
  Problem problem;
  uint64_t last = (position + bytes - 1) / granuleBytes;
  for (uint64_t i = position / granuleBytes; i <= last; ++i) {
    unsigned kinds = note(granules[i]);
    if (LLVM_UNLIKELY(kinds & ~problem.kinds)) {
      problem.position = problem.kinds ? problem.position : std::max(i * granuleBytes, position);
      problem.kinds |= kinds;
    }
  }
  return problem;
}

template <Access access>
Problem GlobalMemory::noteAll(State &state, uint64_t position, unsigned bytes, uint32_t stamp) {
  return noteGranules(state.granules, position, bytes,
                      [&](Granule &granule) { return note<access>(granule, stamp); });
}

/// Nobody writes what the host has written: it has no launch that needs it.
Problem GlobalMemory::checkEarly(const State &state, uint64_t position, unsigned bytes,
                                 Access access) {
  uint64_t last = (position + bytes - 1) / granuleBytes;
  for (uint64_t i = position / granuleBytes; i <= last; ++i)
    if (access != Access::Read || state.granules[i].writer > hostStamp)
      return {Problem::TooEarly, std::max(i * granuleBytes, position)};
  return {};
}

static void report(Warp &warp, unsigned lane, unsigned problems, Access access, unsigned bytes,
                   uint64_t offset, uint64_t argument) {
  std::string what = (Twine(verbOf(access)) + Twine(bytes) + " bytes at offset " + Twine(offset) +
                      " of argument " + Twine(argument))
                         .str();
  if (problems & Problem::Uninitialized)
    warp.fail(lane, "uninitialized read", what);
  if (problems & Problem::Race)
    warp.fail(lane, "race between blocks", what + ", which another block accesses in this launch");
  if (problems & Problem::TooEarly)
    warp.fail(lane, "race between launches",
              what + " without having waited for the launches before, which may access it");
}

uint8_t *GlobalMemory::refuse(Warp &warp, unsigned lane, uint64_t word, unsigned bytes,
                              unsigned alignment, Access access) const {
  uint64_t number = (word >> pointer::offsetBits) - 1;
  int64_t offset = static_cast<int64_t>((word & pointer::offsetMask) - pointer::zeroOffset);
  if (number >= arguments.size() || arguments[number].buffer == BufferView::noBuffer) {
    warp.fail(lane, "invalid pointer", Twine(verbOf(access)) + "where no argument points");
    return nullptr;
  }
  uint64_t available = arguments[number].bytes;
  std::string what = (Twine(verbOf(access)) + Twine(bytes) + " bytes at offset " + Twine(offset) +
                      " of argument " + Twine(number))
                         .str();
  if (offset < 0 || static_cast<uint64_t>(offset) + bytes > available)
    warp.fail(lane, "out of bounds", what + ", which has " + Twine(available) + " bytes");
  else
    warp.fail(lane, "misaligned", what + ", expects an alignment of " + Twine(alignment));
  return nullptr;
}

uint8_t *GlobalMemory::access(Warp &warp, unsigned lane, uint64_t word, unsigned bytes,
                              unsigned alignment, Access access, unsigned lanes) {
  auto refused = [&]() -> uint8_t * {
    return lanes > 1 ? nullptr : refuse(warp, lane, word, bytes, alignment, access);
  };
  uint64_t number = (word >> pointer::offsetBits) - 1;
  if (number >= arguments.size())
    return refused();
  // A negative offset becomes larger than any buffer, and what is no pointer has no bytes.
  const BufferView &view = arguments[number];
  uint64_t offset = (word & pointer::offsetMask) - pointer::zeroOffset;
  uint64_t position = view.start + offset;
  unsigned size = bytes * lanes;
  if (offset > view.bytes || size > view.bytes - offset || (position & (alignment - 1)))
    return refused();
  if (LLVM_UNLIKELY(lanes > 1 && warp.early && warp.early != allLanes))
    return nullptr; // lanes differ

  State &state = buffers[view.buffer];
  uint32_t stamp = warp.block.stamp;
  bool isEarly = warp.early >> lane & 1;
  if (LLVM_UNLIKELY(isEarly))
    if (Problem problem = checkEarly(state, position, size, access); problem.kinds) {
      unsigned wrong = (problem.position - position) / bytes;
      report(warp, lane + wrong, problem.kinds, access, bytes, offset + wrong * bytes, number);
    }
  Problem problem = access == Access::Read ? noteAll<Access::Read>(state, position, size, stamp)
                    : access == Access::Write
                        ? noteAll<Access::Write>(state, position, size, stamp)
                        : noteAll<Access::Atomic>(state, position, size, stamp);
  if (LLVM_UNLIKELY(problem.kinds)) {
    unsigned wrong = (problem.position - position) / bytes;
    report(warp, lane + wrong, problem.kinds, access, bytes, offset + wrong * bytes, number);
  }
  return state.data + position;
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

void SharedMemory::beginLaunch(uint64_t bytes) {
  size = bytes;
  data.resize(std::max<size_t>(data.size(), bytes));
  granules.resize(std::max<size_t>(granules.size(), llvm::divideCeil(bytes, granuleBytes)));
}

void SharedMemory::beginBlock() { firstEpoch = ++epoch; }

inline bool SharedMemory::isWrittenByOther(const Granule &granule, unsigned warp) const {
  return (granule.writeEpoch == epoch) & (granule.writer != warp);
}

inline bool SharedMemory::isReadByOther(const Granule &granule, unsigned warp) const {
  return (granule.readEpoch == epoch) & ((granule.readers & ~(uint32_t(1) << warp)) != 0);
}

template <Access access> inline unsigned SharedMemory::note(Granule &granule, unsigned warp) const {
  bool isRace = isWrittenByOther(granule, warp);
  unsigned problems = granule.isInFlight * Problem::InFlight;
  if constexpr (access != Access::Write)
    problems += (granule.writeEpoch < firstEpoch) * Problem::Uninitialized;
  if constexpr (access == Access::Read) {
    granule.readers = (granule.readEpoch == epoch ? granule.readers : 0) | uint32_t(1) << warp;
    granule.readEpoch = epoch;
    return problems + isRace * Problem::Race;
  }
  if constexpr (access == Access::Atomic)
    isRace &= granule.writer != atomicWriter;
  isRace |= isReadByOther(granule, warp);
  granule.writeEpoch = epoch;
  granule.writer = access == Access::Atomic ? atomicWriter : static_cast<uint8_t>(warp);
  return problems + isRace * Problem::Race;
}

template <Access access>
Problem SharedMemory::noteAll(uint64_t offset, unsigned bytes, unsigned warp) {
  return noteGranules(granules, offset, bytes,
                      [&](Granule &granule) { return note<access>(granule, warp); });
}

unsigned SharedMemory::noteCopy(Granule &granule, unsigned warp) const {
  bool isRace = isWrittenByOther(granule, warp) || isReadByOther(granule, warp);
  unsigned problems = granule.isInFlight * Problem::InFlight + isRace * Problem::Race;
  granule.isInFlight = true;
  return problems;
}

void SharedMemory::refuse(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes,
                          unsigned alignment, const char *verb) const {
  std::string what = (Twine(verb) + Twine(bytes) + " bytes at offset " +
                      Twine(static_cast<int64_t>(offset)) + " of shared memory")
                         .str();
  if (isValid(offset, bytes, 1))
    warp.fail(lane, "misaligned", what + ", expects an alignment of " + Twine(alignment));
  else
    warp.fail(lane, "out of bounds", what + ", which has " + Twine(size) + " bytes");
}

/// Reports what is wrong with an access to shared memory; `what` says which access.
static void report(Warp &warp, unsigned lane, unsigned problems, const Twine &what) {
  // What is in flight is most often not initialized either.
  if (problems & Problem::InFlight)
    warp.fail(lane, "copy in flight",
              what + ", to which a copy is under way that nobody waited for");
  else if (problems & Problem::Uninitialized)
    warp.fail(lane, "uninitialized read", what);
  if (problems & Problem::Race)
    warp.fail(lane, "race between warps",
              what + ", which another warp accesses since the last barrier");
}

uint8_t *SharedMemory::access(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes,
                              unsigned alignment, Access access, unsigned lanes) {
  unsigned total = bytes * lanes;
  if (!isValid(offset, total, alignment)) {
    if (lanes == 1)
      refuse(warp, lane, offset, bytes, alignment, verbOf(access));
    return nullptr;
  }
  Problem problem = access == Access::Read    ? noteAll<Access::Read>(offset, total, warp.number)
                    : access == Access::Write ? noteAll<Access::Write>(offset, total, warp.number)
                                              : noteAll<Access::Atomic>(offset, total, warp.number);
  if (LLVM_UNLIKELY(problem.kinds)) {
    unsigned wrong = (problem.position - offset) / bytes;
    report(warp, lane + wrong, problem.kinds,
           Twine(verbOf(access)) + Twine(bytes) + " bytes at offset " +
               Twine(offset + wrong * bytes) + " of shared memory");
  }
  return data.data() + offset;
}

bool SharedMemory::beginCopy(Warp &warp, unsigned lane, uint64_t offset, unsigned bytes) {
  if (!isValid(offset, bytes, bytes)) {
    refuse(warp, lane, offset, bytes, bytes, "copies ");
    return false;
  }
  unsigned problems = 0;
  for (uint64_t i = offset / granuleBytes; i < (offset + bytes) / granuleBytes; ++i)
    problems |= noteCopy(granules[i], warp.number);
  if (problems)
    report(warp, lane, problems,
           Twine("copies ") + Twine(bytes) + " bytes to offset " + Twine(offset) +
               " of shared memory");
  return true;
}

void SharedMemory::endCopy(Warp &warp, uint64_t offset, const uint8_t *source, unsigned bytes) {
  for (uint64_t i = offset / granuleBytes; i < (offset + bytes) / granuleBytes; ++i) {
    granules[i].isInFlight = false;
    granules[i].writeEpoch = epoch;
    granules[i].writer = static_cast<uint8_t>(warp.number);
  }
  std::memcpy(data.data() + offset, source, bytes);
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

void AsyncCopies::start(Warp &warp, unsigned lane, uint64_t destination, uint64_t source,
                        unsigned bytes, unsigned copied) {
  Copy copy{destination, bytes, {}};
  if (copied > bytes) {
    warp.fail(lane, "copy too long",
              Twine("copies ") + Twine(copied) + " of " + Twine(bytes) + " bytes");
    copied = bytes;
  }
  // Without bytes to copy, the source may point anywhere.
  if (copied)
    if (const uint8_t *data = warp.access(Space::Global, lane, source, copied, bytes, Access::Read))
      std::memcpy(copy.data.data(), data, copied);
  if (warp.block.shared.beginCopy(warp, lane, destination, bytes))
    lanes[lane].copies.push_back(copy);
}

void AsyncCopies::commitGroup(unsigned lane) {
  Lane &state = lanes[lane];
  size_t committed = 0;
  for (unsigned count : state.groups)
    committed += count;
  state.groups.push_back(static_cast<unsigned>(state.copies.size() - committed));
}

void AsyncCopies::waitGroup(Warp &warp, unsigned lane, unsigned left) {
  Lane &state = lanes[lane];
  if (state.groups.size() <= left)
    return;
  auto end = state.groups.end() - left;
  size_t count = 0;
  for (auto group = state.groups.begin(); group != end; ++group)
    count += *group;
  state.groups.erase(state.groups.begin(), end);
  finish(warp, state, count);
}

bool AsyncCopies::abandon(Warp &warp, unsigned lane) {
  Lane &state = lanes[lane];
  bool wasPending = !state.copies.empty();
  state.groups.clear();
  finish(warp, state, state.copies.size());
  return wasPending;
}

void AsyncCopies::finish(Warp &warp, Lane &lane, size_t count) {
  auto last = lane.copies.begin() + static_cast<ptrdiff_t>(count);
  for (auto copy = lane.copies.begin(); copy != last; ++copy)
    warp.block.shared.endCopy(warp, copy->destination, copy->data.data(), copy->bytes);
  lane.copies.erase(lane.copies.begin(), last);
}
