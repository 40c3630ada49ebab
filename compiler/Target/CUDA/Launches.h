//===- Launches.h - What a network launches on a GPU --------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CUDA_LAUNCHES_H
#define SINTER_COMPILER_TARGET_CUDA_LAUNCHES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <array>
#include <string>
#include <vector>

namespace sinter {

/// One gpu.launch_func of a lowered network.
struct CUDALaunch {
  /// A byte of one of the function's arguments: inputs, outputs, workspace, weights.
  struct Argument {
    unsigned buffer;
    uint64_t offset;
  };

  std::string kernel;
  std::array<uint32_t, 3> grid;
  uint32_t threads, sharedBytes;
  std::vector<Argument> arguments;
};

/// The launches of `network`, in order.
std::vector<CUDALaunch> readLaunches(mlir::func::FuncOp network);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CUDA_LAUNCHES_H
