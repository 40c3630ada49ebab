/* Calls tiny_run from 8 threads at once, each with a workspace of its own, and
   compares every result bit by bit with one that was computed alone. */

#include "tiny.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define THREADS 8
#define RUNS 200

static float image[THREADS][TINY_INPUT_ELEMENTS];
static float expected[THREADS][TINY_OUTPUT_ELEMENTS];

static void *new_workspace(void) {
  void *workspace = aligned_alloc(TINY_WORKSPACE_ALIGNMENT, TINY_WORKSPACE_BYTES);
  if (!workspace)
    exit(2);
  memset(workspace, 0xff, TINY_WORKSPACE_BYTES); /* NaNs: nothing may be read before it is written */
  return workspace;
}

/* Returns null if every run gave what was expected. */
static void *thread_main(void *argument) {
  int thread = *(int *)argument;
  void *workspace = new_workspace();
  void *failure = NULL;
  for (int run = 0; run < RUNS; ++run) {
    float output[TINY_OUTPUT_ELEMENTS];
    if (tiny_run(image[thread], output, workspace) != 0 ||
        memcmp(output, expected[thread], sizeof output) != 0)
      failure = argument;
  }
  free(workspace);
  return failure;
}

int main(void) {
  pthread_t threads[THREADS];
  int index[THREADS], failures = 0, distinct = 0;
  void *workspace = new_workspace();
  for (int i = 0; i < THREADS; ++i) {
    for (int j = 0; j < TINY_INPUT_ELEMENTS; ++j)
      image[i][j] = (float)((i * 31 + j * 17) % 97) / 97;
    if (tiny_run(image[i], expected[i], workspace) != 0)
      return 2;
    distinct += i == 0 || memcmp(expected[i], expected[0], sizeof expected[0]) != 0;
  }
  free(workspace);
  for (int i = 0; i < THREADS; ++i) {
    index[i] = i;
    if (pthread_create(&threads[i], NULL, thread_main, &index[i]) != 0)
      return 2;
  }
  for (int i = 0; i < THREADS; ++i) {
    void *failure;
    pthread_join(threads[i], &failure);
    failures += failure != NULL;
  }
  printf("%d threads, %d distinct results, %d failures\n", THREADS, distinct, failures);
  return failures != 0;
}
