/*===- HeaderTest.c - The public headers are strict C11 -------------------===*\
|*
|* Uses a model as a program does that links one.
|*
\*===----------------------------------------------------------------------===*/

#include "sinter/runtime.h"

#include <stdio.h>
#include <string.h>

extern const sinter_model_info fake_model;

static int expect(int condition, const char *what) {
  if (!condition)
    fprintf(stderr, "failed: %s\n", what);
  return !condition;
}

int main(void) {
  static float image[120], scores[14], echo[120];
  for (int i = 0; i < 120; ++i)
    image[i] = (float)i;
  sinter_model *model;
  sinter_error error;
  void *workspace;
  int failures = expect(sinter_model_from_info(&fake_model, &model, &error) == SINTER_OK,
                        "take a linked model");
  if (failures)
    return 1;
  failures += expect(strcmp(sinter_model_name(model), "fake") == 0, "read its name");
  failures += expect(sinter_workspace_create(model, &workspace, &error) == SINTER_OK,
                     "allocate a workspace");
  const void *inputs[] = {image};
  void *outputs[] = {scores, echo};
  failures += expect(sinter_run(model, NULL, inputs, outputs, workspace) == SINTER_OK, "run");
  failures += expect(memcmp(image, echo, sizeof(image)) == 0, "get the output");
  sinter_workspace_destroy(workspace);
  sinter_model_unload(model);
  return failures != 0;
}
