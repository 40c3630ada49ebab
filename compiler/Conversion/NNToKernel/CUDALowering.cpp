//===- CUDALowering.cpp - Kernels for NVIDIA GPUs -------------------------===//

#include "compiler/Conversion/NNToKernel/CUDALowering.h"

#include "compiler/Conversion/NNToKernel/GemmSchedule.h"
#include "dialects/NN/Transforms/Remarks.h"

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
  auto shape =
      GemmShape::get(cast<ShapedType>(conv.input.getType()), outputType,
                     cast<ShapedType>(conv.weight.getType()), conv.groups, product, wantsSums);
  kernel::GemmScheduleAttr schedule = conv.gemmSchedule;
  if (!schedule)
    schedule = chooseGemmSchedule(builder.getContext(), shape);
  nn::remarkPassed(getSource(), "schedule", explain(schedule, shape));
  auto packing = shape.packing(schedule.getDepth(), schedule.getChannels());
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
