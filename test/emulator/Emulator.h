//===- Emulator.h - Runs GPU kernels on the CPU -------------------*- C++ -*-===//
//
// Executes the kernels of a module at the level of the LLVM and NVVM dialects: the very IR
// from which PTX is made. A warp runs in lock-step, block after block, and every access to
// memory is checked: bounds, alignment, reads of what nobody wrote, races between launches, blocks
// and warps, copies that nobody waited for.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_EMULATOR_H
#define SINTER_TEST_EMULATOR_EMULATOR_H

#include "mlir/IR/BuiltinOps.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace sinter::emulator {

/// Memory of the host that stands for memory of the device. It counts as aligned to 256 bytes,
/// as what the driver allocates, wherever it lies on the host.
struct Buffer {
  void *data = nullptr;
  size_t bytes = 0;
  bool isInitialized = false; ///< kernels may read it before they write it
};

/// What a run took.
struct Statistics {
  uint64_t launches = 0;
  uint64_t warpInstructions = 0; ///< operations executed, each by one warp
};

/// Runs every launch of the function `network`, in order, on one buffer per argument of that
/// function. Returns the errors, at most ten: each names the kernel, its block, the thread, what
/// was wrong and the operation. An operation reports each kind of error once. Empty if all is
/// right; after an error the contents of the buffers are of no use.
std::vector<std::string> run(mlir::ModuleOp module, llvm::StringRef network,
                             llvm::ArrayRef<Buffer> buffers, Statistics *statistics = nullptr);

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_EMULATOR_H
