//===- Importer.cpp - A graph becomes a function --------------------------===//
//
// Imports the nodes that the outputs depend on, one after the other. A node that does not fit
// is reported and makes poison, so that all such nodes are listed in one run and what depends
// on them is silent.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/NodeImporter.h"

#include "compiler/Support/Quote.h"

#include "mlir/IR/Verifier.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::cast;
using llvm::isa;
using llvm::StringRef;
using llvm::Twine;

/// Errors shown before giving up.
constexpr unsigned maxErrors = 50;
/// Numbers that a model may compute from its constants, and as many more as it has bytes: an
/// operator of a few bytes makes a million.
constexpr uint64_t maxComputed = 16 << 20;
/// Reading a number takes that much less than one that is kept.
constexpr uint64_t readsPerNumber = 16;

ImportedModel sinter::onnx::importModel(StringRef path, mlir::MLIRContext &context,
                                        const Options &options, ErrorList &errors) {
  llvm::Expected<std::unique_ptr<ModelFile>> file = ModelFile::open(path);
  if (!file) {
    errors.push_back(llvm::toString(file.takeError()));
    return {};
  }
  context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
  return Importer(std::move(*file), context, options, errors).run();
}

Importer::Importer(std::shared_ptr<ModelFile> file, mlir::MLIRContext &context,
                   const Options &options, ErrorList &errors)
    : file(file), graph(file->model().graph()), builder(&context), options(options),
      errors(errors), maxSpent(maxComputed + file->model().ByteSizeLong()), index(graph),
      weights(std::make_unique<ModelWeights>(file)) {}

void Importer::report(const Twine &message) {
  if (numErrors < maxErrors)
    errors.push_back((file->path() + ": " + message).str());
  else if (numErrors == maxErrors)
    errors.push_back((file->path() + ": too many errors, the rest is not shown").str());
  ++numErrors;
}

void Importer::reportNode(int index, const Twine &message) {
  const ::onnx::NodeProto &node = graph.node(index);
  StringRef output = node.output_size() ? StringRef(node.output(0)) : StringRef();
  std::string name =
      node.name().empty() ? "that makes " + quoted(output) : quoted(node.name());
  // An operator's name stands in no quotes: it is checked to be one, or escaped.
  std::string op = quoted(node.op_type());
  report("node " + name + " (" + StringRef(op).drop_front().drop_back() + "): " + message);
}

/// The place is the node's number in the file, counted from 1; 0 is the graph itself.
mlir::Location Importer::locationOf(int node, StringRef name) {
  auto place = mlir::FileLineColLoc::get(builder.getContext(), file->path(), node + 1, 1);
  if (name.empty())
    return place;
  return mlir::NameLoc::get(builder.getStringAttr(name), place);
}

ImportedModel Importer::run() {
  auto reportGraph = [&](int node, const Twine &message) {
    if (node < 0)
      report(message);
    else
      reportNode(node, message);
  };
  if (!checkModel() || !index.build(reportGraph))
    return {};
  std::string name = networkName(graph, file->path());
  mlir::Location loc = locationOf(-1, "");
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto function =
      mlir::func::FuncOp::create(builder, loc, name, builder.getFunctionType({}, {}));
  mlir::Block *entry = function.addEntryBlock();
  // Without its inputs nothing of a network can be checked.
  if (!addInputs(*entry))
    return {};
  builder.setInsertionPointToEnd(entry);
  for (int node : index.order())
    importNode(node);
  if (!addOutputs(function) || numErrors)
    return {};
  eraseUnused(*entry);
  if (failed(mlir::verify(*module))) {
    report("expects a network that can be verified, got one that cannot");
    return {};
  }
  return {std::move(module), std::move(weights)};
}

bool Importer::checkModel() {
  // ModelFile has seen that there is one opset of ai.onnx, and that it is one we read.
  for (const auto &opsetId : file->model().opset_import())
    if (opsetId.domain().empty() || opsetId.domain() == "ai.onnx")
      opset = opsetId.version();
  for (const auto &tensor : graph.sparse_initializer())
    report("expects dense initializers, got a sparse one, " + quoted(tensor.values().name()) +
           "; store it with all its values");
  if (graph.node_size() > maxNodes)
    report("expects at most " + Twine(maxNodes) + " nodes, got " + Twine(graph.node_size()));
  if (graph.output_size() == 0)
    report("expects a graph with an output, got none");
  return numErrors == 0;
}

//===----------------------------------------------------------------------===//
// Inputs and outputs
//===----------------------------------------------------------------------===//

bool Importer::addInputs(mlir::Block &entry) {
  bool isValid = true;
  for (const auto &input : graph.input())
    if (!index.initializer(input.name()))
      isValid &= addInput(input, entry);
  if (isValid && entry.getNumArguments() == 0)
    report("expects a graph with an input, got none");
  return numErrors == 0;
}

bool Importer::addInput(const ::onnx::ValueInfoProto &input, mlir::Block &entry) {
  std::string name = "input " + quoted(input.name());
  if (!input.type().has_tensor_type()) {
    report("expects " + name + " to be a tensor");
    return false;
  }
  int type = input.type().tensor_type().elem_type();
  if (type != ::onnx::TensorProto::FLOAT) {
    report("expects " + name + " to be float, got " + typeName(type) +
           "; export the model in f32, with what converts its input left out");
    return false;
  }
  std::optional<Shape> shape = inputShape(input);
  if (!shape)
    return false;
  auto tensor = mlir::RankedTensorType::get(*shape, builder.getF32Type());
  if (!nn::hasBoundedShape(tensor)) {
    report("expects " + name + " to have 1 to " + Twine(nn::maxSize) + " elements, got " +
           describe(*shape));
    return false;
  }
  std::string identifier = tensors.identifier(input.name(), "input");
  values[input.name()] = Value::of(entry.addArgument(tensor, locationOf(-1, identifier)));
  return true;
}

std::optional<Shape> Importer::inputShape(const ::onnx::ValueInfoProto &input) {
  std::string name = "input " + quoted(input.name());
  const auto &type = input.type().tensor_type();
  if (type.shape().dim_size() != 4 && type.shape().dim_size() != 2) {
    report("expects " + name + " to have dimensions [N, C, H, W] or [N, C], got " +
           (type.has_shape() ? Twine(type.shape().dim_size()) : Twine("an unknown number")));
    return std::nullopt;
  }
  Shape shape;
  for (const auto &dimension : type.shape().dim()) {
    size_t position = shape.size();
    shape.push_back(dimension.dim_value());
    if (position == 0 && options.batch)
      shape[0] = *options.batch;
    else if (shape.back() > 0)
      continue;
    else if (position == 0)
      report("expects a batch size for " + name + ", whose first dimension is " +
             quoted(dimension.dim_param()) + "; give --batch N");
    else if (dimension.has_dim_param())
      report("expects dimension " + Twine(position) + " of " + name + " to be a number, got " +
             quoted(dimension.dim_param()) +
             "; fix it with: python3 -m onnxruntime.tools.make_dynamic_shape_fixed");
    else
      report("expects dimension " + Twine(position) + " of " + name +
             " to be a number of at least 1, got " + Twine(shape.back()));
  }
  return numErrors ? std::nullopt : std::optional(shape);
}

bool Importer::addOutputs(mlir::func::FuncOp function) {
  llvm::SmallVector<mlir::Value> results;
  llvm::SmallVector<std::string> names;
  for (const auto &output : graph.output()) {
    const Value &value = lookup(output.name());
    if (value.isPoison())
      continue;
    std::string name = "output " + quoted(output.name());
    if (!value.isData())
      report("expects " + name + " to be computed from an input, got a constant");
    else if (!value.isPlain())
      report("expects " + name + " to be a map [N, C, H, W] or a matrix [N, C], got " +
             describe(value.shape) +
             (value.isReshaped() ? "" : " with a Transpose, Pad or Expand before it"));
    else if (isa<mlir::BlockArgument>(value.base))
      report("expects " + name + " to be computed, got an input as it is");
    else
      results.push_back(value.base);
    names.push_back(tensors.identifier(output.name(), "output"));
  }
  if (numErrors)
    return false;
  mlir::Block &entry = function.getBody().front();
  mlir::func::ReturnOp::create(builder, function.getLoc(), results);
  function.setFunctionType(
      builder.getFunctionType(entry.getArgumentTypes(), mlir::ValueRange(results).getTypes()));
  for (mlir::BlockArgument argument : entry.getArguments())
    function.setArgAttr(argument.getArgNumber(), "nn.name",
                        cast<mlir::NameLoc>(argument.getLoc()).getName());
  for (auto [position, name] : llvm::enumerate(names))
    function.setResultAttr(position, "nn.name", builder.getStringAttr(name));
  return true;
}

/// A view that was cancelled leaves the operation that it was to be.
void Importer::eraseUnused(mlir::Block &block) {
  for (mlir::Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
    if (!isa<mlir::func::ReturnOp>(op) && op.use_empty())
      op.erase();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

const Value &Importer::lookup(StringRef name) {
  auto [entry, isNew] = values.try_emplace(name);
  const ::onnx::TensorProto *tensor = isNew ? index.initializer(name) : nullptr;
  if (!tensor)
    return entry->second;
  llvm::Expected<ConstantRef> constant = readConstant(*file, *tensor, name);
  if (constant)
    entry->second = Value::of(*constant);
  else
    report("initializer " + quoted(name) + ": " + llvm::toString(constant.takeError()));
  return entry->second;
}

void Importer::importNode(int position) {
  const ::onnx::NodeProto &node = graph.node(position);
  NodeImporter importer(*this, node, position);
  Value value = importOperator(importer, node);
  if (importer.hasFailed())
    value = {};
  for (int i = 1; i < node.output_size() && !value.isPoison(); ++i)
    if (!node.output(i).empty() && index.numUses(node.output(i)))
      value = importer.fail("expects only its first output to be used, got a use of " +
                            quoted(node.output(i)));
  if (node.output_size() && !node.output(0).empty())
    values[node.output(0)] = std::move(value);
}

Value Importer::importOperator(NodeImporter &importer, const ::onnx::NodeProto &node) {
  bool isStandard = node.domain().empty() || node.domain() == "ai.onnx";
  const Operator *op = isStandard ? findOperator(node.op_type()) : nullptr;
  if (!op)
    return importer.fail(explainOperator(isStandard ? "" : node.domain(), node.op_type()));
  // What is wrong with an input has been said.
  for (unsigned i = 0; i < importer.numInputs(); ++i)
    if (importer.hasInput(i) && importer.input(i).isPoison())
      return {};
  if (importer.numInputs() < op->minInputs || importer.numInputs() > op->maxInputs)
    return importer.fail("expects " + Twine(op->minInputs) +
                         (op->minInputs == op->maxInputs ? "" : " to " + Twine(op->maxInputs)) +
                         " inputs, got " + Twine(importer.numInputs()));
  // The inputs of an operator that takes any number are all of one kind.
  bool isVariadic = op->maxInputs == anyNumber;
  for (unsigned i = 0; i < (isVariadic ? importer.numInputs() : op->minInputs); ++i)
    if (!importer.hasInput(i))
      return importer.fail("expects its input " + Twine(i) + " to be there, got none");
  bool folds = op->fold && importer.allConstant();
  if (!folds && !op->import)
    return importer.fail(
        "expects constants only, got a tensor that depends on the network's input");
  Value value = folds ? fold(importer, *op) : op->import(importer);
  if (value.isPoison())
    return value;
  importer.checkAttributes();
  if (!isBounded(value.shape))
    return importer.fail("expects to make a tensor of at most " + Twine(maxRank) +
                         " dimensions and " + Twine(nn::maxSize) + " elements, got " +
                         describe(value.shape));
  return value;
}

Value Importer::fold(NodeImporter &importer, const Operator &op) {
  uint64_t numbers = 0;
  for (unsigned i = 0; i < importer.numInputs(); ++i)
    numbers += importer.hasInput(i) ? importer.input(i).constant->size() : 0;
  if (!importer.spend(numbers / readsPerNumber))
    return {};
  Value value = op.fold(importer);
  if (!value.isPoison() && !importer.spend(value.constant->reals.size() +
                                           value.constant->integers.size()))
    return {};
  return value;
}
