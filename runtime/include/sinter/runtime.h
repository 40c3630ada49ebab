/*===- runtime.h - Load and run compiled networks -----------------*- C -*-===*\
|*
|* A small C11 library around the artifacts of `sinter compile`: it loads a
|* shared object (or takes a linked descriptor), refuses what this machine
|* cannot run, and runs a network on a pool of threads. Artifacts work without
|* it; see docs/runtime.md for both ways.
|*
|* Ownership words: an *owned* result is released by the caller with the named
|* function; a *borrowed* pointer stays the property of its model and lives as
|* long as it. Handles have no hidden links: objects may be released in any
|* order, but none while a call that uses it is running.
|*
|* The library has no global state. sinter_run neither allocates nor locks.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_RUNTIME_H
#define SINTER_RUNTIME_H

#include "sinter/abi.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What every call that can fail returns. */
typedef enum sinter_status {
  SINTER_OK = 0,
  SINTER_INVALID_ARGUMENT = 1, /* a null pointer, or a number out of range */
  SINTER_BAD_ALIGNMENT = 2,    /* the workspace or a tensor is not aligned enough */
  SINTER_POOL_BUSY = 3,        /* another thread is running on this pool */
  SINTER_OUT_OF_MEMORY = 4,
  SINTER_FILE_ERROR = 5,      /* the file cannot be opened or read */
  SINTER_NOT_A_MODEL = 6,     /* the file or descriptor is no Sinter artifact, or is damaged */
  SINTER_WRONG_VERSION = 7,   /* compiled for another SINTER_ABI_VERSION */
  SINTER_UNSUPPORTED_CPU = 8, /* compiled for instructions that this CPU lacks */
  SINTER_SYSTEM_ERROR = 9,    /* the system refused a thread */
  SINTER_NO_DEVICE = 10,      /* no NVIDIA driver, or no GPU */
  SINTER_UNSUPPORTED_DEVICE = 11, /* the GPU cannot run any code of the artifact */
  SINTER_DEVICE_ERROR = 12        /* the GPU's driver reported an error */
} sinter_status;

/* One lower-case sentence for `status`, a constant string. */
const char *sinter_status_message(sinter_status status);

/* Where a call leaves the details of a failure. The caller provides the memory,
   usually on the stack; every `error` parameter may be null. After a success the
   message is empty. */
typedef struct sinter_error {
  sinter_status status;
  char message[508]; /* one sentence with the file's name; always terminated */
} sinter_error;

/*===-- Artifacts ---------------------------------------------------------===*/

/* What a shared object was compiled for, and with that who loads it. */
typedef enum sinter_target {
  SINTER_TARGET_CPU = 1, /* sinter_model_load */
  SINTER_TARGET_CUDA = 2 /* sinter_cuda_load, in cuda.h */
} sinter_target;

/* Looks into the file at `path`, without loading it. */
sinter_status sinter_artifact_target(const char *path, sinter_target *target, sinter_error *error);

/*===-- Models ------------------------------------------------------------===*/

/* A loaded network. Immutable: any number of threads may use one at once. */
typedef struct sinter_model sinter_model;

/* Loads the shared object at `path`, a path and never a name that is searched
   for. On SINTER_OK `*model` is owned: release it with sinter_model_unload. On
   failure `*model` is null. Loading an artifact makes its code part of the
   process: that the file is complete and for this machine is checked, that its code
   is what the compiler wrote is not. */
sinter_status sinter_model_load(const char *path, sinter_model **model, sinter_error *error);

/* The same for a network that is linked into the program: `info` is the
   NAME_model of its header and must outlive the handle. On SINTER_OK `*model` is
   owned: release it with sinter_model_unload. */
sinter_status sinter_model_from_info(const sinter_model_info *info, sinter_model **model,
                                     sinter_error *error);

/* Releases a model and everything borrowed from it. Null is allowed. */
void sinter_model_unload(sinter_model *model);

/* The descriptor: name, compiler, cpu, sizes. Borrowed, never null. */
const sinter_model_info *sinter_model_describe(const sinter_model *model);

/* The network's name. Borrowed. */
const char *sinter_model_name(const sinter_model *model);

uint32_t sinter_model_num_inputs(const sinter_model *model);
uint32_t sinter_model_num_outputs(const sinter_model *model);

/* One input or output. Borrowed; null when there is no such index. */
const sinter_tensor_info *sinter_model_input(const sinter_model *model, uint32_t index);
const sinter_tensor_info *sinter_model_output(const sinter_model *model, uint32_t index);

/* The size in elements and in bytes of one input or output. */
size_t sinter_tensor_elements(const sinter_tensor_info *tensor);
size_t sinter_tensor_bytes(const sinter_tensor_info *tensor);

/*===-- Workspaces --------------------------------------------------------===*/

/* How much memory one run needs, and its alignment (a power of two). */
size_t sinter_model_workspace_bytes(const sinter_model *model);
size_t sinter_model_workspace_alignment(const sinter_model *model);

/* Allocates a workspace for one run at a time of `model`. On SINTER_OK
   `*workspace` is owned: release it with sinter_workspace_destroy. Memory from
   elsewhere serves as well if it is large enough and aligned; a workspace holds
   nothing between runs and may be shared by models that never run at once. */
sinter_status sinter_workspace_create(const sinter_model *model, void **workspace,
                                      sinter_error *error);

/* Releases what sinter_workspace_create gave. Null is allowed. */
void sinter_workspace_destroy(void *workspace);

/*===-- Threads and runs --------------------------------------------------===*/

/* Threads that wait for runs. One run at a time; pools are independent. */
typedef struct sinter_pool sinter_pool;

#define SINTER_MAX_THREADS 1024u

/* Makes a pool whose runs use `num_threads` threads, 1 to SINTER_MAX_THREADS, but no
   more than this process has CPUs, since threads that take turns on one are slower:
   the one that calls sinter_run, and others of its own, which sleep between runs.
   On SINTER_OK `*pool` is owned: release it with sinter_pool_destroy. */
sinter_status sinter_pool_create(uint32_t num_threads, sinter_pool **pool, sinter_error *error);

/* Ends the pool's threads and releases it. Null is allowed. */
void sinter_pool_destroy(sinter_pool *pool);

/* How many threads a run of the pool uses, the caller among them. */
uint32_t sinter_pool_num_threads(const sinter_pool *pool);

/* How many CPUs this process may run on, at least 1: a good size for a pool. */
uint32_t sinter_cpu_count(void);

/* Runs `model` once: reads inputs[i], writes outputs[i], returns when done. The
   arrays are in the order of sinter_model_input and sinter_model_output; tensors
   are dense and must not overlap outputs or the workspace. With a null `pool` the
   run stays on the calling thread. Results are bit-identical for every pool.
   Runs of one model may overlap if each has its own workspace, outputs and pool.
   Nothing is written unless SINTER_OK is returned. */
sinter_status sinter_run(const sinter_model *model, sinter_pool *pool, const void *const *inputs,
                         void *const *outputs, void *workspace);

/*===-- This machine ------------------------------------------------------===*/

/* The SINTER_CPU_* bits that the processor has and the system lets programs use. */
uint64_t sinter_cpu_features(void);

/* The name for it: "x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"; "aarch64" or
   "unknown" elsewhere. A constant string. */
const char *sinter_cpu_level(void);

/* A clock for measurements: nanoseconds since some fixed moment, never backwards. */
uint64_t sinter_clock_ns(void);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_RUNTIME_H */
