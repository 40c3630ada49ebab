//===- Reference.h - The interpreter of the nn dialect ------------*- C++ -*-===//
//
// One naive, obviously right function per operation, with double accumulation:
// the oracle of every optimized path, and what computes folded weights.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_REFERENCE_REFERENCE_H
#define SINTER_COMPILER_REFERENCE_REFERENCE_H

#include "compiler/Support/Tensor.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"

#include <vector>

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace sinter {

class WeightSource;

/// A dense tensor of doubles in row-major order.
struct DoubleTensor {
  Shape shape;
  std::vector<double> data;
};

/// Exact widening, and rounding to nearest.
DoubleTensor toDouble(const Tensor &tensor);
Tensor toFloat(const DoubleTensor &tensor);

/// The largest tensor that `interpret` accepts, in elements: 1 GiB of doubles.
constexpr int64_t maxReferenceElements = int64_t(1) << 27;

/// Told every value as it is computed.
using ReferenceHook = llvm::function_ref<void(mlir::Value, const DoubleTensor &)>;

/// Runs `network`, whose operations are all of the nn dialect. The weights must
/// have passed `checkWeights`. Fails if an input is misshapen, an operation has
/// no reference, or a tensor is too large. Results do not depend on the number
/// of threads.
llvm::Expected<std::vector<DoubleTensor>> interpret(mlir::func::FuncOp network,
                                                    llvm::ArrayRef<DoubleTensor> inputs,
                                                    const WeightSource &weights,
                                                    ReferenceHook hook = nullptr);

/// The value of an nn.parameter, nn.folded_weight, nn.folded_scale or nn.folded_bias, from
/// weights that have passed `checkWeights`.
DoubleTensor evaluateParameter(mlir::Value value, const WeightSource &weights);

/// Attaches ReferenceOpInterface to every nn operation.
void registerReferenceModels(mlir::DialectRegistry &registry);

} // namespace sinter

#endif // SINTER_COMPILER_REFERENCE_REFERENCE_H
