//===- WinogradTest.cpp - Winograd's matrices and their error bound -------===//

#include "dialects/Kernel/IR/Winograd.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace sinter::kernel;

namespace {

/// A square array of numbers in row order.
template <typename T> using Square = std::vector<T>;

/// matrix x matrix^T of a square of `size` rows, each operation rounded to T.
template <typename T> Square<T> transformed(const Matrix &matrix, const Square<T> &x, size_t size) {
  size_t rows = matrix.size();
  Square<T> left(rows * size), result(rows * rows);
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < size; ++j)
      for (size_t k = 0; k < size; ++k)
        left[i * size + j] += static_cast<T>(matrix[i][k]) * x[k * size + j];
  for (size_t i = 0; i < rows; ++i)
    for (size_t j = 0; j < rows; ++j)
      for (size_t k = 0; k < size; ++k)
        result[i * rows + j] += left[i * size + k] * static_cast<T>(matrix[j][k]);
  return result;
}

/// An output tile of a convolution of some channels: the filter is transformed in f64, all else
/// in T.
template <typename T>
Square<T> winograd(int64_t tileSize, const std::vector<Square<double>> &inputs,
                   const std::vector<Square<double>> &filters) {
  const WinogradMatrices &matrices = WinogradMatrices::get(tileSize);
  size_t size = tileSize + 2;
  Square<T> sums(size * size);
  for (size_t channel = 0; channel < inputs.size(); ++channel) {
    Square<T> input(inputs[channel].begin(), inputs[channel].end());
    Square<T> d = transformed(matrices.input, input, size);
    Square<double> g = transformed(matrices.filter, filters[channel], 3);
    for (size_t i = 0; i < sums.size(); ++i)
      sums[i] += d[i] * static_cast<T>(g[i]);
  }
  return transformed(matrices.output, sums, size);
}

Square<double> convolve(int64_t tileSize, const std::vector<Square<double>> &inputs,
                        const std::vector<Square<double>> &filters) {
  int64_t size = tileSize + 2;
  Square<double> output(tileSize * tileSize);
  for (size_t channel = 0; channel < inputs.size(); ++channel)
    for (int64_t y = 0; y < tileSize; ++y)
      for (int64_t x = 0; x < tileSize; ++x)
        for (int64_t tap = 0; tap < 9; ++tap)
          output[y * tileSize + x] +=
              inputs[channel][(y + tap / 3) * size + x + tap % 3] * filters[channel][tap];
  return output;
}

/// Numbers whose magnitude is 1 at most: any, or all of that magnitude.
std::vector<Square<double>> randomSquares(size_t channels, size_t elements, bool isExtreme,
                                          std::mt19937 &generator) {
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<Square<double>> squares(channels, Square<double>(elements));
  for (Square<double> &square : squares)
    for (double &value : square) {
      value = uniform(generator);
      if (isExtreme)
        value = value < 0 ? -1 : 1;
    }
  return squares;
}

double largestDifference(const Square<float> &actual, const Square<double> &expected) {
  double largest = 0;
  for (size_t i = 0; i < expected.size(); ++i)
    largest = std::max(largest, std::abs(actual[i] - expected[i]));
  return largest;
}

} // namespace

TEST(WinogradTest, MatricesGiveTheConvolution) {
  std::mt19937 generator(1);
  for (int64_t tileSize : {2, 4}) {
    size_t size = tileSize + 2;
    auto inputs = randomSquares(3, size * size, false, generator);
    auto filters = randomSquares(3, 9, false, generator);
    Square<double> actual = winograd<double>(tileSize, inputs, filters);
    Square<double> expected = convolve(tileSize, inputs, filters);
    ASSERT_EQ(actual.size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i)
      EXPECT_NEAR(actual[i], expected[i], 1e-12) << "tile " << tileSize << ", output " << i;
  }
}

// The bound holds, and errors come as near as can be expected: it adds up the magnitudes of what has
// either sign, in four sums over positions, taps and channels.
TEST(WinogradTest, RoundingStaysWithinTheBound) {
  std::mt19937 generator(2);
  for (int64_t tileSize : {2, 4})
    for (size_t channels : {1, 8, 64}) {
      double largest = 0;
      for (int trial = 0; trial < 300; ++trial) {
        size_t size = tileSize + 2;
        auto inputs = randomSquares(channels, size * size, trial % 2, generator);
        auto filters = randomSquares(channels, 9, trial % 4 > 1, generator);
        double error = largestDifference(winograd<float>(tileSize, inputs, filters),
                                         convolve(tileSize, inputs, filters));
        largest = std::max(largest, error / (9.0 * channels));
      }
      double bound = winogradErrorBound(tileSize, channels);
      EXPECT_LE(largest, bound) << "tile " << tileSize << ", channels " << channels;
      EXPECT_GE(largest, bound / 5000) << "tile " << tileSize << ", channels " << channels;
    }
}

TEST(WinogradTest, BoundsByHand) {
  // |A^T| (|G| 1 * |B^T| 1) of F(2x2, 3x3): 2 + 3 + 3 and 3 + 3 + 2, so (8 / 3)^2; 2 + 1 roundings in
  // each dimension of the transforms.
  EXPECT_DOUBLE_EQ(winogradErrorBound(2, 64),
                   (2 * 3 + 1 + 64 + 1) * (64.0 / 9) / (1 << 24));
  // Of F(4x4, 3x3) the last row is the largest: 5 + 5 + 14 + 14 + 10; 4 + 3 roundings.
  EXPECT_DOUBLE_EQ(winogradErrorBound(4, 64), (2 * 7 + 1 + 64 + 1) * 256.0 / (1 << 24));
}
