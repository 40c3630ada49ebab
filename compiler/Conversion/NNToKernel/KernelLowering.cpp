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

/// The largest padding, on each side, of the convolutions that read `value`.
static SmallVector<int64_t> neededHalo(Value value) {
  SmallVector<int64_t> halo{0, 0, 0, 0};
  for (Operation *user : value.getUsers())
    if (auto conv = dyn_cast<nn::FusedConv2dOp>(user); conv && conv.getInput() == value)
      for (auto [side, padding] : llvm::zip_equal(halo, conv.getPadding()))
        side = std::max(side, padding);
  return halo;
}

bool KernelLowering::needsHalo(Value value) {
  return llvm::any_of(neededHalo(value), [](int64_t side) { return side != 0; });
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

Value KernelLowering::emitConvolution(const ConvArguments &conv, Value output, bool wantsMean) {
  auto inputType = cast<MemRefType>(conv.input.getType());
  auto outputType = cast<MemRefType>(output.getType());
  int64_t batch = outputType.getDimSize(0), channels = outputType.getDimSize(1);
  int64_t rows = outputType.getDimSize(2), columns = outputType.getDimSize(3);
  int64_t blocks = llvm::divideCeil(channels, unit.lanes);
  int64_t filterBytes = cast<ShapedType>(conv.weight.getType()).getNumElements() * sizeof(float);
  ConvSchedule schedule = chooseSchedule({blocks, rows, columns, filterBytes}, unit);

  auto packing = kernel::FilterPacking::get(channels, inputType.getDimSize(1), conv.groups,
                                            kernel::getLayout(conv.input).getBlock(),
                                            schedule.panelVectors * unit.lanes);
  Value filter = packFilter(conv.weight, packing);
  Value bias = conv.bias ? packVector(conv.bias) : Value();
  Value sums;
  if (wantsMean) {
    int64_t tiles = llvm::divideCeil(rows, schedule.tileRows);
    sums = allocateDense({batch, tiles, blocks * unit.lanes});
  }
  auto activation = conv.activation ? conv.activation
                                    : nn::ActivationAttr::get(builder.getContext(),
                                                              nn::ActivationKind::Identity);
  kernel::Conv2dOp::create(builder, getLoc(), conv.input, filter, bias, conv.residual, output, sums,
                           conv.strides, conv.padding, conv.dilations, conv.groups, activation,
                           ArrayRef<int64_t>{schedule.tileRows, schedule.tileColumns},
                           schedule.loopOrder, getLayers());
  if (!wantsMean)
    return Value();
  Value mean = allocatePixel(batch, channels);
  kernel::FinishMeanOp::create(builder, getLoc(), sums, mean, rows * columns, getLayers());
  return mean;
}
