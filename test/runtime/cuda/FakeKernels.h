/*===- FakeKernels.h - Where a driver's kernels come from ---------*- C -*-===*\
|*
|* GPUs, memory, streams and graphs are the same for two drivers without a GPU; only
|* what a kernel is differs. FakeKernels.c has C functions, for tests of the runtime;
|* test/emulator/driver has the kernels of a compiled network.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_TEST_RUNTIME_CUDA_FAKEKERNELS_H
#define SINTER_TEST_RUNTIME_CUDA_FAKEKERNELS_H

#include "runtime/cuda/Driver.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*===-- What a kind of kernels provides -----------------------------------===*/

/* All kernels of an image, and one of them. They live as long as the process. */
typedef struct fake_code fake_code_t;
typedef struct fake_kernel fake_kernel_t;

/* The arguments that a kernel may have. */
#define MAX_PARAMETERS 32

typedef struct {
  const fake_kernel_t *kernel;
  unsigned grid[3];
  unsigned threads; /* of a block, all in x */
  unsigned shared_bytes;
  CUdeviceptr arguments[MAX_PARAMETERS];
} fake_launch_t;

/* The GPU that there is at first: its name, and how much memory it has. */
extern const char fake_device_name[];
extern const size_t fake_device_bytes;

/* The code of `image`, PTX or a cubin. On failure `log`, a string of `log_bytes`, says why. */
CUresult fake_load_code(const void *image, char *log, size_t log_bytes, const fake_code_t **code);

/* The kernel of this name; null if there is none. */
const fake_kernel_t *fake_find_kernel(const fake_code_t *code, const char *name);

int fake_num_parameters(const fake_kernel_t *kernel);

/* Executes a launch on GPU `ordinal`; false after an illegal access. */
bool fake_run_kernel(int ordinal, const fake_launch_t *launch);

/*===-- What it may ask the driver ----------------------------------------===*/

/* Memory that a GPU can use. */
typedef struct {
  char *start; /* null: none */
  size_t bytes;
} fake_memory_t;

/* The allocation that has the `bytes` from `address` on, if GPU `ordinal` can use it. */
fake_memory_t fake_memory_at(int ordinal, CUdeviceptr address, size_t bytes);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_TEST_RUNTIME_CUDA_FAKEKERNELS_H */
