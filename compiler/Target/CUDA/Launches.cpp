//===- Launches.cpp - What a network launches on a GPU --------------------===//

#include "compiler/Target/CUDA/Launches.h"

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace sinter;

/// `cuda-lower-kernels` writes sizes as constants.
static uint32_t sizeOf(Value value) {
  llvm::APInt constant;
  if (!value || !matchPattern(value, m_ConstantInt(&constant)))
    return 0;
  return static_cast<uint32_t>(constant.getZExtValue());
}

static CUDALaunch::Argument argumentOf(Value pointer) {
  uint64_t offset = 0;
  while (auto place = pointer.getDefiningOp<LLVM::GEPOp>()) {
    offset += place.getRawConstantIndices().front();
    pointer = place.getBase();
  }
  return {cast<BlockArgument>(pointer).getArgNumber(), offset};
}

std::vector<CUDALaunch> sinter::readLaunches(func::FuncOp network) {
  std::vector<CUDALaunch> launches;
  for (auto op : network.getOps<gpu::LaunchFuncOp>()) {
    CUDALaunch launch;
    launch.kernel = op.getKernelName().str();
    launch.grid = {sizeOf(op.getGridSizeX()), sizeOf(op.getGridSizeY()), sizeOf(op.getGridSizeZ())};
    launch.threads = sizeOf(op.getBlockSizeX());
    launch.sharedBytes = sizeOf(op.getDynamicSharedMemorySize());
    for (Value pointer : op.getKernelOperands())
      launch.arguments.push_back(argumentOf(pointer));
    launches.push_back(std::move(launch));
  }
  return launches;
}
