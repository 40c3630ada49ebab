/* A model in plain C that stands for an artifact: what `sinter compile` would
   emit, with one field of the descriptor spoiled by each build's definitions.

   Layer k+1 of the fake network mixes values from all over layer k, so that any
   thread that runs ahead of a barrier changes the result. Its input "image" is
   2x3x4x5, its outputs are "scores" 2x7 and "echo" 2x3x4x5. */

#include "sinter/abi.h"

#ifndef FAKE_NAME
#define FAKE_NAME fake
#endif
#ifndef FAKE_MAGIC
#define FAKE_MAGIC SINTER_ABI_MAGIC
#endif
#ifndef FAKE_VERSION
#define FAKE_VERSION SINTER_ABI_VERSION
#endif
#ifndef FAKE_FEATURES
#define FAKE_FEATURES 0
#endif
#ifndef FAKE_RANK
#define FAKE_RANK 4
#endif
#ifndef FAKE_CHANNELS
#define FAKE_CHANNELS 3
#endif
#ifndef FAKE_ALIGNMENT
#define FAKE_ALIGNMENT 64
#endif
#ifndef FAKE_RUN
#define FAKE_RUN run_spmd
#endif

#ifndef FAKE_STEPS
#define FAKE_STEPS (LAYERS + 2)
#endif

#define PIXELS 120
#define WIDTH 1024
#define LAYERS 40
#define CLASSES 7

#ifndef FAKE_WORKSPACE
#define FAKE_WORKSPACE (2 * WIDTH * sizeof(float))
#endif

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define TEXT2(a) #a
#define TEXT(a) TEXT2(a)

static void run_layer(const float *from, float *to, uint32_t thread, uint32_t num_threads) {
  const uint32_t begin = WIDTH * thread / num_threads;
  const uint32_t end = WIDTH * (thread + 1) / num_threads;
  for (uint32_t i = begin; i < end; ++i)
    to[i] =
        0.6f * from[(i * 37 + 11) % WIDTH] - 0.3f * from[WIDTH - 1 - i] + 0.01f * (float)(i % 5);
}

static void run_spmd(const void *const *inputs, void *const *outputs, void *workspace,
                     uint32_t thread, uint32_t num_threads, sinter_barrier_fn barrier,
                     void *barrier_context) {
  const float *image = inputs[0];
  float *scores = outputs[0], *echo = outputs[1];
  float *buffers[2] = {workspace, (float *)workspace + WIDTH};
  for (uint32_t i = thread; i < WIDTH; i += num_threads)
    buffers[0][i] = image[i % PIXELS];
  for (uint32_t i = thread; i < PIXELS; i += num_threads)
    echo[i] = image[i];
  for (int layer = 0; layer < LAYERS; ++layer) {
    if (barrier)
      barrier(barrier_context);
    run_layer(buffers[layer % 2], buffers[(layer + 1) % 2], thread, num_threads);
  }
  if (barrier)
    barrier(barrier_context);
  for (uint32_t i = thread; i < 2 * CLASSES; i += num_threads)
    scores[i] = buffers[LAYERS % 2][i * 61];
}

int JOIN(FAKE_NAME, _run)(const float *image, float *scores, float *echo, void *workspace);
int JOIN(FAKE_NAME, _run)(const float *image, float *scores, float *echo, void *workspace) {
  const void *inputs[] = {image};
  void *outputs[] = {scores, echo};
  run_spmd(inputs, outputs, workspace, 0, 1, 0, 0);
  return 0;
}

static const sinter_step_info steps[LAYERS + 3] = {
    [0] = {"image", 0},
    [1 ... LAYERS] = {"mix", WIDTH * 3},
    [LAYERS + 1] = {"scores", 0},
};

static const sinter_tensor_info inputs[] = {
    {"image", SINTER_F32, FAKE_RANK, {2, FAKE_CHANNELS, 4, 5}},
};

static const sinter_tensor_info outputs[] = {
    {"scores", SINTER_F32, 2, {2, CLASSES, 0, 0}},
    {"echo", SINTER_F32, 4, {2, 3, 4, 5}},
};

#define DESCRIPTOR                                                                                 \
  {.magic = FAKE_MAGIC,                                                                            \
   .abi_version = FAKE_VERSION,                                                                    \
   .name = TEXT(FAKE_NAME),                                                                        \
   .compiler = "sinter 0.1.0",                                                                     \
   .cpu = "x86-64",                                                                                \
   .cpu_features = FAKE_FEATURES,                                                                  \
   .workspace_bytes = FAKE_WORKSPACE,                                                              \
   .workspace_alignment = FAKE_ALIGNMENT,                                                          \
   .weights_bytes = 1234,                                                                          \
   .num_inputs = 1,                                                                                \
   .num_outputs = 2,                                                                               \
   .inputs = inputs,                                                                               \
   .outputs = outputs,                                                                             \
   .run_spmd = FAKE_RUN,                                                                           \
   .steps = steps,                                                                                 \
   .num_steps = FAKE_STEPS}

extern const sinter_model_info JOIN(FAKE_NAME, _model);
const sinter_model_info JOIN(FAKE_NAME, _model) = DESCRIPTOR;

#ifdef FAKE_SHARED
extern const sinter_model_info sinter_model;
const sinter_model_info sinter_model = DESCRIPTOR;
#endif
