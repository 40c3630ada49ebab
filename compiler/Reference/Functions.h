//===- Functions.h - What each nn operation computes --------------*- C++ -*-===//
//
// Free functions on tensors of doubles, one per operation, as near to the
// formulas of the dialect's documentation as C++ allows. Shapes have been
// verified by the dialect. `shape` is the shape of the result.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_REFERENCE_FUNCTIONS_H
#define SINTER_COMPILER_REFERENCE_FUNCTIONS_H

#include "compiler/Reference/Reference.h"
#include "dialects/NN/IR/NN.h"

namespace sinter::reference {

using Dims = llvm::ArrayRef<int64_t>;

/// Strides and dilations as [vertical, horizontal], padding as [top, left, bottom, right].
struct ConvGeometry {
  Dims strides, padding, dilations;
  int64_t groups;
};

struct PoolGeometry {
  Dims kernel, strides, padding;
};

/// Two layers with their biases, which may be absent.
struct GateWeights {
  const DoubleTensor &reduce, *reduceBias, &expand, *expandBias;
  nn::ActivationAttr activation, gate;
};

DoubleTensor conv2d(Dims shape, const DoubleTensor &input, const DoubleTensor &weight,
                    const DoubleTensor *bias, const ConvGeometry &geometry);

DoubleTensor batchNorm(const DoubleTensor &input, const DoubleTensor &gamma,
                       const DoubleTensor &beta, const DoubleTensor &mean,
                       const DoubleTensor &variance, double epsilon);

DoubleTensor maxPool(Dims shape, const DoubleTensor &input, const PoolGeometry &geometry);

DoubleTensor avgPool(Dims shape, const DoubleTensor &input, const PoolGeometry &geometry,
                     bool countIncludePad);

/// N x C x 1 x 1: the mean of every channel.
DoubleTensor globalAvgPool(const DoubleTensor &input);

/// result[n,o] = bias[o] + sum over i of weight[o,i] * input[n,i]. Both may have
/// trailing dimensions of size 1.
DoubleTensor linear(const DoubleTensor &input, const DoubleTensor &weight,
                    const DoubleTensor *bias);

DoubleTensor padChannels(Dims shape, const DoubleTensor &input, int64_t before);

/// The channels of `inputs`, one input behind the other.
DoubleTensor concat(Dims shape, llvm::ArrayRef<const DoubleTensor *> inputs);

DoubleTensor softmax(const DoubleTensor &input);
DoubleTensor logSoftmax(const DoubleTensor &input);

/// Every element through the function.
DoubleTensor activate(DoubleTensor input, nn::ActivationAttr activation);

DoubleTensor add(const DoubleTensor &lhs, const DoubleTensor &rhs);

/// `rhs` has the shape of `lhs` or is N x C x 1 x 1.
DoubleTensor mul(const DoubleTensor &lhs, const DoubleTensor &rhs);

/// The gate of squeeze-and-excitation, N x C x 1 x 1, from the channels' means.
DoubleTensor seGate(const DoubleTensor &mean, const GateWeights &weights);

/// weight[k, ...] * gamma[k] / sqrt(variance[k] + epsilon)
DoubleTensor foldedWeight(const DoubleTensor &weight, const DoubleTensor &gamma,
                          const DoubleTensor &variance, double epsilon);

/// beta[k] + (bias[k] - mean[k]) * gamma[k] / sqrt(variance[k] + epsilon)
DoubleTensor foldedBias(const DoubleTensor &gamma, const DoubleTensor &beta,
                        const DoubleTensor &mean, const DoubleTensor &variance,
                        const DoubleTensor *bias, double epsilon);

/// gamma[k] / sqrt(variance[k] + epsilon)
DoubleTensor foldedScale(const DoubleTensor &gamma, const DoubleTensor &variance, double epsilon);

/// sum over c of outer[r,c] * inner[c,k]. Both may have trailing dimensions of size 1.
DoubleTensor composedWeight(Dims shape, const DoubleTensor &outer, const DoubleTensor &inner);

/// bias[r] + sum over c of outer[r,c] * innerBias[c]
DoubleTensor composedBias(const DoubleTensor &outer, const DoubleTensor &innerBias,
                          const DoubleTensor *bias);

} // namespace sinter::reference

#endif // SINTER_COMPILER_REFERENCE_FUNCTIONS_H
