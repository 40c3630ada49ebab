//===- ImportPool.cpp - Pools and means -----------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include <limits>

using namespace sinter;
using namespace sinter::onnx;
using llvm::dyn_cast_or_null;
using llvm::isa_and_nonnull;

static llvm::ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getShape();
}

/// True if no element of `value` is below zero, as far as the operations that make it tell.
static bool isNonNegative(mlir::Value value) {
  for (int depth = 0; depth < 8; ++depth) {
    mlir::Operation *op = value.getDefiningOp();
    if (isa_and_nonnull<nn::ReLUOp, nn::ReLU6Op, nn::SigmoidOp, nn::HardSigmoidOp>(op))
      return true;
    if (auto clip = dyn_cast_or_null<nn::ClipOp>(op))
      return !clip.getMin().isNegative();
    if (!isa_and_nonnull<nn::MaxPoolOp, nn::AvgPoolOp>(op))
      return false;
    value = op->getOperand(0);
  }
  return false;
}

namespace {

/// A pool of ONNX, the border of its input kept apart.
struct Pool {
  PaddedMap input;
  Window window;
  bool ceil;
};

} // namespace

static std::optional<Pool> readPool(NodeImporter &node) {
  std::optional<PaddedMap> input = node.paddedMap(0);
  bool ceil = node.integer("ceil_mode", 0) != 0;
  if (!input)
    return std::nullopt;
  Integers image;
  for (int dim : {0, 1})
    image.push_back(shapeOf(input->map)[2 + dim] + input->border[dim] + input->border[2 + dim]);
  std::optional<Window> window = node.window(image);
  if (!window)
    return std::nullopt;
  if (window->dilations != Integers{1, 1}) {
    node.fail("expects attribute 'dilations' to be [1, 1], got " + describe(window->dilations));
    return std::nullopt;
  }
  return Pool{*input, *window, ceil};
}

/// Takes the border of the input into the padding of the pool; false after a report.
static bool takeBorder(NodeImporter &node, Pool &pool) {
  if (!pool.input.hasBorder())
    return true;
  if (pool.ceil) {
    node.fail("expects attribute 'ceil_mode' to be 0 behind a Pad, got 1; give the pool the "
              "padding");
    return false;
  }
  for (auto [pixels, border] : llvm::zip(pool.window.padding, pool.input.border))
    pixels += border;
  return true;
}

Value sinter::onnx::importMaxPool(NodeImporter &node) {
  std::optional<Pool> pool = readPool(node);
  node.ignore("storage_order"); // of the indices, which nothing uses
  if (!pool)
    return {};
  // In nn padding is below every number. So is a border of zeros below a map without negative
  // ones: nn holds that each window has a pixel of the map.
  double value = pool->input.value;
  bool isLowest = value <= std::numeric_limits<float>::lowest();
  if (pool->input.hasBorder() && !isLowest && !(value == 0 && isNonNegative(pool->input.map)))
    return node.fail("expects a border of -inf from Pad, or of 0 around a map without negative "
                     "values, got " +
                     describe(value) + "; give the pool the padding");
  if (!takeBorder(node, *pool))
    return {};
  node.begin("max_pool");
  return Value::of(node.emit<nn::MaxPoolOp>(pool->input.map, [&](auto &properties) {
    properties.kernel = node.array(pool->window.kernel);
    properties.strides = node.array(pool->window.strides);
    properties.padding = node.array(pool->window.padding);
    properties.ceil_mode = node.builder.getBoolAttr(pool->ceil);
  }));
}

Value sinter::onnx::importAveragePool(NodeImporter &node) {
  std::optional<Pool> pool = readPool(node);
  bool countsPadding = node.integer("count_include_pad", 0) != 0;
  if (!pool)
    return {};
  bool isPadded = pool->window.padding != Integers{0, 0, 0, 0};
  if (pool->input.hasBorder()) {
    // The border's pixels are counted, so those of the pool must be.
    if (pool->input.value != 0 || (isPadded && !countsPadding))
      return node.fail("expects a border of zeros from Pad and no padding of its own, got both; "
                       "give the pool the padding");
    countsPadding = true;
  }
  if (!takeBorder(node, *pool))
    return {};
  llvm::ArrayRef<int64_t> image = shapeOf(pool->input.map).take_back(2);
  if (!isPadded && !pool->input.hasBorder() && image == llvm::ArrayRef(pool->window.kernel)) {
    node.begin("global_avg_pool");
    return Value::of(node.emit<nn::GlobalAvgPoolOp>(pool->input.map));
  }
  node.begin("avg_pool");
  return Value::of(node.emit<nn::AvgPoolOp>(pool->input.map, [&](auto &properties) {
    properties.kernel = node.array(pool->window.kernel);
    properties.strides = node.array(pool->window.strides);
    properties.padding = node.array(pool->window.padding);
    properties.ceil_mode = node.builder.getBoolAttr(pool->ceil);
    properties.count_include_pad = node.builder.getBoolAttr(countsPadding);
  }));
}

Value sinter::onnx::importGlobalAveragePool(NodeImporter &node) {
  mlir::Value input = node.map(0);
  if (!input)
    return {};
  node.begin("global_avg_pool");
  return Value::of(node.emit<nn::GlobalAvgPoolOp>(input));
}

Value sinter::onnx::importGlobalMaxPool(NodeImporter &node) {
  mlir::Value input = node.map(0);
  if (!input)
    return {};
  node.begin("max_pool");
  return Value::of(node.emit<nn::MaxPoolOp>(input, [&](auto &properties) {
    properties.kernel = node.array(shapeOf(input).take_back(2));
  }));
}

//===----------------------------------------------------------------------===//
// ReduceMean
//===----------------------------------------------------------------------===//

/// The dimensions of the base that ONNX dimension `axis` is made of.
static std::optional<Integers> baseDimensions(const Value &value, int64_t axis) {
  if (!value.permutation.empty())
    return Integers{value.permutation[axis]};
  if (value.isPlain())
    return Integers{axis};
  // [N, C, H * W] of a map, and a map with some of its unit dimensions gone.
  llvm::ArrayRef<int64_t> base = value.baseShape();
  if (value.isReshaped() && base.size() == 4 && value.shape.size() == 3 && axis == 2 &&
      value.shape[0] == base[0] && value.shape[1] == base[1])
    return Integers{2, 3};
  return std::nullopt;
}

/// The axes that a Reduce operator names: all where it names none.
static std::optional<Integers> reducedAxes(NodeImporter &node, size_t rank) {
  std::optional<Integers> axes =
      node.hasInput(1) ? node.integerInput(1, "axes") : node.integers("axes");
  bool isNoop = node.integer("noop_with_empty_axes", 0) != 0;
  if (node.hasFailed())
    return std::nullopt;
  if (axes && !axes->empty())
    return node.axes(*axes, rank);
  Integers all;
  for (size_t i = 0; i < rank && !isNoop; ++i)
    all.push_back(i);
  return all;
}

Value sinter::onnx::importReduceMean(NodeImporter &node) {
  bool keepsDimensions = node.integer("keepdims", 1) != 0;
  if (!node.expectData(0))
    return {};
  const Value &value = node.input(0);
  std::optional<Integers> axes = reducedAxes(node, value.shape.size());
  if (!axes)
    return {};
  if (axes->empty())
    return value;
  // What is left of height and width, and the shape that ONNX gives it.
  bool reduces[4] = {};
  Shape shape;
  for (int64_t axis = 0; axis < static_cast<int64_t>(value.shape.size()); ++axis) {
    bool isReduced = llvm::is_contained(*axes, axis);
    if (!isReduced || keepsDimensions)
      shape.push_back(isReduced ? 1 : value.shape[axis]);
    std::optional<Integers> dimensions = isReduced ? baseDimensions(value, axis) : Integers{};
    if (!dimensions || value.border || value.baseShape().size() != 4 ||
        llvm::is_contained(*dimensions, 0) || llvm::is_contained(*dimensions, 1))
      return node.fail("expects a mean over height and width of a map [N, C, H, W], got axes " +
                       describe(*axes) + " of " + describe(value.shape));
    for (int64_t dimension : *dimensions)
      reduces[dimension] = true;
  }
  llvm::ArrayRef<int64_t> base = value.baseShape();
  bool isGlobal = (reduces[2] || base[2] == 1) && (reduces[3] || base[3] == 1);
  node.begin(isGlobal ? "global_avg_pool" : "avg_pool");
  Value result = Value::of(
      isGlobal ? node.emit<nn::GlobalAvgPoolOp>(value.base)
               : node.emit<nn::AvgPoolOp>(value.base, [&](auto &properties) {
                   properties.kernel =
                       node.array({reduces[2] ? base[2] : 1, reduces[3] ? base[3] : 1});
                 }));
  // A mean of pixels in NHWC order: only dimensions of one element are out of place now.
  if (result.isPoison())
    return result;
  if (!isGlobal && !value.permutation.empty())
    return node.fail("expects a mean over both height and width of a transposed map, got axes " +
                     describe(*axes));
  return reshape(node, result, shape);
}
