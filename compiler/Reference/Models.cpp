//===- Models.cpp - nn operations and their reference functions -----------===//
//
// Each model fetches operands and attributes and calls the operation's function
// of Functions.h.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Reference/Frame.h"
#include "compiler/Reference/Functions.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::nn;
using namespace sinter::reference;

namespace {

Dims shapeOf(Value value) { return cast<ShapedType>(value.getType()).getShape(); }

/// What every model derives from: `ConcreteModel` has a static
/// `compute(Op, ReferenceFrame &)` that returns the value of the single result.
template <typename ConcreteModel, typename ConcreteOp>
struct Model : ReferenceOpInterface::ExternalModel<ConcreteModel, ConcreteOp> {
  void evaluate(Operation *op, ReferenceFrame &frame) const {
    frame.set(op->getResult(0), ConcreteModel::compute(cast<ConcreteOp>(op), frame));
  }
};

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

struct ParameterModel : Model<ParameterModel, ParameterOp> {
  static DoubleTensor compute(ParameterOp op, ReferenceFrame &frame) {
    Tensor tensor{Shape(shapeOf(op.getResult())), {}};
    tensor.data.resize(*numElements(tensor.shape));
    frame.getWeights().read(op.getKey(), tensor.data);
    return toDouble(tensor);
  }
};

struct FoldedWeightModel : Model<FoldedWeightModel, FoldedWeightOp> {
  static DoubleTensor compute(FoldedWeightOp op, ReferenceFrame &frame) {
    return foldedWeight(frame[op.getWeight()], frame[op.getGamma()], frame[op.getRunningVar()],
                        op.getEpsilon().convertToDouble());
  }
};

struct FoldedBiasModel : Model<FoldedBiasModel, FoldedBiasOp> {
  static DoubleTensor compute(FoldedBiasOp op, ReferenceFrame &frame) {
    return foldedBias(frame[op.getGamma()], frame[op.getBeta()], frame[op.getRunningMean()],
                      frame[op.getRunningVar()], frame.find(op.getBias()),
                      op.getEpsilon().convertToDouble());
  }
};

struct FoldedScaleModel : Model<FoldedScaleModel, FoldedScaleOp> {
  static DoubleTensor compute(FoldedScaleOp op, ReferenceFrame &frame) {
    return foldedScale(frame[op.getGamma()], frame[op.getRunningVar()],
                       op.getEpsilon().convertToDouble());
  }
};

struct ComposedWeightModel : Model<ComposedWeightModel, ComposedWeightOp> {
  static DoubleTensor compute(ComposedWeightOp op, ReferenceFrame &frame) {
    return composedWeight(shapeOf(op.getResult()), frame[op.getOuter()], frame[op.getInner()]);
  }
};

struct ComposedBiasModel : Model<ComposedBiasModel, ComposedBiasOp> {
  static DoubleTensor compute(ComposedBiasOp op, ReferenceFrame &frame) {
    return composedBias(frame[op.getOuter()], frame[op.getInnerBias()], frame.find(op.getBias()));
  }
};

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

/// The convolution of nn.conv2d and nn.fused_conv2d.
template <typename ConvOp> DoubleTensor convolve(ConvOp op, ReferenceFrame &frame) {
  ConvGeometry geometry{op.getStrides(), op.getPadding(), op.getDilations(),
                        static_cast<int64_t>(op.getGroups())};
  return conv2d(shapeOf(op.getResult()), frame[op.getInput()], frame[op.getWeight()],
                frame.find(op.getBias()), geometry);
}

struct Conv2dModel : Model<Conv2dModel, Conv2dOp> {
  static DoubleTensor compute(Conv2dOp op, ReferenceFrame &frame) { return convolve(op, frame); }
};

struct BatchNormModel : Model<BatchNormModel, BatchNormOp> {
  static DoubleTensor compute(BatchNormOp op, ReferenceFrame &frame) {
    return batchNorm(frame[op.getInput()], frame[op.getWeight()], frame[op.getBias()],
                     frame[op.getRunningMean()], frame[op.getRunningVar()],
                     op.getEpsilon().convertToDouble());
  }
};

struct MaxPoolModel : Model<MaxPoolModel, MaxPoolOp> {
  static DoubleTensor compute(MaxPoolOp op, ReferenceFrame &frame) {
    return maxPool(shapeOf(op.getResult()), frame[op.getInput()],
                   {op.getKernel(), op.getStrides(), op.getPadding()});
  }
};

struct AvgPoolModel : Model<AvgPoolModel, AvgPoolOp> {
  static DoubleTensor compute(AvgPoolOp op, ReferenceFrame &frame) {
    return avgPool(shapeOf(op.getResult()), frame[op.getInput()],
                   {op.getKernel(), op.getStrides(), op.getPadding()}, op.getCountIncludePad());
  }
};

struct GlobalAvgPoolModel : Model<GlobalAvgPoolModel, GlobalAvgPoolOp> {
  static DoubleTensor compute(GlobalAvgPoolOp op, ReferenceFrame &frame) {
    return globalAvgPool(frame[op.getInput()]);
  }
};

struct LinearModel : Model<LinearModel, LinearOp> {
  static DoubleTensor compute(LinearOp op, ReferenceFrame &frame) {
    return linear(frame[op.getInput()], frame[op.getWeight()], frame.find(op.getBias()));
  }
};

struct FlattenModel : Model<FlattenModel, FlattenOp> {
  static DoubleTensor compute(FlattenOp op, ReferenceFrame &frame) {
    DoubleTensor result = frame[op.getInput()];
    result.shape = Shape(shapeOf(op.getResult()));
    return result;
  }
};

struct PadChannelsModel : Model<PadChannelsModel, PadChannelsOp> {
  static DoubleTensor compute(PadChannelsOp op, ReferenceFrame &frame) {
    return padChannels(shapeOf(op.getResult()), frame[op.getInput()], op.getBefore());
  }
};

struct UnflattenModel : Model<UnflattenModel, UnflattenOp> {
  static DoubleTensor compute(UnflattenOp op, ReferenceFrame &frame) {
    DoubleTensor result = frame[op.getInput()];
    result.shape = Shape(shapeOf(op.getResult()));
    return result;
  }
};

struct ConcatModel : Model<ConcatModel, ConcatOp> {
  static DoubleTensor compute(ConcatOp op, ReferenceFrame &frame) {
    auto inputs = llvm::map_to_vector(op.getInputs(), [&](Value v) { return frame.find(v); });
    return concat(shapeOf(op.getResult()), inputs);
  }
};

struct LogSoftmaxModel : Model<LogSoftmaxModel, LogSoftmaxOp> {
  static DoubleTensor compute(LogSoftmaxOp op, ReferenceFrame &frame) {
    return logSoftmax(frame[op.getInput()]);
  }
};

struct SoftmaxModel : Model<SoftmaxModel, SoftmaxOp> {
  static DoubleTensor compute(SoftmaxOp op, ReferenceFrame &frame) {
    return softmax(frame[op.getInput()]);
  }
};

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// Every operation that says which activation it is.
template <typename ActivationOp>
struct ActivationModel : Model<ActivationModel<ActivationOp>, ActivationOp> {
  static DoubleTensor compute(ActivationOp op, ReferenceFrame &frame) {
    return activate(frame[op.getInput()], op.getActivation());
  }
};

struct AddModel : Model<AddModel, AddOp> {
  static DoubleTensor compute(AddOp op, ReferenceFrame &frame) {
    return add(frame[op.getLhs()], frame[op.getRhs()]);
  }
};

struct MulModel : Model<MulModel, MulOp> {
  static DoubleTensor compute(MulOp op, ReferenceFrame &frame) {
    return mul(frame[op.getLhs()], frame[op.getRhs()]);
  }
};

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

struct ResBlockModel : Model<ResBlockModel, ResBlockOp> {
  static DoubleTensor compute(ResBlockOp op, ReferenceFrame &frame) {
    DoubleTensor main = frame.run(op.getMain(), op.getInput()).front();
    if (!op.hasProjection())
      return activate(add(main, frame[op.getInput()]), op.getActivation());
    DoubleTensor shortcut = frame.run(op.getShortcut(), op.getInput()).front();
    return activate(add(main, shortcut), op.getActivation());
  }
};

/// The gate of nn.squeeze_excite and nn.se_gate.
template <typename GateOp>
DoubleTensor gate(GateOp op, const DoubleTensor &mean, ReferenceFrame &frame) {
  return seGate(mean, {frame[op.getReduce()], frame.find(op.getReduceBias()), frame[op.getExpand()],
                       frame.find(op.getExpandBias()), op.getActivation(), op.getGate()});
}

struct SqueezeExciteModel : Model<SqueezeExciteModel, SqueezeExciteOp> {
  static DoubleTensor compute(SqueezeExciteOp op, ReferenceFrame &frame) {
    const DoubleTensor &input = frame[op.getInput()];
    return mul(input, gate(op, globalAvgPool(input), frame));
  }
};

//===----------------------------------------------------------------------===//
// Fused operations
//===----------------------------------------------------------------------===//

struct FusedConv2dModel : ReferenceOpInterface::ExternalModel<FusedConv2dModel, FusedConv2dOp> {
  void evaluate(Operation *operation, ReferenceFrame &frame) const {
    auto op = cast<FusedConv2dOp>(operation);
    DoubleTensor result = convolve(op, frame);
    if (const DoubleTensor *scale = frame.find(op.getScale()))
      result = mul(result, *scale);
    if (const DoubleTensor *residual = frame.find(op.getResidual()))
      result = add(result, *residual);
    result = activate(std::move(result), op.getActivation());
    frame.set(op.getChannelMean(), globalAvgPool(result));
    frame.set(op.getResult(), std::move(result));
  }
};

struct SEGateModel : Model<SEGateModel, SEGateOp> {
  static DoubleTensor compute(SEGateOp op, ReferenceFrame &frame) {
    return gate(op, frame[op.getMean()], frame);
  }
};

struct ScaleAddModel : Model<ScaleAddModel, ScaleAddOp> {
  static DoubleTensor compute(ScaleAddOp op, ReferenceFrame &frame) {
    DoubleTensor result = frame[op.getInput()];
    if (const DoubleTensor *scale = frame.find(op.getScale()))
      result = mul(result, *scale);
    if (const DoubleTensor *residual = frame.find(op.getResidual()))
      result = add(result, *residual);
    return activate(std::move(result), op.getActivation());
  }
};

} // namespace

void sinter::registerReferenceModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, NNDialect *) {
    ParameterOp::attachInterface<ParameterModel>(*context);
    FoldedWeightOp::attachInterface<FoldedWeightModel>(*context);
    FoldedBiasOp::attachInterface<FoldedBiasModel>(*context);
    FoldedScaleOp::attachInterface<FoldedScaleModel>(*context);
    ComposedWeightOp::attachInterface<ComposedWeightModel>(*context);
    ComposedBiasOp::attachInterface<ComposedBiasModel>(*context);
    Conv2dOp::attachInterface<Conv2dModel>(*context);
    BatchNormOp::attachInterface<BatchNormModel>(*context);
    MaxPoolOp::attachInterface<MaxPoolModel>(*context);
    AvgPoolOp::attachInterface<AvgPoolModel>(*context);
    GlobalAvgPoolOp::attachInterface<GlobalAvgPoolModel>(*context);
    LinearOp::attachInterface<LinearModel>(*context);
    FlattenOp::attachInterface<FlattenModel>(*context);
    PadChannelsOp::attachInterface<PadChannelsModel>(*context);
    UnflattenOp::attachInterface<UnflattenModel>(*context);
    ConcatOp::attachInterface<ConcatModel>(*context);
    SoftmaxOp::attachInterface<SoftmaxModel>(*context);
    LogSoftmaxOp::attachInterface<LogSoftmaxModel>(*context);
    ReLUOp::attachInterface<ActivationModel<ReLUOp>>(*context);
    ReLU6Op::attachInterface<ActivationModel<ReLU6Op>>(*context);
    LeakyReLUOp::attachInterface<ActivationModel<LeakyReLUOp>>(*context);
    SigmoidOp::attachInterface<ActivationModel<SigmoidOp>>(*context);
    HardSigmoidOp::attachInterface<ActivationModel<HardSigmoidOp>>(*context);
    SiLUOp::attachInterface<ActivationModel<SiLUOp>>(*context);
    HardSwishOp::attachInterface<ActivationModel<HardSwishOp>>(*context);
    ClipOp::attachInterface<ActivationModel<ClipOp>>(*context);
    ScaleShiftOp::attachInterface<ActivationModel<ScaleShiftOp>>(*context);
    AddOp::attachInterface<AddModel>(*context);
    MulOp::attachInterface<MulModel>(*context);
    ResBlockOp::attachInterface<ResBlockModel>(*context);
    SqueezeExciteOp::attachInterface<SqueezeExciteModel>(*context);
    FusedConv2dOp::attachInterface<FusedConv2dModel>(*context);
    SEGateOp::attachInterface<SEGateModel>(*context);
    ScaleAddOp::attachInterface<ScaleAddModel>(*context);
  });
}
