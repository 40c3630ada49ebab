//===- KernelLowering.cpp - State of one conversion of nn to kernel -------===//

#include "compiler/Conversion/NNToKernel/KernelLowering.h"

#include "dialects/NN/IR/LayerNames.h"

#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Analysis/TopologicalSortUtils.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

#include "compiler/Conversion/NNToKernel/LowerToKernelInterface.cpp.inc"

void KernelLowering::setSource(Operation *op) { source = op; }

ArrayAttr KernelLowering::getLayers() {
  return builder.getStrArrayAttr(nn::getLayerNames(source->getLoc()));
}

//===----------------------------------------------------------------------===//
// Buffers
//===----------------------------------------------------------------------===//

/// N x C is N x C x 1 x 1.
static SmallVector<int64_t> mapShape(Value value) {
  SmallVector<int64_t> shape(cast<ShapedType>(value.getType()).getShape());
  if (shape.size() == 2)
    shape.append({1, 1});
  return shape;
}

SmallVector<int64_t> KernelLowering::neededHalo(Value value) const {
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

bool KernelLowering::isInPlace(nn::ScaleAddOp op) {
  return op.getInput().hasOneUse() && op.getInput().getDefiningOp<nn::FusedConv2dOp>();
}

bool KernelLowering::needsHalo(Value value) {
  return llvm::any_of(value.getUsers(), [&](Operation *user) {
    auto conv = dyn_cast<nn::FusedConv2dOp>(user);
    return conv && conv.getInput() == value &&
           llvm::any_of(conv.getPadding(), [](int64_t side) { return side != 0; });
  });
}

MemRefType KernelLowering::blockedType(ArrayRef<int64_t> shape, int64_t block,
                                       ArrayRef<int64_t> halo) const {
  auto layout = kernel::BlockedAttr::get(builder.getContext(), block, halo);
  return MemRefType::get(shape, builder.getF32Type(), layout);
}

Value KernelLowering::allocate(Value value) {
  SmallVector<int64_t> shape = mapShape(value);
  // Few channels that only convolutions read need no padding to a vector.
  bool isConvolved = llvm::all_of(value.getUsers(), [&](Operation *user) {
    auto conv = dyn_cast<nn::FusedConv2dOp>(user);
    return conv && conv.getInput() == value && conv.getResidual() != value;
  });
  bool isInput = isa<BlockArgument>(value);
  int64_t block = isInput && isConvolved ? std::min(unit.lanes, shape[1]) : unit.lanes;
  MemRefType type = blockedType(shape, block, neededHalo(value));
  Value buffer = memref::AllocOp::create(builder, getLoc(), type);
  if (cast<kernel::BlockedAttr>(type.getLayout()).hasHalo())
    kernel::ZeroHaloOp::create(builder, getLoc(), buffer, getLayers());
  bind(value, buffer);
  return buffer;
}

Value KernelLowering::allocatePixel(int64_t batch, int64_t channels) {
  MemRefType type = blockedType({batch, channels, 1, 1}, unit.lanes, {0, 0, 0, 0});
  return memref::AllocOp::create(builder, getLoc(), type);
}

Value KernelLowering::allocateDense(ArrayRef<int64_t> shape) {
  return memref::AllocOp::create(builder, getLoc(), MemRefType::get(shape, builder.getF32Type()));
}

void KernelLowering::bindDense(Value value, Value dense) {
  Value buffer = allocate(value);
  kernel::ConvertLayoutOp::create(builder, getLoc(), dense, buffer, getLayers());
}

//===----------------------------------------------------------------------===//
// Weights
//===----------------------------------------------------------------------===//

/// The state-dict key of the parameter that names `tensor`: the first one it is computed from.
static std::string parameterKey(Value tensor) {
  while (Operation *op = tensor.getDefiningOp()) {
    if (auto parameter = dyn_cast<nn::ParameterOp>(op))
      return parameter.getKey().str();
    tensor = op->getOperand(0);
  }
  return "weights";
}

/// Copies the operations that compute `tensor` into the region of `weights`.
static void cloneDefinition(Value tensor, kernel::WeightsOp weights) {
  BackwardSliceOptions options;
  options.inclusive = true;
  llvm::SetVector<Operation *> slice;
  if (failed(getBackwardSlice(tensor, &slice, options)))
    llvm_unreachable("parameters have no regions");
  auto bodyBuilder = OpBuilder::atBlockBegin(&weights.getBody().emplaceBlock());
  IRMapping mapping;
  for (Operation *op : topologicalSort(slice))
    bodyBuilder.clone(*op, mapping);
  kernel::YieldOp::create(bodyBuilder, tensor.getLoc(), mapping.lookup(tensor));
}

Value KernelLowering::getWeights(Value tensor, MemRefType type, int64_t groups,
                                 int64_t inputChannels) {
  StringAttr &name = packed[{tensor, type, groups, inputChannels}];
  if (!name) {
    IntegerAttr groupsAttr, channelsAttr;
    if (type.getRank() != 1) {
      groupsAttr = builder.getI64IntegerAttr(groups);
      channelsAttr = builder.getI64IntegerAttr(inputChannels);
    }
    auto weights =
        kernel::WeightsOp::create(weightsBuilder, tensor.getLoc(),
                                  builder.getStringAttr(parameterKey(tensor)), TypeAttr::get(type),
                                  groupsAttr, channelsAttr, /*offset=*/IntegerAttr());
    cloneDefinition(tensor, weights);
    name = symbols.insert(weights);
  }
  return kernel::GetWeightsOp::create(builder, getLoc(), type, FlatSymbolRefAttr::get(name));
}

Value KernelLowering::packFilter(Value weight, const kernel::FilterPacking &packing) {
  SmallVector<int64_t> shape = mapShape(weight);
  auto type = MemRefType::get({packing.panels, packing.blocks, shape[2], shape[3],
                               packing.inputBlock, packing.panelChannels},
                              builder.getF32Type());
  return getWeights(weight, type, packing.groups, packing.inputChannels);
}

Value KernelLowering::packVector(Value vector) {
  int64_t length = cast<ShapedType>(vector.getType()).getDimSize(0);
  auto type = MemRefType::get({static_cast<int64_t>(llvm::alignTo(length, unit.lanes))},
                              builder.getF32Type());
  return getWeights(vector, type, /*groups=*/1, /*inputChannels=*/0);
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

ConvArguments KernelLowering::getArguments(nn::FusedConv2dOp op) const {
  ConvArguments conv{getBuffer(op.getInput()), op.getWeight(), op.getBias(),
                     op.getResidual() ? getBuffer(op.getResidual()) : Value()};
  conv.strides = llvm::to_vector(op.getStrides());
  conv.padding = llvm::to_vector(op.getPadding());
  conv.dilations = llvm::to_vector(op.getDilations());
  conv.groups = op.getGroups();
  conv.activation = op.getActivation();
  conv.schedule = getSchedule(op);
  return conv;
}

Value KernelLowering::emit(const DirectSchedule &schedule, const ConvArguments &conv, Value output,
                           bool wantsSums) {
  auto inputType = cast<MemRefType>(conv.input.getType());
  auto outputType = cast<MemRefType>(output.getType());
  int64_t outputs = outputType.getDimSize(1), inputs = inputType.getDimSize(1);
  int64_t block = kernel::getLayout(conv.input).getBlock();
  auto packing = kernel::FilterPacking::get(outputs, inputs, conv.groups, block,
                                            schedule.panelVectors * unit.lanes);
  if (auto byGroup = kernel::FilterPacking::getByGroup(outputs, inputs, conv.groups, unit.lanes);
      byGroup && block == unit.lanes)
    packing = *byGroup;
  Value filter = packFilter(conv.weight, packing);
  Value bias = conv.bias ? packVector(conv.bias) : Value();
  Value sums;
  if (wantsSums) {
    int64_t tiles = llvm::divideCeil(outputType.getDimSize(2), schedule.tileRows);
    int64_t channels = llvm::alignTo(outputs, unit.lanes);
    sums = allocateDense({outputType.getDimSize(0), tiles, channels});
  }
  kernel::Conv2dOp::create(builder, getLoc(), conv.input, filter, bias, conv.residual, output, sums,
                           conv.strides, conv.padding, conv.dilations, conv.groups,
                           conv.activation,
                           ArrayRef<int64_t>{schedule.tileRows, schedule.tileColumns},
                           schedule.loopOrder, getLayers());
  return sums;
}

Value KernelLowering::packWinogradFilter(Value weight, int64_t outputBlocks,
                                         const WinogradSchedule &schedule) {
  int64_t inputs = cast<ShapedType>(weight.getType()).getDimSize(1);
  int64_t inputBlocks = llvm::divideCeil(inputs, unit.lanes);
  auto type = MemRefType::get({outputBlocks / schedule.panelVectors,
                               kernel::winogradPositions(schedule.tileSize), inputBlocks, unit.lanes,
                               schedule.panelVectors * unit.lanes},
                              builder.getF32Type());
  return getWeights(weight, type, /*groups=*/1, inputs);
}

Value KernelLowering::emit(const WinogradSchedule &schedule, const ConvArguments &conv, Value output,
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

Value KernelLowering::emitConvolution(ConvArguments conv, Value output, bool wantsMean) {
  if (!conv.activation)
    conv.activation =
        nn::ActivationAttr::get(builder.getContext(), nn::ActivationKind::Identity);
  auto outputType = cast<MemRefType>(output.getType());
  if (!conv.schedule)
    conv.schedule = chooseDirect(ConvShape::get(cast<ShapedType>(conv.input.getType()), outputType,
                                                cast<ShapedType>(conv.weight.getType()),
                                                conv.groups, unit.lanes),
                                 unit);
  Value sums = std::visit(
      [&](const auto &schedule) { return emit(schedule, conv, output, wantsMean); }, *conv.schedule);
  if (!wantsMean)
    return Value();
  ArrayRef<int64_t> shape = outputType.getShape();
  Value mean = allocatePixel(shape[0], shape[1]);
  kernel::FinishMeanOp::create(builder, getLoc(), sums, mean, shape[2] * shape[3], getLayers());
  return mean;
}
