//===- NNOps.cpp - Verifiers and interfaces of nn operations --------------===//
//
// Relations that shape inference does not cover. Each check names the
// constraint of the operation's description that it enforces.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/OpImplementation.h"

using namespace mlir;
using namespace sinter::nn;

#define GET_OP_CLASSES
#include "dialects/NN/IR/NNOps.cpp.inc"

//===----------------------------------------------------------------------===//
// Verifiers
//===----------------------------------------------------------------------===//

LogicalResult ParameterOp::verify() {
  // nn.parameter C1
  if (getKey().empty())
    return emitOpError("expects a state-dict key, got an empty string");
  return success();
}

LogicalResult LeakyReLUOp::verify() {
  // nn.leaky_relu C1
  if (!isFiniteF32(getNegativeSlope()))
    return emitOpError("expects 'negative_slope' to be finite in f32, got ")
           << getNegativeSlope().convertToDouble();
  return success();
}

LogicalResult HardSigmoidOp::verify() {
  // nn.hard_sigmoid C1
  if (!isFiniteF32(getAlpha()) || !isFiniteF32(getBeta()))
    return emitOpError("expects 'alpha' and 'beta' to be finite in f32, got ")
           << getAlpha().convertToDouble() << " and " << getBeta().convertToDouble();
  return success();
}

LogicalResult ClipOp::verify() {
  // nn.clip C1
  if (!isFiniteF32(getMin()) || !isFiniteF32(getMax()))
    return emitOpError("expects 'min' and 'max' to be finite in f32, got ")
           << getMin().convertToDouble() << " and " << getMax().convertToDouble();
  // nn.clip C2
  if (getMin() > getMax())
    return emitOpError("expects 'min' to be at most 'max', got ")
           << getMin().convertToDouble() << " and " << getMax().convertToDouble();
  return success();
}

LogicalResult ScaleShiftOp::verify() {
  // nn.scale_shift C1
  if (!isFiniteF32(getScale()) || !isFiniteF32(getShift()))
    return emitOpError("expects 'scale' and 'shift' to be finite in f32, got ")
           << getScale().convertToDouble() << " and " << getShift().convertToDouble();
  return success();
}

static LogicalResult verifyBlockArgument(ResBlockOp op, Region &region, StringRef name) {
  // nn.res_block C1
  if (region.getNumArguments() == 1 && region.getArgument(0).getType() == op.getInput().getType())
    return success();
  InFlightDiagnostic diag = op.emitOpError("expects the ")
                            << name << " to take one argument of type " << op.getInput().getType();
  if (region.getNumArguments() == 1)
    diag << ", got " << region.getArgument(0).getType();
  else
    diag << ", got " << region.getNumArguments() << " arguments";
  return diag;
}

static LogicalResult verifyYield(ResBlockOp op, Region &region, StringRef name) {
  auto yield = dyn_cast<YieldOp>(region.front().getTerminator());
  if (yield && yield.getValue().getType() == op.getResult().getType())
    return success();
  InFlightDiagnostic diag = op.emitOpError("expects the ")
                            << name << " to yield " << op.getResult().getType();
  if (yield)
    diag.attachNote(yield.getLoc()) << "yields " << yield.getValue().getType() << " here";
  return diag;
}

LogicalResult ResBlockOp::verify() {
  if (failed(verifyBlockArgument(*this, getMain(), "main path")))
    return failure();
  // nn.res_block C2
  if (failed(verifyYield(*this, getMain(), "main path")))
    return failure();
  // nn.res_block C3
  if (hasProjection())
    return failure(failed(verifyBlockArgument(*this, getShortcut(), "shortcut")) ||
                   failed(verifyYield(*this, getShortcut(), "shortcut")));
  if (getInput().getType() != getResult().getType())
    return emitOpError("expects the identity shortcut to keep the type of the input, got ")
           << getInput().getType() << " and " << getResult().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// ActivationOpInterface
//===----------------------------------------------------------------------===//

ActivationAttr ReLUOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::ReLU);
}
ActivationAttr ReLU6Op::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::ReLU6);
}
ActivationAttr LeakyReLUOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::LeakyReLU,
                             getNegativeSlope().convertToDouble());
}
ActivationAttr SigmoidOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::Sigmoid);
}
ActivationAttr HardSigmoidOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::HardSigmoid,
                             getAlpha().convertToDouble(), getBeta().convertToDouble());
}
ActivationAttr SiLUOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::SiLU);
}
ActivationAttr HardSwishOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::HardSwish);
}
ActivationAttr ClipOp::getActivation() {
  if (isReLU6())
    return ActivationAttr::get(getContext(), ActivationKind::ReLU6);
  return ActivationAttr::get(getContext(), ActivationKind::Clip, getMin().convertToDouble(),
                             getMax().convertToDouble());
}
ActivationAttr ScaleShiftOp::getActivation() {
  return ActivationAttr::get(getContext(), ActivationKind::ScaleShift,
                             getScale().convertToDouble(), getShift().convertToDouble());
}

bool sinter::nn::isWeightOp(Operation *op) {
  return isa<ParameterOp, FoldedWeightOp, FoldedBiasOp, FoldedScaleOp, ComposedWeightOp,
             ComposedBiasOp>(op);
}

StringRef sinter::nn::weightKey(Value weight) {
  while (Operation *op = weight.getDefiningOp()) {
    if (auto parameter = dyn_cast<ParameterOp>(op))
      return parameter.getKey();
    weight = op->getOperand(0);
  }
  return "";
}

//===----------------------------------------------------------------------===//
// CostOpInterface
//===----------------------------------------------------------------------===//

static int64_t numElements(Value value) {
  return cast<ShapedType>(value.getType()).getNumElements();
}

/// Every output pixel and channel sums over one filter: N Y X * (K C/groups R S).
static int64_t convolutionMacs(Value result, Value weight) {
  auto shape = cast<ShapedType>(result.getType()).getShape();
  return shape[0] * shape[2] * shape[3] * numElements(weight);
}

int64_t Conv2dOp::getMacs() { return convolutionMacs(getResult(), getWeight()); }
int64_t FusedConv2dOp::getMacs() { return convolutionMacs(getResult(), getWeight()); }

int64_t LinearOp::getMacs() {
  return getInput().getType().getDimSize(0) * numElements(getWeight());
}

int64_t SqueezeExciteOp::getMacs() {
  return getInput().getType().getDimSize(0) * (numElements(getReduce()) + numElements(getExpand()));
}
int64_t SEGateOp::getMacs() {
  return getMean().getType().getDimSize(0) * (numElements(getReduce()) + numElements(getExpand()));
}
