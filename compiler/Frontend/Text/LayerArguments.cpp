//===- LayerArguments.cpp - What layers share -----------------------------===//
//
// Checked access to arguments, and construction of operations and weights.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Text/Layers.h"
#include "compiler/Frontend/Text/Limits.h"

#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/MathExtras.h"

using namespace sinter;
using namespace sinter::text;
using llvm::StringRef;
using llvm::Twine;
using Kind = Value::Kind;

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

/// "layer 'layer1.0.conv1' expects", or "'min' expects" for what is no layer.
static std::string subject(const std::optional<Site> &site, const Name &callee) {
  return site ? "layer '" + site->name + "' expects " : ("'" + callee.text + "' expects ").str();
}

Value Layers::reject(StringRef name, const Twine &expects) {
  const Bound &bound = argument(name);
  return elaborator.fail(bound.range, subject(site, callee) + "'" + name + "' to be " + expects +
                                          ", got " + bound.value.describe());
}

Value Layers::fail(const Twine &message) {
  return elaborator.fail(callee.range, subject(site, callee) + message);
}

mlir::Value Layers::tensor(StringRef name, size_t rank) {
  const Value &value = argument(name).value;
  StringRef form = rank == 4   ? "a feature map [N, C, H, W]"
                   : rank == 2 ? "a matrix [N, C]"
                               : "a tensor";
  if (value.isTensor() && (rank == 0 || value.shape().size() == rank))
    return value.tensor;
  bool flattens = rank == 2 && value.isTensor() && value.shape().size() == 4;
  if (flattens)
    elaborator.fail(argument(name).range, subject(site, callee) + "'" + name + "' to be " + form +
                                              ", got " + value.describe() +
                                              "; use flatten(...) before it");
  else
    reject(name, form);
  return nullptr;
}

std::optional<int64_t> Layers::integer(StringRef name, int64_t minimum, int64_t maximum) {
  const Value &value = argument(name).value;
  if (value.is(Kind::Integer) && value.integer >= minimum && value.integer <= maximum)
    return value.integer;
  if (value.is(Kind::Float))
    reject(name, "an integer ('//' divides integers)");
  else if (!value.is(Kind::Integer))
    reject(name, "an integer");
  else if (value.integer < minimum)
    reject(name, "at least " + Twine(minimum));
  else
    reject(name, "at most " + Twine(maximum));
  return std::nullopt;
}

std::optional<double> Layers::real(StringRef name, double minimum) {
  const Value &value = argument(name).value;
  if (value.isNumber() && value.asDouble() >= minimum)
    return value.asDouble();
  reject(name, minimum == 0 ? "a number of at least 0" : "a number");
  return std::nullopt;
}

std::optional<double> Layers::f32(StringRef name) {
  const Value &value = argument(name).value;
  if (value.isNumber() && nn::isFiniteF32(llvm::APFloat(value.asDouble())))
    return value.asDouble();
  reject(name, "a number that fits f32");
  return std::nullopt;
}

std::optional<bool> Layers::boolean(StringRef name) {
  const Value &value = argument(name).value;
  if (value.is(Kind::Bool))
    return value.integer != 0;
  reject(name, "true or false");
  return std::nullopt;
}

std::optional<nn::ActivationAttr> Layers::function(StringRef name) {
  const Value &value = argument(name).value;
  if (value.is(Kind::Activation))
    return value.activation;
  reject(name, "an activation such as relu");
  return std::nullopt;
}

std::optional<StringRef> Layers::key(StringRef name) {
  const Value &value = argument(name).value;
  if (value.is(Kind::String) && !value.string.empty() && value.string.size() <= 64)
    return value.string;
  reject(name, "a key such as \"fc1\"");
  return std::nullopt;
}

std::optional<Integers> Layers::integers(StringRef name, int64_t minimum) {
  const Value &value = argument(name).value;
  Integers result;
  if (value.is(Kind::List))
    result.assign(value.list.begin(), value.list.end());
  else if (value.is(Kind::Integer))
    result.push_back(value.integer);
  if (result.empty()) {
    if (value.is(Kind::Float))
      reject(name, "an integer ('//' divides integers)");
    else
      reject(name, "an integer or a list of integers");
    return std::nullopt;
  }
  for (int64_t element : result)
    if (element < minimum || element > limits::window) {
      elaborator.fail(argument(name).range,
                      subject(site, callee) + "'" + name + "' to be " +
                          (element < minimum ? "at least " : "at most ") +
                          Twine(element < minimum ? minimum : limits::window) + ", got " +
                          Twine(element));
      return std::nullopt;
    }
  return result;
}

std::optional<Integers> Layers::pair(StringRef name, int64_t minimum) {
  std::optional<Integers> values = integers(name, minimum);
  if (!values)
    return values;
  if (values->size() == 1)
    values->push_back(values->front());
  if (values->size() == 2)
    return values;
  reject(name, "an integer or a pair [vertical, horizontal]");
  return std::nullopt;
}

std::optional<Integers> Layers::padding() {
  std::optional<Integers> values = integers("padding", 0);
  if (!values || values->size() == 4)
    return values;
  if (values->size() == 1)
    return Integers(4, values->front());
  if (values->size() == 2)
    return Integers{(*values)[0], (*values)[1], (*values)[0], (*values)[1]};
  reject("padding", "an integer, [vertical, horizontal] or [top, left, bottom, right]");
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

bool Layers::begin(StringRef kind, bool hasWeights) {
  if (++elaborator.numLayers > limits::layers) {
    elaborator.stop(callee.range, "more than " + Twine(limits::layers) + " layers");
    return false;
  }
  std::string name;
  if (label) {
    if (!elaborator.reserve(*label))
      return false;
    name = elaborator.fullName(label->text);
  } else if (hasWeights) {
    elaborator.fail(callee.range,
                    "'" + kind + "' has weights and needs a name; write 'NAME: " + kind + "(...)'");
    return false;
  } else {
    name = elaborator.freeName(kind);
  }
  site = Site{name, callee.range, elaborator.locationOf(callee.range, name)};
  return true;
}

bool Layers::checkSize(llvm::ArrayRef<int64_t> shape, const Twine &what) {
  int64_t elements = 1;
  for (int64_t size : shape)
    if (llvm::MulOverflow(elements, size, elements) || elements > limits::elements) {
      fail(what + " to have at most " + Twine(limits::elements) + " elements, got " +
           describeShape(shape));
      return false;
    }
  return true;
}

mlir::Value Layers::weight(const Twine &key, llvm::ArrayRef<int64_t> shape) {
  std::string full = site->name + "." + key.str();
  if (!checkSize(shape, "'" + Twine(full) + "'"))
    return nullptr;
  if (!elaborator.keys.insert(full).second) {
    fail("keys of its own, got a second '" + full + "'");
    return nullptr;
  }
  auto type = mlir::RankedTensorType::get(shape, builder.getF32Type());
  return nn::ParameterOp::create(builder, site->loc, type, full);
}

Value Layers::finish(mlir::OperationState &state, Infer infer) {
  std::string why;
  llvm::SmallVector<mlir::Type> types;
  {
    // nn reports to the context; here the report gets the user's place.
    mlir::ScopedDiagnosticHandler handler(builder.getContext(), [&](mlir::Diagnostic &diagnostic) {
      if (why.empty())
        why = diagnostic.str();
    });
    if (failed(infer(types)))
      return elaborator.fail(callee.range, "layer '" + site->name + "' " +
                                               (why.empty() ? "does not fit its input" : why));
  }
  for (mlir::Type type : types)
    if (!checkSize(llvm::cast<mlir::ShapedType>(type).getShape(), "its result"))
      return {};
  state.addTypes(types);
  return Value::of(builder.create(state)->getResult(0));
}
