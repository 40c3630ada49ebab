/*===- Driver.c - Open the CUDA driver and find GPUs ----------------------===*\
|*
|* The driver's library belongs to the system, not to the program: it may be
|* missing, too old, or unable to find a GPU, and each of these is a status.
|*
\*===----------------------------------------------------------------------===*/

#define _GNU_SOURCE /* secure_getenv, RTLD_NODELETE */

#include "runtime/cuda/Internal.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*===-- Library -----------------------------------------------------------===*/

typedef struct {
  const char *name;
  size_t offset; /* of its pointer in sinter_cuda_driver */
  bool is_later;
} symbol_t;

static const symbol_t symbols[] = {
#define SYMBOL(field, symbol, parameters) {#symbol, offsetof(sinter_cuda_driver, field), false},
    SINTER_CUDA_DRIVER_FUNCTIONS(SYMBOL)
#undef SYMBOL
#define SYMBOL(field, symbol, parameters) {#symbol, offsetof(sinter_cuda_driver, field), true},
    SINTER_CUDA_LATER_DRIVER_FUNCTIONS(SYMBOL)
#undef SYMBOL
};

static sinter_status find_symbols(sinter_cuda_driver *driver, const char *library,
                                  const char *where, sinter_error *error) {
  for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]); ++i) {
    void *address = sinter_os_symbol(driver->library, symbols[i].name);
    if (!address && !symbols[i].is_later)
      return sinter_fail(error, SINTER_NO_DEVICE, where,
                         "the CUDA driver is too old: %.200s has no '%s'; expects a driver of "
                         "CUDA 12.0 or later",
                         library, symbols[i].name);
    /* C has no conversion from an object's address to a function's. */
    memcpy((char *)driver + symbols[i].offset, &address, sizeof(address));
  }
  return SINTER_OK;
}

sinter_status sinter_cuda_open_driver(sinter_cuda_driver *driver, const char *where,
                                      sinter_error *error) {
  const char *library = secure_getenv("SINTER_CUDA_DRIVER");
  if (!library || !library[0])
    library = "libcuda.so.1";
  /* The driver starts threads, so its code must stay when it is closed. */
  driver->library = dlopen(library, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (!driver->library) {
    const char *message = dlerror();
    return sinter_fail(error, SINTER_NO_DEVICE, where, "no CUDA driver: %s",
                       message ? message : "unknown reason");
  }
  sinter_status status = find_symbols(driver, library, where, error);
  if (status != SINTER_OK)
    return status;
  const CUresult result = driver->init(0);
  if (result != CUDA_SUCCESS)
    return sinter_fail(error, SINTER_NO_DEVICE, where, "the CUDA driver finds no GPU: cuInit: %s",
                       sinter_cuda_explain(driver, result).text);
  return SINTER_OK;
}

void sinter_cuda_close_driver(sinter_cuda_driver *driver) {
  sinter_os_close_library(driver->library);
  driver->library = NULL;
}

/*===-- Errors ------------------------------------------------------------===*/

sinter_cuda_words sinter_cuda_explain(const sinter_cuda_driver *driver, CUresult result) {
  const char *name = NULL, *sentence = NULL;
  sinter_cuda_words words;
  if (driver->get_error_name(result, &name) != CUDA_SUCCESS || !name ||
      driver->get_error_string(result, &sentence) != CUDA_SUCCESS || !sentence)
    snprintf(words.text, sizeof(words.text), "error %d", (int)result);
  else
    snprintf(words.text, sizeof(words.text), "%.60s (%.90s)", name, sentence);
  return words;
}

sinter_status sinter_cuda_fail(const sinter_cuda_driver *driver, CUresult result, const char *call,
                               const char *where, sinter_error *error) {
  return sinter_fail(
      error, result == CUDA_ERROR_OUT_OF_MEMORY ? SINTER_OUT_OF_MEMORY : SINTER_DEVICE_ERROR, where,
      "%s: %s", call, sinter_cuda_explain(driver, result).text);
}

/*===-- GPUs --------------------------------------------------------------===*/

static sinter_status describe_device(const sinter_cuda_driver *driver, sinter_cuda_device *device,
                                     const char *where, sinter_error *error) {
  int major = 0, minor = 0, shared = 0;
  CUresult result =
      driver->device_get_name(device->name, (int)sizeof(device->name), device->handle);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuDeviceGetName", where, error);
  device->name[sizeof(device->name) - 1] = '\0';
  result = driver->device_get_attribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR,
                                        device->handle);
  if (result == CUDA_SUCCESS)
    result = driver->device_get_attribute(&minor, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR,
                                          device->handle);
  if (result == CUDA_SUCCESS)
    result = driver->device_get_attribute(
        &shared, CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN, device->handle);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuDeviceGetAttribute", where, error);
  device->architecture = (uint32_t)major * 10 + (uint32_t)minor;
  device->shared_bytes = (uint32_t)shared;
  return SINTER_OK;
}

sinter_status sinter_cuda_find_device(const sinter_cuda_driver *driver, int ordinal,
                                      sinter_cuda_device *device, const char *where,
                                      sinter_error *error) {
  int count = 0;
  CUresult result = driver->device_get_count(&count);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuDeviceGetCount", where, error);
  if (count < 1)
    return sinter_fail(error, SINTER_NO_DEVICE, where, "the CUDA driver finds no GPU");
  if (ordinal < 0 || ordinal >= count)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, where,
                       "there is no GPU %d: expects a number from 0 to %d", ordinal, count - 1);
  device->ordinal = ordinal;
  result = driver->device_get(&device->handle, ordinal);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuDeviceGet", where, error);
  return describe_device(driver, device, where, error);
}

/*===-- Contexts and memory -----------------------------------------------===*/

sinter_status sinter_cuda_enter(const sinter_cuda_model *model, const char *where,
                                sinter_error *error) {
  const CUresult result = model->driver.push_context(model->context);
  return result == CUDA_SUCCESS
             ? SINTER_OK
             : sinter_cuda_fail(&model->driver, result, "cuCtxPushCurrent", where, error);
}

void sinter_cuda_leave(const sinter_cuda_model *model) {
  CUcontext context;
  (void)model->driver.pop_context(&context);
}

sinter_status sinter_cuda_allocate(const sinter_cuda_model *model, uint64_t bytes, const char *what,
                                   CUdeviceptr *memory, const char *where, sinter_error *error) {
  const sinter_cuda_driver *driver = &model->driver;
  const CUresult result = driver->allocate(memory, (size_t)bytes);
  if (result == CUDA_SUCCESS)
    return SINTER_OK;
  *memory = 0;
  if (result != CUDA_ERROR_OUT_OF_MEMORY)
    return sinter_cuda_fail(driver, result, "cuMemAlloc", where, error);
  size_t available = 0, total = 0;
  if (driver->memory_info(&available, &total) != CUDA_SUCCESS)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, where,
                       "out of memory on %s: %s needs %" PRIu64 " bytes", model->device.name, what,
                       bytes);
  return sinter_fail(error, SINTER_OUT_OF_MEMORY, where,
                     "out of memory on %s: %s needs %" PRIu64 " bytes, %zu of %zu are free",
                     model->device.name, what, bytes, available, total);
}
