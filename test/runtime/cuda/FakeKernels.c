/*===- FakeKernels.c - Kernels that are C functions -----------------------===*/

#include "test/runtime/cuda/FakeKernels.h"

#include <stdio.h>
#include <string.h>

const char fake_device_name[] = "Fake H100";
const size_t fake_device_bytes = 1 << 20;

struct fake_kernel {
  const char *name;
  int num_parameters;
  bool (*run)(int ordinal, const CUdeviceptr *arguments, size_t count);
};

/*===-- Kernels -----------------------------------------------------------===*/

static bool has(int ordinal, CUdeviceptr address, size_t bytes) {
  return fake_memory_at(ordinal, address, bytes).start != NULL;
}

/* True if all `count` buffers of `floats` elements are there, and aligned. */
static bool have(int ordinal, const CUdeviceptr *buffers, int count, size_t floats) {
  for (int i = 0; i < count; ++i)
    if (buffers[i] % sizeof(float) != 0 || !has(ordinal, buffers[i], floats * sizeof(float)))
      return false;
  return true;
}

static float *floats_at(CUdeviceptr address) { return (float *)(uintptr_t)address; }

static bool add_one(int ordinal, const CUdeviceptr *arguments, size_t count) {
  if (!have(ordinal, arguments, 2, count))
    return false;
  for (size_t i = 0; i < count; ++i)
    floats_at(arguments[1])[i] = floats_at(arguments[0])[i] + 1;
  return true;
}

static bool scale(int ordinal, const CUdeviceptr *arguments, size_t count) {
  if (!have(ordinal, arguments, 1, count) || !have(ordinal, arguments + 1, 1, 2) ||
      !have(ordinal, arguments + 2, 1, count))
    return false;
  const float *weights = floats_at(arguments[1]);
  for (size_t i = 0; i < count; ++i)
    floats_at(arguments[2])[i] = floats_at(arguments[0])[i] * weights[0] + weights[1];
  return true;
}

static bool add(int ordinal, const CUdeviceptr *arguments, size_t count) {
  if (!have(ordinal, arguments, 3, count))
    return false;
  for (size_t i = 0; i < count; ++i)
    floats_at(arguments[2])[i] = floats_at(arguments[0])[i] + floats_at(arguments[1])[i];
  return true;
}

static bool crash(int ordinal, const CUdeviceptr *arguments, size_t count) {
  (void)arguments;
  return has(ordinal, 64, count);
}

static const fake_kernel_t kernels[] = {
    {"add_one", 2, add_one}, {"scale", 3, scale}, {"add", 3, add}, {"crash", 1, crash}};

/*===-- Code --------------------------------------------------------------===*/

/* Every image has all kernels; PTX may have a mistake. */
CUresult fake_load_code(const void *image, char *log, size_t log_bytes, const fake_code_t **code) {
  *code = NULL;
  if (memcmp(image, "\177ELF", 4) == 0 || !strstr(image, "mistake"))
    return CUDA_SUCCESS;
  snprintf(log, log_bytes, "ptxas fatal: Unexpected 'mistake'\nptxas: aborted");
  return CUDA_ERROR_INVALID_PTX;
}

const fake_kernel_t *fake_find_kernel(const fake_code_t *code, const char *name) {
  (void)code;
  for (size_t i = 0; i < sizeof(kernels) / sizeof(kernels[0]); ++i)
    if (strcmp(kernels[i].name, name) == 0)
      return &kernels[i];
  return NULL;
}

int fake_num_parameters(const fake_kernel_t *kernel) { return kernel->num_parameters; }

bool fake_run_kernel(int ordinal, const fake_launch_t *launch) {
  return launch->kernel->run(ordinal, launch->arguments, (size_t)launch->grid[0] * launch->threads);
}
