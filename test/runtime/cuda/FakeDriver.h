/*===- FakeDriver.h - A CUDA driver without a GPU -----------------*- C -*-===*\
|*
|* A library with the driver's functions that the runtime uses. Device memory is host
|* memory between red zones, kernels are C functions that are known by name, and what
|* is put on a stream is executed as late as a GPU might: when somebody waits for it.
|* Kernels and copies that leave an allocation are illegal accesses, after which
|* every call fails, as on a GPU. With other kernels (FakeKernels.h), the same files
|* make the driver of test/emulator/driver.
|*
|* The kernels work on as many floats as the launch has threads:
|*   add_one(in, out), scale(in, weights, out): in * weights[0] + weights[1],
|*   add(a, b, out), crash(out): accesses address 64.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_TEST_RUNTIME_CUDA_FAKEDRIVER_H
#define SINTER_TEST_RUNTIME_CUDA_FAKEDRIVER_H

#include "runtime/cuda/Driver.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Forgets calls, complaints and failures; one H100 is left, and nothing on it. */
void fake_reset(void);

/* At most 4; -1: none, which cuInit does not tell. */
void fake_set_count(int devices);
void fake_set_device(int ordinal, const char *name, int major, int minor, int shared_bytes,
                     size_t memory_bytes);

/* Lets the nth call of `function` from now on fail with `result`. One at a time. */
void fake_fail(const char *function, int nth, CUresult result);

/* How often `function` was called. */
int fake_calls(const char *function);

/* How many allocations, modules, graphs and contexts the runtime has not given back. */
int fake_live(void);

/* The first thing that no program should do to a driver; "" if there was none. */
const char *fake_complaint(void);

/* The data of the image that was loaded last. */
const void *fake_loaded_image(void);

/* The most shared memory that a kernel of a graph has had. */
unsigned fake_most_shared(void);

/* Memory of the program's own. Kinds of fake_allocate: */
enum { FAKE_DEVICE, FAKE_MANAGED, FAKE_PINNED };
void *fake_allocate(int ordinal, size_t bytes, int kind);
void fake_free(void *memory);

/* Waits for `stream`, as the program does. */
void fake_finish(CUstream stream);

/* How much is on the streams and not executed. */
size_t fake_pending(void);

/* The calling thread's current context. */
void fake_push(int ordinal);
CUcontext fake_current(void);
void fake_pop(void);

#ifdef __cplusplus
}
#endif

#endif /* SINTER_TEST_RUNTIME_CUDA_FAKEDRIVER_H */
