/*===- HeaderTest.c - cuda.h is strict C11 --------------------------------===*\
|*
|* Does what a program does that wants a GPU and goes on where there is none.
|*
\*===----------------------------------------------------------------------===*/

#include "sinter/cuda.h"

#include <stdio.h>
#include <string.h>

extern const struct sinter_cuda_info artifact_cuda_model;

static int expect(int condition, const char *what) {
  if (!condition)
    fprintf(stderr, "failed: %s\n", what);
  return !condition;
}

int main(void) {
  sinter_cuda_model *model;
  sinter_cuda_session *session;
  sinter_error error;
  if (sinter_cuda_from_info(&artifact_cuda_model, 0, &model, &error) == SINTER_NO_DEVICE) {
    sinter_cuda_unload(model);
    return expect(strstr(error.message, "CUDA driver") != NULL, "say what is missing");
  }
  int failures = expect(model != NULL, error.message);
  if (failures)
    return 1;
  failures +=
      expect(sinter_cuda_session_create(model, &session, &error) == SINTER_OK, "create a session");
  const float x[] = {1, 2, 3, 4};
  float y[4];
  const void *inputs[] = {x};
  void *outputs[] = {y};
  failures += expect(sinter_cuda_run(session, inputs, outputs, NULL, &error) == SINTER_OK, "run");
  failures += expect(y[3] == 43, "get the output");
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
  return failures != 0;
}
