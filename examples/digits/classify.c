/* Classifies the held-out digits with a compiled network, without Python.

     classify digits.so FOLDER

   loads the network, runs it on every image of FOLDER/heldout-images.npy and prints the
   confusion matrix, the accuracy, and a few digits with what the network takes them for.
   Exit status 0 means that at least 97 % of the images are right and that every single
   one is seen as the framework sees it that trained the network (heldout-logits.npy). */

#include <sinter/runtime.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CLASSES = 10, SIDE = 8, PIXELS = SIDE * SIDE, SHOWN = 6 };

struct data {
  size_t count;
  float *images;         /* count x 1 x 8 x 8, in [0, 1] */
  unsigned char *labels; /* count */
  float *expected;       /* count x 10, the framework's logits */
  float *logits;         /* count x 10, ours */
};

static void fail(const char *what, const char *detail) {
  fprintf(stderr, "classify: error: %s: %s\n", what, detail);
  exit(1);
}

static void *allocate(size_t bytes) {
  void *memory = malloc(bytes);
  if (!memory)
    fail("out of memory", "the held-out images");
  return memory;
}

/* Reads FOLDER/NAME, a .npy file (version 1) whose header says `type` and whose first
   dimension is the number of items, of `item_bytes` each. Returns the items. */
static void *read_npy(const char *folder, const char *name, const char *type, size_t item_bytes,
                      size_t *count) {
  char path[4096], header[4096];
  unsigned char prefix[10];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  if (!file || fread(prefix, 1, sizeof prefix, file) != sizeof prefix ||
      memcmp(prefix, "\x93NUMPY\x01", 7) != 0)
    fail(path, "cannot be read as a .npy file");

  const size_t length = prefix[8] + 256u * prefix[9];
  if (length >= sizeof header || fread(header, 1, length, file) != length)
    fail(path, "has a damaged header");
  header[length] = 0;
  const char *shape = strstr(header, "'shape': (");
  if (!shape || !strstr(header, type) || sscanf(shape, "'shape': (%zu", count) != 1 ||
      *count == 0 || *count > 1000000)
    fail(path, "does not hold what this program expects");

  char *items = allocate(*count * item_bytes);
  if (fread(items, item_bytes, *count, file) != *count)
    fail(path, "ends too early");
  fclose(file);
  return items;
}

static struct data read_data(const char *folder) {
  struct data data;
  size_t labels, expected;
  data.images = read_npy(folder, "heldout-images.npy", "<f4", PIXELS * sizeof(float), &data.count);
  data.labels = read_npy(folder, "heldout-labels.npy", "|u1", 1, &labels);
  data.expected = read_npy(folder, "heldout-logits.npy", "<f4", CLASSES * sizeof(float), &expected);
  if (labels != data.count || expected != data.count)
    fail(folder, "images, labels and logits differ in number");
  data.logits = allocate(data.count * CLASSES * sizeof(float));
  return data;
}

/* Loads the network and checks that it takes one digit and gives ten logits. */
static sinter_model *load(const char *path) {
  sinter_model *model;
  sinter_error error;
  if (sinter_model_load(path, &model, &error) != SINTER_OK)
    fail("cannot load the network", error.message);
  if (sinter_model_num_inputs(model) != 1 || sinter_model_num_outputs(model) != 1 ||
      sinter_tensor_elements(sinter_model_input(model, 0)) != PIXELS ||
      sinter_tensor_elements(sinter_model_output(model, 0)) != CLASSES)
    fail(path, "is not a network from one 8x8 image to ten logits");
  return model;
}

/* Fills data->logits; the time it took per image, in microseconds. */
static double classify(const sinter_model *model, struct data *data) {
  void *workspace;
  sinter_error error;
  if (sinter_workspace_create(model, &workspace, &error) != SINTER_OK)
    fail("cannot make a workspace", error.message);
  const uint64_t start = sinter_clock_ns();
  for (size_t i = 0; i < data->count; ++i) {
    const void *input = data->images + i * PIXELS;
    void *output = data->logits + i * CLASSES;
    const sinter_status status = sinter_run(model, NULL, &input, &output, workspace);
    if (status != SINTER_OK)
      fail("cannot run the network", sinter_status_message(status));
  }
  const double elapsed = (double)(sinter_clock_ns() - start);
  sinter_workspace_destroy(workspace);
  return elapsed / 1e3 / (double)data->count;
}

static int largest(const float *logits) {
  int best = 0;
  for (int c = 1; c < CLASSES; ++c)
    if (logits[c] > logits[best])
      best = c;
  return best;
}

static int seen(const struct data *data, size_t i) { return largest(data->logits + i * CLASSES); }

static void print_confusion(const struct data *data) {
  int confusion[CLASSES][CLASSES] = {{0}};
  for (size_t i = 0; i < data->count; ++i)
    if (data->labels[i] < CLASSES)
      ++confusion[data->labels[i]][seen(data, i)];

  printf("         seen as\n  digit ");
  for (int c = 0; c < CLASSES; ++c)
    printf("%4d", c);
  printf("\n");
  for (int r = 0; r < CLASSES; ++r) {
    printf("  %5d ", r);
    for (int c = 0; c < CLASSES; ++c)
      if (confusion[r][c])
        printf("%4d", confusion[r][c]);
      else
        printf("   .");
    printf("\n");
  }
}

/* Draws SHOWN digits side by side, the mistakes first. */
static void print_digits(const struct data *data) {
  static const char ink[] = " .:-=+*%#@";
  size_t chosen[SHOWN], count = 0;
  for (int wrong = 1; wrong >= 0; --wrong)
    for (size_t i = 0; i < data->count && count < SHOWN; ++i)
      if ((seen(data, i) != data->labels[i]) == wrong)
        chosen[count++] = i;

  for (int y = 0; y < SIDE; ++y) {
    for (size_t k = 0; k < count; ++k) {
      printf("  ");
      for (int x = 0; x < SIDE; ++x) {
        const float value = data->images[chosen[k] * PIXELS + (size_t)(y * SIDE + x)];
        const char c = ink[(int)(fminf(fmaxf(value, 0), 1) * 9)];
        printf("%c%c", c, c);
      }
    }
    printf("\n");
  }
  for (size_t k = 0; k < count; ++k)
    printf("  a %d, seen as %d%s", data->labels[chosen[k]], seen(data, chosen[k]),
           seen(data, chosen[k]) == data->labels[chosen[k]] ? "  " : " !");
  printf("\n");
}

/* Compares with the labels and with the framework; 0 when all is as it should be. */
static int judge(const struct data *data) {
  size_t right = 0, framework = 0, agree = 0;
  double difference = 0, scale = 0;
  for (size_t i = 0; i < data->count; ++i) {
    const int theirs = largest(data->expected + i * CLASSES);
    right += seen(data, i) == data->labels[i];
    framework += theirs == data->labels[i];
    agree += seen(data, i) == theirs;
    for (size_t c = i * CLASSES; c < (i + 1) * CLASSES; ++c) {
      difference = fmax(difference, fabs((double)data->logits[c] - data->expected[c]));
      scale = fmax(scale, fabs((double)data->expected[c]));
    }
  }
  printf("accuracy   %zu of %zu held-out images, %.2f %%\n", right, data->count,
         100.0 * (double)right / (double)data->count);
  printf("framework  %zu of %zu; the same class for %zu of %zu images\n", framework, data->count,
         agree, data->count);
  printf("logits     differ by at most %.1e of the largest\n", difference / scale);
  return right * 100 >= data->count * 97 && agree == data->count ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: classify digits.so FOLDER\n");
    return 2;
  }
  struct data data = read_data(argv[2]);
  sinter_model *model = load(argv[1]);
  const sinter_model_info *info = sinter_model_describe(model);
  printf("%s, compiled by %s for %s\n\n", info->name, info->compiler, info->cpu);

  const double microseconds = classify(model, &data);
  print_digits(&data);
  printf("\n");
  print_confusion(&data);
  printf("\n");
  const int status = judge(&data);
  printf("time       %.1f microseconds per image on one thread\n", microseconds);

  sinter_model_unload(model);
  free(data.logits);
  free(data.expected);
  free(data.labels);
  free(data.images);
  if (status != 0)
    fprintf(stderr, "classify: error: the compiled network is not the trained one\n");
  return status;
}
