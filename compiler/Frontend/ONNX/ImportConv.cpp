//===- ImportConv.cpp - Convolution and batch normalization ---------------===//

#include "compiler/Frontend/ONNX/Operators.h"

using namespace sinter;
using namespace sinter::onnx;

/// The height and width of a map with its border.
static Integers imageSize(const PaddedMap &input) {
  auto shape = llvm::cast<mlir::ShapedType>(input.map.getType()).getShape();
  return {shape[2] + input.border[0] + input.border[2],
          shape[3] + input.border[1] + input.border[3]};
}

Value sinter::onnx::importConv(NodeImporter &node) {
  ConstantRef weight = node.constant(1, "weight");
  // Over the channels of a pooled map, it is the gate of ECA.
  if (weight && weight->shape.size() == 3)
    return node.fail("expects a convolution over height and width, got one over one dimension; "
                     "efficient channel attention (ECA) and other 1-d networks are not supported");
  std::optional<PaddedMap> input = node.paddedMap(0);
  ConstantRef bias = node.hasInput(2) ? node.constant(2, "bias") : nullptr;
  int64_t groups = node.integer("group", 1);
  if (node.hasFailed())
    return {};
  if (weight->shape.size() != 4)
    return node.fail("expects its weight to have 4 dimensions, got " + describe(weight->shape));
  if (input->hasBorder() && input->value != 0)
    return node.fail("expects a border of zeros from Pad, got " + describe(input->value));
  std::optional<Window> window =
      node.window(imageSize(*input), llvm::ArrayRef(weight->shape).take_back(2));
  if (!window)
    return {};
  node.begin("conv", weight.get());
  mlir::Value filter = node.weight(*weight, weight->shape);
  mlir::Value biases = filter && bias ? node.weight(*bias, bias->shape) : nullptr;
  if (node.hasFailed())
    return {};
  for (auto [pixels, border] : llvm::zip(window->padding, input->border))
    pixels += border;
  return Value::of(node.emit<nn::Conv2dOp>({input->map, filter, biases}, [&](auto &properties) {
    properties.strides = node.array(window->strides);
    properties.padding = node.array(window->padding);
    properties.dilations = node.array(window->dilations);
    properties.groups = node.builder.getI64IntegerAttr(groups);
  }));
}

Value sinter::onnx::importBatchNormalization(NodeImporter &node) {
  bool isMatrix = node.input(0).shape.size() == 2;
  mlir::Value input = isMatrix ? node.matrix(0) : node.map(0);
  ConstantRef parameters[4];
  constexpr llvm::StringRef names[] = {"scale", "bias", "mean", "variance"};
  for (auto [index, what] : llvm::enumerate(names))
    parameters[index] = node.constant(index + 1, what);
  double epsilon = node.real("epsilon", 1e-5);
  node.ignore("momentum");
  node.expect("training_mode", 0, 0, "export the network for inference");
  if (node.opset() < 9)
    node.expect("spatial", 1, 1, "a mean for each pixel is not supported");
  if (node.hasFailed())
    return {};
  node.begin("batch_norm", parameters[0].get());
  llvm::SmallVector<mlir::Value> operands{toMap(node, input)};
  for (const ConstantRef &parameter : parameters) {
    operands.push_back(node.weight(*parameter, parameter->shape));
    if (node.hasFailed())
      return {};
  }
  mlir::Value result = node.emit<nn::BatchNormOp>(
      operands, [&](auto &properties) { properties.epsilon = node.number(epsilon); });
  return Value::of(isMatrix && result ? toMatrix(node, result) : result);
}
