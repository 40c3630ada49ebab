/* Three networks linked into one C program: no loader, no runtime library, no allocation
   but the program's own. Each network brings a header of its own with the sizes of its
   tensors and its one function, and no symbol of one clashes with another's.

   The digits network is the trained one of ../digits and reads the drawing below; the two
   CIFAR networks have random weights and show that three live side by side. */

#include "digits.h"
#include "resnet20.h"
#include "seresnet20.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct network {
  const char *name;
  int (*run)(const float *input, float *output, void *workspace);
  size_t inputs, outputs, workspace_bytes, workspace_alignment;
};

/* What the generated header of a network says about it. */
#define NETWORK(name, NAME)                                                                        \
  {#name,                                                                                          \
   name##_run,                                                                                     \
   NAME##_INPUT_ELEMENTS,                                                                          \
   NAME##_OUTPUT_ELEMENTS,                                                                         \
   NAME##_WORKSPACE_BYTES,                                                                         \
   NAME##_WORKSPACE_ALIGNMENT}

static const struct network networks[] = {
    NETWORK(digits, DIGITS),
    NETWORK(resnet20, RESNET20),
    NETWORK(seresnet20, SERESNET20),
};

static const char *const drawing[8] = {
    "  +###  ", " +####  ", "  +##   ", "  ##-   ", "  +##+  ", "    ##+ ", "   +##+ ", "  +#+   ",
};

/* The drawing as the digits network wants it, in [0, 1]; anything will do for the others. */
static void fill(const struct network *network, float *input) {
  static const char ink[] = " -+#";
  size_t i;
  if (network->run == digits_run) {
    for (i = 0; i < 64; ++i)
      input[i] = (float)(strchr(ink, drawing[i / 8][i % 8]) - ink) / 3.0f;
    return;
  }
  for (i = 0; i < network->inputs; ++i)
    input[i] = (float)(i * 37 % 255) / 127.5f - 1.0f;
}

static size_t largest(const float *values, size_t count) {
  size_t best = 0, i;
  for (i = 1; i < count; ++i)
    if (values[i] > values[best])
      best = i;
  return best;
}

/* Runs a network twice on the same input; the class it names, or -1 where something is
   wrong: the CPU lacks an instruction, or the two runs differ. */
static int classify(const struct network *network) {
  const size_t alignment = network->workspace_alignment;
  const size_t room = (network->workspace_bytes + alignment - 1) / alignment * alignment;
  float *input = malloc(network->inputs * sizeof(float));
  float *output = malloc(2 * network->outputs * sizeof(float));
  float *again = output + network->outputs;
  void *workspace = aligned_alloc(alignment, room ? room : alignment);
  int result = -1;

  if (input && output && workspace) {
    fill(network, input);
    if (network->run(input, output, workspace) == 0 && network->run(input, again, workspace) == 0 &&
        memcmp(output, again, network->outputs * sizeof(float)) == 0)
      result = (int)largest(output, network->outputs);
  }
  free(workspace);
  free(output);
  free(input);
  return result;
}

int main(void) {
  int failed = 0;
  size_t i;
  for (i = 0; i < 8; ++i)
    printf("    %s\n", drawing[i]);
  for (i = 0; i < sizeof networks / sizeof networks[0]; ++i) {
    const struct network *network = &networks[i];
    const int class = classify(network);
    if (class < 0) {
      fprintf(stderr, "%s: failed to run, or two runs differ\n", network->name);
      failed = 1;
      continue;
    }
    printf("%-10s  %5zu values in, %3zu out, workspace %7zu bytes: class %d\n", network->name,
           network->inputs, network->outputs, network->workspace_bytes, class);
    if (network->run == digits_run && class != 3) {
      fprintf(stderr, "digits: expects the drawing to be a 3, got %d\n", class);
      failed = 1;
    }
  }
  return failed;
}
