//===- FoldArithmetic.cpp - Arithmetic on constants -----------------------===//
//
// Integers are computed as such, with overflow reported; floats in double precision and rounded
// to f32 at once, which is what f32 arithmetic gives for one operation.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/Fold.h"

#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace sinter;
using namespace sinter::onnx;
using llvm::ArrayRef;
using llvm::StringRef;
using llvm::Twine;
using Proto = ::onnx::TensorProto;

namespace {

enum class Binary { Add, Sub, Mul, Div, Pow, Min, Max, Equal, Less, Greater, And, Or };

std::optional<Binary> binaryOf(StringRef op) {
  return llvm::StringSwitch<std::optional<Binary>>(op)
      .Cases({"Add", "Sum"}, Binary::Add)
      .Case("Sub", Binary::Sub)
      .Case("Mul", Binary::Mul)
      .Case("Div", Binary::Div)
      .Case("Pow", Binary::Pow)
      .Case("Min", Binary::Min)
      .Case("Max", Binary::Max)
      .Case("Equal", Binary::Equal)
      .Case("Less", Binary::Less)
      .Case("Greater", Binary::Greater)
      .Case("And", Binary::And)
      .Case("Or", Binary::Or)
      .Default(std::nullopt);
}

bool isLogical(Binary op) { return op >= Binary::Equal; }

double compute(Binary op, double a, double b) {
  switch (op) {
  case Binary::Add:
    return a + b;
  case Binary::Sub:
    return a - b;
  case Binary::Mul:
    return a * b;
  case Binary::Div:
    return a / b;
  case Binary::Pow:
    return std::pow(a, b);
  case Binary::Min:
    return std::min(a, b);
  case Binary::Max:
    return std::max(a, b);
  case Binary::Equal:
    return a == b;
  case Binary::Less:
    return a < b;
  case Binary::Greater:
    return a > b;
  case Binary::And:
    return a && b;
  case Binary::Or:
    return a || b;
  }
  llvm_unreachable("an operator not covered");
}

/// Nothing where the result is no 64-bit integer.
std::optional<int64_t> compute(Binary op, int64_t a, int64_t b) {
  int64_t result;
  switch (op) {
  case Binary::Add:
    return llvm::AddOverflow(a, b, result) ? std::nullopt : std::optional(result);
  case Binary::Sub:
    return llvm::SubOverflow(a, b, result) ? std::nullopt : std::optional(result);
  case Binary::Mul:
    return llvm::MulOverflow(a, b, result) ? std::nullopt : std::optional(result);
  case Binary::Div:
    return b == 0 || (a == INT64_MIN && b == -1) ? std::nullopt : std::optional(a / b);
  case Binary::Pow:
    return std::nullopt;
  case Binary::Min:
    return std::min(a, b);
  case Binary::Max:
    return std::max(a, b);
  case Binary::Equal:
    return a == b;
  case Binary::Less:
    return a < b;
  case Binary::Greater:
    return a > b;
  case Binary::And:
    return a && b;
  case Binary::Or:
    return a || b;
  }
  llvm_unreachable("an operator not covered");
}

double rounded(int type, double value) {
  return type == Proto::DOUBLE ? value : static_cast<float>(value);
}

/// `lhs op rhs`; null after a report.
ConstantRef combine(NodeImporter &node, Binary op, const Constant &lhs, const Constant &rhs) {
  std::optional<Shape> shape = broadcast(lhs.shape, rhs.shape);
  if (!shape || lhs.isReal() != rhs.isReal()) {
    node.fail("expects two constants that fit, got " + typeName(lhs.type) + " " +
              describe(lhs.shape) + " and " + typeName(rhs.type) + " " + describe(rhs.shape));
    return nullptr;
  }
  auto result = newConstant(node, isLogical(op) ? int(Proto::BOOL) : lhs.type, *shape);
  if (!result)
    return nullptr;
  std::vector<double> reals[2] = {lhs.readReals(), rhs.readReals()};
  std::vector<int64_t> integers[2] = {lhs.readIntegers(), rhs.readIntegers()};
  Integers position(shape->size(), 0);
  for (int64_t i = 0, size = result->size(); i < size; ++i) {
    int64_t a = broadcastOffset(position, lhs.shape), b = broadcastOffset(position, rhs.shape);
    if (lhs.isReal()) {
      double value = compute(op, reals[0][a], reals[1][b]);
      if (isLogical(op))
        result->integers[i] = value != 0;
      else
        result->reals[i] = rounded(lhs.type, value);
    } else {
      std::optional<int64_t> value = compute(op, integers[0][a], integers[1][b]);
      if (!value) {
        node.fail("expects integers that it can compute with, got " + Twine(integers[0][a]) +
                  " and " + Twine(integers[1][b]));
        return nullptr;
      }
      result->integers[i] = *value;
    }
    for (size_t axis = shape->size(); axis-- > 0 && ++position[axis] == (*shape)[axis];)
      position[axis] = 0;
  }
  return result;
}

} // namespace

Value sinter::onnx::foldBinary(NodeImporter &node) {
  std::optional<Binary> op = binaryOf(node.op());
  ConstantRef result = node.input(0).constant;
  for (unsigned i = 1; i < node.numInputs() && result; ++i)
    result = combine(node, *op, *result, *node.input(i).constant);
  return result ? Value::of(result) : Value();
}

Value sinter::onnx::foldUnary(NodeImporter &node) {
  const Constant &from = *node.input(0).constant;
  auto result = newConstant(node, from.type, from.shape);
  if (!result)
    return {};
  if (!from.isReal()) {
    std::vector<int64_t> values = from.readIntegers();
    bool isNot = node.op() == "Not";
    if (!isNot && node.op() != "Neg")
      return node.fail("expects a float constant, got " + typeName(from.type));
    for (auto [out, value] : llvm::zip(result->integers, values))
      out = isNot ? value == 0 : value == INT64_MIN ? value : -value;
    return Value::of(std::move(result));
  }
  using Function = double (*)(double);
  Function function = llvm::StringSwitch<Function>(node.op())
                          .Case("Neg", [](double x) { return -x; })
                          .Case("Abs", [](double x) { return std::fabs(x); })
                          .Case("Sqrt", [](double x) { return std::sqrt(x); })
                          .Case("Reciprocal", [](double x) { return 1 / x; })
                          .Case("Floor", [](double x) { return std::floor(x); })
                          .Case("Ceil", [](double x) { return std::ceil(x); })
                          .Default(nullptr);
  if (!function)
    return node.fail("expects a bool constant, got " + typeName(from.type));
  std::vector<double> values = from.readReals();
  for (auto [out, value] : llvm::zip(result->reals, values))
    out = rounded(from.type, function(value));
  return Value::of(std::move(result));
}

Value sinter::onnx::foldWhere(NodeImporter &node) {
  const Constant &condition = *node.input(0).constant, &yes = *node.input(1).constant,
                 &no = *node.input(2).constant;
  std::optional<Shape> shape = broadcast(yes.shape, no.shape);
  if (shape)
    shape = broadcast(condition.shape, *shape);
  if (!shape || yes.isReal() != no.isReal() || condition.isReal())
    return node.fail("expects three constants that fit, got " + describe(condition.shape) + ", " +
                     describe(yes.shape) + " and " + describe(no.shape));
  auto result = newConstant(node, yes.type, *shape);
  if (!result)
    return {};
  std::vector<int64_t> conditions = condition.readIntegers();
  std::vector<double> reals[2] = {no.readReals(), yes.readReals()};
  std::vector<int64_t> integers[2] = {no.readIntegers(), yes.readIntegers()};
  Integers position(shape->size(), 0);
  for (int64_t i = 0, size = result->size(); i < size; ++i) {
    bool chosen = conditions[broadcastOffset(position, condition.shape)] != 0;
    int64_t at = broadcastOffset(position, chosen ? yes.shape : no.shape);
    if (result->isReal())
      result->reals[i] = reals[chosen][at];
    else
      result->integers[i] = integers[chosen][at];
    for (size_t axis = shape->size(); axis-- > 0 && ++position[axis] == (*shape)[axis];)
      position[axis] = 0;
  }
  return Value::of(std::move(result));
}

/// The number of elements of a part of a shape.
Value sinter::onnx::foldReduceProd(NodeImporter &node) {
  const Constant &from = *node.input(0).constant;
  bool keepsDimensions = node.integer("keepdims", 1) != 0;
  std::optional<Integers> axes =
      node.hasInput(1) ? node.integerInput(1, "axes") : node.integers("axes");
  node.ignore("noop_with_empty_axes");
  if (node.hasFailed())
    return {};
  if (from.isReal() || from.shape.size() != 1 || (axes && axes->size() != 1))
    return node.fail("expects the product of a list of integers, got " + typeName(from.type) + " " +
                     describe(from.shape));
  auto result = newConstant(node, from.type, keepsDimensions ? Shape{1} : Shape{});
  result->integers[0] = 1;
  for (int64_t value : from.readIntegers())
    if (llvm::MulOverflow(result->integers[0], value, result->integers[0]))
      return node.fail("expects a product of 64 bits, got a larger one");
  return Value::of(std::move(result));
}
