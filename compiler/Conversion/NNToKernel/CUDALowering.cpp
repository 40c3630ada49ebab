//===- CUDALowering.cpp - Kernels for NVIDIA GPUs -------------------------===//

#include "compiler/Conversion/NNToKernel/CUDALowering.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

MemRefType CUDALowering::mapType(ArrayRef<int64_t> shape) const {
  constexpr int64_t loadBits = 128;
  int64_t block = llvm::alignTo(shape[1], loadBits / element.getIntOrFloatBitWidth());
  auto layout = kernel::BlockedAttr::get(builder.getContext(), block, {0, 0, 0, 0});
  return MemRefType::get(shape, element, layout);
}

MemRefType CUDALowering::getMapType(Value value) const { return mapType(mapShape(value)); }

MemRefType CUDALowering::getPixelType(int64_t batch, int64_t channels) const {
  return mapType({batch, channels, 1, 1});
}

/// Blocks of threads that keep a GPU of some hundred multiprocessors busy, and of these the ones
/// that load least for what they compute.
kernel::GemmScheduleAttr CUDALowering::chooseSchedule(const ConvArguments &conv,
                                                      MemRefType output) const {
  constexpr int64_t wantedBlocks = 128;
  ArrayRef<int64_t> shape = output.getShape();
  int64_t pixels = shape[0] * shape[2] * shape[3];
  int64_t inputs = cast<ShapedType>(conv.weight.getType()).getDimSize(1) * conv.groups;
  bool isF32 = product.isF32(); // no tensor cores

  int64_t maxChannels = isF32 ? 64 : 128;
  int64_t channels = std::clamp<int64_t>(llvm::PowerOf2Ceil(shape[1]), 32, maxChannels);
  // A panel of several groups multiplies the zeros between them.
  if (conv.groups > 1)
    channels = 32;
  int64_t tile = isF32 ? 64 : 128;
  auto blocks = [&] { return llvm::divideCeil(pixels, tile) * llvm::divideCeil(shape[1], channels); };
  while (blocks() < wantedBlocks && (tile > 64 || channels > 64)) {
    if (tile >= channels && tile > 64)
      tile /= 2;
    else
      channels /= 2;
  }
  // Four warps need 32 rows of pixels, or 64 where they stand in one column.
  int64_t fewest = isF32 || channels >= 64 ? 32 : 64;
  tile = std::min(tile, std::max<int64_t>(llvm::PowerOf2Ceil(pixels), fewest));
  // 64 bytes of a pixel, or of several rows of the filter.
  int64_t depth = std::clamp<int64_t>(llvm::PowerOf2Ceil(inputs), 16, element.isF32() ? 16 : 32);
  return kernel::GemmScheduleAttr::get(builder.getContext(), tile, channels, depth, /*stages=*/3);
}

Value CUDALowering::emitConvolutionKernel(const ConvArguments &conv, Value output, bool wantsSums) {
  auto outputType = cast<MemRefType>(output.getType());
  int64_t outputs = outputType.getDimSize(1);
  int64_t inputs = cast<ShapedType>(conv.input.getType()).getDimSize(1);
  kernel::GemmScheduleAttr schedule = chooseSchedule(conv, outputType);
  auto packing = kernel::FilterPacking::get(outputs, inputs, conv.groups, schedule.getDepth(),
                                            schedule.getChannels());
  int64_t channels = packing.panels * packing.panelChannels;
  Value filter = packFilter(conv.weight, packing, element);
  Value bias = conv.bias ? packVector(conv.bias, channels) : Value();
  Value sums;
  if (wantsSums) {
    int64_t pixels = outputType.getDimSize(2) * outputType.getDimSize(3);
    int64_t parts = llvm::divideCeil(pixels, schedule.getPixels()) *
                    kernel::GemmConv2dOp::getPartsPerTile(product, schedule);
    sums = allocateDense({outputType.getDimSize(0), parts, channels});
  }
  kernel::GemmConv2dOp::create(builder, getLoc(), conv.input, filter, bias, conv.residual, output,
                               sums, conv.strides, conv.padding, conv.dilations, conv.groups,
                               conv.activation, product.isTF32(), schedule, getLayers());
  return sums;
}
