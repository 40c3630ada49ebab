//===- Cudart.cpp - The CUDA runtime, as far as examples/cuda-app uses it -===//
//
// The toolkit's own needs a real driver. This one passes everything on to the driver that
// SINTER_CUDA_DRIVER names, so that streams and memory are those that Sinter's runtime sees.
//
//===----------------------------------------------------------------------===//

#include "runtime/cuda/Driver.h"

#include <cuda_runtime_api.h>
#include <dlfcn.h>

#include <cstdlib>

template <typename Function, typename... Arguments>
static cudaError_t call(Function *, const char *name, Arguments... arguments) {
  static void *library = dlopen(std::getenv("SINTER_CUDA_DRIVER"), RTLD_NOW | RTLD_LOCAL);
  auto *function = reinterpret_cast<Function *>(library ? dlsym(library, name) : nullptr);
  return function && function(arguments...) == CUDA_SUCCESS ? cudaSuccess : cudaErrorUnknown;
}

#define DECLARE(field, symbol, parameters) CUresult symbol parameters;
extern "C" {
SINTER_CUDA_DRIVER_FUNCTIONS(DECLARE)
}
#define CALL(symbol, ...) call(static_cast<decltype(symbol) *>(nullptr), #symbol, __VA_ARGS__)

static CUdeviceptr address(const void *pointer) { return reinterpret_cast<uintptr_t>(pointer); }

const char *cudaGetErrorString(cudaError_t) { return "in the stand-in's words"; }

cudaError_t cudaSetDevice(int number) {
  CUdevice device;
  CUcontext context;
  if (CALL(cuInit, 0u) || CALL(cuDeviceGet, &device, number) ||
      CALL(cuDevicePrimaryCtxRetain, &context, device))
    return cudaErrorNoDevice;
  return CALL(cuCtxPushCurrent_v2, context);
}

cudaError_t cudaMalloc(void **memory, size_t bytes) {
  CUdeviceptr result = 0;
  const cudaError_t error = CALL(cuMemAlloc_v2, &result, bytes);
  *memory = reinterpret_cast<void *>(result);
  return error;
}
cudaError_t cudaFree(void *memory) { return CALL(cuMemFree_v2, address(memory)); }

cudaError_t cudaMallocHost(void **memory, size_t bytes) {
  *memory = std::malloc(bytes);
  return *memory ? cudaSuccess : cudaErrorMemoryAllocation;
}
cudaError_t cudaFreeHost(void *memory) {
  std::free(memory);
  return cudaSuccess;
}

// Streams of the stand-in for the driver are what programs say they are.
cudaError_t cudaStreamCreateWithFlags(cudaStream_t *stream, unsigned) {
  *stream = static_cast<cudaStream_t>(std::malloc(1));
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  std::free(stream);
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) { return CALL(cuStreamSynchronize, stream); }

cudaError_t cudaMemcpyAsync(void *to, const void *from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  if (kind == cudaMemcpyHostToDevice)
    return CALL(cuMemcpyHtoDAsync_v2, address(to), from, bytes, stream);
  if (kind == cudaMemcpyDeviceToHost)
    return CALL(cuMemcpyDtoHAsync_v2, to, address(from), bytes, stream);
  return cudaErrorInvalidValue;
}
