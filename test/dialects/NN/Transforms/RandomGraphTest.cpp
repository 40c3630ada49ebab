//===- RandomGraphTest.cpp - Raising keeps values, whatever the graph -----===//
//
// Graphs of random operations, most of them near misses: values with several
// users, paths that share layers, means of other maps. Raising must leave the results.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Input.h"
#include "compiler/Driver/Register.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Reference/Reference.h"
#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace mlir;
using namespace sinter;

namespace {

/// One function of random operations.
class RandomGraph {
public:
  RandomGraph(MLIRContext &context, uint64_t seed)
      : builder(&context), loc(builder.getUnknownLoc()), random(seed) {}

  OwningOpRef<ModuleOp> build();

private:
  size_t choose(size_t count) { return random() % count; }
  /// Later values are likelier, so that chains become long.
  Value pick(ArrayRef<Value> values) {
    return values[values.size() - 1 - choose(choose(values.size()) + 1)];
  }
  RankedTensorType type(ArrayRef<int64_t> shape) {
    return RankedTensorType::get(shape, builder.getF32Type());
  }
  Value parameter(ArrayRef<int64_t> shape) {
    return nn::ParameterOp::create(builder, loc, type(shape), "w" + std::to_string(keys++));
  }
  Value activation(Value x);
  Value gate(Value map);
  void addOperation();

  OpBuilder builder;
  Location loc;
  std::mt19937_64 random;
  unsigned keys = 0;
  std::vector<Value> maps, means, filters;
};

constexpr int64_t channels = 4;

} // namespace

Value RandomGraph::activation(Value x) {
  switch (choose(5)) {
  case 0:
    return nn::SigmoidOp::create(builder, loc, x);
  case 1:
    return nn::HardSigmoidOp::create(builder, loc, x, APFloat(1.0 / 6), APFloat(0.5));
  case 2:
    return nn::ScaleShiftOp::create(builder, loc, x, builder.getF64FloatAttr(1.0 / 6),
                                    builder.getF64FloatAttr(choose(2) ? 0.5 : 0));
  case 3:
    return nn::ClipOp::create(builder, loc, x, builder.getF64FloatAttr(0),
                              builder.getF64FloatAttr(choose(2) ? 1 : 6));
  default:
    return nn::ReLUOp::create(builder, loc, x);
  }
}

/// Nearly a squeeze: each step may be missing, and each value may be read elsewhere.
Value RandomGraph::gate(Value map) {
  Value x = nn::GlobalAvgPoolOp::create(builder, loc, map);
  for (int layers = choose(3); layers >= 0; --layers) {
    if (choose(8) == 0)
      means.push_back(x);
    if (choose(2))
      x = nn::Conv2dOp::create(builder, loc, x, parameter({channels, channels, 1, 1}), nullptr);
    else
      x = nn::UnflattenOp::create(
          builder, loc,
          nn::LinearOp::create(builder, loc, nn::FlattenOp::create(builder, loc, x),
                               parameter({channels, channels}), parameter({channels})));
    if (choose(8) == 0)
      means.push_back(x);
    if (choose(4))
      x = activation(x);
  }
  return means.emplace_back(x);
}

void RandomGraph::addOperation() {
  Value x = pick(maps);
  switch (choose(7)) {
  case 0:
    maps.push_back(activation(x));
    break;
  case 1:
    maps.push_back(nn::MulOp::create(builder, loc, x, choose(2) ? pick(maps) : activation(x)));
    break;
  case 2: {
    Value mean = choose(3) && !means.empty() ? pick(means) : gate(choose(4) ? x : pick(maps));
    maps.push_back(nn::MulOp::create(builder, loc, x, mean));
    break;
  }
  case 3:
    x = nn::AddOp::create(builder, loc, x, pick(maps));
    maps.push_back(nn::ReLUOp::create(builder, loc, x));
    break;
  case 4:
    maps.push_back(nn::AddOp::create(builder, loc, pick(maps), x));
    break;
  default:
    if (filters.empty() || choose(4))
      filters.push_back(parameter({channels, channels, 1, 1}));
    maps.push_back(nn::Conv2dOp::create(builder, loc, x, pick(filters), nullptr));
  }
}

OwningOpRef<ModuleOp> RandomGraph::build() {
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto function = func::FuncOp::create(builder, loc, "random", builder.getFunctionType({}, {}));
  Block *entry = function.addEntryBlock();
  for (size_t inputs = 1 + choose(2); inputs; --inputs)
    maps.push_back(entry->addArgument(type({1, channels, 2, 3}), loc));
  builder.setInsertionPointToEnd(entry);
  for (size_t operations = 4 + choose(24); operations; --operations)
    addOperation();
  std::vector<Value> results{maps.back()};
  while (choose(3) == 0)
    results.push_back(pick(maps));
  func::ReturnOp::create(builder, loc, results);
  function.setFunctionType(builder.getFunctionType(
      entry->getArgumentTypes(), llvm::to_vector(ValueRange(results).getTypes())));
  return module;
}

namespace {

std::vector<DoubleTensor> evaluate(ModuleOp module, const WeightSource &weights) {
  func::FuncOp network = driver::networkOf(module);
  std::mt19937 generator(3);
  std::uniform_real_distribution<double> uniform(-2, 2);
  std::vector<DoubleTensor> inputs;
  for (Type inputType : network.getArgumentTypes()) {
    Shape shape(cast<ShapedType>(inputType).getShape());
    DoubleTensor input{shape, std::vector<double>(*numElements(shape))};
    for (double &value : input.data)
      value = uniform(generator);
    inputs.push_back(std::move(input));
  }
  auto results = interpret(network, inputs, weights);
  if (results)
    return std::move(*results);
  ADD_FAILURE() << llvm::toString(results.takeError());
  return {};
}

void expectClose(const DoubleTensor &got, const DoubleTensor &wanted, double tolerance) {
  double largest = 0;
  for (double value : wanted.data)
    largest = std::max(largest, std::fabs(value));
  ASSERT_TRUE(std::isfinite(largest));
  for (auto [a, b] : llvm::zip_equal(got.data, wanted.data))
    ASSERT_LE(std::fabs(a - b), tolerance * largest);
}

struct RandomGraphTest : testing::Test {
  RandomGraphTest() {
    DialectRegistry registry;
    registerAllSinter(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Raises random graphs and holds the results to those before.
  void run(llvm::function_ref<void(OpPassManager &)> build, double tolerance) {
    constexpr uint64_t count = 2000;
    unsigned blocks = 0, gates = 0, sums = 0, products = 0;
    for (uint64_t seed = 1; seed <= count; ++seed) {
      SCOPED_TRACE(seed);
      OwningOpRef<ModuleOp> module = RandomGraph(context, seed).build();
      ASSERT_TRUE(succeeded(verify(*module)));
      ErrorList errors;
      std::unique_ptr<WeightSource> weights = openWeights("random:1", *module, errors);
      std::vector<DoubleTensor> wanted = evaluate(*module, *weights);
      PassManager pm(&context);
      build(pm);
      ASSERT_TRUE(succeeded(pm.run(*module)));
      std::vector<DoubleTensor> got = evaluate(*module, *weights);
      for (auto [a, b] : llvm::zip_equal(got, wanted))
        expectClose(a, b, tolerance);
      if (HasFatalFailure())
        return;
      module->walk([&](Operation *op) {
        blocks += isa<nn::ResBlockOp>(op), gates += isa<nn::SqueezeExciteOp>(op);
        sums += isa<nn::AddOp>(op), products += isa<nn::MulOp>(op);
      });
    }
    // Both what matches and what does not is there.
    for (unsigned number : {blocks, gates, sums, products})
      EXPECT_GT(number, count / 20);
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

} // namespace

TEST_F(RandomGraphTest, BlocksAndGatesAreExact) {
  run(
      [](OpPassManager &pm) {
        pm.addPass(nn::createRaiseSqueezeExcite());
        pm.addPass(nn::createRaiseResBlock());
      },
      0);
}

TEST_F(RandomGraphTest, ActivationsDifferByRounding) { run(buildRaisePipeline, 1e-9); }
