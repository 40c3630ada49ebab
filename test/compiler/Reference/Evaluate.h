//===- Evaluate.h - One function of nn operations on given values -*- C++ -*-===//

#ifndef SINTER_TEST_COMPILER_REFERENCE_EVALUATE_H
#define SINTER_TEST_COMPILER_REFERENCE_EVALUATE_H

#include "test/compiler/Support/Network.h"

#include "gtest/gtest.h"

namespace sinter::test {

/// Runs the function in `text` and returns its results; fails the test, and
/// returns as many empty tensors, where that is not possible.
inline std::vector<DoubleTensor> evaluate(llvm::StringRef text, std::vector<DoubleTensor> inputs,
                                          const WeightSource &weights = MapWeights()) {
  Network network(text);
  if (!network) {
    ADD_FAILURE() << "the network does not parse";
    return std::vector<DoubleTensor>(4);
  }
  auto results = interpret(network.getFunction(), inputs, weights);
  if (!results) {
    ADD_FAILURE() << llvm::toString(results.takeError());
    return std::vector<DoubleTensor>(4);
  }
  return *results;
}

/// Equal shapes, and values equal up to the last bits of a double.
inline void expectTensor(const DoubleTensor &got, Shape shape, std::vector<double> values) {
  EXPECT_EQ(got.shape, shape);
  ASSERT_EQ(got.data.size(), values.size());
  for (size_t i = 0; i < values.size(); ++i)
    EXPECT_NEAR(got.data[i], values[i], 1e-13 * std::max(1.0, std::abs(values[i]))) << "at " << i;
}

/// 1, 2, 3, ... in the given shape.
inline DoubleTensor counting(Shape shape) {
  DoubleTensor tensor{shape, std::vector<double>(*numElements(shape))};
  for (size_t i = 0; i < tensor.data.size(); ++i)
    tensor.data[i] = static_cast<double>(i + 1);
  return tensor;
}

} // namespace sinter::test

#endif // SINTER_TEST_COMPILER_REFERENCE_EVALUATE_H
