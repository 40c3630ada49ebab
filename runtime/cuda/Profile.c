/*===- Profile.c - What each kernel of a run takes ------------------------===*\
|*
|* Events on the stream note the GPU's own time: before and after the graph, and
|* between launches that are made one by one.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <stdlib.h>

static sinter_status launch(sinter_cuda_session *session, uint32_t index, sinter_error *error) {
  const CUDA_KERNEL_NODE_PARAMS node = sinter_cuda_launch_parameters(session, index);
  const CUresult result = session->model->driver.launch(
      node.func, node.gridDimX, node.gridDimY, node.gridDimZ, node.blockDimX, node.blockDimY,
      node.blockDimZ, node.sharedMemBytes, NULL, node.kernelParams, NULL);
  return result == CUDA_SUCCESS
             ? SINTER_OK
             : sinter_cuda_session_fail(session, result, "cuLaunchKernel", error);
}

static sinter_status record(sinter_cuda_session *session, CUevent event, sinter_error *error) {
  const CUresult result = session->model->driver.event_record(event, NULL);
  return result == CUDA_SUCCESS ? SINTER_OK
                                : sinter_cuda_session_fail(session, result, "cuEventRecord", error);
}

/* The graph between the first two events. */
static sinter_status enqueue_graph(sinter_cuda_session *session, CUevent *events,
                                   sinter_error *error) {
  sinter_status status = record(session, events[0], error);
  if (status != SINTER_OK)
    return status;
  const CUresult result = session->model->driver.graph_launch(session->executable, NULL);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuGraphLaunch", error);
  return record(session, events[1], error);
}

/* Launch i between events[i] and the next one. */
static sinter_status enqueue_launches(sinter_cuda_session *session, CUevent *events,
                                      sinter_error *error) {
  sinter_status status = record(session, events[0], error);
  for (uint32_t i = 0; i < session->model->info->num_launches && status == SINTER_OK; ++i) {
    status = launch(session, i, error);
    if (status == SINTER_OK)
      status = record(session, events[i + 1], error);
  }
  return status;
}

/* times[i] is the time between events[i] and the next one, for `count` of them. */
static sinter_status read_times(sinter_cuda_session *session, CUevent *events, uint32_t count,
                                float *times, sinter_error *error) {
  const sinter_cuda_driver *driver = &session->model->driver;
  CUresult result = driver->stream_synchronize(NULL);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuStreamSynchronize", error);
  for (uint32_t i = 0; i < count; ++i) {
    result = driver->event_elapsed(&times[i], events[i], events[i + 1]);
    if (result != CUDA_SUCCESS)
      return sinter_cuda_session_fail(session, result, "cuEventElapsedTime", error);
  }
  return SINTER_OK;
}

static sinter_status measure(sinter_cuda_session *session, CUevent *events, float *graph,
                             float *launch_times, sinter_error *error) {
  sinter_status status = enqueue_graph(session, events, error);
  if (status == SINTER_OK)
    status = read_times(session, events, 1, graph, error);
  if (status == SINTER_OK)
    status = enqueue_launches(session, events, error);
  if (status == SINTER_OK)
    status = read_times(session, events, session->model->info->num_launches, launch_times, error);
  return status;
}

static void destroy_events(const sinter_cuda_driver *driver, CUevent *events, uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    (void)driver->event_destroy(events[i]);
  free(events);
}

/* One event more than there are launches, and the measurement. */
static sinter_status measure_with_events(sinter_cuda_session *session, float *graph,
                                         float *launch_times, sinter_error *error) {
  const sinter_cuda_driver *driver = &session->model->driver;
  const uint32_t count = session->model->info->num_launches + 1;
  CUevent *events = calloc(count, sizeof(CUevent));
  if (!events)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, session->model->info->name, "out of memory");
  for (uint32_t i = 0; i < count; ++i) {
    const CUresult result = driver->event_create(&events[i], 0);
    if (result == CUDA_SUCCESS)
      continue;
    destroy_events(driver, events, i);
    return sinter_cuda_session_fail(session, result, "cuEventCreate", error);
  }
  sinter_status status = measure(session, events, graph, launch_times, error);
  destroy_events(driver, events, count);
  return status;
}

sinter_status sinter_cuda_profile(sinter_cuda_session *session, const void *const *inputs,
                                  void *const *outputs, float *graph, float *launch_times,
                                  sinter_error *error) {
  if (!graph || !launch_times)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_cuda_profile", "%s is null",
                       graph ? "launch_times" : "graph");
  /* Puts the tensors in place, and their addresses into the session. */
  sinter_status status = sinter_cuda_run(session, inputs, outputs, NULL, error);
  if (status != SINTER_OK)
    return status;
  const sinter_cuda_model *model = session->model;
  status = sinter_cuda_enter(model, model->info->name, error);
  if (status != SINTER_OK)
    return status;
  status = measure_with_events(session, graph, launch_times, error);
  sinter_cuda_leave(model);
  return status == SINTER_OK ? sinter_clear_error(error) : status;
}
