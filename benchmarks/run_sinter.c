/* The counterpart of peers.py: loads one compiled network, runs it, and prints what
   peers.py prints of a peer, as one JSON object.

     run_sinter MODEL.so INPUT.npy THREADS SECONDS */

#include <sinter/runtime.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_RUNS = 100000 };

static double times_ms[MAX_RUNS];

static void fail(const char *message) {
  fprintf(stderr, "run_sinter: error: %s\n", message);
  exit(1);
}

/* Seconds since the kernel started this process. */
static double process_age(void) {
  char text[1024];
  FILE *file = fopen("/proc/self/stat", "r");
  size_t size = file ? fread(text, 1, sizeof(text) - 1, file) : 0;
  text[size] = 0;
  if (file)
    fclose(file);
  /* Field 22, the start in clock ticks; the name in field 2 may hold spaces. */
  char *field = strrchr(text, ')');
  for (int i = 2; field && i < 22; ++i)
    field = strchr(field + 1, ' ');
  if (!field)
    fail("/proc/self/stat cannot be read");
  struct timespec now;
  clock_gettime(CLOCK_BOOTTIME, &now);
  return now.tv_sec + now.tv_nsec * 1e-9 - strtod(field, NULL) / sysconf(_SC_CLK_TCK);
}

/* MiB. Not getrusage's, in which a process starts with what its parent had. */
static double peak_memory(void) {
  char line[256];
  double kib = 0;
  FILE *file = fopen("/proc/self/status", "r");
  while (file && fgets(line, sizeof(line), file))
    if (strncmp(line, "VmHWM:", 6) == 0)
      kib = strtod(line + 6, NULL);
  if (file)
    fclose(file);
  return kib / 1024;
}

/* The values of an f32 .npy file as numpy.save writes it, which must be `bytes` long. */
static void *read_npy(const char *path, size_t bytes) {
  unsigned char header[10];
  FILE *file = fopen(path, "rb");
  if (!file || fread(header, 1, sizeof(header), file) != sizeof(header) ||
      fseek(file, header[8] | header[9] << 8, SEEK_CUR))
    fail("the input cannot be read");
  void *values = malloc(bytes);
  if (!values || fread(values, 1, bytes, file) != bytes || fgetc(file) != EOF)
    fail("the input has another size than the network's");
  fclose(file);
  return values;
}

static double now_ms(void) { return sinter_clock_ns() * 1e-6; }

int main(int argc, char **argv) {
  if (argc != 5)
    fail("expects MODEL.so INPUT.npy THREADS SECONDS");
  sinter_error error;
  sinter_model *model;
  sinter_pool *pool;
  void *workspace;
  if (sinter_model_load(argv[1], &model, &error) ||
      sinter_pool_create((uint32_t)atoi(argv[3]), &pool, &error) ||
      sinter_workspace_create(model, &workspace, &error))
    fail(error.message);
  const sinter_tensor_info *output = sinter_model_output(model, 0);
  const void *inputs[] = {read_npy(argv[2], sinter_tensor_bytes(sinter_model_input(model, 0)))};
  float *result = malloc(sinter_tensor_bytes(output));
  void *outputs[] = {result};
  if (sinter_run(model, pool, inputs, outputs, workspace))
    fail("the run failed");
  double first = process_age(), seconds = strtod(argv[4], NULL);

  double begin = now_ms();
  while (now_ms() - begin < seconds * 1e3 / 3)
    sinter_run(model, pool, inputs, outputs, workspace);
  int runs = 0;
  begin = now_ms();
  while (runs < MAX_RUNS && (now_ms() - begin < seconds * 1e3 || runs < 5)) {
    double before = now_ms();
    sinter_run(model, pool, inputs, outputs, workspace);
    times_ms[runs++] = now_ms() - before;
  }

  printf("{\"first_s\": %.4f, \"rss_mib\": %.1f, \"version\": \"%s\", \"times_ms\": [", first,
         peak_memory(), sinter_model_describe(model)->compiler);
  for (int i = 0; i < runs; ++i)
    printf("%s%.5f", i ? ", " : "", times_ms[i]);
  printf("], \"output\": [");
  for (size_t i = 0; i < sinter_tensor_elements(output); ++i)
    printf("%s%.9g", i ? ", " : "", result[i]);
  printf("]}\n");
  return 0;
}
