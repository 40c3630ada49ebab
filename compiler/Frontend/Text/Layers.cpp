//===- Layers.cpp - The built-in functions --------------------------------===//
//
// Each function takes what library/builtins.sinter declares. Arguments are
// checked together, so that several wrong ones are reported in one run.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Text/Layers.h"
#include "compiler/Frontend/Text/Limits.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace sinter;
using namespace sinter::text;
using llvm::StringRef;
using llvm::Twine;

llvm::ArrayRef<StringRef> sinter::text::activationNames() {
  static constexpr StringRef names[] = {"identity", "relu",         "relu6", "leaky_relu",
                                        "sigmoid",  "hard_sigmoid", "silu",  "hard_swish",
                                        "clip",     "scale_shift"};
  return names;
}

Value sinter::text::activationNamed(StringRef name, mlir::MLIRContext &context) {
  std::optional<nn::ActivationKind> kind = nn::symbolizeActivationKind(name);
  if (!kind)
    return {};
  auto make = [&](double alpha, double beta) {
    return Value::of(nn::ActivationAttr::get(&context, *kind, alpha, beta));
  };
  // The defaults of library/builtins.sinter.
  switch (*kind) {
  case nn::ActivationKind::LeakyReLU:
    return make(0.01, 0);
  case nn::ActivationKind::HardSigmoid:
    return make(1.0 / 6.0, 0.5);
  case nn::ActivationKind::Clip:
    return make(-1, 1);
  case nn::ActivationKind::ScaleShift:
    return make(1, 0);
  default:
    return make(0, 0);
  }
}

Value Layers::build() {
  using Function = Value (Layers::*)();
  Function function = llvm::StringSwitch<Function>(callee.text)
                          .Case("conv", &Layers::conv)
                          .Case("batch_norm", &Layers::batchNorm)
                          .Case("linear", &Layers::linear)
                          .Case("squeeze_excite", &Layers::squeezeExcite)
                          .Case("max_pool", &Layers::maxPool)
                          .Case("avg_pool", &Layers::avgPool)
                          .Case("global_avg_pool", &Layers::globalAvgPool)
                          .Case("flatten", &Layers::flatten)
                          .Case("unflatten", &Layers::unflatten)
                          .Case("softmax", &Layers::softmax)
                          .Case("log_softmax", &Layers::logSoftmax)
                          .Case("concat", &Layers::concat)
                          .Case("add", &Layers::add)
                          .Case("mul", &Layers::mul)
                          .Case("pad_channels", &Layers::padChannels)
                          .Case("subsample", &Layers::subsample)
                          .Cases({"channels", "height", "width"}, &Layers::dimension)
                          .Cases({"min", "max"}, &Layers::extremum)
                          .Case("int", &Layers::toInteger)
                          .Default(&Layers::activation);
  return (this->*function)();
}

//===----------------------------------------------------------------------===//
// Layers with weights
//===----------------------------------------------------------------------===//

Value Layers::conv() {
  if (!begin("conv", /*hasWeights=*/true))
    return {};
  mlir::Value input = tensor("input", 4);
  auto channels = integer("out_channels", 1, limits::elements);
  auto kernel = pair("kernel", 1), strides = pair("stride", 1), dilations = pair("dilation", 1);
  auto pads = padding();
  auto groups = integer("groups", 1, limits::elements);
  auto bias = boolean("bias");
  if (!input || !channels || !kernel || !strides || !dilations || !pads || !groups || !bias)
    return {};
  int64_t inputChannels = argument("input").value.shape()[1];
  if (inputChannels % *groups || *channels % *groups)
    return fail("'groups' to divide the input channels " + Twine(inputChannels) +
                " and the output channels " + Twine(*channels) + ", got " + Twine(*groups));
  mlir::Value filter =
      weight("weight", {*channels, inputChannels / *groups, (*kernel)[0], (*kernel)[1]});
  mlir::Value biases = *bias && filter ? weight("bias", *channels) : nullptr;
  if (!filter || (*bias && !biases))
    return {};
  return emit<nn::Conv2dOp>({input, filter, biases}, [&](auto &properties) {
    properties.strides = array(*strides);
    properties.padding = array(*pads);
    properties.dilations = array(*dilations);
    properties.groups = builder.getI64IntegerAttr(*groups);
  });
}

Value Layers::batchNorm() {
  if (!begin("batch_norm", /*hasWeights=*/true))
    return {};
  mlir::Value input = tensor("input", 4);
  auto epsilon = real("eps", 0);
  if (!input || !epsilon)
    return {};
  llvm::SmallVector<mlir::Value> operands{input};
  for (StringRef key : {"weight", "bias", "running_mean", "running_var"}) {
    operands.push_back(weight(key, argument("input").value.shape()[1]));
    if (!operands.back())
      return {};
  }
  return emit<nn::BatchNormOp>(
      operands, [&](auto &properties) { properties.epsilon = builder.getF64FloatAttr(*epsilon); });
}

Value Layers::linear() {
  if (!begin("linear", /*hasWeights=*/true))
    return {};
  mlir::Value input = tensor("input", 2);
  auto features = integer("out_features", 1, limits::elements);
  auto bias = boolean("bias");
  if (!input || !features || !bias)
    return {};
  mlir::Value matrix = weight("weight", {*features, argument("input").value.shape()[1]});
  mlir::Value biases = *bias && matrix ? weight("bias", *features) : nullptr;
  if (!matrix || (*bias && !biases))
    return {};
  return emit<nn::LinearOp>({input, matrix, biases});
}

/// Channels of the hidden layer: `width`, or channels / `reduction`.
std::optional<int64_t> Layers::squeezeWidth(int64_t channels) {
  if (!isNone("width"))
    return integer("width", 1, limits::elements);
  auto reduction = integer("reduction", 1, limits::elements);
  if (reduction && *reduction > channels) {
    reject("reduction", "at most the " + Twine(channels) + " channels of its input");
    return std::nullopt;
  }
  return reduction ? std::optional(channels / *reduction) : std::nullopt;
}

Value Layers::squeezeExcite() {
  if (!begin("squeeze_excite", /*hasWeights=*/true))
    return {};
  mlir::Value input = tensor("input", 4);
  auto bias = boolean("bias"), isLinear = boolean("linear");
  auto inner = function("activation"), gate = function("gate");
  auto reduceKey = key("reduce"), expandKey = key("expand");
  if (!input || !bias || !isLinear || !inner || !gate || !reduceKey || !expandKey)
    return {};
  int64_t channels = argument("input").value.shape()[1];
  auto width = squeezeWidth(channels);
  if (!width)
    return {};
  llvm::SmallVector<mlir::Value> operands{input};
  auto addLayer = [&](StringRef key, int64_t outputs, int64_t inputs) {
    Integers shape{outputs, inputs};
    if (!*isLinear)
      shape.append({1, 1});
    operands.push_back(weight(key + ".weight", shape));
    if (*bias && operands.back())
      operands.push_back(weight(key + ".bias", outputs));
    return operands.back() != nullptr;
  };
  if (!addLayer(*reduceKey, *width, channels) || !addLayer(*expandKey, channels, *width))
    return {};
  return emit<nn::SqueezeExciteOp>(operands, [&](auto &properties) {
    properties.activation = *inner;
    properties.gate = *gate;
    properties.operandSegmentSizes = {1, 1, *bias, 1, *bias};
  });
}

//===----------------------------------------------------------------------===//
// Layers without weights
//===----------------------------------------------------------------------===//

Value Layers::maxPool() {
  if (!begin("max_pool"))
    return {};
  mlir::Value input = tensor("input", 4);
  auto kernel = pair("kernel", 1), strides = isNone("stride") ? kernel : pair("stride", 1);
  auto pads = padding();
  auto ceil = boolean("ceil_mode");
  if (!input || !kernel || !strides || !pads || !ceil)
    return {};
  return emit<nn::MaxPoolOp>(input, [&](auto &properties) {
    properties.kernel = array(*kernel);
    properties.strides = array(*strides);
    properties.padding = array(*pads);
    properties.ceil_mode = builder.getBoolAttr(*ceil);
  });
}

Value Layers::avgPool() {
  if (!begin("avg_pool"))
    return {};
  mlir::Value input = tensor("input", 4);
  auto kernel = pair("kernel", 1), strides = isNone("stride") ? kernel : pair("stride", 1);
  auto pads = padding();
  auto ceil = boolean("ceil_mode"), count = boolean("count_include_pad");
  if (!input || !kernel || !strides || !pads || !ceil || !count)
    return {};
  return emit<nn::AvgPoolOp>(input, [&](auto &properties) {
    properties.kernel = array(*kernel);
    properties.strides = array(*strides);
    properties.padding = array(*pads);
    properties.ceil_mode = builder.getBoolAttr(*ceil);
    properties.count_include_pad = builder.getBoolAttr(*count);
  });
}

Value Layers::subsample() {
  if (!begin("subsample"))
    return {};
  mlir::Value input = tensor("input", 4);
  auto strides = pair("stride", 1);
  if (!input || !strides)
    return {};
  // Every stride-th pixel is the mean over a window of one pixel.
  return emit<nn::AvgPoolOp>(input, [&](auto &properties) {
    properties.kernel = array({1, 1});
    properties.strides = array(*strides);
  });
}

Value Layers::globalAvgPool() {
  mlir::Value input = begin("global_avg_pool") ? tensor("input", 4) : nullptr;
  return input ? emit<nn::GlobalAvgPoolOp>(input) : Value();
}

Value Layers::flatten() {
  mlir::Value input = begin("flatten") ? tensor("input", 4) : nullptr;
  return input ? emit<nn::FlattenOp>(input) : Value();
}

Value Layers::unflatten() {
  mlir::Value input = begin("unflatten") ? tensor("input", 2) : nullptr;
  return input ? emit<nn::UnflattenOp>(input) : Value();
}

Value Layers::softmax() {
  mlir::Value input = begin("softmax") ? tensor("input", 2) : nullptr;
  return input ? emit<nn::SoftmaxOp>(input) : Value();
}

Value Layers::logSoftmax() {
  mlir::Value input = begin("log_softmax") ? tensor("input", 2) : nullptr;
  return input ? emit<nn::LogSoftmaxOp>(input) : Value();
}

Value Layers::concat() {
  if (!begin("concat"))
    return {};
  mlir::Value lhs = tensor("input", 4), rhs = tensor("other", 4);
  if (!lhs || !rhs)
    return {};
  auto left = argument("input").value.shape(), right = argument("other").value.shape();
  if (left[0] != right[0] || left.drop_front(2) != right.drop_front(2))
    return fail("maps of equal batch, height and width, got " + describeShape(left) + " and " +
                describeShape(right) + describeOrigins(lhs, rhs));
  return emit<nn::ConcatOp>({lhs, rhs});
}

Value Layers::padChannels() {
  if (!begin("pad_channels"))
    return {};
  mlir::Value input = tensor("input", 4);
  auto before = integer("before", 0, limits::elements);
  auto after = integer("after", 0, limits::elements);
  if (!input || !before || !after)
    return {};
  return emit<nn::PadChannelsOp>(input, [&](auto &properties) {
    properties.before = builder.getI64IntegerAttr(*before);
    properties.after = builder.getI64IntegerAttr(*after);
  });
}

Value Layers::add() {
  if (!begin("add"))
    return {};
  mlir::Value lhs = tensor("input"), rhs = tensor("other");
  if (!lhs || !rhs)
    return {};
  if (lhs.getType() != rhs.getType())
    return fail("operands of equal shape, got " + describeShape(argument("input").value.shape()) +
                " and " + describeShape(argument("other").value.shape()) +
                describeOrigins(lhs, rhs));
  return emit<nn::AddOp>({lhs, rhs});
}

Value Layers::mul() {
  if (!begin("mul"))
    return {};
  mlir::Value lhs = tensor("input", 4), rhs = tensor("other", 4);
  if (!lhs || !rhs)
    return {};
  auto left = argument("input").value.shape(), right = argument("other").value.shape();
  auto isGate = [](llvm::ArrayRef<int64_t> gate, llvm::ArrayRef<int64_t> map) {
    return gate == llvm::ArrayRef<int64_t>({map[0], map[1], 1, 1});
  };
  if (left != right && isGate(left, right))
    std::swap(lhs, rhs);
  else if (left != right && !isGate(right, left))
    return fail("operands of equal shape, or one of [N, C, 1, 1], got " + describeShape(left) +
                " and " + describeShape(right) + describeOrigins(lhs, rhs));
  return emit<nn::MulOp>({lhs, rhs});
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// What the built-ins call alpha and beta of #nn.activation; "" where a kind has none.
static std::pair<StringRef, StringRef> parameterNames(nn::ActivationKind kind) {
  switch (kind) {
  case nn::ActivationKind::LeakyReLU:
    return {"negative_slope", ""};
  case nn::ActivationKind::HardSigmoid:
    return {"alpha", "beta"};
  case nn::ActivationKind::Clip:
    return {"min", "max"};
  case nn::ActivationKind::ScaleShift:
    return {"scale", "shift"};
  default:
    return {};
  }
}

Value Layers::activation() {
  nn::ActivationAttr function = activationNamed(callee.text, elaborator.context).activation;
  auto [first, second] = parameterNames(function.getKind());
  if (!first.empty()) {
    auto alpha = f32(first), beta = second.empty() ? 0.0 : f32(second);
    if (!alpha || !beta)
      return {};
    if (function.getKind() == nn::ActivationKind::Clip && *alpha > *beta)
      return reject("min", "at most 'max', " + argument("max").value.describe());
    function = nn::ActivationAttr::get(&elaborator.context, function.getKind(), *alpha, *beta);
  }
  // Without its input the activation itself is the value.
  if (isNone("input"))
    return Value::of(function);
  return activate(function, argument("input"));
}

Value Layers::activate(nn::ActivationAttr function, const Bound &input) {
  if (!begin(nn::stringifyActivationKind(function.getKind())))
    return {};
  if (!input.value.isTensor())
    return elaborator.fail(input.range, "layer '" + site->name +
                                            "' expects its input to be a tensor, got " +
                                            input.value.describe());
  return emitActivation(function, input.value.tensor);
}

Value Layers::emitActivation(nn::ActivationAttr function, mlir::Value input) {
  auto alpha = builder.getF64FloatAttr(function.getAlpha().convertToDouble());
  auto beta = builder.getF64FloatAttr(function.getBeta().convertToDouble());
  switch (function.getKind()) {
  case nn::ActivationKind::Identity:
    return Value::of(input);
  case nn::ActivationKind::ReLU:
    return emit<nn::ReLUOp>(input);
  case nn::ActivationKind::ReLU6:
    return emit<nn::ReLU6Op>(input);
  case nn::ActivationKind::LeakyReLU:
    return emit<nn::LeakyReLUOp>(input,
                                 [&](auto &properties) { properties.negative_slope = alpha; });
  case nn::ActivationKind::Sigmoid:
    return emit<nn::SigmoidOp>(input);
  case nn::ActivationKind::HardSigmoid:
    return emit<nn::HardSigmoidOp>(input, [&](auto &properties) {
      properties.alpha = alpha;
      properties.beta = beta;
    });
  case nn::ActivationKind::SiLU:
    return emit<nn::SiLUOp>(input);
  case nn::ActivationKind::HardSwish:
    return emit<nn::HardSwishOp>(input);
  case nn::ActivationKind::Clip:
    return emit<nn::ClipOp>(input, [&](auto &properties) {
      properties.min = alpha;
      properties.max = beta;
    });
  case nn::ActivationKind::ScaleShift:
    return emit<nn::ScaleShiftOp>(input, [&](auto &properties) {
      properties.scale = alpha;
      properties.shift = beta;
    });
  }
  llvm_unreachable("a kind not covered");
}

//===----------------------------------------------------------------------===//
// Functions of tensors and numbers
//===----------------------------------------------------------------------===//

Value Layers::dimension() {
  if (!tensor("x", callee.text == "channels" ? 0 : 4))
    return {};
  unsigned index = callee.text == "channels" ? 1 : callee.text == "height" ? 2 : 3;
  return Value::number(argument("x").value.shape()[index]);
}

Value Layers::extremum() {
  const Value &a = argument("a").value, &b = argument("b").value;
  for (StringRef name : {"a", "b"})
    if (!argument(name).value.isNumber())
      return reject(name, "a number");
  bool isExact = a.is(Value::Kind::Integer) && b.is(Value::Kind::Integer);
  const Value &small = callee.text == "min" ? b : a, &large = callee.text == "min" ? a : b;
  // Of equal numbers the first one, as in Python: min(5, 5.0) is the integer.
  bool second = isExact ? small.integer < large.integer : small.asDouble() < large.asDouble();
  return second ? b : a;
}

Value Layers::toInteger() {
  const Value &x = argument("x").value;
  if (!x.isNumber() && !x.is(Value::Kind::Bool))
    return reject("x", "a number");
  if (!x.is(Value::Kind::Float))
    return Value::number(x.integer);
  double whole = std::trunc(x.real);
  if (!(std::fabs(whole) < 9.2e18))
    return reject("x", "a number that fits 64 bits");
  return Value::number(static_cast<int64_t>(whole));
}
