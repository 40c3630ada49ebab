//===- Winograd.cpp - Matrices of Winograd's algorithms -------------------===//

#include "dialects/Kernel/IR/Winograd.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>

using namespace sinter::kernel;

const WinogradMatrices &WinogradMatrices::get(int64_t tileSize) {
  static const WinogradMatrices two{
      {{1, 0, 0}, {1.0 / 2, 1.0 / 2, 1.0 / 2}, {1.0 / 2, -1.0 / 2, 1.0 / 2}, {0, 0, 1}},
      {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, 1, 0, -1}},
      {{1, 1, 1, 0}, {0, 1, -1, -1}}};
  static const WinogradMatrices four{{{1.0 / 4, 0, 0},
                                      {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                      {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                      {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                      {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                      {0, 0, 1}},
                                     {{4, 0, -5, 0, 1, 0},
                                      {0, -4, -4, 1, 1, 0},
                                      {0, 4, -4, -1, 1, 0},
                                      {0, -2, -1, 2, 1, 0},
                                      {0, 2, -1, -2, 1, 0},
                                      {0, 4, 0, -5, 0, 1}},
                                     {{1, 1, 1, 1, 1, 0},
                                      {0, 1, -1, 2, -2, 0},
                                      {0, 1, 1, 4, 4, 0},
                                      {0, 1, -1, 8, -8, 1}}};
  return tileSize == 2 ? two : four;
}

static double absoluteSum(llvm::ArrayRef<double> row) {
  double sum = 0;
  for (double value : row)
    sum += std::abs(value);
  return sum;
}

/// Roundings one after another in a product with a row of `matrix`, at most: one for each addition,
/// and one if a factor is no power of two.
static int64_t roundings(const Matrix &matrix) {
  auto isInexact = [](double factor) {
    int exponent;
    double mantissa = std::abs(std::frexp(factor, &exponent));
    return mantissa != 0 && mantissa != 0.5;
  };
  int64_t most = 0;
  for (const auto &row : matrix)
    most = std::max<int64_t>(most, static_cast<int64_t>(row.size()) - 1 -
                                       llvm::count(row, 0.0) + llvm::any_of(row, isInexact));
  return most;
}

static constexpr double unitRoundoff = 1.0 / (1 << 24);

double sinter::kernel::winogradErrorBound(int64_t tileSize, int64_t inputs) {
  const auto &[filter, input, output] = WinogradMatrices::get(tileSize);
  // With g and d of ones, rows and columns are the same: one dimension, squared.
  double amplification = 0;
  for (const auto &row : output) {
    double sum = 0;
    for (size_t i = 0; i < row.size(); ++i)
      sum += std::abs(row[i]) * absoluteSum(filter[i]) * absoluteSum(input[i]);
    amplification = std::max(amplification, sum / 3);
  }
  int64_t count = 2 * (roundings(output) + roundings(input)) + 1 + inputs + 1;
  return unitRoundoff * count * amplification * amplification;
}
