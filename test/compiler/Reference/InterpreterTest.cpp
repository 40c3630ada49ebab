//===- InterpreterTest.cpp - What the interpreter refuses and tells -------===//

#include "test/compiler/Reference/Evaluate.h"

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/Diagnostics.h"

using namespace sinter;
using namespace sinter::test;

static const char *const reluText = R"(
  func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
    %0 = nn.relu %x : tensor<2xf32>
    return %0 : tensor<2xf32>
  })";

/// The message of a run that fails.
static std::string errorOf(Network &network, std::vector<DoubleTensor> inputs,
                           const WeightSource &weights = MapWeights()) {
  auto results = interpret(network.getFunction(), inputs, weights);
  return results ? "no error" : llvm::toString(results.takeError());
}

TEST(Interpreter, HoldsInputsToTheNetwork) {
  Network network(reluText);
  EXPECT_EQ(errorOf(network, {}), "expects 1 inputs for 'f', got 0");
  EXPECT_EQ(errorOf(network, {counting({3})}), "expects input 0 of 'f' to be 2, got 3");
}

TEST(Interpreter, RefusesForeignOperations) {
  Network network(R"(
    func.func @g(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = func.call @g(%x) : (tensor<2xf32>) -> tensor<2xf32>
      return %0 : tensor<2xf32>
    })");
  std::string error = errorOf(network, {counting({2})});
  EXPECT_NE(error.find("expects operations of the nn dialect, got 'func.call'"), std::string::npos)
      << error;
}

TEST(Interpreter, RefusesTensorsThatDoNotFit) {
  Network network(R"(
    func.func @f(%x: tensor<1x1x1x1xf32>) -> tensor<1x300000000x1x1xf32> {
      %0 = nn.pad_channels %x {before = 0, after = 299999999}
        : (tensor<1x1x1x1xf32>) -> tensor<1x300000000x1x1xf32>
      return %0 : tensor<1x300000000x1x1xf32>
    })");
  std::string error = errorOf(network, {counting({1, 1, 1, 1})});
  EXPECT_NE(error.find("expects tensors of at most 134217728 elements in the reference"),
            std::string::npos)
      << error;
}

TEST(Interpreter, RefusesMissingAndMisshapenWeights) {
  Network network(R"(
    func.func @f() -> tensor<2xf32> {
      %0 = nn.parameter "a.weight" : tensor<2xf32>
      return %0 : tensor<2xf32>
    })");
  std::string expected = "expects test.safetensors to hold 'a.weight', 2";
  EXPECT_NE(errorOf(network, {}).find(expected), std::string::npos);
  EXPECT_NE(errorOf(network, {}, MapWeights().add("a.weight", {{3}, {1, 2, 3}})).find(expected),
            std::string::npos);
  EXPECT_EQ(errorOf(network, {}, MapWeights().add("a.weight", {{2}, {1, 2}})), "no error");
}

TEST(Interpreter, TellsEveryValueOnce) {
  Network network(R"(
    func.func @f(%x: tensor<2xf32>) -> tensor<2xf32> {
      %0 = nn.relu %x : tensor<2xf32>
      %1 = nn.relu6 %0 : tensor<2xf32>
      %2 = nn.add %1, %1 : tensor<2xf32>
      return %2 : tensor<2xf32>
    })");
  std::vector<std::string> told;
  auto hook = [&](mlir::Value value, const DoubleTensor &tensor) {
    told.push_back(value.getDefiningOp()->getName().getStringRef().str() + " " +
                   std::to_string(static_cast<int>(tensor.data[1])));
  };
  MapWeights none;
  auto results = interpret(network.getFunction(), {DoubleTensor{{2}, {-1, 9}}}, none, hook);
  ASSERT_TRUE(static_cast<bool>(results));
  expectTensor(results->front(), {2}, {0, 12});
  EXPECT_EQ(told, (std::vector<std::string>{"nn.relu 9", "nn.relu6 6", "nn.add 12"}));
}

TEST(Interpreter, KeepsWhatIsStillRead) {
  // An input read twice by one operation, by two operations, and returned twice.
  auto results = evaluate(R"(
    func.func @f(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
      %0 = nn.add %x, %x : tensor<2xf32>
      %unused = nn.relu %x : tensor<2xf32>
      %1 = nn.add %0, %x : tensor<2xf32>
      return %1, %x, %x : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
    })",
                          {counting({2})});
  expectTensor(results[0], {2}, {3, 6});
  expectTensor(results[1], {2}, {1, 2});
  expectTensor(results[2], {2}, {1, 2});
}

TEST(EvaluateParameter, ComputesFoldedWeights) {
  Network network(R"(
    func.func @f() -> tensor<1x1x1x1xf32> {
      %w = nn.parameter "conv.weight" : tensor<1x1x1x1xf32>
      %g = nn.parameter "bn.weight" : tensor<1xf32>
      %v = nn.parameter "bn.running_var" : tensor<1xf32>
      %0 = nn.folded_weight %w, %g, %v {epsilon = 1.0 : f64}
        : (tensor<1x1x1x1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x1x1xf32>
      return %0 : tensor<1x1x1x1xf32>
    })");
  // The filter is stored as a matrix, which is the same.
  MapWeights weights;
  weights.add("conv.weight", {{1, 1}, {6}})
      .add("bn.weight", {{1}, {5}})
      .add("bn.running_var", {{1}, {8}});
  auto folded = *network.getFunction().getBody().front().getOps<nn::FoldedWeightOp>().begin();
  expectTensor(evaluateParameter(folded.getResult(), weights), {1, 1, 1, 1}, {10});
  expectTensor(evaluateParameter(folded.getGamma(), weights), {1}, {5});
}
