/* A CUDA driver of the time before CUDA 12: cuGraphAddKernelNode has one version. */

#include "runtime/cuda/Driver.h"

#define cuGraphAddKernelNode_v2 cuGraphAddKernelNode

#define DEFINE(field, symbol, parameters)                                                          \
  CUresult symbol parameters;                                                                      \
  CUresult symbol parameters { return CUDA_ERROR_NOT_INITIALIZED; }
SINTER_CUDA_DRIVER_FUNCTIONS(DEFINE)
#undef DEFINE
