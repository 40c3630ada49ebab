/* The fake driver as of CUDA 12.0: dlsym finds the later functions, and that they are null. */

#include "runtime/cuda/Driver.h"

static CUresult (*nothing(void))(void) { return NULL; }

#define HIDE(field, symbol, parameters)                                                            \
  CUresult symbol(void) __attribute__((ifunc("nothing")));
SINTER_CUDA_LATER_DRIVER_FUNCTIONS(HIDE)
#undef HIDE
