//===- ImportShape.cpp - Operators that move no pixel ---------------------===//
//
// Reshapes between maps of one pixel and matrices, and a map's flattening, are nn operations;
// other shapes, transposes and repetitions wait in the view for what cancels them.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::ArrayRef;
using llvm::isa_and_nonnull;
using llvm::Twine;

Value sinter::onnx::importIdentity(NodeImporter &node) { return node.input(0); }

Value sinter::onnx::importDropout(NodeImporter &node) {
  for (llvm::StringRef name : {"ratio", "seed", "is_test"})
    node.ignore(name);
  if (node.hasInput(2)) {
    ConstantRef training = node.constant(2, "training_mode");
    if (!training)
      return {};
    std::vector<int64_t> values = training->readIntegers();
    if (!values.empty() && values.front() != 0)
      return node.fail("expects its training_mode to be false, got true; export the network for "
                       "inference");
  }
  return node.input(0);
}

Value sinter::onnx::importCast(NodeImporter &node) {
  int64_t type = node.integer("to", 0);
  for (llvm::StringRef name : {"saturate", "round_mode"})
    node.ignore(name);
  if (type == ::onnx::TensorProto::FLOAT)
    return node.input(0);
  return node.fail("expects a network that computes in float, got a conversion to " +
                   typeName(type) + "; export the model in f32");
}

static Value integersValue(NodeImporter &node, std::vector<int64_t> values, Shape shape) {
  auto constant = std::make_shared<Constant>();
  constant->name = node.outputName().str();
  constant->shape = std::move(shape);
  constant->type = ::onnx::TensorProto::INT64;
  constant->integers = std::move(values);
  return Value::of(std::move(constant));
}

Value sinter::onnx::importShape(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.input(0).shape;
  int64_t rank = shape.size();
  // Bounds beyond the tensor are moved to its ends.
  auto bound = [&](llvm::StringRef name, int64_t otherwise) {
    int64_t value = node.integer(name, otherwise);
    return std::clamp<int64_t>(value < 0 ? std::max<int64_t>(value, -rank) + rank : value, 0, rank);
  };
  int64_t start = bound("start", 0), end = std::max(bound("end", rank), start);
  ArrayRef<int64_t> slice = shape.slice(start, end - start);
  return integersValue(node, slice.vec(), {end - start});
}

Value sinter::onnx::importSize(NodeImporter &node) {
  return integersValue(node, {*numElements(node.input(0).shape)}, {});
}

//===----------------------------------------------------------------------===//
// The shapes
//===----------------------------------------------------------------------===//

std::optional<Shape> sinter::onnx::flattenedShape(NodeImporter &node) {
  ArrayRef<int64_t> shape = node.input(0).shape;
  int64_t rank = shape.size(), axis = node.integer("axis", 1);
  if (axis < -rank || axis > rank) {
    node.fail("expects an axis of a tensor of " + Twine(rank) + " dimensions, got " + Twine(axis));
    return std::nullopt;
  }
  ArrayRef<int64_t> outer = shape.take_front(axis < 0 ? axis + rank : axis);
  return Shape{*numElements(outer), *numElements(shape.drop_front(outer.size()))};
}

std::optional<Shape> sinter::onnx::reshapedShape(NodeImporter &node) {
  std::optional<Integers> target = node.integerInput(1, "shape");
  bool allowsZero = node.integer("allowzero", 0) != 0;
  if (!target)
    return std::nullopt;
  ArrayRef<int64_t> from = node.input(0).shape;
  Shape shape;
  std::optional<size_t> open; // the dimension that the others leave
  int64_t known = 1, total = *numElements(from);
  bool isValid = target->size() <= 8;
  for (auto [i, size] : llvm::enumerate(*target)) {
    bool copies = size == 0 && !allowsZero;
    isValid &= size >= -1 && !(copies && i >= from.size()) && !(size == -1 && open);
    if (!isValid)
      break;
    if (size == -1)
      open = i;
    shape.push_back(size == -1 ? 1 : copies ? from[i] : size);
    isValid &= !llvm::MulOverflow(known, shape.back(), known);
  }
  if (isValid && open && known > 0)
    shape[*open] = total / known;
  if (isValid && numElements(shape) == total)
    return shape;
  node.fail("expects a shape for the elements of " + describe(from) + ", got " + describe(*target));
  return std::nullopt;
}

/// The axes of Squeeze and Unsqueeze: an attribute before opset 13, then an input.
static std::optional<Integers> axesOf(NodeImporter &node) {
  if (node.hasInput(1))
    return node.integerInput(1, "axes");
  return node.integers("axes");
}

std::optional<Shape> sinter::onnx::squeezedShape(NodeImporter &node) {
  ArrayRef<int64_t> from = node.input(0).shape;
  std::optional<Integers> axes = axesOf(node);
  if (axes)
    axes = node.axes(*axes, from.size());
  if (node.hasFailed())
    return std::nullopt;
  Shape shape;
  for (auto [i, size] : llvm::enumerate(from)) {
    bool isNamed = axes && llvm::is_contained(*axes, static_cast<int64_t>(i));
    if (isNamed && size != 1) {
      node.fail("expects dimension " + Twine(i) + " to be 1, got " + describe(from));
      return std::nullopt;
    }
    if (axes ? !isNamed : size != 1)
      shape.push_back(size);
  }
  return shape;
}

std::optional<Shape> sinter::onnx::unsqueezedShape(NodeImporter &node) {
  ArrayRef<int64_t> from = node.input(0).shape;
  std::optional<Integers> axes = axesOf(node);
  if (!axes && !node.hasFailed())
    node.fail("expects axes, got none");
  if (axes)
    axes = node.axes(*axes, from.size() + axes->size());
  if (!axes)
    return std::nullopt;
  Shape shape(from);
  for (int64_t axis : *axes)
    shape.insert(shape.begin() + axis, 1);
  return shape;
}

std::optional<Integers> sinter::onnx::permutationOf(NodeImporter &node) {
  size_t rank = node.input(0).shape.size();
  Integers permutation = node.integers("perm").value_or(Integers());
  if (!node.hasAttribute("perm"))
    for (size_t i = rank; i-- > 0;)
      permutation.push_back(i);
  Integers sorted(permutation);
  llvm::sort(sorted);
  bool isValid = sorted.size() == rank;
  for (auto [i, dimension] : llvm::enumerate(sorted))
    isValid &= dimension == static_cast<int64_t>(i);
  if (isValid)
    return permutation;
  node.fail("expects attribute 'perm' to permute " + Twine(rank) + " dimensions, got " +
            describe(permutation));
  return std::nullopt;
}

std::optional<Shape> sinter::onnx::broadcast(ArrayRef<int64_t> lhs, ArrayRef<int64_t> rhs) {
  if (lhs.size() < rhs.size())
    std::swap(lhs, rhs);
  Shape shape(lhs);
  size_t missing = lhs.size() - rhs.size();
  for (auto [i, size] : llvm::enumerate(rhs)) {
    int64_t &other = shape[missing + i];
    if (other != size && other != 1 && size != 1)
      return std::nullopt;
    other = other == 1 ? size : other;
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// Reshapes
//===----------------------------------------------------------------------===//

static ArrayRef<int64_t> shapeOf(mlir::Value value) {
  return llvm::cast<mlir::ShapedType>(value.getType()).getShape();
}

mlir::Value sinter::onnx::toMap(NodeImporter &node, mlir::Value input) {
  return shapeOf(input).size() == 4 ? input : node.emit<nn::UnflattenOp>(input);
}

mlir::Value sinter::onnx::toMatrix(NodeImporter &node, mlir::Value input) {
  return shapeOf(input).size() == 2 ? input : node.emit<nn::FlattenOp>(input);
}

Value sinter::onnx::reshape(NodeImporter &node, const Value &value, ArrayRef<int64_t> shape) {
  if (ArrayRef(value.shape) == shape)
    return value;
  if (!value.isPlain() && !value.isReshaped())
    return node.fail("expects to reshape what is stored in order, got a tensor with a Transpose, "
                     "Pad or Expand before it");
  if (!shape.empty() && !value.shape.empty() && value.shape[0] > 1 && shape[0] != value.shape[0])
    return node.fail("expects to keep the batch of " + Twine(value.shape[0]) + ", got " +
                     describe(shape) + "; export the network with a dynamic batch size");
  // What an earlier reshape came from may have the shape already.
  for (mlir::Value base = value.base; base;) {
    if (shapeOf(base) == shape)
      return Value::of(base);
    mlir::Operation *op = base.getDefiningOp();
    base = isa_and_nonnull<nn::FlattenOp, nn::UnflattenOp>(op) ? op->getOperand(0) : nullptr;
  }
  bool isMatrix = shape.size() == 2;
  bool isMap = shape.size() == 4 && shape[2] == 1 && shape[3] == 1;
  bool keepsBatch = !shape.empty() && shape[0] == value.baseShape()[0];
  if (keepsBatch && isMatrix && value.baseShape().size() == 4) {
    node.begin("flatten");
    return Value::of(toMatrix(node, value.base));
  }
  if (keepsBatch && isMap) {
    node.begin("unflatten");
    mlir::Value matrix = toMatrix(node, value.base);
    if (matrix && shapeOf(matrix) == shape.take_front(2))
      return Value::of(toMap(node, matrix));
  }
  Value result = value;
  result.shape.assign(shape.begin(), shape.end());
  return result;
}

Value sinter::onnx::importFlatten(NodeImporter &node) {
  std::optional<Shape> shape = flattenedShape(node);
  return shape ? reshape(node, node.input(0), *shape) : Value();
}

Value sinter::onnx::importReshape(NodeImporter &node) {
  std::optional<Shape> shape = node.expectData(0) ? reshapedShape(node) : std::nullopt;
  return shape ? reshape(node, node.input(0), *shape) : Value();
}

Value sinter::onnx::importSqueeze(NodeImporter &node) {
  std::optional<Shape> shape = node.expectData(0) ? squeezedShape(node) : std::nullopt;
  return shape ? reshape(node, node.input(0), *shape) : Value();
}

Value sinter::onnx::importUnsqueeze(NodeImporter &node) {
  std::optional<Shape> shape = node.expectData(0) ? unsqueezedShape(node) : std::nullopt;
  return shape ? reshape(node, node.input(0), *shape) : Value();
}

//===----------------------------------------------------------------------===//
// Transpose and Expand
//===----------------------------------------------------------------------===//

/// True if `permutation` leaves all dimensions of more than one element in their order.
static bool keepsOrder(ArrayRef<int64_t> permutation, ArrayRef<int64_t> shape) {
  int64_t last = -1;
  for (int64_t dimension : permutation) {
    if (shape[dimension] == 1)
      continue;
    if (dimension < last)
      return false;
    last = dimension;
  }
  return true;
}

Value sinter::onnx::importTranspose(NodeImporter &node) {
  std::optional<Integers> permutation = permutationOf(node);
  if (!permutation)
    return {};
  const Value &value = node.input(0);
  Value result = value;
  for (auto [i, dimension] : llvm::enumerate(*permutation))
    result.shape[i] = value.shape[dimension];
  if (keepsOrder(*permutation, value.shape) && (value.isPlain() || value.isReshaped()))
    return reshape(node, value, result.shape);
  if (value.isExpanded || value.isReshaped())
    return node.fail("expects a map [N, C, H, W] or a matrix [N, C], got a tensor with a Reshape "
                     "or Expand before it");
  // One permutation after another.
  for (int64_t &dimension : *permutation)
    dimension = value.permutation.empty() ? dimension : value.permutation[dimension];
  if (llvm::is_sorted(*permutation))
    permutation->clear();
  result.permutation = std::move(*permutation);
  return result;
}

Value sinter::onnx::importExpand(NodeImporter &node) {
  std::optional<Integers> target =
      node.expectData(0) ? node.integerInput(1, "shape") : std::nullopt;
  if (!target)
    return {};
  const Value &value = node.input(0);
  std::optional<Shape> shape = broadcast(value.shape, *target);
  if (!shape)
    return node.fail("expects a shape that " + describe(value.shape) + " broadcasts to, got " +
                     describe(*target));
  if (ArrayRef(*shape) == ArrayRef(value.shape))
    return value;
  bool isGate = value.isPlain() && value.shape.size() == 4 && value.shape[2] == 1 &&
                value.shape[3] == 1 && shape->size() == 4 && (*shape)[0] == value.shape[0] &&
                (*shape)[1] == value.shape[1];
  if (!isGate || !numElements(*shape))
    return node.fail("expects to repeat a map [N, C, 1, 1] over height and width, got " +
                     describe(value.shape) + " to " + describe(*shape));
  Value result = value;
  result.shape = std::move(*shape);
  result.isExpanded = true;
  return result;
}
