/*===- Image.c - The code for a GPU ---------------------------------------===*\
|*
|* An artifact has code for several architectures. Of those that a GPU can run, the
|* most specific one is taken; the driver is asked for that one alone, so that a
|* failure is seen and not hidden by slower code.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*===-- Choice ------------------------------------------------------------===*/

static bool runs_on(const sinter_cuda_image *image, uint32_t architecture) {
  switch (image->kind) {
  case SINTER_CUBIN_EXACT:
    return image->architecture == architecture;
  case SINTER_CUBIN:
    return image->architecture / 10 == architecture / 10 && image->architecture <= architecture;
  default: /* SINTER_PTX */
    return image->architecture <= architecture;
  }
}

/* Exact cubins before cubins before PTX, and later architectures before earlier. */
static uint64_t rank_of(const sinter_cuda_image *image) {
  const uint64_t kind = image->kind == SINTER_CUBIN_EXACT ? 2 : image->kind == SINTER_CUBIN ? 1 : 0;
  return kind << 32 | image->architecture;
}

const sinter_cuda_image *sinter_cuda_choose_image(const sinter_cuda_info *info,
                                                  uint32_t architecture) {
  const sinter_cuda_image *best = NULL;
  for (uint32_t i = 0; i < info->num_images; ++i) {
    const sinter_cuda_image *image = &info->images[i];
    if (runs_on(image, architecture) && (!best || rank_of(image) > rank_of(best)))
      best = image;
  }
  return best;
}

size_t sinter_cuda_format_image(const sinter_cuda_image *image, char *text, size_t bytes) {
  return (size_t)snprintf(text, bytes, "sm_%" PRIu32 "%s %s", image->architecture,
                          image->kind == SINTER_CUBIN_EXACT ? "a" : "",
                          image->kind == SINTER_PTX ? "PTX" : "cubin");
}

/*===-- Loading -----------------------------------------------------------===*/

static sinter_status unsupported(const sinter_cuda_model *model, const char *where,
                                 sinter_error *error) {
  char images[200] = "";
  size_t used = 0;
  for (uint32_t i = 0; i < model->info->num_images && used < sizeof(images); ++i) {
    used += (size_t)snprintf(images + used, sizeof(images) - used, "%s", i ? ", " : "");
    if (used < sizeof(images))
      used +=
          sinter_cuda_format_image(&model->info->images[i], images + used, sizeof(images) - used);
  }
  return sinter_fail(error, SINTER_UNSUPPORTED_DEVICE, where,
                     "has no code for %s (compute capability %" PRIu32 ".%" PRIu32
                     "), only %s; compile with a '--gpu' for it",
                     model->device.name, model->device.architecture / 10,
                     model->device.architecture % 10, images);
}

/* Cuts the assembler's log after its first line. */
static void keep_first_line(char *log) { log[strcspn(log, "\r\n")] = '\0'; }

sinter_status sinter_cuda_load_image(sinter_cuda_model *model, const char *where,
                                     sinter_error *error) {
  const sinter_cuda_image *image =
      sinter_cuda_choose_image(model->info, model->device.architecture);
  if (!image)
    return unsupported(model, where, error);
  sinter_cuda_format_image(image, model->image_name, sizeof(model->image_name));
  model->starts_early = image->starts_early != 0;

  char log[512] = "";
  CUjit_option options[] = {CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES};
  void *values[] = {log, (void *)(uintptr_t)(sizeof(log) - 1)}; /* a number, by value */
  const CUresult result =
      model->driver.module_load(&model->module, image->data, 2, options, values);
  if (result == CUDA_SUCCESS)
    return SINTER_OK;
  model->module = NULL;
  keep_first_line(log);
  return sinter_fail(
      error, result == CUDA_ERROR_OUT_OF_MEMORY ? SINTER_OUT_OF_MEMORY : SINTER_DEVICE_ERROR, where,
      "%s cannot load the %s: cuModuleLoadDataEx: %s%s%.160s", model->device.name,
      model->image_name, sinter_cuda_explain(&model->driver, result).text, log[0] ? "; " : "", log);
}
