//===- NodeImporter.cpp - One node of an ONNX graph -----------------------===//

#include "compiler/Frontend/ONNX/NodeImporter.h"

#include "compiler/Support/Location.h"
#include "compiler/Support/Quote.h"

#include "mlir/IR/Diagnostics.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;
using llvm::Twine;

NodeImporter::NodeImporter(Importer &importer, const ::onnx::NodeProto &node, int index)
    : builder(importer.builder), importer(importer), node(node), index(index) {
  static const Value absent;
  for (const std::string &name : node.input())
    inputs.push_back(name.empty() ? &absent : &importer.lookup(name));
}

Value NodeImporter::fail(const Twine &message) {
  failed = true;
  importer.reportNode(index, message);
  return {};
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

/// What Value has that nn cannot express.
static std::string describeView(const Value &value) {
  if (!value.permutation.empty())
    return "one transposed by " + describe(value.permutation);
  if (value.border)
    return "one with a border from Pad";
  if (value.isExpanded)
    return "one repeated by Expand";
  return describe(value.shape);
}

bool NodeImporter::allConstant() const {
  return llvm::all_of(llvm::enumerate(inputs), [&](auto entry) {
    return entry.value()->constant || !hasInput(entry.index());
  });
}

bool NodeImporter::expectData(unsigned index) {
  if (input(index).isData())
    return true;
  fail("expects its input " + quoted(node.input(index)) +
       " to depend on the network's input, got a constant");
  return false;
}

mlir::Value NodeImporter::map(unsigned index) {
  std::optional<PaddedMap> padded = paddedMap(index);
  if (!padded)
    return nullptr;
  if (!padded->hasBorder())
    return padded->map;
  fail("expects no border around its input, got one from Pad; only Conv, MaxPool and AveragePool "
       "take it into their own padding");
  return nullptr;
}

std::optional<PaddedMap> NodeImporter::paddedMap(unsigned index) {
  if (!expectData(index))
    return std::nullopt;
  const Value &value = input(index);
  if (value.shape.size() == 4 && value.border && value.permutation.empty())
    return PaddedMap{value.base, value.border->pixels, value.border->value};
  if (value.shape.size() == 4 && value.isPlain())
    return PaddedMap{value.base};
  bool isTransposed = !value.permutation.empty();
  fail("expects a map [N, C, H, W], got " + describeView(value) +
       (isTransposed ? "; export the network with its channels first, NCHW" : ""));
  return std::nullopt;
}

mlir::Value NodeImporter::matrix(unsigned index) {
  if (!expectData(index))
    return nullptr;
  const Value &value = input(index);
  if (value.shape.size() == 2 && value.isPlain())
    return value.base;
  fail("expects a matrix [N, C], got " + describeView(value) +
       (value.shape.size() > 2 ? "; flatten it before" : ""));
  return nullptr;
}

ConstantRef NodeImporter::constant(unsigned index, StringRef what) {
  if (!hasInput(index)) {
    fail("expects its " + what + " as input " + Twine(index) + ", got none");
    return nullptr;
  }
  if (input(index).constant)
    return input(index).constant;
  fail("expects its " + what + " " + quoted(node.input(index)) +
       " to be a constant, got a tensor that depends on the network's input");
  return nullptr;
}

std::optional<Integers> NodeImporter::integerInput(unsigned index, StringRef what) {
  ConstantRef values = constant(index, what);
  if (!values)
    return std::nullopt;
  // Two for each dimension at most, which is what pads have.
  if (values->isReal() || values->shape.size() > 1 || values->size() > 2 * maxRank) {
    fail("expects its " + what + " to be a list of at most " + Twine(2 * maxRank) +
         " integers, got " + typeName(values->type) + " " + describe(values->shape));
    return std::nullopt;
  }
  std::vector<int64_t> integers = values->readIntegers();
  return Integers(integers.begin(), integers.end());
}

std::optional<double> NodeImporter::scalarInput(unsigned index, StringRef what) {
  ConstantRef value = constant(index, what);
  if (!value)
    return std::nullopt;
  if (!value->isReal() || value->size() != 1) {
    fail("expects its " + what + " to be one number, got " + typeName(value->type) + " " +
         describe(value->shape));
    return std::nullopt;
  }
  return widen(static_cast<float>(value->readReals().front()));
}

bool NodeImporter::isOnlyReader(unsigned index) const {
  mlir::Value base = input(index).base;
  StringRef name = node.input(index);
  while (importer.index.numUses(name) == 1) {
    int maker = importer.index.maker(name);
    if (maker < 0)
      return false;
    name = importer.graph.node(maker).input(0);
    // What the node that makes the base reads is another value.
    auto before = importer.values.find(name);
    if (before == importer.values.end() || before->second.base != base)
      return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Construction
//===----------------------------------------------------------------------===//

void NodeImporter::begin(StringRef kind, const Constant *weight) {
  layer = importer.layers.layer(node, kind, weight ? StringRef(weight->name) : StringRef());
  loc = importer.locationOf(index, layer);
}

void NodeImporter::join(mlir::Operation *op) {
  loc = op->getLoc();
  layer = layerOf(*loc);
}

mlir::Value NodeImporter::parameter(StringRef key, llvm::ArrayRef<int64_t> shape,
                                    llvm::function_ref<bool(StringRef key)> add) {
  auto type = mlir::RankedTensorType::get(shape, builder.getF32Type());
  if (!nn::hasBoundedShape(type)) {
    fail("expects weight " + quoted(key) + " to have 1 to " + Twine(nn::maxSize) +
         " elements, got " + describe(shape));
    return nullptr;
  }
  // One tensor may be read in several ways; each has a key of its own.
  std::string unique = key.str();
  for (unsigned count = 1; !add(unique); ++count)
    unique = (key + "_" + Twine(count)).str();
  return nn::ParameterOp::create(builder, *loc, type, unique);
}

static std::vector<float> toFloats(const std::vector<double> &values) {
  return std::vector<float>(values.begin(), values.end());
}

mlir::Value NodeImporter::weight(const Constant &constant, llvm::ArrayRef<int64_t> shape) {
  if (!constant.isReal()) {
    fail("expects its weight " + quoted(constant.name) + " to be float, got " +
         typeName(constant.type));
    return nullptr;
  }
  bool isStored = constant.stored && constant.stored->type != ::onnx::TensorProto::DOUBLE;
  if (!isStored && !spend(constant.size()))
    return nullptr;
  return parameter(constant.name, shape, [&](StringRef key) {
    if (isStored && constant.isTransposed)
      return importer.weights->addTransposed(key, *constant.stored);
    if (isStored)
      return importer.weights->addStored(key, *constant.stored, shape);
    return importer.weights->addComputed(key, shape, toFloats(constant.readReals()));
  });
}

mlir::Value NodeImporter::transposedWeight(const Constant &constant) {
  Constant transposed = constant;
  std::swap(transposed.shape[0], transposed.shape[1]);
  if (constant.stored) {
    transposed.isTransposed = !constant.isTransposed;
  } else {
    for (int64_t row = 0; row < transposed.shape[0]; ++row)
      for (int64_t column = 0; column < transposed.shape[1]; ++column)
        transposed.reals[row * transposed.shape[1] + column] =
            constant.reals[column * constant.shape[1] + row];
  }
  return weight(transposed, transposed.shape);
}

mlir::Value NodeImporter::computedWeight(const Twine &key, llvm::ArrayRef<int64_t> shape,
                                         std::vector<float> values) {
  if (!spend(values.size()))
    return nullptr;
  return parameter((layer + "." + key).str(), shape, [&](StringRef unique) {
    return importer.weights->addComputed(unique, shape, values);
  });
}

mlir::Value NodeImporter::finish(mlir::OperationState &state, Infer infer) {
  // A sum of many inputs is many operations.
  if (++importer.numOperations > maxNodes) {
    fail("expects a network of at most " + Twine(maxNodes) + " operations, got more");
    return nullptr;
  }
  std::string why;
  llvm::SmallVector<mlir::Type> types;
  {
    // nn reports to the context; here the report gets the node's name.
    mlir::ScopedDiagnosticHandler handler(builder.getContext(), [&](mlir::Diagnostic &diagnostic) {
      if (why.empty())
        why = diagnostic.str();
    });
    if (mlir::failed(infer(types))) {
      fail(why.empty() ? "expects other shapes" : why);
      return nullptr;
    }
  }
  state.addTypes(types);
  return builder.create(state)->getResult(0);
}

bool NodeImporter::spend(uint64_t numbers) {
  importer.spent += numbers;
  if (importer.spent <= importer.maxSpent)
    return true;
  if (!failed)
    fail("expects at most " + Twine(importer.maxSpent) +
         " numbers to be computed from the model's constants, got more");
  return false;
}
