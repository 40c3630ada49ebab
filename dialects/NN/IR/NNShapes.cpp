//===- NNShapes.cpp - Shape inference of nn operations --------------------===//
//
// Each inferReturnTypes checks the operation's numbered constraints and
// reports the first one that fails at the operation's location.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/TypeUtilities.h"
#include "llvm/Support/MathExtras.h"

#include <algorithm>

using namespace mlir;
using namespace sinter::nn;

bool sinter::nn::hasBoundedShape(ShapedType type) {
  if (!type.hasStaticShape())
    return false;
  int64_t product = 1;
  for (int64_t size : type.getShape()) {
    if (size < 1 || size > maxSize || product * size > maxSize)
      return false;
    product *= size;
  }
  return true;
}

using Loc = std::optional<Location>;
using Types = SmallVectorImpl<Type>;

namespace {

ArrayRef<int64_t> shapeOf(Value value) { return cast<ShapedType>(value.getType()).getShape(); }

/// Operands come checked from the parser, but not from a frontend that builds
/// as it reads; the arithmetic below must not overflow for it either.
LogicalResult expectRank(Loc loc, Value value, StringRef name, int64_t rank) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.getRank() == rank && hasBoundedShape(type))
    return success();
  return emitOptionalError(loc, "expects '", name, "' to be a tensor of rank ", rank, " with 1 to ",
                           maxSize, " elements, got ", value.getType());
}

/// Appends the result type f32 x `shape`.
LogicalResult addResult(MLIRContext *context, Loc loc, ArrayRef<int64_t> shape, Types &types) {
  auto type = RankedTensorType::get(shape, Float32Type::get(context));
  if (!hasBoundedShape(type))
    return emitOptionalError(loc, "expects the result to have 1 to ", maxSize, " elements, got ",
                             type);
  types.push_back(type);
  return success();
}

LogicalResult expectVector(Loc loc, Value value, StringRef name, int64_t length) {
  if (!value)
    return success();
  if (failed(expectRank(loc, value, name, 1)))
    return failure();
  if (shapeOf(value)[0] == length)
    return success();
  return emitOptionalError(loc, "expects '", name, "' to have ", length, " values, got ",
                           shapeOf(value)[0]);
}

LogicalResult expectEpsilon(Loc loc, const APFloat &epsilon) {
  if (epsilon.isFinite() && (epsilon.isZero() || !epsilon.isNegative()))
    return success();
  return emitOptionalError(loc, "expects 'epsilon' to be finite and at least 0, got ",
                           epsilon.convertToDouble());
}

/// Stride, dilation, padding or kernel: `count` entries of `minimum` to `maxWindow`.
LogicalResult expectEntries(Loc loc, ArrayRef<int64_t> values, StringRef name, size_t count,
                            int64_t minimum) {
  if (values.size() != count)
    return emitOptionalError(loc, "expects '", name, "' to have ", count, " entries, got ",
                             values.size());
  for (int64_t value : values)
    if (value < minimum || value > maxWindow)
      return emitOptionalError(loc, "expects entries of '", name, "' to be ", minimum, " to ",
                               maxWindow, ", got ", value);
  return success();
}

/// Height and width of what a window sees: image, padding included.
struct Window {
  int64_t size, stride, before, after, kernel;

  int64_t padded() const { return size + before + after; }
  int64_t steps(bool ceil) const {
    int64_t span = padded() - kernel;
    int64_t count = (ceil ? llvm::divideCeil(span, stride) : span / stride) + 1;
    // A window that would start in the trailing padding is dropped.
    if (ceil && (count - 1) * stride >= size + before)
      --count;
    return count;
  }
};

LogicalResult expectFits(Loc loc, const Window &window, StringRef dimension) {
  if (window.kernel <= window.padded())
    return success();
  return emitOptionalError(loc, "expects the kernel to fit into the padded input, got a kernel of ",
                           window.kernel, " on a ", dimension, " of ", window.padded());
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

struct Convolution {
  Value input, weight, bias;
  ArrayRef<int64_t> strides, padding, dilations;
  int64_t groups;
};

/// nn.conv2d C1 to C5. Returns the result's shape.
FailureOr<SmallVector<int64_t, 4>> inferConvolution(Loc loc, const Convolution &conv) {
  // nn.conv2d C1
  if (failed(expectEntries(loc, conv.strides, "strides", 2, 1)) ||
      failed(expectEntries(loc, conv.dilations, "dilations", 2, 1)) ||
      failed(expectEntries(loc, conv.padding, "padding", 4, 0)))
    return failure();
  if (failed(expectRank(loc, conv.input, "input", 4)) ||
      failed(expectRank(loc, conv.weight, "weight", 4)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(conv.input), weight = shapeOf(conv.weight);
  // nn.conv2d C2
  if (conv.groups < 1 || input[1] % conv.groups || weight[0] % conv.groups)
    return emitOptionalError(loc, "expects 'groups' to divide the input channels ", input[1],
                             " and the output channels ", weight[0], ", got ", conv.groups);
  // nn.conv2d C3
  if (weight[1] != input[1] / conv.groups)
    return emitOptionalError(loc, "expects 'weight' to have ", input[1] / conv.groups,
                             " input channels, got ", weight[1]);
  // nn.conv2d C4
  SmallVector<int64_t, 4> result{input[0], weight[0]}, padded{input[0], input[1]};
  for (int dim : {0, 1}) {
    Window window{input[2 + dim], conv.strides[dim], conv.padding[dim], conv.padding[2 + dim],
                  conv.dilations[dim] * (weight[2 + dim] - 1) + 1};
    if (failed(expectFits(loc, window, dim ? "width" : "height")))
      return failure();
    result.push_back(window.steps(/*ceil=*/false));
    padded.push_back(window.padded());
  }
  auto paddedType = RankedTensorType::get(padded, getElementTypeOrSelf(conv.input));
  if (!hasBoundedShape(paddedType))
    return emitOptionalError(loc, "expects the padded input to have 1 to ", maxSize,
                             " elements, got ", paddedType);
  // nn.conv2d C5
  if (failed(expectVector(loc, conv.bias, "bias", weight[0])))
    return failure();
  return result;
}

} // namespace

LogicalResult Conv2dOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  auto shape = inferConvolution(loc, {op.getInput(), op.getWeight(), op.getBias(), op.getStrides(),
                                      op.getPadding(), op.getDilations(),
                                      static_cast<int64_t>(op.getGroups())});
  return failure(failed(shape) || failed(addResult(context, loc, *shape, types)));
}

LogicalResult FusedConv2dOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                              Types &types) {
  // nn.fused_conv2d C1
  auto shape = inferConvolution(loc, {op.getInput(), op.getWeight(), op.getBias(), op.getStrides(),
                                      op.getPadding(), op.getDilations(),
                                      static_cast<int64_t>(op.getGroups())});
  if (failed(shape) || failed(addResult(context, loc, *shape, types)))
    return failure();
  // nn.fused_conv2d C2
  if (op.getResidual() && op.getResidual().getType() != types.back())
    return emitOptionalError(loc, "expects 'residual' to be ", types.back(), ", got ",
                             op.getResidual().getType());
  if (failed(addResult(context, loc, {(*shape)[0], (*shape)[1], 1, 1}, types)))
    return failure();
  // nn.fused_conv2d C3
  if (op.getScale() && op.getScale().getType() != types.back())
    return emitOptionalError(loc, "expects 'scale' to be ", types.back(), ", got ",
                             op.getScale().getType());
  return success();
}

//===----------------------------------------------------------------------===//
// Parameters, batch norm
//===----------------------------------------------------------------------===//

/// True for rows x columns and for rows x columns x 1 x 1.
static bool isMatrix(Value value, int64_t rows, int64_t columns) {
  ArrayRef<int64_t> shape = shapeOf(value);
  return (shape.size() == 2 || (shape.size() == 4 && shape[2] == 1 && shape[3] == 1)) &&
         shape[0] == rows && shape[1] == columns;
}

LogicalResult FoldedWeightOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getWeight(), "weight", 4)))
    return failure();
  // nn.folded_weight C1
  int64_t channels = shapeOf(op.getWeight())[0];
  if (failed(expectVector(loc, op.getGamma(), "gamma", channels)) ||
      failed(expectVector(loc, op.getRunningVar(), "running_var", channels)))
    return failure();
  // nn.folded_weight C2
  if (failed(expectEpsilon(loc, op.getEpsilon())))
    return failure();
  types.push_back(op.getWeight().getType());
  return success();
}

LogicalResult FoldedBiasOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getGamma(), "gamma", 1)))
    return failure();
  // nn.folded_bias C1
  int64_t channels = shapeOf(op.getGamma())[0];
  if (failed(expectVector(loc, op.getBeta(), "beta", channels)) ||
      failed(expectVector(loc, op.getRunningMean(), "running_mean", channels)) ||
      failed(expectVector(loc, op.getRunningVar(), "running_var", channels)) ||
      failed(expectVector(loc, op.getBias(), "bias", channels)))
    return failure();
  // nn.folded_bias C2
  if (failed(expectEpsilon(loc, op.getEpsilon())))
    return failure();
  types.push_back(op.getGamma().getType());
  return success();
}

LogicalResult FoldedScaleOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getGamma(), "gamma", 1)))
    return failure();
  // nn.folded_scale C1
  if (failed(expectVector(loc, op.getRunningVar(), "running_var", shapeOf(op.getGamma())[0])))
    return failure();
  // nn.folded_scale C2
  if (failed(expectEpsilon(loc, op.getEpsilon())))
    return failure();
  types.push_back(op.getGamma().getType());
  return success();
}

LogicalResult ComposedWeightOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                                 Types &types) {
  // nn.composed_weight C1
  ArrayRef<int64_t> outer = shapeOf(op.getOuter()), inner = shapeOf(op.getInner());
  if (inner.size() != 4 || !isMatrix(op.getInner(), inner[0], inner[1]))
    return emitOptionalError(loc, "expects 'inner' to be the filter of a 1x1 convolution, got ",
                             op.getInner().getType());
  // nn.composed_weight C2
  if (outer.empty() || !isMatrix(op.getOuter(), outer[0], inner[0]))
    return emitOptionalError(loc, "expects 'outer' to have ", inner[0],
                             " columns to match the channels, got ", op.getOuter().getType());
  SmallVector<int64_t, 4> shape(outer);
  shape[1] = inner[1];
  return addResult(context, loc, shape, types);
}

LogicalResult ComposedBiasOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                               Types &types) {
  if (failed(expectRank(loc, op.getInnerBias(), "inner_bias", 1)))
    return failure();
  // nn.composed_bias C1
  ArrayRef<int64_t> outer = shapeOf(op.getOuter());
  int64_t channels = shapeOf(op.getInnerBias())[0];
  if (outer.empty() || !isMatrix(op.getOuter(), outer[0], channels))
    return emitOptionalError(loc, "expects 'outer' to have ", channels,
                             " columns to match 'inner_bias', got ", op.getOuter().getType());
  // nn.composed_bias C2
  if (failed(expectVector(loc, op.getBias(), "bias", outer[0])))
    return failure();
  return addResult(context, loc, {outer[0]}, types);
}

LogicalResult BatchNormOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  // nn.batch_norm C1
  int64_t channels = shapeOf(op.getInput())[1];
  if (failed(expectVector(loc, op.getWeight(), "weight", channels)) ||
      failed(expectVector(loc, op.getBias(), "bias", channels)) ||
      failed(expectVector(loc, op.getRunningMean(), "running_mean", channels)) ||
      failed(expectVector(loc, op.getRunningVar(), "running_var", channels)))
    return failure();
  // nn.batch_norm C2
  if (failed(expectEpsilon(loc, op.getEpsilon())))
    return failure();
  types.push_back(op.getInput().getType());
  return success();
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

template <typename Adaptor>
static LogicalResult inferPool(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  ArrayRef<int64_t> kernel = op.getKernel(), strides = op.getStrides(), padding = op.getPadding();
  // nn.max_pool C1, nn.avg_pool C1
  if (failed(expectEntries(loc, kernel, "kernel", 2, 1)) ||
      failed(expectEntries(loc, strides, "strides", 2, 1)) ||
      failed(expectEntries(loc, padding, "padding", 4, 0)) ||
      failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  SmallVector<int64_t, 4> result{input[0], input[1]};
  for (int dim : {0, 1}) {
    Window window{input[2 + dim], strides[dim], padding[dim], padding[2 + dim], kernel[dim]};
    // nn.max_pool C2, nn.avg_pool C2
    if (std::max(window.before, window.after) >= window.kernel)
      return emitOptionalError(loc, "expects 'padding' to be less than the kernel of ",
                               window.kernel, ", got ", std::max(window.before, window.after));
    // nn.max_pool C3, nn.avg_pool C3
    if (failed(expectFits(loc, window, dim ? "width" : "height")))
      return failure();
    result.push_back(window.steps(op.getCeilMode()));
  }
  return addResult(context, loc, result, types);
}

LogicalResult MaxPoolOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  return inferPool(context, loc, op, types);
}

LogicalResult AvgPoolOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  return inferPool(context, loc, op, types);
}

LogicalResult GlobalAvgPoolOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                                Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return addResult(context, loc, {input[0], input[1], 1, 1}, types);
}

//===----------------------------------------------------------------------===//
// Linear, shapes, channels
//===----------------------------------------------------------------------===//

LogicalResult LinearOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 2)) ||
      failed(expectRank(loc, op.getWeight(), "weight", 2)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput()), weight = shapeOf(op.getWeight());
  // nn.linear C1
  if (weight[1] != input[1])
    return emitOptionalError(loc, "expects 'weight' to have ", input[1], " columns, got ",
                             weight[1]);
  // nn.linear C2
  if (failed(expectVector(loc, op.getBias(), "bias", weight[0])))
    return failure();
  return addResult(context, loc, {input[0], weight[0]}, types);
}

LogicalResult FlattenOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return addResult(context, loc, {input[0], input[1] * input[2] * input[3]}, types);
}

LogicalResult UnflattenOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                            Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 2)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return addResult(context, loc, {input[0], input[1], 1, 1}, types);
}

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  // nn.concat C1
  if (op.getInputs().size() < 2)
    return emitOptionalError(loc, "expects at least two inputs, got ", op.getInputs().size());
  SmallVector<int64_t, 4> result;
  for (Value input : op.getInputs()) {
    if (failed(expectRank(loc, input, "inputs", 4)))
      return failure();
    ArrayRef<int64_t> shape = shapeOf(input);
    if (result.empty()) {
      result = SmallVector<int64_t, 4>(shape);
      continue;
    }
    // nn.concat C2
    if (shape[0] != result[0] || shape.drop_front(2) != ArrayRef(result).drop_front(2))
      return emitOptionalError(loc,
                               "expects 'inputs' to have the same batch, height and width, got ",
                               op.getInputs().front().getType(), " and ", input.getType());
    result[1] += shape[1];
  }
  return addResult(context, loc, result, types);
}

LogicalResult PadChannelsOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op,
                                              Types &types) {
  int64_t before = op.getBefore(), after = op.getAfter();
  // nn.pad_channels C1
  if (std::min(before, after) < 0 || std::max(before, after) > maxSize)
    return emitOptionalError(loc, "expects 'before' and 'after' to be 0 to ", maxSize, ", got ",
                             before, " and ", after);
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  ArrayRef<int64_t> input = shapeOf(op.getInput());
  return addResult(context, loc, {input[0], before + input[1] + after, input[2], input[3]}, types);
}

//===----------------------------------------------------------------------===//
// Squeeze-and-excitation, scaling
//===----------------------------------------------------------------------===//

/// Constraints C1 to C3 that nn.squeeze_excite and nn.se_gate share, from the channels of the
/// means to those of the gate.
template <typename Adaptor>
static LogicalResult checkGate(Loc loc, Adaptor op, int64_t meanChannels, int64_t channels) {
  // nn.squeeze_excite C1, nn.se_gate C1
  ArrayRef<int64_t> reduce = shapeOf(op.getReduce());
  if (reduce.empty() || !isMatrix(op.getReduce(), reduce[0], meanChannels))
    return emitOptionalError(loc, "expects 'reduce' to have ", meanChannels,
                             " columns to match the channels, got ", op.getReduce().getType());
  // nn.squeeze_excite C2, nn.se_gate C2
  if (!isMatrix(op.getExpand(), channels, reduce[0]))
    return emitOptionalError(loc, "expects 'expand' to be ", channels, " x ", reduce[0], ", got ",
                             op.getExpand().getType());
  // nn.squeeze_excite C3, nn.se_gate C3
  return failure(failed(expectVector(loc, op.getReduceBias(), "reduce_bias", reduce[0])) ||
                 failed(expectVector(loc, op.getExpandBias(), "expand_bias", channels)));
}

LogicalResult SqueezeExciteOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  int64_t channels = shapeOf(op.getInput())[1];
  if (failed(checkGate(loc, op, channels, channels)))
    return failure();
  types.push_back(op.getInput().getType());
  return success();
}

/// True if `value` is N x C x 1 x 1 for a feature map of shape `shape`.
static bool isPerChannel(Value value, ArrayRef<int64_t> shape) {
  return shapeOf(value) == ArrayRef<int64_t>({shape[0], shape[1], 1, 1});
}

LogicalResult SEGateOp::inferReturnTypes(MLIRContext *context, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getMean(), "mean", 4)))
    return failure();
  // nn.se_gate C4
  ArrayRef<int64_t> mean = shapeOf(op.getMean());
  if (!isPerChannel(op.getMean(), mean))
    return emitOptionalError(loc, "expects 'mean' to be N x C x 1 x 1, got ",
                             op.getMean().getType());
  ArrayRef<int64_t> expand = shapeOf(op.getExpand());
  if (failed(checkGate(loc, op, mean[1], expand.empty() ? 0 : expand[0])))
    return failure();
  return addResult(context, loc, {mean[0], expand[0], 1, 1}, types);
}

static LogicalResult expectScale(Loc loc, Value scale, StringRef name, Value input) {
  if (scale.getType() == input.getType() || isPerChannel(scale, shapeOf(input)))
    return success();
  return emitOptionalError(loc, "expects '", name, "' to have the shape of the input ",
                           input.getType(), " or of its channel means, got ", scale.getType());
}

LogicalResult MulOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  // nn.mul C1
  if (failed(expectRank(loc, op.getLhs(), "lhs", 4)) ||
      failed(expectScale(loc, op.getRhs(), "rhs", op.getLhs())))
    return failure();
  types.push_back(op.getLhs().getType());
  return success();
}

LogicalResult ScaleAddOp::inferReturnTypes(MLIRContext *, Loc loc, Adaptor op, Types &types) {
  if (failed(expectRank(loc, op.getInput(), "input", 4)))
    return failure();
  // nn.scale_add C1
  if (op.getScale() && failed(expectScale(loc, op.getScale(), "scale", op.getInput())))
    return failure();
  // nn.scale_add C2
  if (op.getResidual() && op.getResidual().getType() != op.getInput().getType())
    return emitOptionalError(loc, "expects 'residual' to be ", op.getInput().getType(), ", got ",
                             op.getResidual().getType());
  types.push_back(op.getInput().getType());
  return success();
}
