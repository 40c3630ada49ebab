/*===- Run.c - Runs of a network on a GPU ---------------------------------===*\
|*
|* A run is one launch of the session's graph. Where the caller's tensors lie on the
|* GPU, kernels use them in place; those in host memory are copied to and from the
|* session's memory, on the same stream.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <inttypes.h>

static sinter_status check_pointers(const sinter_cuda_session *session, const void *const *inputs,
                                    const void *const *outputs, sinter_error *error) {
  const sinter_cuda_info *info = session->model->info;
  for (uint32_t i = 0; i < session->num_tensors; ++i)
    if (!(i < info->num_inputs ? inputs[i] : outputs[i - info->num_inputs]))
      return sinter_fail(error, SINTER_INVALID_ARGUMENT, info->name,
                         "the address of '%.100s' is null", sinter_cuda_tensor_at(info, i)->name);
  return SINTER_OK;
}

/* Checks that the model's GPU can use the device memory of tensor `index`. */
static sinter_status check_device_tensor(const sinter_cuda_session *session, uint32_t index,
                                         CUdeviceptr address, sinter_error *error) {
  const sinter_cuda_model *model = session->model;
  const char *name = sinter_cuda_tensor_at(model->info, index)->name;
  int ordinal = -1;
  CUresult result =
      model->driver.pointer_get_attribute(&ordinal, CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL, address);
  unsigned is_managed = 0; /* the driver writes one byte or four */
  if (result == CUDA_SUCCESS && ordinal != model->device.ordinal)
    result =
        model->driver.pointer_get_attribute(&is_managed, CU_POINTER_ATTRIBUTE_IS_MANAGED, address);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuPointerGetAttribute", error);
  if (ordinal != model->device.ordinal && !is_managed)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, model->info->name,
                       "'%.100s' is in the memory of GPU %d, expects GPU %d", name, ordinal,
                       model->device.ordinal);
  if (address % SINTER_CUDA_ALIGNMENT)
    return sinter_fail(error, SINTER_BAD_ALIGNMENT, model->info->name,
                       "'%.100s' is at address 0x%" PRIx64 ", expects a multiple of %u", name,
                       (uint64_t)address, SINTER_CUDA_ALIGNMENT);
  return SINTER_OK;
}

/* Notes the address of tensor `index` in this run: the caller's, or that of the copy of a tensor
   in host memory. */
static sinter_status locate(sinter_cuda_session *session, uint32_t index, const void *tensor,
                            sinter_error *error) {
  const CUdeviceptr address = (CUdeviceptr)(uintptr_t)tensor;
  unsigned type = 0;
  const CUresult result = session->model->driver.pointer_get_attribute(
      &type, CU_POINTER_ATTRIBUTE_MEMORY_TYPE, address);
  session->buffers[index] = session->copies[index];
  if (result == CUDA_ERROR_INVALID_VALUE) /* memory that the driver did not allocate */
    return SINTER_OK;
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuPointerGetAttribute", error);
  if (type == CU_MEMORYTYPE_HOST)
    return SINTER_OK;
  session->buffers[index] = address;
  return check_device_tensor(session, index, address, error);
}

/* True if this run copies tensor `index` between the host and the session's memory. */
static bool is_copied(const sinter_cuda_session *session, uint32_t index) {
  return session->buffers[index] == session->copies[index];
}

static sinter_status enqueue(sinter_cuda_session *session, const void *const *inputs,
                             void *const *outputs, CUstream stream, sinter_error *error) {
  const sinter_cuda_driver *driver = &session->model->driver;
  const sinter_cuda_info *info = session->model->info;
  CUresult result;
  for (uint32_t i = 0; i < info->num_inputs; ++i) {
    if (!is_copied(session, i))
      continue;
    result = driver->copy_in_async(session->copies[i], inputs[i],
                                   sinter_tensor_bytes(&info->inputs[i]), stream);
    if (result != CUDA_SUCCESS)
      return sinter_cuda_session_fail(session, result, "cuMemcpyHtoDAsync", error);
  }
  result = driver->graph_launch(session->executable, stream);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuGraphLaunch", error);
  for (uint32_t i = 0; i < info->num_outputs; ++i) {
    const uint32_t tensor = info->num_inputs + i;
    if (!is_copied(session, tensor))
      continue;
    result = driver->copy_out_async(outputs[i], session->copies[tensor],
                                    sinter_tensor_bytes(&info->outputs[i]), stream);
    if (result != CUDA_SUCCESS)
      return sinter_cuda_session_fail(session, result, "cuMemcpyDtoHAsync", error);
  }
  return SINTER_OK;
}

/* A run, in the model's context. */
static sinter_status run(sinter_cuda_session *session, const void *const *inputs,
                         void *const *outputs, CUstream stream, sinter_error *error) {
  const uint32_t num_inputs = session->model->info->num_inputs;
  bool has_copies = false;
  for (uint32_t i = 0; i < session->num_tensors; ++i) {
    const void *tensor = i < num_inputs ? inputs[i] : outputs[i - num_inputs];
    sinter_status status = locate(session, i, tensor, error);
    if (status != SINTER_OK)
      return status;
    has_copies |= is_copied(session, i);
  }
  sinter_status status = sinter_cuda_update_graph(session, error);
  if (status != SINTER_OK)
    return status;
  status = enqueue(session, inputs, outputs, stream, error);
  if (!has_copies)
    return status;
  /* After a failure too: the driver must not use the caller's memory any longer. */
  const CUresult result = session->model->driver.stream_synchronize(stream);
  return status != SINTER_OK || result == CUDA_SUCCESS
             ? status
             : sinter_cuda_session_fail(session, result, "cuStreamSynchronize", error);
}

sinter_status sinter_cuda_run(sinter_cuda_session *session, const void *const *inputs,
                              void *const *outputs, void *stream, sinter_error *error) {
  if (!session || !inputs || !outputs)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_cuda_run", "%s is null",
                       !session  ? "session"
                       : !inputs ? "inputs"
                                 : "outputs");
  const sinter_cuda_model *model = session->model;
  sinter_status status = check_pointers(session, inputs, (const void *const *)outputs, error);
  if (status == SINTER_OK)
    status = sinter_cuda_enter(model, model->info->name, error);
  if (status != SINTER_OK)
    return status;
  status = run(session, inputs, outputs, stream, error);
  sinter_cuda_leave(model);
  return status == SINTER_OK ? sinter_clear_error(error) : status;
}
