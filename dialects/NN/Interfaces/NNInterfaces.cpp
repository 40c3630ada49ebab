//===- NNInterfaces.cpp - What passes may ask of an nn operation ----------===//

#include "dialects/NN/IR/NN.h"

#include "dialects/NN/Interfaces/NNInterfaces.cpp.inc"
