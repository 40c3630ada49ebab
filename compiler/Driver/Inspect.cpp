//===- Inspect.cpp - sinter inspect ---------------------------------------===//
//
// What a network consists of: layers, shapes, parameters and
// multiply-accumulate operations, as a table or as JSON. Behind the raise stage, so that
// a model from another framework reads as its description does. Parameters are counted
// as PyTorch does: running statistics are buffers, a shared weight counts once.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Register.h"
#include "compiler/Driver/Values.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Support/Location.h"
#include "compiler/Support/Tensor.h"
#include "dialects/NN/IR/NN.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <numeric>

using namespace sinter;
namespace po = boost::program_options;

namespace {

/// An input, an output or, by its key, a tensor of the state dict.
struct Port {
  std::string name;
  llvm::ArrayRef<int64_t> shape;
};

struct Layer {
  std::string name, kind;
  llvm::ArrayRef<int64_t> shape;
  int64_t parameters = 0, macs = 0;
  std::vector<Port> tensors;
};

struct Summary {
  std::string name, description;
  std::vector<Port> inputs, outputs;
  std::vector<Layer> layers;
  int64_t parameters = 0, macs = 0;
};

llvm::ArrayRef<int64_t> shapeOf(mlir::Type type) {
  auto tensor = llvm::dyn_cast<mlir::RankedTensorType>(type);
  return tensor ? tensor.getShape() : llvm::ArrayRef<int64_t>();
}

/// Sums saturate, as does the size of a tensor: a module from a file may hold any shape.
int64_t plus(int64_t a, int64_t b) {
  int64_t sum;
  return llvm::AddOverflow(a, b, sum) ? INT64_MAX : sum;
}

/// True for the running statistics of a batch norm, folded or not.
bool isStatistic(mlir::OpOperand &use) {
  mlir::Operation *user = use.getOwner();
  mlir::Value value = use.get();
  if (auto norm = llvm::dyn_cast<nn::BatchNormOp>(user))
    return value == norm.getRunningMean() || value == norm.getRunningVar();
  if (auto weight = llvm::dyn_cast<nn::FoldedWeightOp>(user))
    return value == weight.getRunningVar();
  if (auto bias = llvm::dyn_cast<nn::FoldedBiasOp>(user))
    return value == bias.getRunningMean() || value == bias.getRunningVar();
  return false;
}

/// The tensors of the state dict that enter `op`, directly or by way of folded
/// weights, except those `seen` at another layer.
void collectTensors(mlir::Operation *op, Layer &layer, llvm::StringSet<> &seen) {
  for (mlir::OpOperand &operand : op->getOpOperands()) {
    mlir::Operation *source = operand.get().getDefiningOp();
    auto parameter = llvm::dyn_cast_or_null<nn::ParameterOp>(source);
    if (source && !parameter && nn::isWeightOp(source))
      collectTensors(source, layer, seen);
    if (!parameter || !seen.insert(parameter.getKey()).second)
      continue;
    llvm::ArrayRef<int64_t> shape = shapeOf(parameter.getType());
    layer.tensors.push_back({parameter.getKey().str(), shape});
    if (!isStatistic(operand))
      layer.parameters = plus(layer.parameters, numElements(shape).value_or(INT64_MAX));
  }
}

bool isLayer(mlir::Operation *op) {
  return llvm::isa<nn::NNDialect>(op->getDialect()) && op->getNumResults() != 0 &&
         !nn::isWeightOp(op);
}

/// In the order of execution: the layers of a residual block before its join.
Summary summarize(mlir::func::FuncOp function) {
  Summary summary;
  summary.name = function.getName().str();
  auto nameOf = [](mlir::Attribute name) {
    auto text = llvm::dyn_cast_or_null<mlir::StringAttr>(name);
    return text ? text.str() : "";
  };
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes()))
    summary.inputs.push_back({nameOf(function.getArgAttr(index, "nn.name")), shapeOf(type)});
  for (auto [index, type] : llvm::enumerate(function.getResultTypes()))
    summary.outputs.push_back({nameOf(function.getResultAttr(index, "nn.name")), shapeOf(type)});
  llvm::StringSet<> seen;
  function.walk([&](mlir::Operation *op) {
    if (!isLayer(op))
      return;
    Layer layer;
    layer.name = layerOf(op->getLoc());
    layer.kind = op->getName().stripDialect().str();
    layer.shape = shapeOf(op->getResult(0).getType());
    collectTensors(op, layer, seen);
    if (auto cost = llvm::dyn_cast<nn::CostOpInterface>(op))
      layer.macs = cost.getMacs();
    summary.parameters = plus(summary.parameters, layer.parameters);
    summary.macs = plus(summary.macs, layer.macs);
    summary.layers.push_back(std::move(layer));
  });
  return summary;
}

//===----------------------------------------------------------------------===//
// Output
//===----------------------------------------------------------------------===//

void printJson(const Summary &summary) {
  llvm::json::OStream json(llvm::outs(), 2);
  auto printShape = [&](llvm::ArrayRef<int64_t> shape) {
    json.attributeArray("shape", [&] {
      for (int64_t size : shape)
        json.value(size);
    });
  };
  auto printPorts = [&](llvm::StringRef key, const std::vector<Port> &ports) {
    json.attributeArray(key, [&] {
      for (const Port &port : ports)
        json.object([&] {
          json.attribute("name", port.name);
          printShape(port.shape);
        });
    });
  };
  json.object([&] {
    json.attribute("name", summary.name);
    if (!summary.description.empty())
      json.attribute("description", summary.description);
    json.attribute("parameters", summary.parameters);
    json.attribute("macs", summary.macs);
    printPorts("inputs", summary.inputs);
    printPorts("outputs", summary.outputs);
    json.attributeArray("layers", [&] {
      for (const Layer &layer : summary.layers)
        json.object([&] {
          json.attribute("name", layer.name);
          json.attribute("kind", layer.kind);
          printShape(layer.shape);
          json.attribute("parameters", layer.parameters);
          json.attribute("macs", layer.macs);
          printPorts("tensors", layer.tensors);
        });
    });
  });
  llvm::outs() << "\n";
}

/// 25557032 as 25,557,032.
std::string grouped(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(at, ",");
  return text;
}

/// 4089184256 as 4.089 G.
std::string scaled(int64_t number) {
  double value = static_cast<double>(number);
  return value >= 1e9   ? fmt::format("{:.3f} G", value / 1e9)
         : value >= 1e6 ? fmt::format("{:.2f} M", value / 1e6)
         : value >= 1e3 ? fmt::format("{:.1f} k", value / 1e3)
                        : std::to_string(number);
}

void printTable(const Summary &summary) {
  using Row = std::array<std::string, 5>;
  auto count = [](int64_t number) { return number ? grouped(number) : "-"; };
  std::vector<Row> rows{{"layer", "kind", "output", "parameters", "MACs"}};
  for (const Layer &layer : summary.layers)
    rows.push_back({layer.name, layer.kind, shapeToString(layer.shape), count(layer.parameters),
                    count(layer.macs)});
  rows.push_back({"total", "", "", grouped(summary.parameters), grouped(summary.macs)});
  std::array<size_t, 5> widths{};
  for (const Row &row : rows)
    for (size_t column = 0; column != row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());

  if (!summary.description.empty())
    llvm::outs() << summary.description << "\n";
  for (const Port &input : summary.inputs)
    llvm::outs() << summary.name << ": " << input.name << " " << shapeToString(input.shape) << "\n";
  // Two spaces between columns.
  std::string rule(std::accumulate(widths.begin(), widths.end(), 2 * (widths.size() - 1)), '-');
  for (size_t index = 0; index != rows.size(); ++index) {
    if (index == 1 || index + 1 == rows.size())
      llvm::outs() << rule << "\n";
    const Row &row = rows[index];
    llvm::outs() << fmt::format("{:<{}}  {:<{}}  {:<{}}  {:>{}}  {:>{}}\n", row[0], widths[0],
                                row[1], widths[1], row[2], widths[2], row[3], widths[3], row[4],
                                widths[4]);
  }
  llvm::outs() << fmt::format("\n{} layers, {} parameters, {} multiply-accumulates\n",
                              summary.layers.size(), scaled(summary.parameters),
                              scaled(summary.macs));
}

} // namespace

int driver::inspectMain(const Arguments &arguments) {
  Syntax syntax{"inspect",
                "sinter inspect INPUT [--json] [--batch N]",
                "Print the layers of a network with shapes, parameters and operations.",
                {},
                {}};
  syntax.options.add_options()("json", "print JSON")("batch", po::value<std::string>(),
                                                     "batch size in place of the one in the file")(
      "network", po::value<std::string>(), "which network, if the file defines several")(
      "input", po::value<std::string>(), "network file (.sinter, .safetensors, .mlir)");
  addCheckpointOptions(syntax.options);
  syntax.positional.add("input", 1);
  int status = 0;
  auto values = parse(syntax, arguments, status);
  if (!values)
    return status;
  if (!values->count("input"))
    return fail("expects an input; usage: " + syntax.usage);
  std::string path = (*values)["input"].as<std::string>();
  auto options = inputOptionsOf(*values);
  if (!options)
    return fail(llvm::toString(options.takeError()));

  mlir::DialectRegistry registry;
  registerAllSinter(registry);
  mlir::MLIRContext context(registry);
  LoadedNetwork network = loadNetwork(path, context, *options);
  if (!network.module)
    return 1;
  mlir::PassManager stages(&context);
  buildRaisePipeline(stages);
  if (failed(stages.run(*network.module)))
    return fail(fmt::format("stage 'raise' failed on '{}': please report this", path));
  Summary summary = summarize(networkOf(*network.module));
  summary.description = network.description;
  if (values->count("json"))
    printJson(summary);
  else
    printTable(summary);
  return 0;
}
