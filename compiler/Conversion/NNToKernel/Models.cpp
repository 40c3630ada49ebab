//===- Models.cpp - The kernels of each nn operation ----------------------===//

#include "compiler/Conversion/NNToKernel/KernelLowering.h"
#include "compiler/Conversion/NNToKernel/NNToKernel.h"

using namespace mlir;
using namespace sinter;

namespace {

/// Base of a model: ConcreteModel::lower(op, lowering) with the operation's own type.
template <typename ConcreteModel, typename OpTy>
struct Model : LowerToKernelOpInterface::ExternalModel<ConcreteModel, OpTy> {
  void lowerToKernel(Operation *op, KernelLowering &lowering) const {
    ConcreteModel::lower(cast<OpTy>(op), lowering);
  }
};

nn::ActivationAttr identity(MLIRContext *context) {
  return nn::ActivationAttr::get(context, nn::ActivationKind::Identity);
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

struct FusedConv2dModel : Model<FusedConv2dModel, nn::FusedConv2dOp> {
  static void lower(nn::FusedConv2dOp op, KernelLowering &lowering) {
    bool wantsMean = !op.getChannelMean().use_empty();
    Value mean = lowering.emitConvolution(lowering.getArguments(op), lowering.allocateResult(op),
                                          wantsMean);
    if (wantsMean)
      lowering.bind(op.getChannelMean(), mean);
  }
};

struct LinearModel : Model<LinearModel, nn::LinearOp> {
  static void lower(nn::LinearOp op, KernelLowering &lowering) {
    ConvArguments conv{lowering.getBuffer(op.getInput()), op.getWeight(), op.getBias(), Value()};
    conv.schedule = findSchedule(op);
    conv.gemmSchedule = op->getAttrOfType<kernel::GemmScheduleAttr>(kernel::scheduleAttrName);
    lowering.emitConvolution(conv, lowering.allocate(op.getResult()));
  }
};

/// reduce and expand are linear layers on the means.
struct SEGateModel : Model<SEGateModel, nn::SEGateOp> {
  static void lower(nn::SEGateOp op, KernelLowering &lowering) {
    int64_t batch = op.getMean().getType().getDimSize(0);
    int64_t reduced = cast<ShapedType>(op.getReduce().getType()).getDimSize(0);
    Value hidden = lowering.allocatePixel(batch, reduced);
    ConvArguments reduce{lowering.getBuffer(op.getMean()), op.getReduce(), op.getReduceBias(),
                         Value()};
    reduce.activation = op.getActivation();
    lowering.emitConvolution(reduce, hidden);
    ConvArguments expand{hidden, op.getExpand(), op.getExpandBias(), Value()};
    expand.activation = op.getGate();
    lowering.emitConvolution(expand, lowering.allocate(op.getResult()));
  }
};

/// A batch norm by itself is a scale and a shift by channel.
struct BatchNormModel : Model<BatchNormModel, nn::BatchNormOp> {
  static void lower(nn::BatchNormOp op, KernelLowering &lowering) {
    // The parameters are computed where the operation stands, then packed.
    OpBuilder builder(op);
    Value scale = nn::FoldedScaleOp::create(builder, op.getLoc(), op.getWeight(),
                                            op.getRunningVar(), op.getEpsilonAttr());
    Value shift = nn::FoldedBiasOp::create(builder, op.getLoc(), op.getWeight(), op.getBias(),
                                           op.getRunningMean(), op.getRunningVar(),
                                           /*bias=*/Value(), op.getEpsilonAttr());
    Value output = lowering.allocate(op.getResult());
    kernel::ScaleAddOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(op.getInput()),
                               lowering.packVector(scale), lowering.packVector(shift), output,
                               identity(op.getContext()), kernel::LoopOrder::PanelsOuter,
                               lowering.getLayers());
  }
};

//===----------------------------------------------------------------------===//
// Pooling and shapes
//===----------------------------------------------------------------------===//

struct MaxPoolModel : Model<MaxPoolModel, nn::MaxPoolOp> {
  static void lower(nn::MaxPoolOp op, KernelLowering &lowering) {
    kernel::PoolOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(op.getInput()),
                           lowering.allocate(op.getResult()), kernel::PoolKind::Max, op.getKernel(),
                           op.getStrides(), op.getPadding(), /*count_include_pad=*/false,
                           lowering.getLayers());
  }
};

struct AvgPoolModel : Model<AvgPoolModel, nn::AvgPoolOp> {
  static void lower(nn::AvgPoolOp op, KernelLowering &lowering) {
    kernel::PoolOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(op.getInput()),
                           lowering.allocate(op.getResult()), kernel::PoolKind::Avg, op.getKernel(),
                           op.getStrides(), op.getPadding(), op.getCountIncludePad(),
                           lowering.getLayers());
  }
};

struct GlobalAvgPoolModel : Model<GlobalAvgPoolModel, nn::GlobalAvgPoolOp> {
  static void lower(nn::GlobalAvgPoolOp op, KernelLowering &lowering) {
    kernel::ChannelMeanOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(op.getInput()),
                                  lowering.allocate(op.getResult()), lowering.getLayers());
  }
};

struct FlattenModel : Model<FlattenModel, nn::FlattenOp> {
  static void lower(nn::FlattenOp op, KernelLowering &lowering) {
    Value input = lowering.getBuffer(op.getInput());
    ArrayRef<int64_t> shape = op.getInput().getType().getShape();
    // One pixel: N x C x 1 x 1 is the matrix already.
    if (shape[2] == 1 && shape[3] == 1 && !kernel::getLayout(input).hasHalo())
      return lowering.bind(op.getResult(), input);
    Value dense = lowering.allocateDense(op.getResult().getType().getShape());
    kernel::ConvertLayoutOp::create(lowering.builder, op.getLoc(), input, dense,
                                    lowering.getLayers());
    lowering.bindDense(op.getResult(), dense);
  }
};

struct PadChannelsModel : Model<PadChannelsModel, nn::PadChannelsOp> {
  static void lower(nn::PadChannelsOp op, KernelLowering &lowering) {
    kernel::PadChannelsOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(op.getInput()),
                                  lowering.allocate(op.getResult()), op.getBefore(),
                                  lowering.getLayers());
  }
};

struct ConcatModel : Model<ConcatModel, nn::ConcatOp> {
  static void lower(nn::ConcatOp op, KernelLowering &lowering) {
    auto inputs =
        llvm::map_to_vector(op.getInputs(), [&](Value v) { return lowering.getBuffer(v); });
    kernel::ConcatOp::create(lowering.builder, op.getLoc(), inputs,
                             lowering.allocate(op.getResult()), lowering.getLayers());
  }
};

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// The loop order of the convolution that writes `buffer`.
kernel::LoopOrder loopOrderOf(Value buffer) {
  for (Operation *user : buffer.getUsers()) {
    if (auto conv = dyn_cast<kernel::Conv2dOp>(user); conv && conv.getOutput() == buffer)
      return conv.getLoopOrder();
    if (auto conv = dyn_cast<kernel::WinogradConv2dOp>(user); conv && conv.getOutput() == buffer)
      return kernel::LoopOrder::RowsOuter;
  }
  return kernel::LoopOrder::PanelsOuter;
}

void emitScaleAdd(Operation *op, KernelLowering &lowering, Value input, Value scale, Value residual,
                  nn::ActivationAttr activation) {
  auto bufferOrNull = [&](Value value) { return value ? lowering.getBuffer(value) : Value(); };
  Value inputBuffer = lowering.getBuffer(input);
  auto scaleAdd = dyn_cast<nn::ScaleAddOp>(op);
  bool isInPlace = scaleAdd && lowering.isInPlace(scaleAdd);
  if (isInPlace)
    lowering.bind(op->getResult(0), inputBuffer);
  Value output = isInPlace ? inputBuffer : lowering.allocate(op->getResult(0));
  kernel::ScaleAddOp::create(lowering.builder, op->getLoc(), inputBuffer, bufferOrNull(scale),
                             bufferOrNull(residual), output, activation, loopOrderOf(inputBuffer),
                             lowering.getLayers());
}

struct ScaleAddModel : Model<ScaleAddModel, nn::ScaleAddOp> {
  static void lower(nn::ScaleAddOp op, KernelLowering &lowering) {
    emitScaleAdd(op, lowering, op.getInput(), op.getScale(), op.getResidual(), op.getActivation());
  }
};

struct AddModel : Model<AddModel, nn::AddOp> {
  static void lower(nn::AddOp op, KernelLowering &lowering) {
    emitScaleAdd(op, lowering, op.getLhs(), Value(), op.getRhs(), identity(op.getContext()));
  }
};

struct MulModel : Model<MulModel, nn::MulOp> {
  static void lower(nn::MulOp op, KernelLowering &lowering) {
    emitScaleAdd(op, lowering, op.getLhs(), op.getRhs(), Value(), identity(op.getContext()));
  }
};

/// A matrix N x C is a map N x C x 1 x 1 already; its copy gets a halo where a convolution pads it.
struct UnflattenModel : Model<UnflattenModel, nn::UnflattenOp> {
  static void lower(nn::UnflattenOp op, KernelLowering &lowering) {
    if (!lowering.needsHalo(op.getResult()))
      return lowering.bind(op.getResult(), lowering.getBuffer(op.getInput()));
    emitScaleAdd(op, lowering, op.getInput(), Value(), Value(), identity(op.getContext()));
  }
};

template <typename OpTy> struct ActivationModel : Model<ActivationModel<OpTy>, OpTy> {
  static void lower(OpTy op, KernelLowering &lowering) {
    emitScaleAdd(op, lowering, op.getInput(), Value(), Value(), op.getActivation());
  }
};

/// nn.softmax and nn.log_softmax: on dense rows.
template <typename OpTy> struct SoftmaxModel : Model<SoftmaxModel<OpTy>, OpTy> {
  static void lower(OpTy op, KernelLowering &lowering) {
    ArrayRef<int64_t> shape = op.getInput().getType().getShape();
    Value input = lowering.allocateDense(shape), output = lowering.allocateDense(shape);
    kernel::ConvertLayoutOp::create(lowering.builder, op.getLoc(),
                                    lowering.getBuffer(op.getInput()), input, lowering.getLayers());
    kernel::SoftmaxOp::create(lowering.builder, op.getLoc(), input, output,
                              /*log=*/std::is_same_v<OpTy, nn::LogSoftmaxOp>,
                              lowering.getLayers());
    lowering.bindDense(op.getResult(), output);
  }
};

template <typename... Ops> void attachActivations(MLIRContext *context) {
  (Ops::template attachInterface<ActivationModel<Ops>>(*context), ...);
}

} // namespace

void sinter::registerLowerToKernelModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, nn::NNDialect *) {
    nn::FusedConv2dOp::attachInterface<FusedConv2dModel>(*context);
    nn::LinearOp::attachInterface<LinearModel>(*context);
    nn::SEGateOp::attachInterface<SEGateModel>(*context);
    nn::BatchNormOp::attachInterface<BatchNormModel>(*context);
    nn::MaxPoolOp::attachInterface<MaxPoolModel>(*context);
    nn::AvgPoolOp::attachInterface<AvgPoolModel>(*context);
    nn::GlobalAvgPoolOp::attachInterface<GlobalAvgPoolModel>(*context);
    nn::FlattenOp::attachInterface<FlattenModel>(*context);
    nn::UnflattenOp::attachInterface<UnflattenModel>(*context);
    nn::PadChannelsOp::attachInterface<PadChannelsModel>(*context);
    nn::ConcatOp::attachInterface<ConcatModel>(*context);
    nn::ScaleAddOp::attachInterface<ScaleAddModel>(*context);
    nn::AddOp::attachInterface<AddModel>(*context);
    nn::MulOp::attachInterface<MulModel>(*context);
    nn::SoftmaxOp::attachInterface<SoftmaxModel<nn::SoftmaxOp>>(*context);
    nn::LogSoftmaxOp::attachInterface<SoftmaxModel<nn::LogSoftmaxOp>>(*context);
    attachActivations<nn::ReLUOp, nn::ReLU6Op, nn::LeakyReLUOp, nn::SigmoidOp, nn::HardSigmoidOp,
                      nn::SiLUOp, nn::HardSwishOp, nn::ClipOp, nn::ScaleShiftOp>(context);
  });
}
