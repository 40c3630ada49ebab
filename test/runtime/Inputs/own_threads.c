#define _POSIX_C_SOURCE 200809L /* pthread barriers */
#include "seresnet50.h"

#include <sinter/abi.h>

#include <pthread.h>
#include <stdio.h>

#define THREADS 4

static float image[SERESNET50_INPUT_ELEMENTS], scores[SERESNET50_OUTPUT_ELEMENTS];
static _Alignas(SERESNET50_WORKSPACE_ALIGNMENT) char workspace[SERESNET50_WORKSPACE_BYTES];
static pthread_barrier_t barrier;

static void wait_for_all(void *context) { pthread_barrier_wait(context); }

static void *thread_main(void *index) {
  const void *inputs[] = {image};
  void *outputs[] = {scores};
  seresnet50_model.run_spmd(inputs, outputs, workspace, *(uint32_t *)index, THREADS, wait_for_all,
                            &barrier);
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  uint32_t index[THREADS];
  if (seresnet50_model.abi_version != SINTER_ABI_VERSION)
    return 1;
  image[0] = 1;
  pthread_barrier_init(&barrier, NULL, THREADS);
  for (uint32_t i = 0; i < THREADS; ++i) {
    index[i] = i;
    pthread_create(&threads[i], NULL, thread_main, &index[i]);
  }
  for (uint32_t i = 0; i < THREADS; ++i)
    pthread_join(threads[i], NULL); /* the scores are complete when the last one ends */
  printf("score of class 0: %g\n", scores[0]);
  return 0;
}
