#include <sinter/runtime.h>

#include <stdio.h>
#include <stdlib.h>

static int fail(const char *message) {
  fprintf(stderr, "error: %s\n", message);
  return 1;
}

int main(int argc, char **argv) {
  sinter_model *model;
  sinter_pool *pool;
  void *workspace;
  sinter_error error;
  if (argc != 2)
    return fail("expects MODEL.so");
  if (sinter_model_load(argv[1], &model, &error) != SINTER_OK)
    return fail(error.message);
  if (sinter_pool_create(sinter_cpu_count(), &pool, &error) != SINTER_OK)
    return fail(error.message);
  if (sinter_workspace_create(model, &workspace, &error) != SINTER_OK)
    return fail(error.message);

  /* This program knows networks with one input and one output. */
  if (sinter_model_num_inputs(model) != 1 || sinter_model_num_outputs(model) != 1)
    return fail("expects one input and one output");
  const sinter_tensor_info *input = sinter_model_input(model, 0);
  const sinter_tensor_info *output = sinter_model_output(model, 0);
  float *image = calloc(sinter_tensor_elements(input), sizeof(float));
  float *scores = malloc(sinter_tensor_bytes(output));
  if (!image || !scores)
    return fail("out of memory");

  const void *inputs[] = {image};
  void *outputs[] = {scores};
  for (int i = 0; i < 10; ++i) { /* everything above is done once */
    sinter_status status = sinter_run(model, pool, inputs, outputs, workspace);
    if (status != SINTER_OK)
      return fail(sinter_status_message(status));
  }
  printf("%s: %s has %zu values\n", sinter_model_name(model), output->name,
         sinter_tensor_elements(output));

  free(scores);
  free(image);
  sinter_workspace_destroy(workspace);
  sinter_pool_destroy(pool);
  sinter_model_unload(model);
  return 0;
}
