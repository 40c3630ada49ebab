/*===- PlatformLinux.c - Files, libraries, threads and futexes of Linux ---===*/

#define _GNU_SOURCE /* sched_getaffinity, madvise, syscall, pthread_setname_np */

#include "runtime/cpu/Internal.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static sinter_status file_error(sinter_error *error, const char *path, int number) {
  return sinter_fail(error, SINTER_FILE_ERROR, path, "%s", strerror(number));
}

sinter_status sinter_os_map(const char *path, const unsigned char **bytes, uint64_t *size,
                            sinter_error *error) {
  /* Non-blocking: opening a pipe must not wait for a writer. */
  int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return file_error(error, path, errno);
  struct stat info;
  if (fstat(file, &info) != 0) {
    int number = errno;
    close(file);
    return file_error(error, path, number);
  }
  if (!S_ISREG(info.st_mode)) {
    close(file);
    return sinter_fail(error, SINTER_FILE_ERROR, path, "%s, expects a file",
                       S_ISDIR(info.st_mode) ? "a directory" : "a device or pipe");
  }
  *size = (uint64_t)info.st_size;
  *bytes = NULL;
  if (*size != 0) { /* an empty file cannot be mapped */
    void *memory = mmap(NULL, *size, PROT_READ, MAP_PRIVATE, file, 0);
    int number = errno;
    if (memory == MAP_FAILED) {
      close(file);
      return file_error(error, path, number);
    }
    *bytes = memory;
  }
  close(file);
  return SINTER_OK;
}

void sinter_os_unmap(const unsigned char *bytes, uint64_t size) {
  if (bytes)
    munmap((void *)(uintptr_t)bytes, size);
}

sinter_status sinter_os_open_library(const char *path, void **library, sinter_error *error) {
  /* dlopen searches the library path for a name without a slash; a model is a file. */
  char *relative = NULL;
  if (!strchr(path, '/')) {
    size_t bytes = strlen(path) + 3;
    relative = malloc(bytes);
    if (!relative)
      return sinter_fail(error, SINTER_OUT_OF_MEMORY, path, "out of memory");
    snprintf(relative, bytes, "./%s", path);
  }
  *library = dlopen(relative ? relative : path, RTLD_NOW | RTLD_LOCAL);
  free(relative);
  if (*library)
    return SINTER_OK;
  const char *message = dlerror();
  if (!message)
    message = "unknown reason";
  /* The loader usually starts with the path that the message names already. */
  const char *reason = strstr(message, ": ");
  return sinter_fail(error, SINTER_NOT_A_MODEL, path, "cannot be loaded: %s",
                     reason ? reason + 2 : message);
}

void *sinter_os_symbol(void *library, const char *name) { return dlsym(library, name); }

void sinter_os_close_library(void *library) {
  if (library)
    dlclose(library);
}

void *sinter_os_allocate(size_t bytes, size_t alignment) {
  const size_t huge_page = (size_t)2 << 20;
  if (bytes >= huge_page && alignment < huge_page)
    alignment = huge_page;
  if (alignment < sizeof(void *))
    alignment = sizeof(void *);
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes ? bytes : 1) != 0)
    return NULL;
  if (bytes >= huge_page)
    (void)madvise(memory, bytes / huge_page * huge_page, MADV_HUGEPAGE); /* only a hint */
  return memory;
}

void sinter_os_free(void *memory) { free(memory); }

void sinter_os_wait(const void *word, uint32_t expected) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void sinter_os_yield(void) { sched_yield(); }

void sinter_os_wake_all(const void *word) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL, NULL, 0);
}

static void *thread_main(void *argument) {
  sinter_thread *thread = argument;
  thread->function(thread->argument);
  return NULL;
}

bool sinter_os_start_thread(sinter_thread *thread, sinter_thread_fn function, void *argument) {
  thread->function = function;
  thread->argument = argument;
  /* The new thread inherits the mask: the program's signals go to its own threads,
     except those that the thread causes itself and the profiler's. */
  static const int own[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGPROF};
  sigset_t blocked, previous;
  sigfillset(&blocked);
  for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); ++i)
    sigdelset(&blocked, own[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &previous);
  pthread_t handle;
  bool started = pthread_create(&handle, NULL, thread_main, thread) == 0;
  pthread_sigmask(SIG_SETMASK, &previous, NULL);
  if (!started)
    return false;
  _Static_assert(sizeof(handle) <= sizeof(thread->handle), "pthread_t fits in a handle");
  thread->handle = (unsigned long)handle;
  (void)pthread_setname_np(handle, "sinter"); /* for profilers; may fail */
  return true;
}

void sinter_os_join_thread(sinter_thread *thread) { pthread_join((pthread_t)thread->handle, NULL); }

uint32_t sinter_cpu_count(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof(set), &set) == 0 && CPU_COUNT(&set) > 0)
    return (uint32_t)CPU_COUNT(&set);
  /* More CPUs than the set holds. */
  long online = sysconf(_SC_NPROCESSORS_ONLN);
  return online > 0 ? (uint32_t)online : 1;
}

uint64_t sinter_clock_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}
