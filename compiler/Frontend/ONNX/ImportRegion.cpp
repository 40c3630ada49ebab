//===- ImportRegion.cpp - Pad, Concat, Slice ------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include <limits>

using namespace sinter;
using namespace sinter::onnx;
using llvm::ArrayRef;
using llvm::Twine;

/// The dimension of the base that dimension `axis` of a map is.
static int64_t baseDimension(const Value &value, int64_t axis) {
  return value.permutation.empty() ? axis : value.permutation[axis];
}

/// True if the dimensions of `value` are those of a map, in some order.
static bool isMap(const Value &value) {
  return value.isData() && value.shape.size() == 4 && !value.isReshaped() && !value.isExpanded;
}

//===----------------------------------------------------------------------===//
// Pad
//===----------------------------------------------------------------------===//

/// What Pad adds before and behind each dimension of the base: 4 entries, then 4.
static std::optional<Integers> readPads(NodeImporter &node) {
  const Value &value = node.input(0);
  std::optional<Integers> pads =
      node.opset() < 11 ? node.integers("pads") : node.integerInput(1, "pads");
  Integers axes{0, 1, 2, 3};
  if (node.hasInput(3)) {
    std::optional<Integers> named = node.integerInput(3, "axes");
    if (!named)
      return std::nullopt;
    // Their order is that of the pads.
    axes.clear();
    for (int64_t axis : *named)
      axes.push_back(node.axis(axis, 4).value_or(0));
  }
  if (node.hasFailed())
    return std::nullopt;
  if (!pads || pads->size() != 2 * axes.size()) {
    node.fail("expects " + Twine(2 * axes.size()) + " pads, got " + Twine(pads ? pads->size() : 0));
    return std::nullopt;
  }
  Integers result(8, 0);
  for (auto [i, axis] : llvm::enumerate(axes))
    for (size_t side : {0, 1}) {
      int64_t pad = (*pads)[side * axes.size() + i];
      if (pad < 0 || pad > nn::maxSize) {
        node.fail("expects pads of 0 to " + Twine(nn::maxSize) + ", got " + describe(*pads));
        return std::nullopt;
      }
      result[side * 4 + baseDimension(value, axis)] = pad;
    }
  return result;
}

static std::optional<double> padValue(NodeImporter &node) {
  if (node.opset() < 11)
    return node.real("value", 0, /*isBound=*/true);
  return node.hasInput(2) ? node.scalarInput(2, "constant_value") : 0;
}

Value sinter::onnx::importPad(NodeImporter &node) {
  const Value &value = node.input(0);
  llvm::StringRef mode = node.string("mode", "constant");
  if (!node.expectData(0))
    return {};
  if (!isMap(value))
    return node.fail("expects a map [N, C, H, W], got " + describe(value.shape));
  std::optional<Integers> pads = readPads(node);
  std::optional<double> fill = pads ? padValue(node) : std::nullopt;
  if (!fill)
    return {};
  if (llvm::all_of(*pads, [](int64_t pad) { return pad == 0; }))
    return value;
  if (mode != "constant")
    return node.fail("expects attribute 'mode' to be constant, got " + mode);
  if ((*pads)[0] || (*pads)[4])
    return node.fail("expects pads of channels, height and width, got some of the batch");
  bool padsChannels = (*pads)[1] || (*pads)[5];
  Integers border{(*pads)[2], (*pads)[3], (*pads)[6], (*pads)[7]};
  bool padsPixels = llvm::any_of(border, [](int64_t pad) { return pad != 0; });
  if ((padsChannels && (*fill != 0 || (value.border && value.border->value != 0))) ||
      (padsPixels && value.border && value.border->value != *fill))
    return node.fail("expects zeros where it pads channels, and one value around a map, got " +
                     describe(*fill));
  Value result = value;
  if (padsChannels) {
    node.begin("pad_channels");
    result.base = node.emit<nn::PadChannelsOp>(value.base, [&](auto &properties) {
      properties.before = node.builder.getI64IntegerAttr((*pads)[1]);
      properties.after = node.builder.getI64IntegerAttr((*pads)[5]);
    });
    if (!result.base)
      return {};
  }
  if (padsPixels && !result.border)
    result.border = Border{Integers(4, 0), *fill};
  for (int side = 0; side < 4 && padsPixels; ++side)
    result.border->pixels[side] += border[side];
  for (int64_t axis = 0; axis < 4; ++axis) {
    int64_t dimension = baseDimension(value, axis);
    result.shape[axis] += (*pads)[dimension] + (*pads)[4 + dimension];
  }
  if (padsPixels && !numElements(result.shape))
    return node.fail("expects pads that leave a bounded map, got " + describe(*pads));
  return result;
}

//===----------------------------------------------------------------------===//
// Concat
//===----------------------------------------------------------------------===//

static bool isZeros(const Constant &constant) {
  return constant.isReal() &&
         llvm::all_of(constant.readReals(), [](double value) { return value == 0; });
}

/// Channels of zeros around one map, which is the shortcut of CIFAR's ResNets.
static Value padWithZeros(NodeImporter &node, unsigned data, int64_t axis) {
  const Value &value = node.input(data);
  int64_t channels[2] = {0, 0};
  for (unsigned i = 0; i < node.numInputs(); ++i) {
    if (i == data)
      continue;
    const Constant &zeros = *node.input(i).constant;
    Shape expected(value.shape);
    if (zeros.shape.size() == expected.size())
      expected[axis] = zeros.shape[axis];
    if (zeros.shape != expected || !isZeros(zeros))
      return node.fail("expects constants of zeros of the map's height and width, got " +
                       describe(zeros.shape) + " beside " + describe(value.shape));
    channels[i > data] += zeros.shape[axis];
  }
  node.begin("pad_channels");
  mlir::Value result = node.emit<nn::PadChannelsOp>(value.base, [&](auto &properties) {
    properties.before = node.builder.getI64IntegerAttr(channels[0]);
    properties.after = node.builder.getI64IntegerAttr(channels[1]);
  });
  if (!result)
    return {};
  Value padded = value.withBase(result);
  padded.shape[axis] += channels[0] + channels[1];
  return padded;
}

Value sinter::onnx::importConcat(NodeImporter &node) {
  llvm::SmallVector<unsigned> data;
  for (unsigned i = 0; i < node.numInputs(); ++i)
    if (node.input(i).isData())
      data.push_back(i);
  const Value &first = node.input(data.front());
  std::optional<int64_t> axis = node.axis(node.integer("axis", 1), first.shape.size());
  if (!axis)
    return {};
  bool isMatrix = first.isPlain() && first.shape.size() == 2;
  if ((!isMap(first) && !isMatrix) || first.border || baseDimension(first, *axis) != 1)
    return node.fail("expects maps [N, C, H, W] or matrices [N, C] side by side in C, got axis " +
                     Twine(*axis) + " of " + describe(first.shape));
  if (data.size() == 1 && node.numInputs() > 1 && !isMatrix)
    return padWithZeros(node, data.front(), *axis);
  if (data.size() != node.numInputs())
    return node.fail(
        "expects tensors that depend on the network's input, or one of them and zeros, "
        "got a constant beside several");
  if (data.size() == 1)
    return first;
  node.begin("concat");
  llvm::SmallVector<mlir::Value> operands;
  int64_t channels = 0;
  for (unsigned i : data) {
    const Value &value = node.input(i);
    if (value.shape.size() != first.shape.size() || value.permutation != first.permutation ||
        value.border || value.isExpanded || value.isReshaped())
      return node.fail("expects inputs of one kind, got " + describe(first.shape) + " and " +
                       describe(value.shape));
    operands.push_back(toMap(node, value.base));
    channels += value.shape[*axis];
  }
  mlir::Value map = node.emit<nn::ConcatOp>(operands);
  mlir::Value result = map && isMatrix ? toMatrix(node, map) : map;
  if (!result)
    return {};
  Value concatenated = first.withBase(result);
  concatenated.shape[*axis] = channels;
  return concatenated;
}

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

std::optional<std::vector<Range>> sinter::onnx::slicedRanges(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.input(0).shape;
  bool areInputs = node.opset() >= 10;
  auto read = [&](unsigned index, llvm::StringRef name) -> std::optional<Integers> {
    if (!areInputs)
      return node.integers(name);
    return node.hasInput(index) ? node.integerInput(index, name) : std::nullopt;
  };
  std::optional<Integers> starts = read(1, "starts"), ends = read(2, "ends"),
                          axes = read(3, "axes"), steps = read(4, "steps");
  if (!node.hasFailed() && (!starts || !ends))
    node.fail("expects starts and ends, got none");
  if (node.hasFailed())
    return std::nullopt;
  std::vector<Range> ranges;
  for (size_t i = 0; i < starts->size(); ++i) {
    if (ends->size() != starts->size() || (axes && axes->size() != starts->size()) ||
        (steps && steps->size() != starts->size()))
      break;
    std::optional<int64_t> axis = node.axis(axes ? (*axes)[i] : i, shape.size());
    if (!axis)
      return std::nullopt;
    int64_t size = shape[*axis], step = steps ? (*steps)[i] : 1;
    if (step < 1) {
      node.fail("expects steps of at least 1, got " + Twine(step));
      return std::nullopt;
    }
    auto clamped = [&](int64_t position) {
      return std::clamp<int64_t>(position < 0 ? std::max(position, -size) + size : position, 0,
                                 size);
    };
    int64_t start = clamped((*starts)[i]), end = std::max(clamped((*ends)[i]), start);
    step = std::min(step, std::max<int64_t>(size, 1));
    ranges.push_back(
        {*axis, start, static_cast<int64_t>(llvm::divideCeil(end - start, step)), step});
  }
  if (ranges.size() == starts->size())
    return ranges;
  node.fail("expects as many ends, axes and steps as starts, got " + Twine(starts->size()) +
            " starts and " + Twine(ends->size()) + " ends");
  return std::nullopt;
}

/// Every second pixel, say, is the mean over a window of one pixel.
Value sinter::onnx::importSlice(NodeImporter &node) {
  if (!node.expectData(0))
    return {};
  std::optional<std::vector<Range>> ranges = slicedRanges(node);
  if (!ranges)
    return {};
  const Value &value = node.input(0);
  Value result = value;
  Integers strides{1, 1};
  for (const Range &range : *ranges) {
    int64_t size = value.shape[range.axis];
    if (range.start == 0 && range.step == 1 && range.count == size)
      continue;
    int64_t dimension = isMap(value) ? baseDimension(value, range.axis) : 0;
    bool isWhole = range.count == static_cast<int64_t>(llvm::divideCeil(size, range.step));
    if (dimension < 2 || range.start != 0 || !isWhole || value.border)
      return node.fail("expects every n-th row and column of a map [N, C, H, W] from the first to "
                       "the last, got another part of " +
                       describe(value.shape));
    strides[dimension - 2] = range.step;
    result.shape[range.axis] = range.count;
  }
  if (strides == Integers{1, 1})
    return value;
  mlir::Value input = value.base;
  auto before = input.getDefiningOp<nn::AvgPoolOp>();
  bool isSubsample = before && before.getKernel() == ArrayRef<int64_t>({1, 1});
  if (isSubsample && before->use_empty() && node.numUses(0) == 1) {
    // Rows by one Slice, columns by the next.
    for (auto [stride, other] : llvm::zip(strides, before.getStrides()))
      stride *= other;
    input = before.getInput();
    node.join(before);
  } else {
    node.begin("subsample");
  }
  result.base = node.emit<nn::AvgPoolOp>(input, [&](auto &properties) {
    properties.kernel = node.array({1, 1});
    properties.strides = node.array(strides);
  });
  return result.base ? result : Value();
}
