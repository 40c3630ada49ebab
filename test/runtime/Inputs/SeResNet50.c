/* A stand-in with the interface of a compiled ImageNet network, for the programs of
   docs/runtime.md: sums of the image instead of convolutions. */

#include "test/runtime/Inputs/seresnet50.h"

#include "sinter/abi.h"

#define CLASSES SERESNET50_OUTPUT_ELEMENTS
#define PIXELS SERESNET50_INPUT_ELEMENTS

static void run_spmd(const void *const *inputs, void *const *outputs, void *workspace,
                     uint32_t thread, uint32_t num_threads, sinter_barrier_fn barrier,
                     void *barrier_context) {
  const float *image = inputs[0];
  float *sums = workspace, *scores = outputs[0];
  for (uint32_t i = thread; i < CLASSES; i += num_threads) {
    sums[i] = 0;
    for (uint32_t pixel = i; pixel < PIXELS; pixel += CLASSES)
      sums[i] += image[pixel];
  }
  if (num_threads > 1)
    barrier(barrier_context);
  for (uint32_t i = thread; i < CLASSES; i += num_threads)
    scores[i] = sums[i] + 0.5f * sums[CLASSES - 1 - i];
}

int seresnet50_run(const float *input, float *output, void *workspace) {
  const void *inputs[] = {input};
  void *outputs[] = {output};
  run_spmd(inputs, outputs, workspace, 0, 1, 0, 0);
  return 0;
}

static const sinter_step_info step = {"all", 0};
static const sinter_tensor_info image = {"image", SINTER_F32, 4, {1, 3, 224, 224}};
static const sinter_tensor_info output = {"output", SINTER_F32, 2, {1, 1000, 0, 0}};

#define DESCRIPTOR                                                                                 \
  {.magic = SINTER_ABI_MAGIC,                                                                      \
   .abi_version = SINTER_ABI_VERSION,                                                              \
   .name = "seresnet50",                                                                           \
   .compiler = "sinter 0.1.0",                                                                     \
   .cpu = "x86-64",                                                                                \
   .workspace_bytes = SERESNET50_WORKSPACE_BYTES,                                                  \
   .workspace_alignment = SERESNET50_WORKSPACE_ALIGNMENT,                                          \
   .num_inputs = 1,                                                                                \
   .num_outputs = 1,                                                                               \
   .inputs = &image,                                                                               \
   .outputs = &output,                                                                             \
   .run_spmd = run_spmd,                                                                           \
   .steps = &step,                                                                                 \
   .num_steps = 1}

const sinter_model_info seresnet50_model = DESCRIPTOR;

extern const sinter_model_info sinter_model;
const sinter_model_info sinter_model = DESCRIPTOR;
