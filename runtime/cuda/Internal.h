/*===- Internal.h - What the files of the CUDA runtime share ------*- C -*-===*\
|*
|* Not installed. As in runtime/cpu/Internal.h, `where` starts the messages: a
|* path, "linked model", or the network's name once it is loaded.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_RUNTIME_CUDA_INTERNAL_H
#define SINTER_RUNTIME_CUDA_INTERNAL_H

#include "runtime/cpu/Internal.h"
#include "runtime/cuda/Driver.h"
#include "sinter/cuda.h"

#include <stdatomic.h>

/* How many arguments a kernel can have: 32764 bytes of them. */
#define SINTER_CUDA_MAX_ARGUMENTS 4095u

/* What is known of a GPU before it is used. */
typedef struct {
  CUdevice handle;
  int ordinal;
  uint32_t architecture; /* 86 for compute capability 8.6 */
  uint32_t shared_bytes; /* that a block can have */
  char name[96];
} sinter_cuda_device;

struct sinter_cuda_model {
  sinter_cuda_driver driver;
  sinter_cuda_device device;
  const sinter_cuda_info *info;
  void *library;     /* the artifact, which unload closes; null for a linked model */
  atomic_uint users; /* the caller and every session */
  char image_name[32];
  bool starts_early; /* as its image says */
  CUcontext context; /* null: not retained */
  CUmodule module;
  CUdeviceptr weights;    /* 0: there are none */
  CUfunction functions[]; /* of each launch */
};

struct sinter_cuda_session {
  const sinter_cuda_model *model;
  uint32_t num_tensors;   /* inputs, then outputs */
  CUdeviceptr memory;     /* the workspace and a copy of every tensor */
  CUdeviceptr *buffers;   /* their addresses in this run, as arguments number them */
  CUdeviceptr *bound;     /* the address of each tensor in the graph; 0: unknown */
  CUdeviceptr *copies;    /* of each tensor: its place in `memory` */
  CUdeviceptr *arguments; /* of the launch that is added or updated; as many as there can be, for
                             only the image knows how many the driver will read */
  void **parameters;      /* the address of each of them */
  CUgraphNode *nodes;     /* of each launch */
  CUgraph graph;
  CUgraphExec executable;
};

/*===-- Descriptor.c ------------------------------------------------------===*/

/* Checks everything about a descriptor that can be checked from outside. */
sinter_status sinter_cuda_check_info(const sinter_cuda_info *info, const char *where,
                                     sinter_error *error);

/*===-- Image.c -----------------------------------------------------------===*/

/* The best image for GPUs of `architecture`; null if there is none. */
const sinter_cuda_image *sinter_cuda_choose_image(const sinter_cuda_info *info,
                                                  uint32_t architecture);

/* Writes "sm_80 cubin". Returns the length, as snprintf does. */
size_t sinter_cuda_format_image(const sinter_cuda_image *image, char *text, size_t bytes);

/* The chosen image as a module of the current context, which it names. */
sinter_status sinter_cuda_load_image(sinter_cuda_model *model, const char *where,
                                     sinter_error *error);

/*===-- Driver.c ----------------------------------------------------------===*/

/* Opens and initializes the driver; `*driver` must be zero before, and closed after
   a failure as well. */
sinter_status sinter_cuda_open_driver(sinter_cuda_driver *driver, const char *where,
                                      sinter_error *error);
void sinter_cuda_close_driver(sinter_cuda_driver *driver);

/* Finds GPU number `ordinal`. */
sinter_status sinter_cuda_find_device(const sinter_cuda_driver *driver, int ordinal,
                                      sinter_cuda_device *device, const char *where,
                                      sinter_error *error);

/* The driver's name and sentence for a result. */
typedef struct {
  char text[160];
} sinter_cuda_words;
sinter_cuda_words sinter_cuda_explain(const sinter_cuda_driver *driver, CUresult result);

/* Reports that `call` gave `result`, and returns its status. */
sinter_status sinter_cuda_fail(const sinter_cuda_driver *driver, CUresult result, const char *call,
                               const char *where, sinter_error *error);

/* Makes the model's context current; the caller's is back after pop_context. */
sinter_status sinter_cuda_enter(const sinter_cuda_model *model, const char *where,
                                sinter_error *error);
void sinter_cuda_leave(const sinter_cuda_model *model);

/* Memory of the current context; `what` needs it: "the weights". */
sinter_status sinter_cuda_allocate(const sinter_cuda_model *model, uint64_t bytes, const char *what,
                                   CUdeviceptr *memory, const char *where, sinter_error *error);

/*===-- Model.c -----------------------------------------------------------===*/

/* Takes part in a model, which lives until the last user releases it. */
void sinter_cuda_retain(const sinter_cuda_model *model);
void sinter_cuda_release(const sinter_cuda_model *model);

/*===-- Session.c ---------------------------------------------------------===*/

/* The inputs, then the outputs. */
const sinter_tensor_info *sinter_cuda_tensor_at(const sinter_cuda_info *info, uint32_t index);

/* sinter_cuda_fail in the name of the session's network. */
sinter_status sinter_cuda_session_fail(const sinter_cuda_session *session, CUresult result,
                                       const char *call, sinter_error *error);

/* How launch `index` is started with the buffers as they are now. The driver copies the arguments
   when it gets this. */
CUDA_KERNEL_NODE_PARAMS sinter_cuda_launch_parameters(sinter_cuda_session *session, uint32_t index);

/* Gives the kernels the addresses of tensors that are in `buffers`. */
sinter_status sinter_cuda_update_graph(sinter_cuda_session *session, sinter_error *error);

#endif /* SINTER_RUNTIME_CUDA_INTERNAL_H */
