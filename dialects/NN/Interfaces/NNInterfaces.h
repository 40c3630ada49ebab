//===- NNInterfaces.h - What passes may ask of an nn operation --*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H
#define SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H

// Included by NN.h, behind the attributes that the methods return.

#include "mlir/IR/OpDefinition.h"

namespace sinter {
/// The values of an interpreter's run; defined with the interpreter.
class ReferenceFrame;
} // namespace sinter

namespace sinter::nn {
/// What a weight is to the operation that reads it.
enum class WeightRole {
  Data,        ///< no weight
  Filter,      ///< convolution filter or matrix, output channel first
  Bias,        ///< one addend per output channel
  Gamma,       ///< batch norm's scale
  Beta,        ///< batch norm's offset
  RunningMean, ///< batch norm's mean: a buffer, not a parameter
  RunningVar,  ///< batch norm's variance: a buffer, not a parameter
  Reduce,      ///< first layer of squeeze-and-excitation
  Expand,      ///< second layer of squeeze-and-excitation
  ExpandBias,  ///< what squeeze-and-excitation adds before the gate
};
} // namespace sinter::nn

#include "dialects/NN/Interfaces/NNInterfaces.h.inc"

#endif // SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H
