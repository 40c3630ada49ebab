#include "seresnet50.h"

#include <stdio.h>

static float image[SERESNET50_INPUT_ELEMENTS], scores[SERESNET50_OUTPUT_ELEMENTS];
static _Alignas(SERESNET50_WORKSPACE_ALIGNMENT) char workspace[SERESNET50_WORKSPACE_BYTES];

int main(void) {
  image[0] = 1; /* 3 planes of 224 x 224, normalized as in training */
  int status = seresnet50_run(image, scores, workspace);
  if (status != 0) {
    fprintf(stderr, "seresnet50_run: status %d\n", status);
    return 1;
  }
  printf("score of class 0: %g\n", scores[0]);
  return 0;
}
