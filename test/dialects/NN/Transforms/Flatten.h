//===- Flatten.h - Networks as exporters write them ---------------*- C++ -*-===//

#ifndef SINTER_TEST_DIALECTS_NN_TRANSFORMS_FLATTEN_H
#define SINTER_TEST_DIALECTS_NN_TRANSFORMS_FLATTEN_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

#include <cstdint>

namespace sinter::test {

struct FlattenOptions {
  /// Chooses among the ways to write the same thing down.
  uint64_t seed = 0;
  /// Write silu, hard sigmoid and hard swish as scales, clips and products.
  bool writesActivations = false;
  /// Round the literals of those to f32, as a file of f32 numbers does.
  bool roundsLiterals = false;
};

/// The opposite of raising: replaces every nn.res_block and nn.squeeze_excite of `network` by the
/// operations that it stands for, with the layers' names that an exporter takes from the weights.
void flatten(mlir::func::FuncOp network, const FlattenOptions &options);

} // namespace sinter::test

#endif // SINTER_TEST_DIALECTS_NN_TRANSFORMS_FLATTEN_H
