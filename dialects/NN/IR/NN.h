//===- NN.h - The nn dialect --------------------------------------*- C++ -*-===//
//
// What a residual convolutional network computes: the dialect, its attributes
// and its operations. Semantics stand in the .td files, one per theme.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_NN_IR_NN_H
#define SINTER_DIALECTS_NN_IR_NN_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include <limits>

#include "dialects/NN/IR/NNDialect.h.inc"
#include "dialects/NN/IR/NNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/NN/IR/NNAttrs.h.inc"

namespace sinter::nn {

/// The most elements a tensor may have.
constexpr int64_t maxSize = std::numeric_limits<int32_t>::max();

/// The largest stride, padding, dilation and kernel of a pool.
constexpr int64_t maxWindow = std::numeric_limits<int16_t>::max();

/// True if `type` is static and has between 1 and `maxSize` elements.
bool hasBoundedShape(mlir::ShapedType type);

/// True for a number that kernels can compute with: no infinity or NaN, in f32 either.
bool isFiniteF32(const llvm::APFloat &value);

} // namespace sinter::nn

// The interfaces speak of the attributes above.
#include "dialects/NN/Interfaces/NNInterfaces.h"

#define GET_OP_CLASSES
#include "dialects/NN/IR/NNOps.h.inc"

namespace sinter::nn {

/// True for a parameter and for what computes weights from weights, once, when they are packed.
bool isWeightOp(mlir::Operation *op);

/// The state-dict key of the parameter that names `weight`, the first one it is computed from, or "".
llvm::StringRef weightKey(mlir::Value weight);

} // namespace sinter::nn

#endif // SINTER_DIALECTS_NN_IR_NN_H
