//===- ImportActivation.cpp - Activations and softmax ---------------------===//
//
// What is computed of each element alone is computed of the base of a value; the view stays.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include <cmath>
#include <limits>

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;
using llvm::Twine;

constexpr double maxFloat = std::numeric_limits<float>::max();

/// Applies `Op` to each element of the first input.
template <typename Op>
static Value elementwise(NodeImporter &node, StringRef kind,
                         llvm::function_ref<void(typename Op::Properties &)> fill = {}) {
  if (!node.expectData(0) || node.hasFailed())
    return {};
  const Value &value = node.input(0);
  if (value.border)
    return node.fail("expects no border around its input, got one from Pad; apply Pad behind it");
  node.begin(kind);
  mlir::Value result = node.emit<Op>(value.base, fill);
  return result ? value.withBase(result) : Value();
}

Value sinter::onnx::importRelu(NodeImporter &node) {
  return elementwise<nn::ReLUOp>(node, "relu");
}

Value sinter::onnx::importSigmoid(NodeImporter &node) {
  return elementwise<nn::SigmoidOp>(node, "sigmoid");
}

Value sinter::onnx::importHardSwish(NodeImporter &node) {
  return elementwise<nn::HardSwishOp>(node, "hard_swish");
}

static Value leakyRelu(NodeImporter &node, double slope) {
  return elementwise<nn::LeakyReLUOp>(node, "leaky_relu", [&](auto &properties) {
    properties.negative_slope = node.number(slope);
  });
}

Value sinter::onnx::importLeakyRelu(NodeImporter &node) {
  return leakyRelu(node, node.real("alpha", 0.01));
}

Value sinter::onnx::importPRelu(NodeImporter &node) {
  std::optional<double> slope = node.scalarInput(1, "slope");
  if (slope && !std::isfinite(*slope))
    return node.fail("expects its slope to be finite, got " + describe(*slope));
  return slope ? leakyRelu(node, *slope) : Value();
}

Value sinter::onnx::importHardSigmoid(NodeImporter &node) {
  double alpha = node.real("alpha", 0.2), beta = node.real("beta", 0.5);
  return elementwise<nn::HardSigmoidOp>(node, "hard_sigmoid", [&](auto &properties) {
    properties.alpha = node.number(alpha);
    properties.beta = node.number(beta);
  });
}

static Value scale(NodeImporter &node, double factor) {
  return elementwise<nn::ScaleShiftOp>(
      node, "scale_shift", [&](auto &properties) { properties.scale = node.number(factor); });
}

Value sinter::onnx::importNeg(NodeImporter &node) { return scale(node, -1); }

Value sinter::onnx::importSwish(NodeImporter &node) {
  double alpha = node.real("alpha", 1);
  if (alpha == 1)
    return elementwise<nn::SiLUOp>(node, "silu");
  // x * sigmoid(alpha * x)
  mlir::Value input = node.map(0);
  if (!input)
    return {};
  Value scaled = scale(node, alpha);
  mlir::Value gate = scaled.isPoison() ? nullptr : node.emit<nn::SigmoidOp>(scaled.base);
  return gate ? Value::of(node.emit<nn::MulOp>({input, gate})) : Value();
}

//===----------------------------------------------------------------------===//
// Clip
//===----------------------------------------------------------------------===//

static Value clip(NodeImporter &node, double min, double max) {
  if (!(min <= max))
    return node.fail("expects 'min' to be at most 'max', got " + describe(min) + " and " +
                     describe(max));
  bool isBelow = min <= -maxFloat, isAbove = max >= maxFloat;
  if (isBelow && isAbove)
    return node.expectData(0) ? node.input(0) : Value();
  if (min == 0 && isAbove)
    return elementwise<nn::ReLUOp>(node, "relu");
  if (min == 0 && max == 6)
    return elementwise<nn::ReLU6Op>(node, "relu6");
  return elementwise<nn::ClipOp>(node, "clip", [&](auto &properties) {
    properties.min = node.number(std::clamp(min, -maxFloat, maxFloat));
    properties.max = node.number(std::clamp(max, -maxFloat, maxFloat));
  });
}

Value sinter::onnx::importClip(NodeImporter &node) {
  double bounds[2] = {-maxFloat, maxFloat};
  constexpr StringRef names[] = {"min", "max"};
  for (auto [index, name] : llvm::enumerate(names)) {
    if (node.opset() < 11)
      bounds[index] = node.real(name, bounds[index], /*isBound=*/true);
    else if (node.hasInput(index + 1))
      bounds[index] = node.scalarInput(index + 1, name).value_or(bounds[index]);
  }
  return node.hasFailed() ? Value() : clip(node, bounds[0], bounds[1]);
}

/// Max and Min of a tensor and a number.
Value sinter::onnx::importExtremum(NodeImporter &node) {
  if (node.numInputs() != 2 || !node.input(0).isData())
    return node.fail("expects a tensor and a number, got " + Twine(node.numInputs()) +
                     " inputs; the " + node.op() + " of two tensors is not supported");
  std::optional<double> bound = node.scalarInput(1, "second input");
  if (!bound)
    return {};
  bool isMax = node.op() == "Max";
  return clip(node, isMax ? *bound : -maxFloat, isMax ? maxFloat : *bound);
}

//===----------------------------------------------------------------------===//
// Softmax
//===----------------------------------------------------------------------===//

/// Softmax is over the classes of each image: a matrix, or a map of one pixel.
template <typename Op> static Value softmax(NodeImporter &node, StringRef kind) {
  if (!node.expectData(0))
    return {};
  const Value &value = node.input(0);
  bool isMap = value.shape.size() == 4;
  mlir::Value input = isMap ? node.map(0) : node.matrix(0);
  // Before opset 13 all dimensions from the axis on were one.
  std::optional<int64_t> axis =
      node.axis(node.integer("axis", node.opset() < 13 ? 1 : -1), value.shape.size());
  if (!input || !axis)
    return {};
  bool isChannels = *axis == 1 && (!isMap || (value.shape[2] == 1 && value.shape[3] == 1));
  if (!isChannels)
    return node.fail("expects a softmax over the columns of a matrix [N, C], got axis " +
                     Twine(*axis) + " of " + describe(value.shape));
  node.begin(kind);
  mlir::Value matrix = toMatrix(node, input);
  mlir::Value result = matrix ? node.emit<Op>(matrix) : nullptr;
  return Value::of(result && isMap ? toMap(node, result) : result);
}

Value sinter::onnx::importSoftmax(NodeImporter &node) {
  return softmax<nn::SoftmaxOp>(node, "softmax");
}

Value sinter::onnx::importLogSoftmax(NodeImporter &node) {
  return softmax<nn::LogSoftmaxOp>(node, "log_softmax");
}
