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

#include "dialects/NN/IR/NNDialect.h.inc"
#include "dialects/NN/IR/NNEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/NN/IR/NNAttrs.h.inc"

// The interfaces speak of the attributes above.
#include "dialects/NN/Interfaces/NNInterfaces.h"

#define GET_OP_CLASSES
#include "dialects/NN/IR/NNOps.h.inc"

#endif // SINTER_DIALECTS_NN_IR_NN_H
