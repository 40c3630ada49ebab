/*===- FakeDriver.c - A CUDA driver without a GPU -------------------------===*\
|*
|* The functions for GPUs, contexts, modules and memory.
|*
\*===----------------------------------------------------------------------===*/

#include "test/runtime/cuda/FakeInternal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*===-- GPUs and contexts -------------------------------------------------===*/

CUresult cuInit(unsigned int flags) {
  ENTER("cuInit");
  fake_is_initialized = flags == 0;
  return fake_num_devices ? CUDA_SUCCESS : CUDA_ERROR_NO_DEVICE;
}

CUresult cuGetErrorName(CUresult result, const char **text) {
  *text = result == CUDA_ERROR_OUT_OF_MEMORY       ? "CUDA_ERROR_OUT_OF_MEMORY"
          : result == CUDA_ERROR_NO_DEVICE         ? "CUDA_ERROR_NO_DEVICE"
          : result == CUDA_ERROR_ILLEGAL_ADDRESS   ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : result == CUDA_ERROR_INVALID_IMAGE     ? "CUDA_ERROR_INVALID_IMAGE"
          : result == CUDA_ERROR_NO_BINARY_FOR_GPU ? "CUDA_ERROR_NO_BINARY_FOR_GPU"
          : result == CUDA_ERROR_INVALID_PTX       ? "CUDA_ERROR_INVALID_PTX"
          : result == CUDA_ERROR_UNKNOWN           ? "CUDA_ERROR_UNKNOWN"
                                                   : NULL;
  return *text ? CUDA_SUCCESS : CUDA_ERROR_INVALID_VALUE;
}

CUresult cuGetErrorString(CUresult result, const char **text) {
  *text = result == CUDA_ERROR_ILLEGAL_ADDRESS ? "an illegal memory access was encountered"
                                               : "in the driver's words";
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetCount(int *count) {
  ENTER("cuDeviceGetCount");
  *count = fake_num_devices < 0 ? 0 : fake_num_devices;
  return CUDA_SUCCESS;
}

CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  ENTER("cuDeviceGet");
  *device = 100 + ordinal; /* a handle need not be the number */
  return ordinal >= 0 && ordinal < fake_num_devices ? CUDA_SUCCESS : CUDA_ERROR_INVALID_DEVICE;
}

static device_t *device_of(CUdevice handle) { return &fake_devices[handle - 100]; }

CUresult cuDeviceGetName(char *name, int bytes, CUdevice device) {
  ENTER("cuDeviceGetName");
  snprintf(name, (size_t)bytes, "%s", device_of(device)->name);
  return CUDA_SUCCESS;
}

CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  ENTER("cuDeviceGetAttribute");
  const device_t *of = device_of(device);
  switch (attribute) {
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR:
    *value = of->major;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR:
    *value = of->minor;
    return CUDA_SUCCESS;
  case CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN:
    *value = of->shared_bytes;
    return CUDA_SUCCESS;
  }
  return CUDA_ERROR_INVALID_VALUE;
}

CUresult cuDevicePrimaryCtxRetain(CUcontext *context, CUdevice device) {
  *context = GARBAGE;
  ENTER("cuDevicePrimaryCtxRetain");
  *context = &device_of(device)->context;
  ++(*context)->retains;
  return CUDA_SUCCESS;
}

/* Functions that release do so even where they report a failure. */
CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  LOCKED;
  const CUresult result = fake_enter("cuDevicePrimaryCtxRelease_v2");
  struct CUctx_st *context = &device_of(device)->context;
  if (context->retains == 0)
    fake_complain("a context was released more often than retained");
  else if (--context->retains == 0)
    fake_clear_context(context->ordinal);
  return result;
}

CUresult cuCtxPushCurrent_v2(CUcontext context) {
  ENTER("cuCtxPushCurrent_v2");
  if (!context || context->retains == 0 || fake_depth == MAX_STACK)
    return CUDA_ERROR_INVALID_CONTEXT;
  fake_stack[fake_depth++] = context;
  return CUDA_SUCCESS;
}

CUresult cuCtxPopCurrent_v2(CUcontext *context) {
  LOCKED;
  const CUresult result = fake_enter("cuCtxPopCurrent_v2");
  if (fake_depth == 0)
    fake_complain("no context to pop");
  else
    *context = fake_stack[--fake_depth];
  return result;
}

/*===-- Modules -----------------------------------------------------------===*/

CUresult cuModuleLoadDataEx(CUmodule *module, const void *image, unsigned int num_options,
                            CUjit_option *options, void **values) {
  *module = GARBAGE;
  ENTER_CONTEXT("cuModuleLoadDataEx");
  char *log = NULL;
  size_t log_bytes = 0;
  for (unsigned i = 0; i < num_options; ++i)
    if (options[i] == CU_JIT_ERROR_LOG_BUFFER)
      log = values[i];
    else if (options[i] == CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES)
      log_bytes = (uintptr_t)values[i];
  const fake_code_t *code;
  const CUresult result = fake_load_code(image, log, log ? log_bytes : 0, &code);
  if (result != CUDA_SUCCESS)
    return result;
  fake_image = image;
  *module = calloc(1, sizeof(**module));
  (*module)->code = code;
  fake_add(MODULE, context->ordinal, *module, 0, FAKE_DEVICE);
  return CUDA_SUCCESS;
}

CUresult cuModuleUnload(CUmodule module) { return fake_release("cuModuleUnload", MODULE, module); }

CUresult cuModuleGetFunction(CUfunction *function, CUmodule module, const char *name) {
  ENTER_CONTEXT("cuModuleGetFunction");
  const fake_kernel_t *kernel = fake_find_kernel(module->code, name);
  if (!kernel)
    return CUDA_ERROR_NOT_FOUND;
  int i = 0;
  while (i < module->num_functions && module->functions[i].kernel != kernel)
    ++i;
  if (i == MAX_FUNCTIONS)
    return CUDA_ERROR_OUT_OF_MEMORY;
  if (i == module->num_functions)
    module->functions[module->num_functions++] = (struct CUfunc_st){kernel, 49152};
  *function = &module->functions[i];
  return CUDA_SUCCESS;
}

CUresult cuFuncGetAttribute(int *value, CUfunction_attribute attribute, CUfunction function) {
  ENTER("cuFuncGetAttribute");
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES)
    return CUDA_ERROR_INVALID_VALUE;
  *value = function->shared_bytes;
  return CUDA_SUCCESS;
}

CUresult cuFuncSetAttribute(CUfunction function, CUfunction_attribute attribute, int value) {
  ENTER_CONTEXT("cuFuncSetAttribute");
  if (attribute != CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES ||
      value > fake_devices[context->ordinal].shared_bytes)
    return CUDA_ERROR_INVALID_VALUE;
  function->shared_bytes = value;
  return CUDA_SUCCESS;
}

/*===-- Memory ------------------------------------------------------------===*/

CUresult cuMemGetInfo_v2(size_t *available, size_t *total) {
  ENTER_CONTEXT("cuMemGetInfo_v2");
  *total = fake_devices[context->ordinal].memory_bytes;
  *available = *total - fake_devices[context->ordinal].used_bytes;
  return CUDA_SUCCESS;
}

CUresult cuMemAlloc_v2(CUdeviceptr *memory, size_t bytes) {
  *memory = (uintptr_t)GARBAGE;
  ENTER_CONTEXT("cuMemAlloc_v2");
  if (bytes == 0)
    return CUDA_ERROR_INVALID_VALUE;
  *memory = (uintptr_t)fake_new_memory(MEMORY, context->ordinal, bytes, FAKE_DEVICE);
  return *memory ? CUDA_SUCCESS : CUDA_ERROR_OUT_OF_MEMORY;
}

CUresult cuMemFree_v2(CUdeviceptr memory) {
  return fake_release("cuMemFree_v2", MEMORY, (void *)(uintptr_t)memory);
}

CUresult cuPointerGetAttribute(void *value, CUpointer_attribute attribute, CUdeviceptr pointer) {
  ENTER_CONTEXT("cuPointerGetAttribute");
  const object_t *object = fake_find_memory(pointer, 0);
  if (!object)
    return CUDA_ERROR_INVALID_VALUE;
  switch (attribute) {
  case CU_POINTER_ATTRIBUTE_MEMORY_TYPE:
    *(unsigned *)value =
        object->memory_kind == FAKE_PINNED ? CU_MEMORYTYPE_HOST : CU_MEMORYTYPE_DEVICE;
    return CUDA_SUCCESS;
  case CU_POINTER_ATTRIBUTE_IS_MANAGED:
    *(unsigned char *)value = object->memory_kind == FAKE_MANAGED;
    return CUDA_SUCCESS;
  case CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL:
    *(int *)value = object->ordinal;
    return CUDA_SUCCESS;
  }
  return CUDA_ERROR_INVALID_VALUE;
}
