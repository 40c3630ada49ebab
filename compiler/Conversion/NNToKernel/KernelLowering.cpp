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

SmallVector<int64_t> KernelLowering::mapShape(Value value) {
  SmallVector<int64_t> shape(cast<ShapedType>(value.getType()).getShape());
  if (shape.size() == 2)
    shape.append({1, 1});
  return shape;
}

bool KernelLowering::isInPlace(nn::ScaleAddOp op) {
  return op.getInput().hasOneUse() && op.getInput().getDefiningOp<nn::FusedConv2dOp>();
}

Value KernelLowering::allocate(Value value) {
  MemRefType type = getMapType(value);
  Value buffer = memref::AllocOp::create(builder, getLoc(), type);
  if (cast<kernel::BlockedAttr>(type.getLayout()).hasHalo())
    kernel::ZeroHaloOp::create(builder, getLoc(), buffer, getLayers());
  bind(value, buffer);
  return buffer;
}

bool KernelLowering::isLastReader(Operation *op, Value buffer) const {
  if (!buffer.getDefiningOp<memref::AllocOp>())
    return false;
  return llvm::all_of(buffers, [&](auto &bound) {
    return bound.second != buffer || llvm::all_of(bound.first.getUsers(), [&](Operation *user) {
             return user == op || user->isBeforeInBlock(op);
           });
  });
}

Value KernelLowering::allocateResult(nn::FusedConv2dOp op) {
  Value residual = op.getResidual() ? getBuffer(op.getResidual()) : Value();
  if (!residual || residual == getBuffer(op.getInput()) || !isLastReader(op, residual) ||
      !mayOverwriteResidual(op, residual))
    return allocate(op.getResult());
  bind(op.getResult(), residual);
  return residual;
}

Value KernelLowering::allocatePixel(int64_t batch, int64_t channels) {
  return memref::AllocOp::create(builder, getLoc(), getPixelType(batch, channels));
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
    StringRef key = nn::weightKey(tensor);
    IntegerAttr groupsAttr, channelsAttr;
    if (type.getRank() != 1) {
      groupsAttr = builder.getI64IntegerAttr(groups);
      channelsAttr = builder.getI64IntegerAttr(inputChannels);
    }
    auto weights =
        kernel::WeightsOp::create(weightsBuilder, tensor.getLoc(),
                                  builder.getStringAttr(key.empty() ? "weights" : key), TypeAttr::get(type),
                                  groupsAttr, channelsAttr, /*offset=*/IntegerAttr());
    cloneDefinition(tensor, weights);
    name = symbols.insert(weights);
  }
  return kernel::GetWeightsOp::create(builder, getLoc(), type, FlatSymbolRefAttr::get(name));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

Value KernelLowering::packFilter(Value weight, const kernel::FilterPacking &packing, Type element) {
  SmallVector<int64_t> shape = mapShape(weight);
  auto type = MemRefType::get({packing.panels, packing.blocks, shape[2], shape[3],
                               packing.inputBlock, packing.panelChannels},
                              element);
  return getWeights(weight, type, packing.groups, packing.inputChannels);
}

Value KernelLowering::packVector(Value vector, int64_t length) {
  return getWeights(vector, MemRefType::get({length}, builder.getF32Type()), /*groups=*/1,
                    /*inputChannels=*/0);
}

Value KernelLowering::packVector(Value vector) {
  int64_t channels = cast<ShapedType>(vector.getType()).getDimSize(0);
  MemRefType storage = kernel::getStorageType(getPixelType(/*batch=*/1, channels));
  return packVector(vector, storage.getDimSize(1) * storage.getDimSize(4));
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

ConvArguments KernelLowering::getArguments(nn::FusedConv2dOp op) const {
  ConvArguments conv{getBuffer(op.getInput()), op.getWeight(), op.getBias(),
                     op.getResidual() ? getBuffer(op.getResidual()) : Value()};
  conv.scale = op.getScale() ? getBuffer(op.getScale()) : Value();
  conv.strides = llvm::to_vector(op.getStrides());
  conv.padding = llvm::to_vector(op.getPadding());
  conv.dilations = llvm::to_vector(op.getDilations());
  conv.groups = op.getGroups();
  conv.activation = op.getActivation();
  conv.schedule = findSchedule(op);
  conv.gemmSchedule = op->getAttrOfType<kernel::GemmScheduleAttr>(kernel::scheduleAttrName);
  return conv;
}

Value KernelLowering::emitConvolution(ConvArguments conv, Value output, bool wantsMean) {
  if (!conv.activation)
    conv.activation =
        nn::ActivationAttr::get(builder.getContext(), nn::ActivationKind::Identity);
  Value sums = emitConvolutionKernel(conv, output, wantsMean);
  if (!wantsMean)
    return Value();
  ArrayRef<int64_t> shape = cast<ShapedType>(output.getType()).getShape();
  Value mean = allocatePixel(shape[0], shape[1]);
  kernel::FinishMeanOp::create(builder, getLoc(), sums, mean, shape[2] * shape[3], getLayers());
  return mean;
}
