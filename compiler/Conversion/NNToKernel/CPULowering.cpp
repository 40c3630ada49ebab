//===- CPULowering.cpp - Kernels for CPUs ---------------------------------===//

#include "compiler/Conversion/NNToKernel/CPULowering.h"

#include "llvm/Support/MathExtras.h"

#include <array>

using namespace mlir;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

SmallVector<int64_t> CPULowering::neededHalo(Value value) const {
  SmallVector<int64_t> halo{0, 0, 0, 0};
  ArrayRef<int64_t> shape = cast<ShapedType>(value.getType()).getShape();
  for (Operation *user : value.getUsers()) {
    auto scaleAdd = dyn_cast<nn::ScaleAddOp>(user);
    if (scaleAdd && scaleAdd.getInput() == value && isInPlace(scaleAdd))
      return neededHalo(scaleAdd.getResult());
    auto conv = dyn_cast<nn::FusedConv2dOp>(user);
    if (!conv || conv.getInput() != value)
      continue;
    SmallVector<int64_t> sides(conv.getPadding());
    // Winograd's last tiles reach one row, or column, behind the output's.
    Schedule schedule = getSchedule(conv);
    if (auto *winograd = std::get_if<WinogradSchedule>(&schedule))
      for (int dim : {0, 1})
        sides[2 + dim] = llvm::alignTo(shape[2 + dim], winograd->tileSize) + 1 - shape[2 + dim];
    for (auto [side, needed] : llvm::zip_equal(halo, sides))
      side = std::max(side, needed);
  }
  return halo;
}

bool CPULowering::needsHalo(Value value) const {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto conv = dyn_cast<nn::FusedConv2dOp>(user);
    return conv && conv.getInput() == value &&
           llvm::any_of(conv.getPadding(), [](int64_t side) { return side != 0; });
  });
}

/// A store that finds its line in the cache, where the residual was read, need not fetch it.
bool CPULowering::mayOverwriteResidual(nn::FusedConv2dOp op, Value buffer) const {
  // Behind a scale the residual is read last; the sums of the parts before are in the result.
  Schedule schedule = getSchedule(op);
  if (auto *direct = std::get_if<DirectSchedule>(&schedule); direct && op.getScale() && direct->depth)
    return false;
  MemRefType needed = getMapType(op.getResult());
  auto neededLayout = cast<kernel::BlockedAttr>(needed.getLayout());
  auto layout = kernel::getLayout(buffer);
  auto hasHalo = [](auto sides) { return std::get<0>(sides) >= std::get<1>(sides); };
  return cast<MemRefType>(buffer.getType()).getShape() == needed.getShape() &&
         layout.getBlock() == neededLayout.getBlock() &&
         llvm::all_of(llvm::zip_equal(layout.getHalo(), neededLayout.getHalo()), hasHalo);
}

MemRefType CPULowering::blockedType(ArrayRef<int64_t> shape, int64_t block,
                                       ArrayRef<int64_t> halo) const {
  auto layout = kernel::BlockedAttr::get(builder.getContext(), block, halo);
  return MemRefType::get(shape, builder.getF32Type(), layout);
}

MemRefType CPULowering::getMapType(Value value) const {
  SmallVector<int64_t> shape = mapShape(value);
  // Few channels that only convolutions read need no padding to a vector.
  bool isConvolved = llvm::all_of(value.getUsers(), [&](Operation *user) {
    auto conv = dyn_cast<nn::FusedConv2dOp>(user);
    return conv && conv.getInput() == value && conv.getResidual() != value;
  });
  bool isInput = isa<BlockArgument>(value);
  int64_t block = isInput && isConvolved ? std::min(unit.lanes, shape[1]) : unit.lanes;
  return blockedType(shape, block, neededHalo(value));
}

MemRefType CPULowering::getPixelType(int64_t batch, int64_t channels) const {
  return blockedType({batch, channels, 1, 1}, unit.lanes, {0, 0, 0, 0});
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// A 1x1 convolution with a stride, as in shortcuts, whose panels each read the input again: of its
/// lines, far apart, they use one in four. The pixels they need are copied once, side by side.
Value CPULowering::emitSubsampled(const DirectSchedule &schedule, ConvArguments conv, Value output,
                                  bool wantsSums) {
  SmallVector<int64_t> shape(cast<ShapedType>(conv.input.getType()).getShape());
  ArrayRef<int64_t> pixels = cast<ShapedType>(output.getType()).getShape().take_back(2);
  llvm::copy(pixels, shape.begin() + 2);
  int64_t block = kernel::getLayout(conv.input).getBlock();
  Value dense = memref::AllocOp::create(builder, getLoc(), blockedType(shape, block, {0, 0, 0, 0}));
  kernel::PoolOp::create(builder, getLoc(), conv.input, dense, kernel::PoolKind::Max,
                         /*kernel=*/ArrayRef<int64_t>{1, 1}, conv.strides, conv.padding,
                         /*count_include_pad=*/false, getLayers());
  conv.input = dense;
  conv.strides = {1, 1};
  return emit(schedule, conv, output, wantsSums);
}

/// True for a 1x1 convolution without padding that leaves out pixels.
static bool leavesOutPixels(const ConvArguments &conv) {
  ArrayRef<int64_t> window = cast<ShapedType>(conv.weight.getType()).getShape().drop_front(2);
  const std::array<int64_t, 2> ones{1, 1};
  return window == ArrayRef(ones) && ArrayRef(conv.strides) != ArrayRef(ones) &&
         llvm::all_of(conv.padding, [](int64_t side) { return side == 0; });
}

Value CPULowering::emit(const DirectSchedule &schedule, const ConvArguments &conv, Value output,
                           bool wantsSums) {
  if (schedule.loopOrder == kernel::LoopOrder::PanelsOuter && leavesOutPixels(conv))
    return emitSubsampled(schedule, conv, output, wantsSums);
  auto inputType = cast<MemRefType>(conv.input.getType());
  auto outputType = cast<MemRefType>(output.getType());
  int64_t outputs = outputType.getDimSize(1), inputs = inputType.getDimSize(1);
  int64_t block = kernel::getLayout(conv.input).getBlock();
  auto packing = kernel::FilterPacking::get(outputs, inputs, conv.groups, block,
                                            schedule.panelVectors * unit.lanes);
  if (auto byGroup = kernel::FilterPacking::getByGroup(outputs, inputs, conv.groups, unit.lanes);
      byGroup && block == unit.lanes)
    packing = *byGroup;
  Value filter = packFilter(conv.weight, packing, builder.getF32Type());
  Value bias = conv.bias ? packVector(conv.bias) : Value();
  Value sums;
  if (wantsSums) {
    int64_t tiles = llvm::divideCeil(outputType.getDimSize(2), schedule.tileRows);
    int64_t channels = llvm::alignTo(outputs, unit.lanes);
    sums = allocateDense({outputType.getDimSize(0), tiles, channels});
  }
  kernel::Conv2dOp::create(builder, getLoc(), conv.input, filter, bias, conv.scale, conv.residual,
                           output, sums, conv.strides, conv.padding, conv.dilations, conv.groups,
                           conv.activation,
                           ArrayRef<int64_t>{schedule.tileRows, schedule.tileColumns},
                           schedule.loopOrder, schedule.band, schedule.depth, getLayers());
  return sums;
}

Value CPULowering::packWinogradFilter(Value weight, int64_t outputBlocks,
                                         const WinogradSchedule &schedule) {
  int64_t inputs = cast<ShapedType>(weight.getType()).getDimSize(1);
  int64_t inputBlocks = llvm::divideCeil(inputs, unit.lanes);
  auto type = MemRefType::get({outputBlocks / schedule.panelVectors,
                               kernel::winogradPositions(schedule.tileSize), inputBlocks, unit.lanes,
                               schedule.panelVectors * unit.lanes},
                              builder.getF32Type());
  return getWeights(weight, type, /*groups=*/1, inputs);
}

Value CPULowering::emit(const WinogradSchedule &schedule, const ConvArguments &conv, Value output,
                           bool wantsSums) {
  auto outputType = cast<MemRefType>(output.getType());
  int64_t channels = llvm::alignTo(outputType.getDimSize(1), unit.lanes);
  Value filter = packWinogradFilter(conv.weight, channels / unit.lanes, schedule);
  Value bias = conv.bias ? packVector(conv.bias) : Value();

  int64_t batch = outputType.getDimSize(0);
  int64_t tileBlocks = schedule.imageBlocks(outputType.getDimSize(2), outputType.getDimSize(3));
  Value sums;
  if (wantsSums)
    sums = allocateDense({batch, tileBlocks, channels});
  ArrayRef<int64_t> packed = cast<MemRefType>(filter.getType()).getShape();
  // Threads beyond these have no share of the layer: each would cost scratch memory.
  constexpr int64_t maxThreads = 64;
  int64_t threads = std::min(maxThreads, batch * tileBlocks * packed[0]);
  Value scratch =
      allocateDense({threads * kernel::WinogradScratch::get(packed, schedule.tiles).elements()});
  kernel::WinogradConv2dOp::create(builder, getLoc(), conv.input, filter, bias, conv.residual,
                                   output, sums, scratch, schedule.tiles, schedule.registerTiles,
                                   conv.activation, getLayers());
  return sums;
}

Value CPULowering::emitConvolutionKernel(const ConvArguments &conv, Value output,
                                         bool wantsSums) {
  Schedule schedule =
      conv.schedule ? *conv.schedule
                    : chooseDirect(ConvShape::get(cast<ShapedType>(conv.input.getType()),
                                                  cast<ShapedType>(output.getType()),
                                                  cast<ShapedType>(conv.weight.getType()),
                                                  conv.groups, unit.lanes),
                                   unit);
  return std::visit(
      [&](const auto &kind) { return emit(kind, conv, output, wantsSums); }, schedule);
}
