/*===- FakeInternal.h - What the fake driver's files share --------*- C -*-===*/

#ifndef SINTER_TEST_RUNTIME_CUDA_FAKEINTERNAL_H
#define SINTER_TEST_RUNTIME_CUDA_FAKEINTERNAL_H

#include "test/runtime/cuda/FakeDriver.h"
#include "test/runtime/cuda/FakeKernels.h"

#include <pthread.h>

#define MAX_DEVICES 4
#define MAX_FUNCTIONS 512
#define MAX_STACK 16

struct CUctx_st {
  int ordinal;
  int retains;
  CUresult sticky; /* what every call gives after an illegal access */
};

struct CUfunc_st {
  const fake_kernel_t *kernel;
  int shared_bytes; /* that a block may have */
};

struct CUmod_st {
  const fake_code_t *code;
  int num_functions; /* that somebody asked for */
  struct CUfunc_st functions[MAX_FUNCTIONS];
};

typedef struct {
  char name[64];
  int major, minor, shared_bytes;
  size_t memory_bytes, used_bytes;
  struct CUctx_st context;
} device_t;

extern device_t fake_devices[MAX_DEVICES];
extern int fake_num_devices;
extern bool fake_is_initialized;
extern const void *fake_image; /* the last that was loaded */
extern unsigned fake_shared;   /* the most that a kernel has had */
extern _Thread_local CUcontext fake_stack[MAX_STACK];
extern _Thread_local int fake_depth;

/* Things that the driver gives out and takes back. */
typedef enum { MEMORY, PROGRAM_MEMORY, MODULE, GRAPH, EXECUTABLE, EVENT } object_kind_t;

typedef struct object {
  struct object *next;
  object_kind_t kind;
  int ordinal;
  char *start;
  size_t bytes;
  int memory_kind; /* FAKE_DEVICE, FAKE_MANAGED, FAKE_PINNED */
} object_t;

/* One thread at a time is in the driver. `LOCKED;` holds until the function returns. */
pthread_mutex_t *fake_lock(void);
void fake_unlock(pthread_mutex_t **mutex);
#define LOCKED                                                                                     \
  pthread_mutex_t *locked __attribute__((cleanup(fake_unlock))) = fake_lock();                     \
  (void)locked

/* Counts a call; what it must fail with, or success. */
CUresult fake_enter(const char *function);

/* The same for calls that need a context; `*context` is the current one. */
CUresult fake_enter_context(const char *function, CUcontext *context);

void fake_complain(const char *text);

/* The registry of objects. fake_release takes one back even where the call is to fail. */
void fake_add(object_kind_t kind, int ordinal, void *start, size_t bytes, int memory_kind);
object_t *fake_find(object_kind_t kind, const void *start);
object_t *fake_find_memory(CUdeviceptr address, size_t bytes); /* that has all of these bytes */
void fake_remove(object_t *object);
CUresult fake_release(const char *function, object_kind_t kind, void *start);

/* Memory between red zones; null if the GPU has no more. */
void *fake_new_memory(object_kind_t kind, int ordinal, size_t bytes, int memory_kind);

/* Destroys what is in a context. */
void fake_clear_context(int ordinal);

/* Executes what is on `stream`, with all that was enqueued before it; `all`: everything. */
void fake_execute(CUstream stream, bool all);
void fake_drop_queue(void);

/* The driver's functions are declared nowhere: the runtime finds them by name. */
#define DECLARE(field, symbol, parameters) CUresult symbol parameters;
SINTER_CUDA_DRIVER_FUNCTIONS(DECLARE)
#undef DECLARE

/* What a failing call may leave in its result. */
#define GARBAGE ((void *)(uintptr_t)16)

/* How they begin: with the lock, and with the failure that a test wants. */
#define ENTER(function)                                                                            \
  LOCKED;                                                                                          \
  {                                                                                                \
    const CUresult entered = fake_enter(function);                                                 \
    if (entered != CUDA_SUCCESS)                                                                   \
      return entered;                                                                              \
  }

/* The same, for those that need a context, which is then in `context`. */
#define ENTER_CONTEXT(function)                                                                    \
  LOCKED;                                                                                          \
  CUcontext context;                                                                               \
  {                                                                                                \
    const CUresult entered = fake_enter_context(function, &context);                               \
    if (entered != CUDA_SUCCESS)                                                                   \
      return entered;                                                                              \
  }                                                                                                \
  (void)context

#endif /* SINTER_TEST_RUNTIME_CUDA_FAKEINTERNAL_H */
