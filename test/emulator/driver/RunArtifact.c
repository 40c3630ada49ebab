/*===- RunArtifact.c - Runs an artifact for GPUs --------------------------===*\
|*
|*   run-cuda-artifact MODEL.so INPUT OUTPUT
|*
|* runs a network of one input and one output, from the file INPUT into the file
|* OUTPUT, which are f32 and nothing else. It runs twice, which must give the same.
|*
\*===----------------------------------------------------------------------===*/

#include "sinter/cuda.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static _Noreturn void fail(const char *message) {
  fprintf(stderr, "error: %s\n", message);
  exit(1);
}

static void check(sinter_status status, const sinter_error *error) {
  if (status != SINTER_OK)
    fail(error->message);
}

/* Memory for a tensor; not a number, as long as nobody writes it. */
static float *allocate(const sinter_tensor_info *tensor) {
  const size_t bytes = sinter_tensor_bytes(tensor);
  float *data = malloc(bytes);
  if (!data)
    fail("out of memory");
  return memset(data, 0xff, bytes);
}

static void read_tensor(const char *path, const sinter_tensor_info *tensor, float *data) {
  FILE *file = fopen(path, "rb");
  if (!file || fread(data, sinter_tensor_bytes(tensor), 1, file) != 1 || fgetc(file) != EOF)
    fail("INPUT does not have the size of the network's input");
  fclose(file);
}

static void write_tensor(const char *path, const sinter_tensor_info *tensor, const float *data) {
  FILE *file = fopen(path, "wb");
  if (!file || fwrite(data, sinter_tensor_bytes(tensor), 1, file) != 1 || fclose(file) != 0)
    fail("cannot write OUTPUT");
}

int main(int argc, char **argv) {
  if (argc != 4)
    fail("expects MODEL.so INPUT OUTPUT");
  sinter_error error;
  sinter_cuda_model *model;
  sinter_cuda_session *session;
  check(sinter_cuda_load(argv[1], 0, &model, &error), &error);
  const sinter_cuda_info *info = sinter_cuda_describe(model);
  if (info->num_inputs != 1 || info->num_outputs != 1)
    fail("expects a network of one input and one output");
  float *input = allocate(&info->inputs[0]);
  float *output = allocate(&info->outputs[0]), *again = allocate(&info->outputs[0]);
  read_tensor(argv[2], &info->inputs[0], input);
  check(sinter_cuda_session_create(model, &session, &error), &error);
  check(sinter_cuda_run(session, (const void *const[]){input}, (void *[]){output}, NULL, &error),
        &error);
  check(sinter_cuda_run(session, (const void *const[]){input}, (void *[]){again}, NULL, &error),
        &error);
  if (memcmp(output, again, sinter_tensor_bytes(&info->outputs[0])) != 0)
    fail("two runs differ");
  write_tensor(argv[3], &info->outputs[0], output);
  printf("%s: %u launches, %s\n", info->name, (unsigned)info->num_launches,
         sinter_cuda_image_name(model));
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
  free(again);
  free(output);
  free(input);
  return 0;
}
