/*===- FakeState.c - What the fake driver knows ---------------------------===*\
|*
|* GPUs, objects, and the tests' view of them.
|*
\*===----------------------------------------------------------------------===*/

#include "test/runtime/cuda/FakeInternal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ZONE 256
#define ZONE_BYTE 0xa5

/*===-- State -------------------------------------------------------------===*/

device_t fake_devices[MAX_DEVICES];
int fake_num_devices;
static object_t *objects;
static char complaint[200];
const void *fake_image;
unsigned fake_shared;
bool fake_is_initialized;

static struct {
  const char *name;
  int calls;
} counts[64];

static struct {
  char function[64];
  int countdown; /* 0: none */
  CUresult result;
} failure;

_Thread_local CUcontext fake_stack[MAX_STACK];
_Thread_local int fake_depth;

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

pthread_mutex_t *fake_lock(void) {
  pthread_mutex_lock(&mutex);
  return &mutex;
}

void fake_unlock(pthread_mutex_t **held) { pthread_mutex_unlock(*held); }

void fake_complain(const char *text) {
  if (!complaint[0])
    snprintf(complaint, sizeof(complaint), "%s", text);
}

static int *count_of(const char *function) {
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); ++i) {
    if (!counts[i].name)
      counts[i].name = function;
    if (strcmp(counts[i].name, function) == 0)
      return &counts[i].calls;
  }
  abort();
}

CUresult fake_enter(const char *function) {
  ++*count_of(function);
  if (failure.countdown != 0 && strcmp(failure.function, function) == 0 && --failure.countdown == 0)
    return failure.result;
  return fake_is_initialized || strcmp(function, "cuInit") == 0 ? CUDA_SUCCESS
                                                                : CUDA_ERROR_NOT_INITIALIZED;
}

CUresult fake_enter_context(const char *function, CUcontext *context) {
  const CUresult result = fake_enter(function);
  *context = fake_depth ? fake_stack[fake_depth - 1] : NULL;
  if (!*context)
    return CUDA_ERROR_INVALID_CONTEXT;
  if ((*context)->retains == 0) {
    fake_complain("a call in a context that is gone");
    return CUDA_ERROR_INVALID_CONTEXT;
  }
  return result != CUDA_SUCCESS ? result : (*context)->sticky;
}

/*===-- Registry ----------------------------------------------------------===*/

void fake_add(object_kind_t kind, int ordinal, void *start, size_t bytes, int memory_kind) {
  object_t *object = malloc(sizeof(*object));
  *object = (object_t){objects, kind, ordinal, start, bytes, memory_kind};
  objects = object;
}

object_t *fake_find(object_kind_t kind, const void *start) {
  for (object_t *object = objects; object; object = object->next)
    if (object->kind == kind && object->start == start)
      return object;
  return NULL;
}

static bool is_memory(const object_t *object) {
  return object->kind == MEMORY || object->kind == PROGRAM_MEMORY;
}

object_t *fake_find_memory(CUdeviceptr address, size_t bytes) {
  for (object_t *object = objects; object; object = object->next) {
    const CUdeviceptr start = (uintptr_t)object->start;
    if (is_memory(object) && address >= start && address < start + object->bytes &&
        bytes <= start + object->bytes - address)
      return object;
  }
  return NULL;
}

fake_memory_t fake_memory_at(int ordinal, CUdeviceptr address, size_t bytes) {
  const object_t *object = fake_find_memory(address, bytes);
  if (!object || (object->ordinal != ordinal && object->memory_kind != FAKE_MANAGED))
    return (fake_memory_t){NULL, 0};
  return (fake_memory_t){object->start, object->bytes};
}

void fake_remove(object_t *object) {
  for (object_t **link = &objects; *link; link = &(*link)->next)
    if (*link == object) {
      *link = object->next;
      break;
    }
  if (is_memory(object)) {
    fake_devices[object->ordinal].used_bytes -= object->bytes;
    for (size_t i = 0; i < ZONE; ++i)
      if ((unsigned char)object->start[object->bytes + i] != ZONE_BYTE ||
          (unsigned char)object->start[(ptrdiff_t)i - ZONE] != ZONE_BYTE)
        fake_complain("an allocation was written beyond its ends");
    free(object->start - ZONE);
  } else {
    free(object->start);
  }
  free(object);
}

void *fake_new_memory(object_kind_t kind, int ordinal, size_t bytes, int memory_kind) {
  device_t *device = &fake_devices[ordinal];
  if (bytes > device->memory_bytes - device->used_bytes)
    return NULL;
  char *start = aligned_alloc(ZONE, ((bytes + ZONE - 1) / ZONE + 2) * ZONE);
  memset(start, ZONE_BYTE, 2 * ZONE + bytes);
  memset(start + ZONE, 0xff, bytes); /* NaN, as elsewhere in memory that nobody wrote */
  fake_add(kind, ordinal, start + ZONE, bytes, memory_kind);
  device->used_bytes += bytes;
  return start + ZONE;
}

void fake_clear_context(int ordinal) {
  for (object_t *object = objects, *next; object; object = next) {
    next = object->next;
    if (object->ordinal != ordinal || object->kind == PROGRAM_MEMORY)
      continue;
    if (fake_devices[ordinal].context.sticky == CUDA_SUCCESS)
      fake_complain("a context was released with objects in it");
    fake_remove(object);
  }
  fake_devices[ordinal].context.sticky = CUDA_SUCCESS;
}

CUresult fake_release(const char *function, object_kind_t kind, void *start) {
  LOCKED;
  CUcontext context;
  const CUresult result = fake_enter_context(function, &context);
  object_t *object = fake_find(kind, start);
  if (!object)
    fake_complain("something was released that is not there");
  else if (!context || object->ordinal != context->ordinal)
    fake_complain("something was released in another context");
  else
    fake_remove(object);
  return result;
}

/*===-- The tests' side ---------------------------------------------------===*/

void fake_reset(void) {
  LOCKED;
  fake_drop_queue();
  while (objects)
    fake_remove(objects);
  memset(fake_devices, 0, sizeof(fake_devices));
  memset(counts, 0, sizeof(counts));
  memset(&failure, 0, sizeof(failure));
  complaint[0] = '\0';
  fake_image = NULL;
  fake_shared = 0;
  fake_is_initialized = false;
  fake_depth = 0;
  for (int i = 0; i < MAX_DEVICES; ++i) {
    fake_devices[i] = (device_t){"", 9, 0, 232448, fake_device_bytes, 0, {i, 0, CUDA_SUCCESS}};
    snprintf(fake_devices[i].name, sizeof(fake_devices[i].name), "%s", fake_device_name);
  }
  fake_num_devices = 1;
}

__attribute__((constructor)) static void construct(void) { fake_reset(); }

void fake_set_count(int count) {
  LOCKED;
  fake_num_devices = count;
}

void fake_set_device(int ordinal, const char *name, int major, int minor, int shared_bytes,
                     size_t memory_bytes) {
  LOCKED;
  device_t *device = &fake_devices[ordinal];
  snprintf(device->name, sizeof(device->name), "%s", name);
  device->major = major;
  device->minor = minor;
  device->shared_bytes = shared_bytes;
  device->memory_bytes = memory_bytes;
}

void fake_fail(const char *function, int nth, CUresult result) {
  LOCKED;
  snprintf(failure.function, sizeof(failure.function), "%s", function);
  failure.countdown = nth;
  failure.result = result;
}

int fake_calls(const char *function) {
  LOCKED;
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]) && counts[i].name; ++i)
    if (strcmp(counts[i].name, function) == 0)
      return counts[i].calls;
  return 0;
}

int fake_live(void) {
  LOCKED;
  int live = 0;
  for (const object_t *object = objects; object; object = object->next)
    live += object->kind != PROGRAM_MEMORY;
  for (int i = 0; i < MAX_DEVICES; ++i)
    live += fake_devices[i].context.retains;
  return live;
}

const char *fake_complaint(void) { return complaint; }

const void *fake_loaded_image(void) { return fake_image; }

unsigned fake_most_shared(void) { return fake_shared; }

void *fake_allocate(int ordinal, size_t bytes, int kind) {
  LOCKED;
  return fake_new_memory(PROGRAM_MEMORY, ordinal, bytes, kind);
}

void fake_free(void *memory) {
  LOCKED;
  fake_remove(fake_find(PROGRAM_MEMORY, memory));
}

void fake_finish(CUstream stream) {
  LOCKED;
  fake_execute(stream, false);
}

void fake_push(int ordinal) { fake_stack[fake_depth++] = &fake_devices[ordinal].context; }

CUcontext fake_current(void) { return fake_depth ? fake_stack[fake_depth - 1] : NULL; }

void fake_pop(void) { --fake_depth; }
