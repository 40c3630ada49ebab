/*===- Internal.h - What the runtime's files share ----------------*- C -*-===*\
|*
|* Not installed. The functions of the second part are the only ones that know
|* the operating system; PlatformLinux.c has them all.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_RUNTIME_INTERNAL_H
#define SINTER_RUNTIME_INTERNAL_H

#include "sinter/runtime.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

struct sinter_model {
  const sinter_model_info *info;
  void *library; /* what unload closes; null for a linked model */
};

/* Fills `error`, which may be null, with "WHERE: SENTENCE" and returns `status`. */
#if defined(__GNUC__)
__attribute__((format(printf, 4, 5)))
#endif
sinter_status sinter_fail(sinter_error *error, sinter_status status, const char *where,
                          const char *format, ...);

/* Empties `error`, which may be null, and returns SINTER_OK. */
sinter_status sinter_clear_error(sinter_error *error);

/* Checks everything about a descriptor that can be checked from outside, as a CPU
   with `features` would; `half_inputs`: inputs may be f16. `where` starts the messages: a
   path, or "linked model". */
sinter_status sinter_check_info(const sinter_model_info *info, uint64_t features, bool half_inputs,
                                const char *where, sinter_error *error);

/* The x86-64 level that `features` amount to. */
const char *sinter_level_of(uint64_t features);

/* Checks that the `size` bytes of a file are a complete shared object for this
   machine that defines `symbol`. The dynamic loader trusts the tables of a file
   and may crash on a truncated one, so this comes first. */
sinter_status sinter_check_elf(const unsigned char *bytes, uint64_t size, const char *symbol,
                               const char *path, sinter_error *error);

/* Opens the shared object at `path`, after the checks above, and finds its descriptor, the data
   called `symbol`. The caller closes `library`. */
sinter_status sinter_open_artifact(const char *path, const char *symbol, void **library,
                                   const void **info, sinter_error *error);

/* sinter_pool_create with as many threads as it says, more than there are CPUs if need be: tests see
   what many threads do on a machine of few CPUs. */
sinter_status sinter_pool_create_exactly(uint32_t num_threads, sinter_pool **pool,
                                         sinter_error *error);

/*===-- Operating system --------------------------------------------------===*/

/* Maps a regular file for reading; unmap with sinter_os_unmap. */
sinter_status sinter_os_map(const char *path, const unsigned char **bytes, uint64_t *size,
                            sinter_error *error);
void sinter_os_unmap(const unsigned char *bytes, uint64_t size);

/* Opens a shared object, resolving all of it at once and exporting nothing. */
sinter_status sinter_os_open_library(const char *path, void **library, sinter_error *error);
void *sinter_os_symbol(void *library, const char *name);
void sinter_os_close_library(void *library);

/* Large memory, on huge pages where the system has them; null when there is none. */
void *sinter_os_allocate(size_t bytes, size_t alignment);
void sinter_os_free(void *memory);

/* Sleeps while *word is `expected`, until woken; may also return early. */
void sinter_os_wait(const void *word, uint32_t expected);
/* Lets another thread have this CPU, if one waits for it. */
void sinter_os_yield(void);
void sinter_os_wake_all(const void *word);

/* Starts a thread that no signal is delivered to. False: the system has no more. */
typedef void (*sinter_thread_fn)(void *argument);
typedef struct sinter_thread sinter_thread;
struct sinter_thread {
  unsigned long handle;
  sinter_thread_fn function;
  void *argument;
};
bool sinter_os_start_thread(sinter_thread *thread, sinter_thread_fn function, void *argument);
void sinter_os_join_thread(sinter_thread *thread);

/* Tells the processor that the program is waiting in a loop. */
static inline void sinter_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif

#endif /* SINTER_RUNTIME_INTERNAL_H */
