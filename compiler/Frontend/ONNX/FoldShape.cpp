//===- FoldShape.cpp - Constants taken apart and put together -------------===//
//
// Exporters compute shapes, and sometimes weights, by operators on constants. What moves
// elements about is one loop over the result that asks where each element comes from.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/Fold.h"

#include <cmath>

using namespace sinter;
using namespace sinter::onnx;
using llvm::ArrayRef;
using llvm::Twine;
using Proto = ::onnx::TensorProto;

std::shared_ptr<Constant> sinter::onnx::newConstant(NodeImporter &node, int type,
                                                    ArrayRef<int64_t> shape) {
  std::optional<int64_t> size = numElements(shape);
  if (!size || *size > maxFoldedElements) {
    node.fail("expects a computed constant to have at most " + Twine(maxFoldedElements) +
              " elements, got " + describe(shape));
    return nullptr;
  }
  auto constant = std::make_shared<Constant>();
  constant->name = node.outputName().str();
  constant->shape.assign(shape.begin(), shape.end());
  constant->type = type;
  if (constant->isReal())
    constant->reals.resize(*size);
  else
    constant->integers.resize(*size);
  return constant;
}

/// A constant of this shape whose element i is element source(i) of `from`, or 0 where that is -1.
static Value gather(NodeImporter &node, const Constant &from, ArrayRef<int64_t> shape,
                    llvm::function_ref<int64_t(ArrayRef<int64_t> position)> source) {
  auto result = newConstant(node, from.type, shape);
  if (!result)
    return {};
  std::vector<double> reals = from.readReals();
  std::vector<int64_t> integers = from.readIntegers();
  Integers position(shape.size(), 0);
  for (int64_t i = 0, size = result->size(); i < size; ++i) {
    int64_t at = source(position);
    if (from.isReal())
      result->reals[i] = reals[at];
    else
      result->integers[i] = integers[at];
    for (size_t axis = shape.size(); axis-- > 0 && ++position[axis] == shape[axis];)
      position[axis] = 0;
  }
  return Value::of(std::move(result));
}

/// The place in row-major order of a position.
static int64_t offsetOf(ArrayRef<int64_t> position, ArrayRef<int64_t> shape) {
  int64_t offset = 0;
  for (auto [index, size] : llvm::zip(position, shape))
    offset = offset * size + index;
  return offset;
}

//===----------------------------------------------------------------------===//
// Constant, ConstantOfShape, Range, Cast
//===----------------------------------------------------------------------===//

static Value storedConstant(NodeImporter &node, const ::onnx::TensorProto &tensor) {
  llvm::Expected<ConstantRef> constant = node.read(tensor);
  return constant ? Value::of(*constant) : node.fail(llvm::toString(constant.takeError()));
}

Value sinter::onnx::foldConstant(NodeImporter &node) {
  if (const ::onnx::TensorProto *tensor = node.tensor("value"))
    return storedConstant(node, *tensor);
  auto make = [&](int type, ArrayRef<int64_t> shape, auto values) -> Value {
    auto constant = newConstant(node, type, shape);
    if (!constant)
      return {};
    if (constant->isReal())
      constant->reals.assign(values.begin(), values.end());
    else
      constant->integers.assign(values.begin(), values.end());
    return Value::of(std::move(constant));
  };
  auto size = [](const auto &values) { return static_cast<int64_t>(values.size()); };
  if (node.hasAttribute("value_int"))
    return make(Proto::INT64, {}, Integers{node.integer("value_int", 0)});
  if (std::optional<Integers> values = node.integers("value_ints"))
    return make(Proto::INT64, size(*values), *values);
  if (node.hasAttribute("value_float"))
    return make(Proto::FLOAT, {}, std::vector<double>{node.real("value_float", 0)});
  if (std::optional<std::vector<double>> values = node.reals("value_floats"))
    return make(Proto::FLOAT, size(*values), *values);
  return node.fail(
      "expects one of the attributes 'value', 'value_int', 'value_ints', 'value_float' "
      "and 'value_floats', got none");
}

Value sinter::onnx::foldConstantOfShape(NodeImporter &node) {
  std::optional<Integers> shape = node.integerInput(0, "shape");
  Value fill;
  if (const ::onnx::TensorProto *tensor = node.tensor("value"))
    fill = storedConstant(node, *tensor);
  if (node.hasFailed())
    return {};
  if (!fill.isPoison() && fill.constant->size() != 1)
    return node.fail("expects attribute 'value' to have one element, got " + describe(fill.shape));
  auto result = newConstant(node, fill.isPoison() ? Proto::FLOAT : fill.constant->type, *shape);
  if (!result || fill.isPoison())
    return result ? Value::of(std::move(result)) : Value();
  return gather(node, *fill.constant, *shape, [](ArrayRef<int64_t>) { return 0; });
}

Value sinter::onnx::foldRange(NodeImporter &node) {
  const Constant &start = *node.input(0).constant, &limit = *node.input(1).constant,
                 &delta = *node.input(2).constant;
  if (start.isReal() || start.size() != 1 || limit.size() != 1 || delta.size() != 1 ||
      limit.isReal() || delta.isReal())
    return node.fail("expects three integers, got " + typeName(start.type) + " " +
                     describe(start.shape));
  int64_t first = start.readIntegers()[0], end = limit.readIntegers()[0],
          step = delta.readIntegers()[0], span;
  if (step == 0 || llvm::SubOverflow(end, first, span) || step == INT64_MIN || span == INT64_MIN)
    return node.fail("expects a range of some numbers, got a step of " + Twine(step));
  bool isEmpty = span == 0 || (span < 0) != (step < 0);
  int64_t count = isEmpty ? 0 : llvm::divideCeil(std::abs(span), std::abs(step));
  auto result = newConstant(node, start.type, count);
  for (int64_t i = 0; result && i < count; ++i)
    result->integers[i] = first + i * step;
  return result ? Value::of(std::move(result)) : Value();
}

Value sinter::onnx::foldCast(NodeImporter &node) {
  const Constant &from = *node.input(0).constant;
  int type = static_cast<int>(node.integer("to", 0));
  for (llvm::StringRef name : {"saturate", "round_mode"})
    node.ignore(name);
  Constant converted = from;
  converted.type = type;
  bool isKnown = llvm::is_contained({Proto::FLOAT, Proto::DOUBLE, Proto::FLOAT16, Proto::INT64,
                                     Proto::INT32, Proto::BOOL},
                                    type);
  if (!isKnown || (type == Proto::FLOAT16 && from.type != type))
    return node.fail("expects a conversion to float, double, int64, int32 or bool, got " +
                     typeName(type));
  // Stored weights stay where they are: f16 and bf16 are read as the f32 numbers they are.
  bool isExact = from.type != Proto::DOUBLE || type == Proto::DOUBLE;
  if (from.stored && from.isReal() && converted.isReal() && isExact)
    return Value::of(std::make_shared<Constant>(std::move(converted)));
  auto result = newConstant(node, type, from.shape);
  if (!result)
    return {};
  std::vector<double> reals = from.readReals();
  std::vector<int64_t> integers = from.readIntegers();
  for (int64_t i = 0, size = from.size(); i < size; ++i) {
    double real = from.isReal() ? reals[i] : static_cast<double>(integers[i]);
    bool fits = std::fabs(real) < 9.2e18;
    if (type == Proto::BOOL)
      result->integers[i] = real != 0;
    else if (type == Proto::FLOAT)
      result->reals[i] = static_cast<float>(real);
    else if (result->isReal())
      result->reals[i] = real;
    else
      result->integers[i] = !from.isReal() ? integers[i] : fits ? static_cast<int64_t>(real) : 0;
    if (type == Proto::INT32)
      result->integers[i] = static_cast<int32_t>(result->integers[i]);
  }
  return Value::of(std::move(result));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

/// The same elements under another shape.
static Value withShape(NodeImporter &node, std::optional<Shape> shape) {
  if (!shape)
    return {};
  auto result = std::make_shared<Constant>(*node.input(0).constant);
  if (result->isTransposed) { // row-major order is another one now
    result->reals = result->readReals();
    result->stored = std::nullopt;
    result->isTransposed = false;
  }
  result->shape = *shape;
  if (result->stored)
    result->stored->shape = *shape;
  return Value::of(std::move(result));
}

Value sinter::onnx::foldFlatten(NodeImporter &node) {
  return withShape(node, flattenedShape(node));
}
Value sinter::onnx::foldReshape(NodeImporter &node) { return withShape(node, reshapedShape(node)); }
Value sinter::onnx::foldSqueeze(NodeImporter &node) { return withShape(node, squeezedShape(node)); }
Value sinter::onnx::foldUnsqueeze(NodeImporter &node) {
  return withShape(node, unsqueezedShape(node));
}

Value sinter::onnx::foldTranspose(NodeImporter &node) {
  std::optional<Integers> permutation = permutationOf(node);
  if (!permutation)
    return {};
  const Constant &from = *node.input(0).constant;
  if (llvm::is_sorted(*permutation))
    return node.input(0);
  if (from.stored && from.isReal() && from.shape.size() == 2) {
    // The weights of a linear layer, of any size.
    auto result = std::make_shared<Constant>(from);
    std::swap(result->shape[0], result->shape[1]);
    result->isTransposed = !from.isTransposed;
    return Value::of(std::move(result));
  }
  Shape shape;
  for (int64_t dimension : *permutation)
    shape.push_back(from.shape[dimension]);
  return gather(node, from, shape, [&](ArrayRef<int64_t> position) {
    Integers source(position.size());
    for (auto [i, dimension] : llvm::enumerate(*permutation))
      source[dimension] = position[i];
    return offsetOf(source, from.shape);
  });
}

Value sinter::onnx::foldExpand(NodeImporter &node) {
  std::optional<Integers> target = node.integerInput(1, "shape");
  if (!target)
    return {};
  const Constant &from = *node.input(0).constant;
  std::optional<Shape> shape = broadcast(from.shape, *target);
  if (!shape)
    return node.fail("expects a shape that " + describe(from.shape) + " broadcasts to, got " +
                     describe(*target));
  return gather(node, from, *shape, [&](ArrayRef<int64_t> position) {
    return broadcastOffset(position, from.shape);
  });
}

int64_t sinter::onnx::broadcastOffset(ArrayRef<int64_t> position, ArrayRef<int64_t> shape) {
  int64_t offset = 0;
  for (auto [index, size] : llvm::zip(position.take_back(shape.size()), shape))
    offset = offset * size + (size == 1 ? 0 : index);
  return offset;
}

//===----------------------------------------------------------------------===//
// Concat, Slice, Gather
//===----------------------------------------------------------------------===//

Value sinter::onnx::foldConcat(NodeImporter &node) {
  const Constant &first = *node.input(0).constant;
  std::optional<int64_t> axis = node.axis(node.integer("axis", 1), first.shape.size());
  if (!axis)
    return {};
  Shape shape = first.shape;
  shape[*axis] = 0;
  for (unsigned i = 0; i < node.numInputs(); ++i) {
    const Constant &part = *node.input(i).constant;
    Shape expected = first.shape;
    if (part.shape.size() == expected.size())
      expected[*axis] = part.shape[*axis];
    if (part.shape != expected || part.isReal() != first.isReal())
      return node.fail("expects constants that fit together, got " + describe(first.shape) +
                       " and " + describe(part.shape));
    shape[*axis] += part.shape[*axis];
  }
  auto result = newConstant(node, first.type, shape);
  if (!result)
    return {};
  // The parts take turns, one row of what lies behind the axis each.
  int64_t rows = *numElements(ArrayRef(shape).take_front(*axis)), at = 0;
  std::vector<std::vector<double>> reals;
  std::vector<std::vector<int64_t>> integers;
  for (unsigned i = 0; i < node.numInputs(); ++i) {
    reals.push_back(node.input(i).constant->readReals());
    integers.push_back(node.input(i).constant->readIntegers());
  }
  for (int64_t row = 0; row < rows; ++row)
    for (unsigned i = 0; i < node.numInputs(); ++i) {
      int64_t length = node.input(i).constant->size() / rows;
      if (first.isReal())
        std::copy_n(reals[i].begin() + row * length, length, result->reals.begin() + at);
      else
        std::copy_n(integers[i].begin() + row * length, length, result->integers.begin() + at);
      at += length;
    }
  return Value::of(std::move(result));
}

Value sinter::onnx::foldSlice(NodeImporter &node) {
  std::optional<std::vector<Range>> ranges = slicedRanges(node);
  if (!ranges)
    return {};
  const Constant &from = *node.input(0).constant;
  Shape shape = from.shape;
  Integers starts(shape.size(), 0), steps(shape.size(), 1);
  for (const Range &range : *ranges) {
    shape[range.axis] = range.count;
    starts[range.axis] = range.start;
    steps[range.axis] = range.step;
  }
  return gather(node, from, shape, [&](ArrayRef<int64_t> position) {
    Integers source(position);
    for (size_t axis = 0; axis < source.size(); ++axis)
      source[axis] = starts[axis] + position[axis] * steps[axis];
    return offsetOf(source, from.shape);
  });
}

Value sinter::onnx::foldGather(NodeImporter &node) {
  const Constant &from = *node.input(0).constant, &indices = *node.input(1).constant;
  std::optional<int64_t> axis = node.axis(node.integer("axis", 0), from.shape.size());
  if (!axis)
    return {};
  if (indices.isReal())
    return node.fail("expects its indices to be integers, got " + typeName(indices.type));
  std::vector<int64_t> chosen = indices.readIntegers();
  int64_t size = from.shape[*axis];
  for (int64_t &index : chosen) {
    if (index < -size || index >= size)
      return node.fail("expects indices of " + Twine(size) + " elements, got " + Twine(index));
    index += index < 0 ? size : 0;
  }
  Shape shape(ArrayRef(from.shape).take_front(*axis));
  shape.append(indices.shape.begin(), indices.shape.end());
  shape.append(from.shape.begin() + *axis + 1, from.shape.end());
  size_t rank = indices.shape.size();
  return gather(node, from, shape, [&](ArrayRef<int64_t> position) {
    Integers source(position.take_front(*axis));
    source.push_back(chosen[offsetOf(position.slice(*axis, rank), indices.shape)]);
    source.append(position.begin() + *axis + rank, position.end());
    return offsetOf(source, from.shape);
  });
}
