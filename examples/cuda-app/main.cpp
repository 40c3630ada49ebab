/* A classifier that uses a GPU where there is one, and the CPU elsewhere. The network is linked
   in twice: as code for NVIDIA GPUs, which Sinter's runtime starts, and as one C function.

   On the GPU everything belongs to the program: the stream, the memory of input and output, the
   copies. Sinter adds its launches to the stream and does not wait. */

#include "resnet18.h"
#include "resnet18_cpu.h"

#include <cuda_runtime_api.h>
#include <sinter/cuda.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

constexpr size_t kInputs = RESNET18_INPUT_ELEMENTS, kOutputs = RESNET18_OUTPUT_ELEMENTS;
constexpr int kDevice = 0;

static_assert(RESNET18_CPU_INPUT_ELEMENTS == kInputs && RESNET18_CPU_OUTPUT_ELEMENTS == kOutputs,
              "the same network for both");

/* Planes of 224 x 224, normalized as in training; a pattern stands for a photograph. */
void load_image(float *image) {
  for (size_t i = 0; i < kInputs; ++i)
    image[i] = static_cast<float>(i * 37 % 255) / 127.5f - 1.0f;
}

void print_best(const float *scores, const std::string &where) {
  const float *best = std::max_element(scores, scores + kOutputs);
  std::printf("%s: class %d, score %.4f\n", where.c_str(), static_cast<int>(best - scores), *best);
}

/*===-- On the GPU --------------------------------------------------------===*/

void check(cudaError_t result, const char *call) {
  if (result != cudaSuccess)
    throw std::runtime_error(std::string(call) + ": " + cudaGetErrorString(result));
}

void check(sinter_status status, const sinter_error &error) {
  if (status != SINTER_OK)
    throw std::runtime_error(error.message);
}

/* What is owned, each with the function that releases it. */
template <auto release> struct Release {
  template <typename T> void operator()(T *owned) const { release(owned); }
};
using Model = std::unique_ptr<sinter_cuda_model, Release<sinter_cuda_unload>>;
using Session = std::unique_ptr<sinter_cuda_session, Release<sinter_cuda_session_destroy>>;
using DeviceMemory = std::unique_ptr<float, Release<cudaFree>>;
using PinnedMemory = std::unique_ptr<float, Release<cudaFreeHost>>;
using Stream = std::unique_ptr<CUstream_st, Release<cudaStreamDestroy>>;

DeviceMemory allocate_device(size_t elements) {
  void *memory = nullptr;
  check(cudaMalloc(&memory, elements * sizeof(float)), "cudaMalloc");
  return DeviceMemory(static_cast<float *>(memory));
}

/* Copies from and to memory that the driver did not pin would wait. */
PinnedMemory allocate_pinned(size_t elements) {
  void *memory = nullptr;
  check(cudaMallocHost(&memory, elements * sizeof(float)), "cudaMallocHost");
  return PinnedMemory(static_cast<float *>(memory));
}

Stream create_stream() {
  cudaStream_t stream = nullptr;
  check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreate");
  return Stream(stream);
}

void classify_on_gpu(const sinter_cuda_model *model) {
  /* Once: everything that a run needs. */
  sinter_error error;
  sinter_cuda_session *created = nullptr;
  check(cudaSetDevice(kDevice), "cudaSetDevice");
  const Stream stream = create_stream();
  const DeviceMemory input = allocate_device(kInputs), output = allocate_device(kOutputs);
  const PinnedMemory image = allocate_pinned(kInputs), scores = allocate_pinned(kOutputs);
  check(sinter_cuda_session_create(model, &created, &error), error);
  const Session session(created);

  /* For each image: three things on the stream, and one wait. */
  load_image(image.get());
  check(cudaMemcpyAsync(input.get(), image.get(), kInputs * sizeof(float), cudaMemcpyHostToDevice,
                        stream.get()),
        "cudaMemcpyAsync");
  const void *inputs[] = {input.get()};
  void *outputs[] = {output.get()};
  check(sinter_cuda_run(session.get(), inputs, outputs, stream.get(), &error), error);
  check(cudaMemcpyAsync(scores.get(), output.get(), kOutputs * sizeof(float),
                        cudaMemcpyDeviceToHost, stream.get()),
        "cudaMemcpyAsync");
  check(cudaStreamSynchronize(stream.get()), "cudaStreamSynchronize");

  print_best(scores.get(), std::string("on the GPU, ") + sinter_cuda_image_name(model));
}

/*===-- On the CPU --------------------------------------------------------===*/

void classify_on_cpu() {
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  constexpr size_t alignment = RESNET18_CPU_WORKSPACE_ALIGNMENT;
  const std::unique_ptr<void, Free> workspace(std::aligned_alloc(
      alignment, (RESNET18_CPU_WORKSPACE_BYTES + alignment - 1) / alignment * alignment));
  std::vector<float> image(kInputs), scores(kOutputs);
  load_image(image.data());
  const int status = resnet18_cpu_run(image.data(), scores.data(), workspace.get());
  if (status != 0)
    throw std::runtime_error("resnet18_cpu_run: status " + std::to_string(status));
  print_best(scores.data(), "on the CPU");
}

/* No driver, no GPU, or only one that the artifact has no code for: the program goes on. */
bool is_without_gpu(sinter_status status) {
  return status == SINTER_NO_DEVICE || status == SINTER_UNSUPPORTED_DEVICE;
}

} // namespace

int main() try {
  sinter_error error;
  sinter_cuda_model *model = nullptr;
  const sinter_status status = sinter_cuda_from_info(&resnet18_cuda_model, kDevice, &model, &error);
  const Model owned(model);
  if (is_without_gpu(status)) {
    std::printf("no GPU to run on (%s); using the CPU\n", error.message);
    classify_on_cpu();
  } else {
    check(status, error);
    classify_on_gpu(owned.get());
  }
} catch (const std::exception &exception) {
  std::fprintf(stderr, "cuda-app: error: %s\n", exception.what());
  return 1;
}
