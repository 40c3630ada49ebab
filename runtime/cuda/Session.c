/*===- Session.c - Memory and graph of runs -------------------------------===*\
|*
|* A session has one piece of device memory, for the workspace and for a copy of
|* every tensor, and a CUDA graph that is a chain of all kernels. It is built once;
|* when a tensor has another address, only the kernels that use it are updated.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <inttypes.h>
#include <stdlib.h>

/* Where buffers start in the session's memory; as far apart as cuMemAlloc aligns. */
#define BUFFER_ALIGNMENT 256u

const sinter_tensor_info *sinter_cuda_tensor_at(const sinter_cuda_info *info, uint32_t index) {
  return index < info->num_inputs ? &info->inputs[index] : &info->outputs[index - info->num_inputs];
}

sinter_status sinter_cuda_session_fail(const sinter_cuda_session *session, CUresult result,
                                       const char *call, sinter_error *error) {
  return sinter_cuda_fail(&session->model->driver, result, call, session->model->info->name, error);
}

/*===-- Memory ------------------------------------------------------------===*/

/* Places `bytes` at the end of `*used` and returns where. */
static uint64_t place(uint64_t *used, uint64_t bytes) {
  const uint64_t offset = *used;
  *used += (bytes + BUFFER_ALIGNMENT - 1) / BUFFER_ALIGNMENT * BUFFER_ALIGNMENT;
  return offset;
}

/* The session's device memory, and the buffers in it. The descriptor's bounds keep the sum of
   all sizes far from overflowing. */
static sinter_status allocate_buffers(sinter_cuda_session *session, sinter_error *error) {
  const sinter_cuda_model *model = session->model;
  const sinter_cuda_info *info = model->info;
  uint64_t bytes = 0;
  const uint64_t workspace = place(&bytes, info->workspace_bytes);
  for (uint32_t i = 0; i < session->num_tensors; ++i)
    session->copies[i] = place(&bytes, sinter_tensor_bytes(sinter_cuda_tensor_at(info, i)));
  sinter_status status =
      sinter_cuda_allocate(model, bytes, "a session", &session->memory, info->name, error);
  if (status != SINTER_OK)
    return status;
  for (uint32_t i = 0; i < session->num_tensors; ++i)
    session->buffers[i] = session->bound[i] = session->copies[i] += session->memory;
  session->buffers[session->num_tensors] = session->memory + workspace;
  session->buffers[session->num_tensors + 1] = model->weights;
  return SINTER_OK;
}

/* The session with its arrays; null if there is no memory. */
static sinter_cuda_session *make_session(const sinter_cuda_model *model) {
  const sinter_cuda_info *info = model->info;
  const size_t tensors = (size_t)info->num_inputs + info->num_outputs;
  sinter_cuda_session *session = calloc(1, sizeof(*session));
  CUdeviceptr *addresses = calloc(3 * tensors + 2 + SINTER_CUDA_MAX_ARGUMENTS, sizeof(CUdeviceptr));
  void **parameters = calloc(SINTER_CUDA_MAX_ARGUMENTS, sizeof(void *));
  CUgraphNode *nodes = calloc(info->num_launches, sizeof(CUgraphNode));
  if (!session || !addresses || !parameters || !nodes) {
    free(session);
    free(addresses);
    free(parameters);
    free(nodes);
    return NULL;
  }
  session->model = model;
  session->num_tensors = (uint32_t)tensors;
  session->buffers = addresses;
  session->bound = session->buffers + tensors + 2; /* behind the workspace and the weights */
  session->copies = session->bound + tensors;
  session->arguments = session->copies + tensors;
  session->parameters = parameters;
  session->nodes = nodes;
  for (size_t i = 0; i < SINTER_CUDA_MAX_ARGUMENTS; ++i)
    parameters[i] = &session->arguments[i];
  return session;
}

/*===-- Graph -------------------------------------------------------------===*/

CUDA_KERNEL_NODE_PARAMS sinter_cuda_launch_parameters(sinter_cuda_session *session,
                                                      uint32_t index) {
  const sinter_cuda_info *info = session->model->info;
  const sinter_cuda_launch *launch = &info->launches[index];
  for (uint32_t i = 0; i < launch->num_arguments; ++i) {
    const sinter_cuda_argument *argument = &info->arguments[launch->first_argument + i];
    session->arguments[i] = session->buffers[argument->buffer] + argument->offset;
  }
  return (CUDA_KERNEL_NODE_PARAMS){
      .func = session->model->functions[index],
      .gridDimX = launch->grid[0],
      .gridDimY = launch->grid[1],
      .gridDimZ = launch->grid[2],
      .blockDimX = launch->threads,
      .blockDimY = 1,
      .blockDimZ = 1,
      .sharedMemBytes = launch->shared_bytes,
      .kernelParams = session->parameters,
  };
}

/* Adds launch `index` behind the one before it. Where both sides can, its blocks start as soon as
   those of that one leave room, and wait by themselves for what they need of it. */
static sinter_status add_launch(sinter_cuda_session *session, uint32_t index,
                                sinter_error *error) {
  const sinter_cuda_driver *driver = &session->model->driver;
  const CUDA_KERNEL_NODE_PARAMS parameters = sinter_cuda_launch_parameters(session, index);
  const bool starts_early = session->model->starts_early && driver->graph_add_dependencies;
  const bool waits = index > 0 && !starts_early;
  CUgraphNode *node = &session->nodes[index];
  CUresult result = driver->graph_add_kernel(node, session->graph, waits ? node - 1 : NULL,
                                             waits ? 1 : 0, &parameters);
  if (result != CUDA_SUCCESS)
    return sinter_cuda_session_fail(session, result, "cuGraphAddKernelNode", error);
  if (index == 0 || !starts_early)
    return SINTER_OK;
  const CUgraphEdgeData edge = {.from_port = CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC,
                                .type = CU_GRAPH_DEPENDENCY_TYPE_PROGRAMMATIC};
  result = driver->graph_add_dependencies(session->graph, node - 1, node, &edge, 1);
  return result == CUDA_SUCCESS
             ? SINTER_OK
             : sinter_cuda_session_fail(session, result, "cuGraphAddDependencies", error);
}

static sinter_status build_graph(sinter_cuda_session *session, sinter_error *error) {
  const sinter_cuda_driver *driver = &session->model->driver;
  CUresult result = driver->graph_create(&session->graph, 0);
  if (result != CUDA_SUCCESS) {
    session->graph = NULL;
    return sinter_cuda_session_fail(session, result, "cuGraphCreate", error);
  }
  for (uint32_t i = 0; i < session->model->info->num_launches; ++i) {
    const sinter_status status = add_launch(session, i, error);
    if (status != SINTER_OK)
      return status;
  }
  result = driver->graph_instantiate(&session->executable, session->graph, 0);
  if (result == CUDA_SUCCESS)
    return SINTER_OK;
  session->executable = NULL;
  return sinter_cuda_session_fail(session, result, "cuGraphInstantiate", error);
}

/* Does launch `index` have a tensor whose address is another one in the graph? */
static bool is_outdated(const sinter_cuda_session *session, uint32_t index) {
  const sinter_cuda_info *info = session->model->info;
  const sinter_cuda_launch *launch = &info->launches[index];
  for (uint32_t i = 0; i < launch->num_arguments; ++i) {
    const uint32_t buffer = info->arguments[launch->first_argument + i].buffer;
    if (buffer < session->num_tensors && session->buffers[buffer] != session->bound[buffer])
      return true;
  }
  return false;
}

sinter_status sinter_cuda_update_graph(sinter_cuda_session *session, sinter_error *error) {
  bool is_current = true;
  for (uint32_t i = 0; i < session->num_tensors; ++i)
    is_current &= session->buffers[i] == session->bound[i];
  if (is_current)
    return SINTER_OK;
  CUresult result = CUDA_SUCCESS;
  for (uint32_t i = 0; i < session->model->info->num_launches && result == CUDA_SUCCESS; ++i)
    if (is_outdated(session, i)) {
      const CUDA_KERNEL_NODE_PARAMS parameters = sinter_cuda_launch_parameters(session, i);
      result = session->model->driver.graph_exec_set_kernel(session->executable, session->nodes[i],
                                                            &parameters);
    }
  /* After a failure nobody knows which kernels have the new addresses; the next run tells all. */
  for (uint32_t i = 0; i < session->num_tensors; ++i)
    if (session->buffers[i] != session->bound[i])
      session->bound[i] = result == CUDA_SUCCESS ? session->buffers[i] : 0;
  return result == CUDA_SUCCESS
             ? SINTER_OK
             : sinter_cuda_session_fail(session, result, "cuGraphExecKernelNodeSetParams", error);
}

/*===-- Sessions ----------------------------------------------------------===*/

sinter_status sinter_cuda_session_create(const sinter_cuda_model *model,
                                         sinter_cuda_session **session, sinter_error *error) {
  if (session)
    *session = NULL;
  if (!model || !session)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_cuda_session_create", "%s is null",
                       model ? "session" : "model");
  const char *name = model->info->name;
  sinter_cuda_session *result = make_session(model);
  if (!result)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, name, "out of memory");
  sinter_cuda_retain(model);
  sinter_status status = sinter_cuda_enter(model, name, error);
  if (status == SINTER_OK) {
    status = allocate_buffers(result, error);
    if (status == SINTER_OK)
      status = build_graph(result, error);
    sinter_cuda_leave(model);
  }
  if (status != SINTER_OK) {
    sinter_cuda_session_destroy(result);
    return status;
  }
  *session = result;
  return sinter_clear_error(error);
}

void sinter_cuda_session_destroy(sinter_cuda_session *session) {
  if (!session)
    return;
  const sinter_cuda_model *model = session->model;
  const sinter_cuda_driver *driver = &model->driver;
  /* What the driver says to this changes nothing. */
  if (sinter_cuda_enter(model, "", NULL) == SINTER_OK) {
    (void)driver->context_synchronize(); /* runs may be on their way, on any stream */
    if (session->executable)
      (void)driver->graph_exec_destroy(session->executable);
    if (session->graph)
      (void)driver->graph_destroy(session->graph);
    if (session->memory)
      (void)driver->free(session->memory);
    sinter_cuda_leave(model);
  }
  free(session->buffers); /* with the arrays behind it */
  free(session->parameters);
  free(session->nodes);
  free(session);
  sinter_cuda_release(model);
}
