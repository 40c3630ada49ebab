//===- Machine.h - Runs the blocks of launches --------------------*- C++ -*-===//

#ifndef SINTER_TEST_EMULATOR_MACHINE_H
#define SINTER_TEST_EMULATOR_MACHINE_H

#include "test/emulator/Memory.h"
#include "test/emulator/Program.h"

#include "llvm/ADT/ArrayRef.h"

namespace sinter::emulator {

/// What a kernel gets: a pointer into a buffer, or a number.
struct Argument {
  unsigned buffer = BufferView::noBuffer;
  int64_t offset = 0; ///< in bytes, of a pointer
  uint64_t word = 0;  ///< of a number
};

struct Launch {
  mlir::Operation *op; ///< for errors
  std::array<uint64_t, 3> grid, block;
  uint64_t dynamicSharedBytes;
  llvm::SmallVector<Argument> arguments;
};

class Warp;
struct ThreadBlock;

/// A device: its memory lives as long as it does.
class Machine {
public:
  Machine(llvm::ArrayRef<Buffer> buffers, ErrorLog &errors, Statistics &statistics)
      : global(buffers), errors(errors), statistics(statistics) {}

  /// Runs all blocks, in order, x fastest.
  void run(const Program &program, const Launch &launch);

private:
  /// The first thing that is wrong with how the kernel is launched; empty if nothing is.
  std::string problemOf(const Program &program, const Launch &launch) const;
  std::string problemOf(const Parameter &parameter, const Argument &argument) const;
  /// What the kernel may access through its arguments.
  llvm::SmallVector<BufferView> viewsOf(const Program &program, const Launch &launch) const;
  std::vector<std::unique_ptr<Warp>> makeWarps(ThreadBlock &block, const Launch &launch);
  void runBlock(ThreadBlock &block, llvm::ArrayRef<std::unique_ptr<Warp>> warps);

  GlobalMemory global;
  SharedMemory shared;
  bool startsEarly = false; ///< the next launch, before this one has ended
  ErrorLog &errors;
  Statistics &statistics;
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_MACHINE_H
