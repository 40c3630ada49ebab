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

kernel::FilterPacking CUDALowering::packingFor(const ConvArguments &conv, MemRefType output,
                                               int64_t depth, int64_t channels) const {
  int64_t inputs = cast<ShapedType>(conv.input.getType()).getDimSize(1);
  return kernel::FilterPacking::get(output.getDimSize(1), inputs, conv.groups, depth, channels);
}

/// Blocks that keep a GPU of some hundred multiprocessors busy.
static constexpr int64_t wantedBlocks = 128;

/// Among how many blocks to share the `steps` of each of `blocks` tiles.
static int64_t chooseSplits(int64_t blocks, int64_t steps, int64_t pixels, int64_t channels,
                            int64_t depth, int64_t elementBytes) {
  constexpr int64_t mostSplits = 16, fewestPerSplit = 4;
  // Sums of f32 are written and read again; a split loads at least as much as it moves so.
  int64_t movedBytes = 2 * pixels * channels * static_cast<int64_t>(sizeof(float));
  int64_t stepBytes = (pixels + channels) * depth * elementBytes;
  int64_t perSplit = std::max<int64_t>(llvm::divideCeil(movedBytes, stepBytes), fewestPerSplit);
  int64_t splits =
      std::max<int64_t>(std::min({wantedBlocks / blocks, steps / perSplit, mostSplits}), 1);
  // The kernel that adds the parts takes some 2 us, about what a block waits for the loads of eight
  // steps: it has to save more than that. Not measured.
  constexpr int64_t finishSteps = 8;
  int64_t longest = llvm::divideCeil(steps, splits);
  return steps - longest > finishSteps ? splits : 1;
}

/// Blocks of threads that keep a GPU busy, and of these the ones that load least for what they
/// compute. Where there are too few tiles, several blocks share the steps of each.
kernel::GemmScheduleAttr CUDALowering::chooseSchedule(const ConvArguments &conv,
                                                      MemRefType output) const {
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
  ArrayRef<int64_t> filter = cast<ShapedType>(conv.weight.getType()).getShape();
  int64_t taps = filter.size() == 4 ? filter[2] * filter[3] : 1;
  int64_t steps = packingFor(conv, output, depth, channels).blocks * taps;
  int64_t splits = chooseSplits(blocks(), steps, tile, channels, depth,
                                element.getIntOrFloatBitWidth() / 8);
  return kernel::GemmScheduleAttr::get(builder.getContext(), tile, channels, depth, /*stages=*/3,
                                       splits);
}

Value CUDALowering::emitSplit(const ConvArguments &conv, Value filter, Value output, bool wantsSums,
                              kernel::GemmScheduleAttr schedule) {
  auto type = cast<MemRefType>(output.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[0] *= schedule.getSplits();
  Value partials = memref::AllocOp::create(
      builder, getLoc(), MemRefType::get(shape, builder.getF32Type(), type.getLayout()));
  auto identity = nn::ActivationAttr::get(builder.getContext(), nn::ActivationKind::Identity);
  kernel::GemmConv2dOp::create(builder, getLoc(), conv.input, filter, /*bias=*/Value(),
                               /*residual=*/Value(), partials, /*sums=*/Value(), conv.strides,
                               conv.padding, conv.dilations, conv.groups, identity,
                               product.isTF32(), schedule, getLayers());
  Value bias = conv.bias ? packVector(conv.bias) : Value(), sums;
  if (wantsSums) {
    int64_t pixels = shape[2] * shape[3];
    int64_t parts = llvm::divideCeil(pixels, kernel::FinishGemmOp::pixelsPerPart);
    sums = allocateDense({type.getDimSize(0), parts, kernel::getLayout(output).getBlock()});
  }
  kernel::FinishGemmOp::create(builder, getLoc(), partials, bias, conv.residual, output, sums,
                               conv.activation, getLayers());
  return sums;
}

Value CUDALowering::emitConvolutionKernel(const ConvArguments &conv, Value output, bool wantsSums) {
  auto outputType = cast<MemRefType>(output.getType());
  kernel::GemmScheduleAttr schedule =
      conv.gemmSchedule ? conv.gemmSchedule : chooseSchedule(conv, outputType);
  auto packing = packingFor(conv, outputType, schedule.getDepth(), schedule.getChannels());
  Value filter = packFilter(conv.weight, packing, element);
  if (schedule.getSplits() > 1)
    return emitSplit(conv, filter, output, wantsSums, schedule);
  int64_t channels = packing.panels * packing.panelChannels;
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
