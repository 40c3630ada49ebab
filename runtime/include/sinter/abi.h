/*===- abi.h - What a compiled network exports --------------------*- C -*-===*\
|*
|* The contract between generated code and whoever calls it: the runtime under
|* runtime/, or a program that links the artifact by itself. It is frozen per
|* SINTER_ABI_VERSION; a reader refuses a descriptor of another version.
|*
|* A compiled network NAME exports two symbols and no other:
|*
|*   NAME_model   the descriptor below (constant data)
|*   NAME_run     int NAME_run(const float *input, float *output, void *workspace)
|*                the plain call, on the calling thread; in the generated header
|*
|* A shared object also exports `sinter_model`, an alias of NAME_model, so that
|* a loader finds it without knowing the name.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_ABI_H
#define SINTER_ABI_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define SINTER_ABI_MAGIC 0x5245544eu /* "NTER" */
#define SINTER_ABI_VERSION 2u
#define SINTER_MAX_RANK 4

/* Element types of inputs and outputs. Inputs of artifacts for GPUs alone may be f16, and are
   images then: NHWC, with the shape {N, H, W, C}. */
enum { SINTER_F32 = 1, SINTER_F16 = 2 };

/* Instruction sets that generated code may need, as bits of cpu_features.
   A bit includes whatever the operating system must save for it. */
enum {
  SINTER_CPU_SSE42 = 1u << 0,  /* x86-64-v2 */
  SINTER_CPU_AVX2 = 1u << 1,   /* x86-64-v3: AVX, AVX2, FMA, F16C, BMI1, BMI2, LZCNT, MOVBE */
  SINTER_CPU_AVX512 = 1u << 2, /* x86-64-v4: AVX512 F, BW, CD, DQ, VL */
};

/* One input or output: dense, row-major (NCHW, but see SINTER_F16), batch first. */
typedef struct sinter_tensor_info {
  const char *name;
  uint32_t element_type; /* SINTER_F32, SINTER_F16 */
  uint32_t rank;         /* at most SINTER_MAX_RANK */
  int64_t shape[SINTER_MAX_RANK];
} sinter_tensor_info;

/* What a run computes between two barriers. */
typedef struct sinter_step_info {
  const char *layers;      /* the first layer of each kernel, with ", " between them */
  uint64_t multiply_adds;  /* of its convolutions and linear layers, as they are defined: an
                              algorithm like Winograd's needs fewer */
} sinter_step_info;

/* Waits until every thread of one run has called it with the same context. It is
   called with denormals flushed to zero. */
typedef void (*sinter_barrier_fn)(void *context);

/* What each of the num_threads threads of one run calls, with the same tensors
   and workspace and its own `thread`, 0 <= thread < num_threads. A thread has
   a share of the work and helps others when it is done; `barrier` separates the steps: each
   thread calls it num_steps - 1 times. It may be null when num_threads is 1. The results do not depend on
   num_threads. */
typedef void (*sinter_spmd_fn)(const void *const *inputs, void *const *outputs, void *workspace,
                               uint32_t thread, uint32_t num_threads, sinter_barrier_fn barrier,
                               void *barrier_context);

typedef struct sinter_model_info {
  uint32_t magic;       /* SINTER_ABI_MAGIC */
  uint32_t abi_version; /* SINTER_ABI_VERSION; everything below may change with it */
  const char *name;     /* the network's name, the prefix of its symbols */
  const char *compiler; /* "sinter 0.1.0" */
  const char *cpu;      /* what the code was compiled for, "x86-64-v3" */
  uint64_t cpu_features;
  uint64_t workspace_bytes;
  uint64_t workspace_alignment; /* 64 */
  uint64_t weights_bytes;
  uint32_t num_inputs;
  uint32_t num_outputs;
  const sinter_tensor_info *inputs;
  const sinter_tensor_info *outputs;
  sinter_spmd_fn run_spmd;
  const sinter_step_info *steps;
  uint64_t num_steps;
} sinter_model_info;

#ifdef __cplusplus
}
#endif

#endif /* SINTER_ABI_H */
