/*===- Driver.h - What is used of the CUDA driver API -------------*- C -*-===*\
|*
|* Types, constants and functions under the names of cuda.h, with its values, so
|* that the runtime is built without a CUDA toolkit. Of a function with several
|* versions, the versioned symbol is the one that cuda.h of CUDA 13 means, except
|* cuEventElapsedTime, whose second version is younger than the drivers that we accept.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_RUNTIME_CUDA_DRIVER_H
#define SINTER_RUNTIME_CUDA_DRIVER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*===-- Types -------------------------------------------------------------===*/

typedef int CUdevice;
typedef unsigned long long CUdeviceptr; /* 64-bit systems only */
typedef struct CUctx_st *CUcontext;
typedef struct CUmod_st *CUmodule;
typedef struct CUfunc_st *CUfunction;
typedef struct CUkern_st *CUkernel;
typedef struct CUstream_st *CUstream;
typedef struct CUevent_st *CUevent;
typedef struct CUgraph_st *CUgraph;
typedef struct CUgraphNode_st *CUgraphNode;
typedef struct CUgraphExec_st *CUgraphExec;

/* The results that the runtime tells apart; the driver has names for all. */
typedef enum CUresult {
  CUDA_SUCCESS = 0,
  CUDA_ERROR_INVALID_VALUE = 1,
  CUDA_ERROR_OUT_OF_MEMORY = 2,
  CUDA_ERROR_NOT_INITIALIZED = 3,
  CUDA_ERROR_NO_DEVICE = 100,
  CUDA_ERROR_INVALID_DEVICE = 101,
  CUDA_ERROR_INVALID_IMAGE = 200,
  CUDA_ERROR_INVALID_CONTEXT = 201,
  CUDA_ERROR_NO_BINARY_FOR_GPU = 209,
  CUDA_ERROR_INVALID_PTX = 218,
  CUDA_ERROR_INVALID_HANDLE = 400,
  CUDA_ERROR_NOT_FOUND = 500,
  CUDA_ERROR_ILLEGAL_ADDRESS = 700,
  CUDA_ERROR_UNKNOWN = 999
} CUresult;

typedef enum CUdevice_attribute {
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR = 75,
  CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR = 76,
  CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN = 97
} CUdevice_attribute;

typedef enum CUpointer_attribute {
  CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2,
  CU_POINTER_ATTRIBUTE_IS_MANAGED = 8,
  CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL = 9
} CUpointer_attribute;

typedef enum CUmemorytype { CU_MEMORYTYPE_HOST = 1, CU_MEMORYTYPE_DEVICE = 2 } CUmemorytype;

typedef enum CUfunction_attribute {
  CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES = 8
} CUfunction_attribute;

typedef enum CUjit_option {
  CU_JIT_ERROR_LOG_BUFFER = 5,
  CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6
} CUjit_option;

/* How a kernel of a graph depends on another one: all zero, it starts when that one is done. */
typedef struct CUgraphEdgeData {
  unsigned char from_port; /* CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC, or 0 */
  unsigned char to_port;
  unsigned char type; /* a CUgraphDependencyType */
  unsigned char reserved[5];
} CUgraphEdgeData;

typedef enum CUgraphDependencyType {
  CU_GRAPH_DEPENDENCY_TYPE_PROGRAMMATIC = 1
} CUgraphDependencyType;

/* Of a kernel's node: when all its blocks have executed griddepcontrol.launch_dependents, or have
   ended. */
#define CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC 1

typedef struct CUDA_KERNEL_NODE_PARAMS { /* CUDA_KERNEL_NODE_PARAMS_v2 */
  CUfunction func;
  unsigned int gridDimX, gridDimY, gridDimZ;
  unsigned int blockDimX, blockDimY, blockDimZ;
  unsigned int sharedMemBytes;
  void **kernelParams;
  void **extra;
  CUkernel kern;
  CUcontext ctx;
} CUDA_KERNEL_NODE_PARAMS;

/*===-- Functions ---------------------------------------------------------===*/

/* FUNCTION(field of sinter_cuda_driver, symbol, parameters) for each. */
#define SINTER_CUDA_DRIVER_FUNCTIONS(FUNCTION)                                                     \
  FUNCTION(init, cuInit, (unsigned int flags))                                                     \
  FUNCTION(get_error_name, cuGetErrorName, (CUresult result, const char **text))                   \
  FUNCTION(get_error_string, cuGetErrorString, (CUresult result, const char **text))               \
  FUNCTION(device_get_count, cuDeviceGetCount, (int *count))                                       \
  FUNCTION(device_get, cuDeviceGet, (CUdevice * device, int ordinal))                              \
  FUNCTION(device_get_name, cuDeviceGetName, (char *name, int bytes, CUdevice device))             \
  FUNCTION(device_get_attribute, cuDeviceGetAttribute,                                             \
           (int *value, CUdevice_attribute attribute, CUdevice device))                            \
  FUNCTION(primary_retain, cuDevicePrimaryCtxRetain, (CUcontext * context, CUdevice device))       \
  FUNCTION(primary_release, cuDevicePrimaryCtxRelease_v2, (CUdevice device))                       \
  FUNCTION(push_context, cuCtxPushCurrent_v2, (CUcontext context))                                 \
  FUNCTION(pop_context, cuCtxPopCurrent_v2, (CUcontext * context))                                 \
  FUNCTION(context_synchronize, cuCtxSynchronize, (void))                                          \
  FUNCTION(module_load, cuModuleLoadDataEx,                                                        \
           (CUmodule * module, const void *image, unsigned int num_options, CUjit_option *options, \
            void **values))                                                                        \
  FUNCTION(module_unload, cuModuleUnload, (CUmodule module))                                       \
  FUNCTION(module_get_function, cuModuleGetFunction,                                               \
           (CUfunction * function, CUmodule module, const char *name))                             \
  FUNCTION(function_get_attribute, cuFuncGetAttribute,                                             \
           (int *value, CUfunction_attribute attribute, CUfunction function))                      \
  FUNCTION(function_set_attribute, cuFuncSetAttribute,                                             \
           (CUfunction function, CUfunction_attribute attribute, int value))                       \
  FUNCTION(memory_info, cuMemGetInfo_v2, (size_t * free, size_t * total))                          \
  FUNCTION(allocate, cuMemAlloc_v2, (CUdeviceptr * memory, size_t bytes))                          \
  FUNCTION(free, cuMemFree_v2, (CUdeviceptr memory))                                               \
  FUNCTION(copy_in, cuMemcpyHtoD_v2, (CUdeviceptr to, const void *from, size_t bytes))             \
  FUNCTION(copy_in_async, cuMemcpyHtoDAsync_v2,                                                    \
           (CUdeviceptr to, const void *from, size_t bytes, CUstream stream))                      \
  FUNCTION(copy_out_async, cuMemcpyDtoHAsync_v2,                                                   \
           (void *to, CUdeviceptr from, size_t bytes, CUstream stream))                            \
  FUNCTION(stream_synchronize, cuStreamSynchronize, (CUstream stream))                             \
  FUNCTION(pointer_get_attribute, cuPointerGetAttribute,                                           \
           (void *value, CUpointer_attribute attribute, CUdeviceptr pointer))                      \
  FUNCTION(graph_create, cuGraphCreate, (CUgraph * graph, unsigned int flags))                     \
  FUNCTION(graph_destroy, cuGraphDestroy, (CUgraph graph))                                         \
  FUNCTION(graph_add_kernel, cuGraphAddKernelNode_v2,                                              \
           (CUgraphNode * node, CUgraph graph, const CUgraphNode *dependencies,                    \
            size_t num_dependencies, const CUDA_KERNEL_NODE_PARAMS *parameters))                   \
  FUNCTION(graph_instantiate, cuGraphInstantiateWithFlags,                                         \
           (CUgraphExec * executable, CUgraph graph, unsigned long long flags))                    \
  FUNCTION(graph_exec_set_kernel, cuGraphExecKernelNodeSetParams_v2,                               \
           (CUgraphExec executable, CUgraphNode node, const CUDA_KERNEL_NODE_PARAMS *parameters))  \
  FUNCTION(launch, cuLaunchKernel,                                                                 \
           (CUfunction function, unsigned int grid_x, unsigned int grid_y, unsigned int grid_z,    \
            unsigned int block_x, unsigned int block_y, unsigned int block_z,                      \
            unsigned int shared_bytes, CUstream stream, void **parameters, void **extra))          \
  FUNCTION(event_create, cuEventCreate, (CUevent * event, unsigned int flags))                     \
  FUNCTION(event_destroy, cuEventDestroy_v2, (CUevent event))                                      \
  FUNCTION(event_record, cuEventRecord, (CUevent event, CUstream stream))                          \
  FUNCTION(event_elapsed, cuEventElapsedTime, (float *milliseconds, CUevent begin, CUevent end))   \
  FUNCTION(graph_exec_destroy, cuGraphExecDestroy, (CUgraphExec executable))                       \
  FUNCTION(graph_launch, cuGraphLaunch, (CUgraphExec executable, CUstream stream))

/* Those that not all drivers have which we accept: this one came with CUDA 12.3. */
#define SINTER_CUDA_LATER_DRIVER_FUNCTIONS(FUNCTION)                                               \
  FUNCTION(graph_add_dependencies, cuGraphAddDependencies_v2,                                      \
           (CUgraph graph, const CUgraphNode *from, const CUgraphNode *to,                         \
            const CUgraphEdgeData *edges, size_t num_dependencies))

/* The driver's library and its functions; only the later ones may be null. */
typedef struct sinter_cuda_driver {
  void *library;
#define SINTER_FIELD(field, symbol, parameters) CUresult(*field) parameters;
  SINTER_CUDA_DRIVER_FUNCTIONS(SINTER_FIELD)
  SINTER_CUDA_LATER_DRIVER_FUNCTIONS(SINTER_FIELD)
#undef SINTER_FIELD
} sinter_cuda_driver;

#ifdef __cplusplus
}
#endif

#endif /* SINTER_RUNTIME_CUDA_DRIVER_H */
