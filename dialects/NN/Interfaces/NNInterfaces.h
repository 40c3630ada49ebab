//===- NNInterfaces.h - What passes may ask of an nn operation --*- C++ -*-===//

#ifndef SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H
#define SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H

// Included by NN.h, behind the attributes that the methods return.

#include "mlir/IR/OpDefinition.h"

#include "dialects/NN/Interfaces/NNInterfaces.h.inc"

#endif // SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_H
