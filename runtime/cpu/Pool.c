/*===- Pool.c - Thread pool, barrier and runs -----------------------------===*\
|*
|* A run is one parallel region: every thread calls the model's SPMD function
|* once, and barriers inside it separate the layers. Waiting threads spin first,
|* because a barrier is usually over within a microsecond, then yield, and sleep
|* on a futex when it lasts, because the other thread may have lost its CPU.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cpu/Internal.h"

#include <stdatomic.h>
#include <string.h>

#define CACHE_LINE 64

/* How long a waiting thread stays awake at most. */
#define SPIN_NS 100000u

/* A yield that takes this long went to a program that has the CPU for its whole time slice
   (docs/performance.md has figures). */
#define LONG_YIELD_NS 200000u

/* How many waits do without yielding after one. */
#define WAITS_WITHOUT_YIELD 1024u

/*===-- Gate: threads wait until a counter moves on -----------------------===*/

typedef struct {
  _Alignas(CACHE_LINE) atomic_uint value; /* how often it was opened, modulo 2^32 */
  atomic_uint sleepers;
  atomic_uint failures; /* of spinning: grows by one with each, shrinks with a success */
  atomic_uint unyielding; /* how many waits are yet to do without yielding */
} gate_t;

/* How long to spin. The system may have put all threads on one CPU because the
   others are taken; then every spin is in vain, and a run would take the spin time
   for each barrier. So failures shorten it, and every 16th tries whether the whole
   time helps again. */
static uint64_t patience(unsigned failures) {
  return failures % 16 == 15 ? SPIN_NS : SPIN_NS >> (failures < 5 ? failures : 5);
}

/* Whether a wait that lasts yields. The thread it waits for may need this very CPU, because another
   team is here, and gets it at once: to yield takes a fraction of what it takes to sleep and to be
   woken. */
static bool may_yield(gate_t *gate) {
  const unsigned unyielding = atomic_load_explicit(&gate->unyielding, memory_order_relaxed);
  if (unyielding == 0)
    return true;
  atomic_store_explicit(&gate->unyielding, unyielding - 1, memory_order_relaxed);
  return false;
}

/* Waits until the gate was opened once more than `seen` times. */
static void gate_wait(gate_t *gate, unsigned seen) {
  /* Only a hint: that threads overwrite each other's count does no harm. */
  const unsigned failures = atomic_load_explicit(&gate->failures, memory_order_relaxed);
  const uint64_t limit = patience(failures);
  uint64_t deadline = 0;
  bool yields = false;
  for (;;) {
    for (int i = 0; i < 64; ++i) {
      if (atomic_load_explicit(&gate->value, memory_order_acquire) != seen) {
        if (failures != 0)
          atomic_store_explicit(&gate->failures, (failures < 5 ? failures : 5) - 1,
                                memory_order_relaxed);
        return;
      }
      sinter_pause();
    }
    const uint64_t now = sinter_clock_ns();
    if (deadline == 0) {
      deadline = now + limit;
      yields = may_yield(gate);
    } else if (now >= deadline) {
      break;
    }
    if (yields) {
      sinter_os_yield();
      if (sinter_clock_ns() - now > LONG_YIELD_NS)
        atomic_store_explicit(&gate->unyielding, WAITS_WITHOUT_YIELD, memory_order_relaxed);
    }
  }
  atomic_store_explicit(&gate->failures, failures + 1, memory_order_relaxed);
  /* Either gate_open sees this sleeper, or the system sees the gate's new value
     and does not put the thread to sleep: both sides are sequentially consistent. */
  atomic_fetch_add(&gate->sleepers, 1);
  while (atomic_load(&gate->value) == seen)
    sinter_os_wait(&gate->value, seen);
  atomic_fetch_sub(&gate->sleepers, 1);
}

/* Lets every waiting thread pass; what this thread wrote before is visible to them. */
static void gate_open(gate_t *gate) {
  atomic_fetch_add(&gate->value, 1);
  if (atomic_load(&gate->sleepers) != 0)
    sinter_os_wake_all(&gate->value);
}

/*===-- Barrier -----------------------------------------------------------===*/

/* A central counter; the gate's value is the sense that the last thread turns. */
typedef struct {
  _Alignas(CACHE_LINE) atomic_uint arrived;
  uint32_t num_threads;
  gate_t gate;
} barrier_t;

/* A sinter_barrier_fn. */
static void barrier_wait(void *context) {
  barrier_t *barrier = context;
  /* The gate cannot open before this thread arrives, so its value is stable here. */
  const unsigned sense = atomic_load_explicit(&barrier->gate.value, memory_order_relaxed);
  if (atomic_fetch_add_explicit(&barrier->arrived, 1, memory_order_acq_rel) + 1 !=
      barrier->num_threads) {
    gate_wait(&barrier->gate, sense);
    return;
  }
  atomic_store_explicit(&barrier->arrived, 0, memory_order_relaxed);
  gate_open(&barrier->gate);
}

/*===-- Pool --------------------------------------------------------------===*/

/* What the threads of the current run call. */
typedef struct {
  sinter_spmd_fn function; /* null: the threads end */
  const void *const *inputs;
  void *const *outputs;
  void *workspace;
} job_t;

typedef struct {
  sinter_pool *pool;
  uint32_t index; /* from 1: the caller is thread 0 */
  sinter_thread thread;
} worker_t;

struct sinter_pool {
  gate_t start; /* opened once per run, after `job` is set */
  barrier_t barrier;
  _Alignas(CACHE_LINE) atomic_bool busy;
  job_t job;
  uint32_t num_threads;
  uint32_t num_started; /* workers whose thread exists */
  worker_t workers[];
};

static void run_part(sinter_pool *pool, uint32_t index) {
  const job_t *job = &pool->job;
  job->function(job->inputs, job->outputs, job->workspace, index, pool->num_threads, barrier_wait,
                &pool->barrier);
  barrier_wait(&pool->barrier); /* the run ends when the last thread is done */
}

static void worker_main(void *argument) {
  const worker_t *worker = argument;
  sinter_pool *pool = worker->pool;
  /* No run can pass this thread by, so it counts the openings itself. */
  for (unsigned runs = 0;; ++runs) {
    gate_wait(&pool->start, runs);
    if (!pool->job.function)
      return;
    run_part(pool, worker->index);
  }
}

sinter_status sinter_pool_create_exactly(uint32_t num_threads, sinter_pool **pool,
                                         sinter_error *error) {
  if (pool)
    *pool = NULL;
  if (!pool)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_pool_create", "pool is null");
  if (num_threads < 1 || num_threads > SINTER_MAX_THREADS)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_pool_create",
                       "expects 1 to %u threads, got %lu", SINTER_MAX_THREADS,
                       (unsigned long)num_threads);
  const size_t bytes = sizeof(sinter_pool) + (num_threads - 1) * sizeof(worker_t);
  sinter_pool *result = sinter_os_allocate(bytes, _Alignof(sinter_pool));
  if (!result)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, "sinter_pool_create", "out of memory");
  memset(result, 0, bytes); /* a zero atomic is initialized on every platform we know */
  result->num_threads = num_threads;
  result->barrier.num_threads = num_threads;
  for (uint32_t i = 1; i < num_threads; ++i) {
    worker_t *worker = &result->workers[i - 1];
    worker->pool = result;
    worker->index = i;
    if (!sinter_os_start_thread(&worker->thread, worker_main, worker)) {
      sinter_pool_destroy(result);
      return sinter_fail(error, SINTER_SYSTEM_ERROR, "sinter_pool_create",
                         "the system refused thread %lu of %lu", (unsigned long)i + 1,
                         (unsigned long)num_threads);
    }
    result->num_started = i;
  }
  *pool = result;
  return sinter_clear_error(error);
}

sinter_status sinter_pool_create(uint32_t num_threads, sinter_pool **pool, sinter_error *error) {
  /* Two threads that share a CPU change places at every barrier, so further ones cost time. */
  const uint32_t cpus = sinter_cpu_count();
  const bool is_possible = num_threads <= SINTER_MAX_THREADS;
  return sinter_pool_create_exactly(is_possible && num_threads > cpus ? cpus : num_threads, pool,
                                    error);
}

void sinter_pool_destroy(sinter_pool *pool) {
  if (!pool)
    return;
  pool->job.function = NULL;
  gate_open(&pool->start);
  for (uint32_t i = 0; i < pool->num_started; ++i)
    sinter_os_join_thread(&pool->workers[i].thread);
  sinter_os_free(pool);
}

uint32_t sinter_pool_num_threads(const sinter_pool *pool) { return pool->num_threads; }

/*===-- Runs --------------------------------------------------------------===*/

/* Are all of `count` tensors there, and aligned for their elements? */
static sinter_status check_pointers(const void *const *tensors, uint32_t count) {
  if (!tensors)
    return SINTER_INVALID_ARGUMENT;
  for (uint32_t i = 0; i < count; ++i) {
    if (!tensors[i])
      return SINTER_INVALID_ARGUMENT;
    if ((uintptr_t)tensors[i] % _Alignof(float))
      return SINTER_BAD_ALIGNMENT;
  }
  return SINTER_OK;
}

sinter_status sinter_run(const sinter_model *model, sinter_pool *pool, const void *const *inputs,
                         void *const *outputs, void *workspace) {
  if (!model)
    return SINTER_INVALID_ARGUMENT;
  const sinter_model_info *info = model->info;
  sinter_status status = check_pointers(inputs, info->num_inputs);
  if (status == SINTER_OK)
    status = check_pointers((const void *const *)outputs, info->num_outputs);
  if (status != SINTER_OK)
    return status;
  if (!workspace && info->workspace_bytes != 0)
    return SINTER_INVALID_ARGUMENT;
  if ((uintptr_t)workspace % info->workspace_alignment)
    return SINTER_BAD_ALIGNMENT;

  if (!pool || pool->num_threads == 1) {
    info->run_spmd(inputs, outputs, workspace, 0, 1, NULL, NULL);
    return SINTER_OK;
  }
  if (atomic_exchange_explicit(&pool->busy, true, memory_order_acquire))
    return SINTER_POOL_BUSY;
  pool->job = (job_t){info->run_spmd, inputs, outputs, workspace};
  gate_open(&pool->start);
  run_part(pool, 0);
  atomic_store_explicit(&pool->busy, false, memory_order_release);
  return SINTER_OK;
}
