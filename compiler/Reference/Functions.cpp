//===- Functions.cpp - What each nn operation computes --------------------===//
//
// Nothing here is fast and nothing needs to be; the convolution, where the time
// goes, has its own file.
//
//===----------------------------------------------------------------------===//

#include "compiler/Reference/Functions.h"

#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace sinter;
using namespace sinter::reference;
using llvm::enumerate;
using llvm::seq;

namespace {

DoubleTensor zeros(Dims shape) { return {Shape(shape), std::vector<double>(*numElements(shape))}; }

/// Pixels of a feature map.
int64_t pixels(const DoubleTensor &tensor) { return tensor.shape[2] * tensor.shape[3]; }

/// The channel that an element of an N x C x ... tensor belongs to.
struct ChannelOf {
  explicit ChannelOf(const DoubleTensor &tensor)
      : channels(tensor.shape[1]), inner(*numElements(Dims(tensor.shape).drop_front(2))) {}
  int64_t operator()(int64_t index) const { return index / inner % channels; }
  int64_t channels, inner;
};

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// One dimension of a pooling window.
struct Window {
  int64_t begin, end; ///< of the pixels inside the input
  int64_t padded;     ///< length with the padding, without what ceil_mode adds

  Window(const PoolGeometry &geometry, int dim, int64_t size, int64_t step) {
    int64_t start = step * geometry.strides[dim] - geometry.padding[dim];
    int64_t stop = std::min(start + geometry.kernel[dim], size + geometry.padding[2 + dim]);
    padded = stop - start;
    begin = std::max<int64_t>(start, 0);
    end = std::min(stop, size);
  }
};

/// result[n,c,y,x] = combine(plane [n,c] of the input, window rows, window columns)
template <typename Combine>
DoubleTensor pool(Dims shape, const DoubleTensor &input, const PoolGeometry &geometry,
                  Combine combine) {
  DoubleTensor result = zeros(shape);
  double *out = result.data.data();
  for (int64_t plane : seq(shape[0] * shape[1]))
    for (int64_t y : seq(shape[2]))
      for (int64_t x : seq(shape[3]))
        *out++ =
            combine(input.data.data() + plane * pixels(input),
                    Window(geometry, 0, input.shape[2], y), Window(geometry, 1, input.shape[3], x));
  return result;
}

} // namespace

DoubleTensor reference::maxPool(Dims shape, const DoubleTensor &input,
                                const PoolGeometry &geometry) {
  return pool(shape, input, geometry, [&](const double *plane, Window rows, Window columns) {
    double largest = -std::numeric_limits<double>::infinity();
    for (int64_t y : seq(rows.begin, rows.end))
      for (int64_t x : seq(columns.begin, columns.end))
        if (double value = plane[y * input.shape[3] + x]; value > largest || std::isnan(value))
          largest = value; // a NaN stays, as in PyTorch
    return largest;
  });
}

DoubleTensor reference::avgPool(Dims shape, const DoubleTensor &input, const PoolGeometry &geometry,
                                bool countIncludePad) {
  return pool(shape, input, geometry, [&](const double *plane, Window rows, Window columns) {
    double sum = 0;
    for (int64_t y : seq(rows.begin, rows.end))
      for (int64_t x : seq(columns.begin, columns.end))
        sum += plane[y * input.shape[3] + x];
    if (countIncludePad)
      return sum / static_cast<double>(rows.padded * columns.padded);
    return sum / static_cast<double>((rows.end - rows.begin) * (columns.end - columns.begin));
  });
}

DoubleTensor reference::globalAvgPool(const DoubleTensor &input) {
  DoubleTensor result = zeros({input.shape[0], input.shape[1], 1, 1});
  for (auto [plane, mean] : enumerate(result.data)) {
    for (int64_t i : seq(pixels(input)))
      mean += input.data[plane * pixels(input) + i];
    mean /= static_cast<double>(pixels(input));
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Batch norm, linear
//===----------------------------------------------------------------------===//

DoubleTensor reference::batchNorm(const DoubleTensor &input, const DoubleTensor &gamma,
                                  const DoubleTensor &beta, const DoubleTensor &mean,
                                  const DoubleTensor &variance, double epsilon) {
  DoubleTensor result = input;
  ChannelOf channelOf(input);
  for (auto [i, value] : enumerate(result.data)) {
    int64_t c = channelOf(i);
    value = (value - mean.data[c]) * gamma.data[c] / std::sqrt(variance.data[c] + epsilon) +
            beta.data[c];
  }
  return result;
}

DoubleTensor reference::linear(const DoubleTensor &input, const DoubleTensor &weight,
                               const DoubleTensor *bias) {
  int64_t columns = weight.shape[1];
  DoubleTensor result = zeros({input.shape[0], weight.shape[0]});
  double *out = result.data.data();
  for (int64_t n : seq(input.shape[0]))
    for (int64_t o : seq(weight.shape[0])) {
      double sum = bias ? bias->data[o] : 0.0;
      for (int64_t i : seq(columns))
        sum += weight.data[o * columns + i] * input.data[n * columns + i];
      *out++ = sum;
    }
  return result;
}

DoubleTensor reference::padChannels(Dims shape, const DoubleTensor &input, int64_t before) {
  DoubleTensor result = zeros(shape);
  int64_t image = input.shape[1] * pixels(input), padded = shape[1] * pixels(input);
  for (int64_t n : seq(shape[0]))
    std::copy_n(input.data.begin() + n * image, image,
                result.data.begin() + n * padded + before * pixels(input));
  return result;
}

DoubleTensor reference::concat(Dims shape, llvm::ArrayRef<const DoubleTensor *> inputs) {
  DoubleTensor result = zeros(shape);
  auto out = result.data.begin();
  for (int64_t n : seq(shape[0]))
    for (const DoubleTensor *input : inputs) {
      int64_t image = input->shape[1] * pixels(*input);
      out = std::copy_n(input->data.begin() + n * image, image, out);
    }
  return result;
}

DoubleTensor reference::softmax(const DoubleTensor &input) {
  DoubleTensor result = input;
  int64_t columns = input.shape[1];
  for (int64_t n : seq(input.shape[0])) {
    auto row = llvm::MutableArrayRef<double>(result.data).slice(n * columns, columns);
    double largest = *llvm::max_element(row), sum = 0;
    for (double &value : row)
      sum += value = std::exp(value - largest);
    for (double &value : row)
      value /= sum;
  }
  return result;
}

DoubleTensor reference::logSoftmax(const DoubleTensor &input) {
  DoubleTensor result = input;
  int64_t columns = input.shape[1];
  for (int64_t n : seq(input.shape[0])) {
    auto row = llvm::MutableArrayRef<double>(result.data).slice(n * columns, columns);
    double largest = *llvm::max_element(row), sum = 0;
    for (double value : row)
      sum += std::exp(value - largest);
    for (double &value : row)
      value = value - largest - std::log(sum);
  }
  return result;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

static double activate(double x, nn::ActivationKind kind, double alpha, double beta) {
  switch (kind) {
  case nn::ActivationKind::Identity:
    return x;
  case nn::ActivationKind::ReLU:
    return std::max(x, 0.0);
  case nn::ActivationKind::ReLU6:
    return std::min(std::max(x, 0.0), 6.0);
  case nn::ActivationKind::LeakyReLU:
    return x > 0 ? x : alpha * x;
  case nn::ActivationKind::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case nn::ActivationKind::HardSigmoid:
    return std::min(std::max(alpha * x + beta, 0.0), 1.0);
  case nn::ActivationKind::SiLU:
    return x / (1 + std::exp(-x));
  case nn::ActivationKind::HardSwish:
    return x * std::min(std::max(x + 3, 0.0), 6.0) / 6;
  case nn::ActivationKind::Clip:
    return std::min(std::max(x, alpha), beta);
  case nn::ActivationKind::ScaleShift:
    return alpha * x + beta;
  }
  llvm_unreachable("every activation kind is covered");
}

DoubleTensor reference::activate(DoubleTensor input, nn::ActivationAttr activation) {
  double alpha = activation.getAlpha().convertToDouble();
  double beta = activation.getBeta().convertToDouble();
  for (double &value : input.data)
    value = ::activate(value, activation.getKind(), alpha, beta);
  return input;
}

DoubleTensor reference::add(const DoubleTensor &lhs, const DoubleTensor &rhs) {
  DoubleTensor result = lhs;
  for (auto [value, addend] : llvm::zip_equal(result.data, rhs.data))
    value += addend;
  return result;
}

DoubleTensor reference::mul(const DoubleTensor &lhs, const DoubleTensor &rhs) {
  DoubleTensor result = lhs;
  bool perChannel = lhs.shape != rhs.shape;
  for (auto [i, value] : enumerate(result.data))
    value *= rhs.data[perChannel ? i / pixels(lhs) : i];
  return result;
}

//===----------------------------------------------------------------------===//
// Squeeze-and-excitation, folded weights
//===----------------------------------------------------------------------===//

DoubleTensor reference::seGate(const DoubleTensor &mean, const GateWeights &weights) {
  DoubleTensor hidden =
      activate(linear(mean, weights.reduce, weights.reduceBias), weights.activation);
  DoubleTensor gate = activate(linear(hidden, weights.expand, weights.expandBias), weights.gate);
  gate.shape.append({1, 1});
  return gate;
}

DoubleTensor reference::foldedWeight(const DoubleTensor &weight, const DoubleTensor &gamma,
                                     const DoubleTensor &variance, double epsilon) {
  DoubleTensor result = weight;
  int64_t filterSize = weight.data.size() / gamma.data.size();
  for (auto [i, value] : enumerate(result.data)) {
    int64_t k = i / filterSize;
    value = value * gamma.data[k] / std::sqrt(variance.data[k] + epsilon);
  }
  return result;
}

DoubleTensor reference::foldedBias(const DoubleTensor &gamma, const DoubleTensor &beta,
                                   const DoubleTensor &mean, const DoubleTensor &variance,
                                   const DoubleTensor *bias, double epsilon) {
  DoubleTensor result = beta;
  for (auto [k, value] : enumerate(result.data))
    value += ((bias ? bias->data[k] : 0.0) - mean.data[k]) * gamma.data[k] /
             std::sqrt(variance.data[k] + epsilon);
  return result;
}

DoubleTensor reference::foldedScale(const DoubleTensor &gamma, const DoubleTensor &variance,
                                    double epsilon) {
  DoubleTensor result = gamma;
  for (auto [value, v] : llvm::zip_equal(result.data, variance.data))
    value /= std::sqrt(v + epsilon);
  return result;
}

DoubleTensor reference::composedWeight(Dims shape, const DoubleTensor &outer,
                                       const DoubleTensor &inner) {
  int64_t channels = outer.shape[1], columns = inner.shape[1];
  DoubleTensor result = zeros(shape);
  for (int64_t r : seq(shape[0]))
    for (int64_t c : seq(channels))
      for (int64_t k : seq(columns))
        result.data[r * columns + k] += outer.data[r * channels + c] * inner.data[c * columns + k];
  return result;
}

DoubleTensor reference::composedBias(const DoubleTensor &outer, const DoubleTensor &innerBias,
                                     const DoubleTensor *bias) {
  DoubleTensor row = innerBias;
  row.shape = {1, innerBias.shape[0]};
  DoubleTensor result = linear(row, outer, bias);
  result.shape = {outer.shape[0]};
  return result;
}
