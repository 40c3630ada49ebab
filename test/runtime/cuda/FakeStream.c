/*===- FakeStream.c - Graphs and streams of the fake driver ---------------===*\
|*
|* Streams are executed when they are waited for, so that whoever does not wait
|* finds no results, and whoever releases memory too early an illegal access.
|*
\*===----------------------------------------------------------------------===*/

#include "test/runtime/cuda/FakeInternal.h"

#include <stdlib.h>
#include <string.h>

/*===-- Queue -------------------------------------------------------------===*/

typedef struct {
  CUstream stream;
  CUcontext context;
  CUevent event;        /* to record, or null */
  fake_launch_t launch; /* without a kernel: a copy */
  size_t bytes;
  void *to;
  const void *from;
  bool to_device;
} work_t;

/* Every kernel takes a millisecond. */
struct CUevent_st {
  float time; /* negative: not recorded yet */
};

static float now;
static work_t *queue;
static size_t queued, capacity;

static void enqueue(const work_t *work) {
  if (queued == capacity)
    queue = realloc(queue, (capacity = 2 * capacity + 16) * sizeof(*queue));
  queue[queued++] = *work;
}

static bool has_memory(CUcontext context, CUdeviceptr address, size_t bytes) {
  return fake_memory_at(context->ordinal, address, bytes).start != NULL;
}

static bool execute(const work_t *work) {
  if (work->event) {
    work->event->time = now;
    return true;
  }
  if (work->launch.kernel) {
    ++now;
    return fake_run_kernel(work->context->ordinal, &work->launch);
  }
  const void *device = work->to_device ? work->to : work->from;
  if (!has_memory(work->context, (uintptr_t)device, work->bytes))
    return false;
  memcpy(work->to, work->from, work->bytes);
  return true;
}

void fake_execute(CUstream stream, bool all) {
  size_t end = queued;
  while (!all && end > 0 && queue[end - 1].stream != stream)
    --end;
  for (size_t i = 0; i < end; ++i)
    if (queue[i].context->sticky == CUDA_SUCCESS && !execute(&queue[i]))
      queue[i].context->sticky = CUDA_ERROR_ILLEGAL_ADDRESS;
  queued -= end;
  if (queued)
    memmove(queue, queue + end, queued * sizeof(*queue));
}

size_t fake_pending(void) { return queued; }

void fake_drop_queue(void) {
  free(queue);
  queue = NULL;
  queued = capacity = 0;
}

/*===-- Graphs ------------------------------------------------------------===*/

#define MAX_NODES 1024

struct CUgraphNode_st {
  work_t work;
  bool is_linked; /* depends on the node before it */
};

struct CUgraph_st {
  size_t num_nodes;
  struct CUgraphNode_st nodes[MAX_NODES];
};

struct CUgraphExec_st {
  CUgraph graph;
  size_t num_nodes;
  work_t works[MAX_NODES];
};

CUresult cuGraphCreate(CUgraph *graph, unsigned int flags) {
  *graph = GARBAGE;
  ENTER_CONTEXT("cuGraphCreate");
  if (flags != 0)
    return CUDA_ERROR_INVALID_VALUE;
  *graph = calloc(1, sizeof(**graph));
  fake_add(GRAPH, context->ordinal, *graph, 0, FAKE_DEVICE);
  return CUDA_SUCCESS;
}

/* Copies a launch, as the driver copies arguments when it is called. */
static CUresult read_node(const CUDA_KERNEL_NODE_PARAMS *parameters, CUcontext context,
                          work_t *work) {
  if (!parameters->func || parameters->extra || parameters->gridDimX < 1 ||
      parameters->gridDimY < 1 || parameters->gridDimZ < 1 || parameters->blockDimX < 1 ||
      parameters->blockDimX > 1024 || parameters->blockDimY != 1 || parameters->blockDimZ != 1 ||
      (int)parameters->sharedMemBytes > parameters->func->shared_bytes)
    return CUDA_ERROR_INVALID_VALUE;
  const int num_parameters = fake_num_parameters(parameters->func->kernel);
  if (num_parameters > MAX_PARAMETERS)
    return CUDA_ERROR_INVALID_VALUE;
  if (parameters->sharedMemBytes > fake_shared)
    fake_shared = parameters->sharedMemBytes;
  memset(work, 0, sizeof(*work));
  work->context = context;
  work->launch = (fake_launch_t){
      .kernel = parameters->func->kernel,
      .grid = {parameters->gridDimX, parameters->gridDimY, parameters->gridDimZ},
      .threads = parameters->blockDimX,
      .shared_bytes = parameters->sharedMemBytes,
  };
  for (int i = 0; i < num_parameters; ++i)
    work->launch.arguments[i] = *(const CUdeviceptr *)parameters->kernelParams[i];
  return CUDA_SUCCESS;
}

/* Nodes may run in any order that their dependencies allow, and kernels need their own. */
static bool is_link(CUgraphNode from, CUgraphNode to) { return from + 1 == to; }

CUresult cuGraphAddKernelNode_v2(CUgraphNode *node, CUgraph graph, const CUgraphNode *dependencies,
                                 size_t num_dependencies,
                                 const CUDA_KERNEL_NODE_PARAMS *parameters) {
  ENTER_CONTEXT("cuGraphAddKernelNode_v2");
  const size_t index = graph->num_nodes;
  if (index == MAX_NODES)
    return CUDA_ERROR_OUT_OF_MEMORY;
  if (num_dependencies > 1 || (num_dependencies && !is_link(dependencies[0], &graph->nodes[index])))
    fake_complain("the kernels of a graph are no chain");
  const CUresult result = read_node(parameters, context, &graph->nodes[index].work);
  if (result != CUDA_SUCCESS)
    return result;
  graph->nodes[index].is_linked = num_dependencies == 1;
  *node = &graph->nodes[index];
  ++graph->num_nodes;
  return CUDA_SUCCESS;
}

CUresult cuGraphAddDependencies_v2(CUgraph graph, const CUgraphNode *from, const CUgraphNode *to,
                                   const CUgraphEdgeData *edges, size_t num_dependencies) {
  ENTER_CONTEXT("cuGraphAddDependencies_v2");
  for (size_t i = 0; i < num_dependencies; ++i) {
    const CUgraphEdgeData programmatic = {.from_port = CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC,
                                          .type = CU_GRAPH_DEPENDENCY_TYPE_PROGRAMMATIC};
    if (from[i] < graph->nodes || to[i] >= graph->nodes + graph->num_nodes || to[i]->is_linked ||
        memcmp(&edges[i], &programmatic, sizeof(programmatic)) != 0)
      return CUDA_ERROR_INVALID_VALUE;
    if (!is_link(from[i], to[i]))
      fake_complain("the kernels of a graph are no chain");
    to[i]->is_linked = true;
  }
  return CUDA_SUCCESS;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *executable, CUgraph graph,
                                     unsigned long long flags) {
  *executable = GARBAGE;
  ENTER_CONTEXT("cuGraphInstantiateWithFlags");
  if (flags != 0)
    return CUDA_ERROR_INVALID_VALUE;
  *executable = calloc(1, sizeof(**executable));
  for (size_t i = 1; i < graph->num_nodes; ++i)
    if (!graph->nodes[i].is_linked)
      fake_complain("the kernels of a graph are no chain");
  (*executable)->graph = graph;
  (*executable)->num_nodes = graph->num_nodes;
  for (size_t i = 0; i < graph->num_nodes; ++i)
    (*executable)->works[i] = graph->nodes[i].work;
  fake_add(EXECUTABLE, context->ordinal, *executable, 0, FAKE_DEVICE);
  return CUDA_SUCCESS;
}

CUresult cuGraphExecKernelNodeSetParams_v2(CUgraphExec executable, CUgraphNode node,
                                           const CUDA_KERNEL_NODE_PARAMS *parameters) {
  ENTER_CONTEXT("cuGraphExecKernelNodeSetParams_v2");
  if (!fake_find(GRAPH, executable->graph)) {
    fake_complain("a node was updated whose graph is gone");
    return CUDA_ERROR_INVALID_HANDLE;
  }
  return read_node(parameters, context, &executable->works[node - executable->graph->nodes]);
}

CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
  ENTER_CONTEXT("cuGraphLaunch");
  for (size_t i = 0; i < executable->num_nodes; ++i) {
    executable->works[i].stream = stream;
    enqueue(&executable->works[i]);
  }
  return CUDA_SUCCESS;
}

CUresult cuGraphDestroy(CUgraph graph) { return fake_release("cuGraphDestroy", GRAPH, graph); }

CUresult cuGraphExecDestroy(CUgraphExec executable) {
  return fake_release("cuGraphExecDestroy", EXECUTABLE, executable);
}

/*===-- Launches and events -----------------------------------------------===*/

CUresult cuLaunchKernel(CUfunction function, unsigned int grid_x, unsigned int grid_y,
                        unsigned int grid_z, unsigned int block_x, unsigned int block_y,
                        unsigned int block_z, unsigned int shared_bytes, CUstream stream,
                        void **parameters, void **extra) {
  ENTER_CONTEXT("cuLaunchKernel");
  const CUDA_KERNEL_NODE_PARAMS node = {.func = function,
                                        .gridDimX = grid_x,
                                        .gridDimY = grid_y,
                                        .gridDimZ = grid_z,
                                        .blockDimX = block_x,
                                        .blockDimY = block_y,
                                        .blockDimZ = block_z,
                                        .sharedMemBytes = shared_bytes,
                                        .kernelParams = parameters,
                                        .extra = extra};
  work_t work;
  const CUresult result = read_node(&node, context, &work);
  if (result != CUDA_SUCCESS)
    return result;
  work.stream = stream;
  enqueue(&work);
  return CUDA_SUCCESS;
}

CUresult cuEventCreate(CUevent *event, unsigned int flags) {
  *event = GARBAGE;
  ENTER_CONTEXT("cuEventCreate");
  if (flags != 0)
    return CUDA_ERROR_INVALID_VALUE;
  *event = calloc(1, sizeof(**event));
  (*event)->time = -1;
  fake_add(EVENT, context->ordinal, *event, 0, FAKE_DEVICE);
  return CUDA_SUCCESS;
}

/* An event may be destroyed before it is recorded. */
static void forget(CUevent event) {
  LOCKED;
  static struct CUevent_st nobody;
  for (size_t i = 0; i < queued; ++i)
    if (queue[i].event == event)
      queue[i].event = &nobody;
}

CUresult cuEventDestroy_v2(CUevent event) {
  forget(event);
  return fake_release("cuEventDestroy_v2", EVENT, event);
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
  ENTER_CONTEXT("cuEventRecord");
  if (!fake_find(EVENT, event))
    return CUDA_ERROR_INVALID_HANDLE;
  enqueue(&(work_t){.stream = stream, .context = context, .event = event});
  return CUDA_SUCCESS;
}

CUresult cuEventElapsedTime(float *milliseconds, CUevent begin, CUevent end) {
  ENTER_CONTEXT("cuEventElapsedTime");
  if (!fake_find(EVENT, begin) || !fake_find(EVENT, end) || begin->time < 0 || end->time < 0)
    return CUDA_ERROR_INVALID_HANDLE;
  *milliseconds = end->time - begin->time;
  return CUDA_SUCCESS;
}

/*===-- Copies and waiting ------------------------------------------------===*/

static void enqueue_copy(CUstream stream, CUcontext context, size_t bytes, void *to,
                         const void *from, bool to_device) {
  enqueue(&(work_t){.stream = stream,
                    .context = context,
                    .bytes = bytes,
                    .to = to,
                    .from = from,
                    .to_device = to_device});
}

CUresult cuMemcpyHtoD_v2(CUdeviceptr to, const void *from, size_t bytes) {
  ENTER_CONTEXT("cuMemcpyHtoD_v2");
  if (!has_memory(context, to, bytes))
    return CUDA_ERROR_INVALID_VALUE;
  /* From pageable memory: the copy is on its way when the call returns. The default stream is
     where it can be waited for. Tests keep the source. */
  enqueue_copy(NULL, context, bytes, (void *)(uintptr_t)to, from, true);
  return CUDA_SUCCESS;
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, CUstream stream) {
  ENTER_CONTEXT("cuMemcpyHtoDAsync_v2");
  if (!has_memory(context, to, bytes))
    return CUDA_ERROR_INVALID_VALUE;
  enqueue_copy(stream, context, bytes, (void *)(uintptr_t)to, from, true);
  return CUDA_SUCCESS;
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream stream) {
  ENTER_CONTEXT("cuMemcpyDtoHAsync_v2");
  if (!has_memory(context, from, bytes))
    return CUDA_ERROR_INVALID_VALUE;
  enqueue_copy(stream, context, bytes, to, (const void *)(uintptr_t)from, false);
  return CUDA_SUCCESS;
}

/* Waits even where it reports a failure. */
static CUresult synchronize(const char *function, CUstream stream, bool all) {
  LOCKED;
  CUcontext context;
  const CUresult result = fake_enter_context(function, &context);
  if (!context)
    return result;
  fake_execute(stream, all);
  return result != CUDA_SUCCESS ? result : context->sticky;
}

CUresult cuStreamSynchronize(CUstream stream) {
  return synchronize("cuStreamSynchronize", stream, false);
}

CUresult cuCtxSynchronize(void) { return synchronize("cuCtxSynchronize", NULL, true); }
