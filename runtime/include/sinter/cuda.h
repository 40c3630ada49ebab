/*===- cuda.h - Networks compiled for NVIDIA GPUs -----------------*- C -*-===*\
|*
|* The contract between artifacts for GPUs and whoever runs them, and the part of
|* the runtime that does. A network NAME compiled for CUDA exports one symbol:
|*
|*   NAME_cuda_model   the descriptor below (constant data)
|*
|* A shared object also exports `sinter_cuda_model`, an alias of it, so that a
|* loader finds it without knowing the name. An artifact calls nothing: it is data,
|* and everything that happens on the GPU is started by the runtime.
|*
|* The runtime links nothing of CUDA. It opens the driver's library, libcuda.so.1,
|* when the first model is loaded, and where there is none says so
|* (SINTER_NO_DEVICE): the program goes on without a GPU. It needs a driver of
|* CUDA 12.0 or later. For tests and unusual installations the environment variable
|* SINTER_CUDA_DRIVER names another library, as dlopen takes it.
|*
|* Errors, ownership and threads are as in runtime.h, with one addition: when the
|* code of a GPU fails, the driver answers every later call of the process that
|* concerns this GPU with the same error (SINTER_DEVICE_ERROR).
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_CUDA_H
#define SINTER_CUDA_H

#include "sinter/abi.h"
#include "sinter/runtime.h"

#ifdef __cplusplus
extern "C" {
#endif

/*===-- Descriptor --------------------------------------------------------===*/

#define SINTER_CUDA_MAGIC 0x41445543u /* "CUDA" */
#define SINTER_CUDA_ABI_VERSION 2u

/* What a device tensor of a run must be aligned to, in bytes. */
#define SINTER_CUDA_ALIGNMENT 16u

/* Kinds of images. */
enum {
  SINTER_CUBIN = 1,       /* runs on GPUs of the same major and at least this minor architecture */
  SINTER_CUBIN_EXACT = 2, /* "sm_90a": runs on GPUs of exactly this architecture */
  SINTER_PTX = 3          /* the driver assembles it for GPUs of this and any later architecture */
};

/* All kernels of a network, compiled for one architecture. */
typedef struct sinter_cuda_image {
  uint32_t architecture; /* 80 for sm_80 */
  uint32_t kind;         /* SINTER_CUBIN, SINTER_CUBIN_EXACT, SINTER_PTX */
  const void *data;      /* PTX ends in a zero, which `bytes` counts */
  uint64_t bytes;
  uint32_t starts_early; /* 1: kernels wait for the launches before them (griddepcontrol.wait), so
                            that they may be started while those end; else 0 */
  uint32_t reserved;     /* 0 */
} sinter_cuda_image;

/* An argument of a kernel, which are all addresses. */
typedef struct sinter_cuda_argument {
  uint32_t buffer;   /* inputs first, then outputs, then the workspace, then the weights */
  uint32_t reserved; /* 0 */
  uint64_t offset;   /* from the buffer's start, in bytes */
} sinter_cuda_argument;

/* One kernel of a run; each does its work when the one before it is done. */
typedef struct sinter_cuda_launch {
  const char *kernel;     /* its name in every image */
  const char *layers;     /* its layers, as in sinter_step_info */
  uint64_t multiply_adds; /* as in sinter_step_info */
  uint32_t grid[3];       /* blocks in x, y and z */
  uint32_t threads;       /* of a block, all in x */
  uint32_t shared_bytes;  /* dynamic shared memory of a block */
  uint32_t first_argument, num_arguments; /* its rows of `arguments` */
  uint32_t reserved;                      /* 0 */
} sinter_cuda_launch;

typedef struct sinter_cuda_info {
  uint32_t magic;       /* SINTER_CUDA_MAGIC */
  uint32_t abi_version; /* SINTER_CUDA_ABI_VERSION; everything below may change with it */
  const char *name;     /* the network's name, the prefix of its symbols */
  const char *compiler; /* "sinter 0.1.0" */
  const char *precision; /* what convolutions multiply: "f32", "tf32", "f16", "bf16" */
  uint64_t workspace_bytes;
  uint64_t weights_bytes;
  const void *weights;
  uint32_t num_inputs;
  uint32_t num_outputs;
  const sinter_tensor_info *inputs;
  const sinter_tensor_info *outputs;
  uint32_t num_images;
  uint32_t num_launches;
  uint32_t num_arguments; /* of all launches together */
  uint32_t reserved;      /* 0 */
  const sinter_cuda_image *images;
  const sinter_cuda_launch *launches; /* a run executes them in this order */
  const sinter_cuda_argument *arguments;
} sinter_cuda_info;

/*===-- Models ------------------------------------------------------------===*/

/* A network loaded on one GPU: its code and its weights. Immutable: any number of
   threads may use one at once, and any number of sessions share it. */
typedef struct sinter_cuda_model sinter_cuda_model;

/* Loads the shared object at `path`, a path and never a name that is searched
   for, on GPU number `device`, counted from 0 as the driver does (and as
   CUDA_VISIBLE_DEVICES changes it). On SINTER_OK `*model` is owned: release it with
   sinter_cuda_unload. On failure `*model` is null and nothing stays behind. */
sinter_status sinter_cuda_load(const char *path, int device, sinter_cuda_model **model,
                               sinter_error *error);

/* The same for a network that is linked into the program: `info` is the
   NAME_cuda_model of its header and must outlive the model and its sessions. On
   SINTER_OK `*model` is owned: release it with sinter_cuda_unload. */
sinter_status sinter_cuda_from_info(const sinter_cuda_info *info, int device,
                                    sinter_cuda_model **model, sinter_error *error);

/* Releases a model and what is borrowed from it; code and weights stay on the GPU
   until its last session is destroyed. Null is allowed. */
void sinter_cuda_unload(sinter_cuda_model *model);

/* The descriptor: name, tensors, launches. Borrowed, never null. */
const sinter_cuda_info *sinter_cuda_describe(const sinter_cuda_model *model);

/* Which of the artifact's images was chosen: "sm_80 cubin", "sm_90a cubin",
   "sm_80 PTX". It is the most specific one that the GPU runs: a cubin for exactly
   its architecture, else the latest cubin for it, else the latest PTX. Borrowed. */
const char *sinter_cuda_image_name(const sinter_cuda_model *model);

/* What the model's GPU is called: "NVIDIA H100 80GB HBM3". Borrowed. */
const char *sinter_cuda_device_name(const sinter_cuda_model *model);

/*===-- Sessions and runs -------------------------------------------------===*/

/* What one run at a time needs: the workspace, device memory for tensors that lie
   in host memory, and the launches as a CUDA graph. */
typedef struct sinter_cuda_session sinter_cuda_session;

/* On SINTER_OK `*session` is owned: release it with sinter_cuda_session_destroy. */
sinter_status sinter_cuda_session_create(const sinter_cuda_model *model,
                                         sinter_cuda_session **session, sinter_error *error);

/* Waits until the GPU is idle and releases the session. Null is allowed. */
void sinter_cuda_session_destroy(sinter_cuda_session *session);

/* Runs the session's network once: reads inputs[i], writes outputs[i], in the
   descriptor's order. Tensors are dense, f32 or as their
   descriptor says, and must not overlap outputs. Each lies
   in host memory or in memory of the model's GPU, aligned to SINTER_CUDA_ALIGNMENT
   bytes; the driver knows which. `stream` is a CUstream (or cudaStream_t) of the
   primary context of this GPU; null is the default one.

   If all tensors lie on the GPU, the call returns when the work is enqueued on the
   stream. Otherwise tensors are copied between the host and the session's memory, and
   the call returns when the outputs are there. Nothing is allocated, and a run
   with the addresses of the one before it only launches the graph.

   A session takes one call at a time. Runs that are enqueued together, on whatever
   streams, execute one after the other; runs of different sessions may overlap. An
   error of the GPU's code is reported by whichever call comes after it. */
sinter_status sinter_cuda_run(sinter_cuda_session *session, const void *const *inputs,
                              void *const *outputs, void *stream, sinter_error *error);

/* Measures with the GPU's own clock, in milliseconds: `*graph`, what a run of the
   network took without copies between host and GPU, and launch_times[i], what each
   launch took by itself (their sum is more: starting a kernel from the host costs more
   than in a graph). Runs the network three times on the default stream, as sinter_cuda_run
   does, and waits. For tools: it makes the events that it needs each time. */
sinter_status sinter_cuda_profile(sinter_cuda_session *session, const void *const *inputs,
                                  void *const *outputs, float *graph, float *launch_times,
                                  sinter_error *error);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_CUDA_H */
