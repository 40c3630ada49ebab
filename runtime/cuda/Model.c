/*===- Model.c - Load networks onto a GPU ---------------------------------===*\
|*
|* A model holds the primary context of its GPU, which it shares with the rest of
|* the program. Each call makes it current and gives the caller's context back.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* What a block can have without being asked for, on every architecture. */
#define DEFAULT_SHARED_BYTES 49152u

/*===-- Code and weights --------------------------------------------------===*/

/* Raises what blocks of a function may have to what this launch needs. */
static sinter_status allow_shared(const sinter_cuda_model *model, const sinter_cuda_launch *launch,
                                  CUfunction function, const char *where, sinter_error *error) {
  const sinter_cuda_driver *driver = &model->driver;
  if (launch->shared_bytes <= DEFAULT_SHARED_BYTES)
    return SINTER_OK;
  if (launch->shared_bytes > model->device.shared_bytes)
    return sinter_fail(
        error, SINTER_UNSUPPORTED_DEVICE, where,
        "'%.100s' needs %" PRIu32 " bytes of shared memory; a block on %s has %" PRIu32,
        launch->kernel, launch->shared_bytes, model->device.name, model->device.shared_bytes);
  int allowed = 0;
  CUresult result = driver->function_get_attribute(
      &allowed, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES, function);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuFuncGetAttribute", where, error);
  if (allowed >= (int)launch->shared_bytes) /* for an earlier launch */
    return SINTER_OK;
  result = driver->function_set_attribute(function, CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
                                          (int)launch->shared_bytes);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(driver, result, "cuFuncSetAttribute", where, error);
  return SINTER_OK;
}

static sinter_status find_functions(sinter_cuda_model *model, const char *where,
                                    sinter_error *error) {
  for (uint32_t i = 0; i < model->info->num_launches; ++i) {
    const sinter_cuda_launch *launch = &model->info->launches[i];
    const CUresult result =
        model->driver.module_get_function(&model->functions[i], model->module, launch->kernel);
    if (result == CUDA_ERROR_NOT_FOUND)
      return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                         "damaged: its %s has no kernel '%.100s' for launch %" PRIu32,
                         model->image_name, launch->kernel, i);
    if (result != CUDA_SUCCESS)
      return sinter_cuda_fail(&model->driver, result, "cuModuleGetFunction", where, error);
    sinter_status status = allow_shared(model, launch, model->functions[i], where, error);
    if (status != SINTER_OK)
      return status;
  }
  return SINTER_OK;
}

static sinter_status copy_weights(sinter_cuda_model *model, const char *where,
                                  sinter_error *error) {
  const sinter_cuda_info *info = model->info;
  if (info->weights_bytes == 0)
    return SINTER_OK;
  sinter_status status = sinter_cuda_allocate(model, info->weights_bytes, "a copy of the weights",
                                              &model->weights, where, error);
  if (status != SINTER_OK)
    return status;
  CUresult result =
      model->driver.copy_in(model->weights, info->weights, (size_t)info->weights_bytes);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(&model->driver, result, "cuMemcpyHtoD", where, error);
  /* The copy may still be on its way, and a run on another stream would not wait for it. */
  result = model->driver.stream_synchronize(NULL);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_fail(&model->driver, result, "cuStreamSynchronize", where, error);
  return SINTER_OK;
}

static sinter_status fill_model(sinter_cuda_model *model, int device, const char *where,
                                sinter_error *error) {
  sinter_status status = sinter_cuda_open_driver(&model->driver, where, error);
  if (status == SINTER_OK)
    status = sinter_cuda_find_device(&model->driver, device, &model->device, where, error);
  if (status != SINTER_OK)
    return status;
  const CUresult result = model->driver.primary_retain(&model->context, model->device.handle);
  if (result != CUDA_SUCCESS) {
    model->context = NULL;
    return sinter_cuda_fail(&model->driver, result, "cuDevicePrimaryCtxRetain", where, error);
  }
  status = sinter_cuda_enter(model, where, error);
  if (status != SINTER_OK)
    return status;
  status = sinter_cuda_load_image(model, where, error);
  if (status == SINTER_OK)
    status = find_functions(model, where, error);
  if (status == SINTER_OK)
    status = copy_weights(model, where, error);
  sinter_cuda_leave(model);
  return status;
}

/*===-- Lifetime ----------------------------------------------------------===*/

/* Gives everything back; what the driver says to it changes nothing. */
static void destroy_model(sinter_cuda_model *model) {
  const sinter_cuda_driver *driver = &model->driver;
  if (model->context) {
    if (sinter_cuda_enter(model, "", NULL) == SINTER_OK) {
      if (model->weights)
        (void)driver->free(model->weights);
      if (model->module)
        (void)driver->module_unload(model->module);
      sinter_cuda_leave(model);
    }
    (void)driver->primary_release(model->device.handle);
  }
  sinter_cuda_close_driver(&model->driver);
  sinter_os_close_library(model->library);
  free(model);
}

/* Handles are constant to their users, but models are never made constant. */
static atomic_uint *users_of(const sinter_cuda_model *model) {
  return (atomic_uint *)(uintptr_t)&model->users;
}

void sinter_cuda_retain(const sinter_cuda_model *model) {
  atomic_fetch_add_explicit(users_of(model), 1, memory_order_relaxed);
}

void sinter_cuda_release(const sinter_cuda_model *model) {
  if (atomic_fetch_sub_explicit(users_of(model), 1, memory_order_acq_rel) == 1)
    destroy_model((sinter_cuda_model *)(uintptr_t)model);
}

void sinter_cuda_unload(sinter_cuda_model *model) {
  if (model)
    sinter_cuda_release(model);
}

/*===-- Loading -----------------------------------------------------------===*/

/* Wraps a descriptor; takes over `library` when it succeeds. */
static sinter_status make_model(const sinter_cuda_info *info, void *library, int device,
                                const char *where, sinter_cuda_model **model, sinter_error *error) {
  sinter_status status = sinter_cuda_check_info(info, where, error);
  if (status != SINTER_OK)
    return status;
  const size_t bytes = sizeof(sinter_cuda_model) + info->num_launches * sizeof(CUfunction);
  sinter_cuda_model *result = malloc(bytes);
  if (!result)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, where, "out of memory");
  memset(result, 0, bytes);
  atomic_init(&result->users, 1);
  result->info = info;
  status = fill_model(result, device, where, error);
  if (status != SINTER_OK) {
    destroy_model(result);
    return status;
  }
  result->library = library;
  *model = result;
  return sinter_clear_error(error);
}

sinter_status sinter_cuda_load(const char *path, int device, sinter_cuda_model **model,
                               sinter_error *error) {
  if (model)
    *model = NULL;
  if (!path || !model)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_cuda_load", "%s is null",
                       path ? "model" : "path");
  void *library;
  const void *info;
  sinter_status status = sinter_open_artifact(path, "sinter_cuda_model", &library, &info, error);
  if (status != SINTER_OK)
    return status;
  status = make_model(info, library, device, path, model, error);
  if (status != SINTER_OK)
    sinter_os_close_library(library);
  return status;
}

sinter_status sinter_cuda_from_info(const sinter_cuda_info *info, int device,
                                    sinter_cuda_model **model, sinter_error *error) {
  if (model)
    *model = NULL;
  if (!info || !model)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_cuda_from_info", "%s is null",
                       info ? "model" : "info");
  return make_model(info, NULL, device, "linked model", model, error);
}

/*===-- Description -------------------------------------------------------===*/

const sinter_cuda_info *sinter_cuda_describe(const sinter_cuda_model *model) { return model->info; }

const char *sinter_cuda_image_name(const sinter_cuda_model *model) { return model->image_name; }

const char *sinter_cuda_device_name(const sinter_cuda_model *model) { return model->device.name; }
