/*===- OpenArtifact.c - A shared object and its descriptor ----------------===*/

#include "runtime/cpu/Internal.h"

#include <string.h>

/* What the other kind of artifact exports, and what to do with it. */
static const char *other_symbol(const char *symbol, const char **advice) {
  if (strcmp(symbol, "sinter_model") == 0) {
    *advice = "compiled for NVIDIA GPUs: load it with sinter_cuda_load";
    return "sinter_cuda_model";
  }
  *advice = "compiled for a CPU: load it with sinter_model_load";
  return "sinter_model";
}

static sinter_status check_file(const char *path, const char *symbol, sinter_error *error) {
  const unsigned char *bytes;
  uint64_t size;
  sinter_status status = sinter_os_map(path, &bytes, &size, error);
  if (status != SINTER_OK)
    return status;
  status = sinter_check_elf(bytes, size, symbol, path, error);
  const char *advice;
  const char *other = other_symbol(symbol, &advice);
  if (status == SINTER_NOT_A_MODEL &&
      sinter_check_elf(bytes, size, other, path, NULL) == SINTER_OK)
    status = sinter_fail(error, SINTER_NOT_A_MODEL, path, "%s", advice);
  sinter_os_unmap(bytes, size);
  return status;
}

sinter_status sinter_artifact_target(const char *path, sinter_target *target, sinter_error *error) {
  if (!path || !target)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_artifact_target", "%s is null",
                       path ? "target" : "path");
  const unsigned char *bytes;
  uint64_t size;
  sinter_status status = sinter_os_map(path, &bytes, &size, error);
  if (status != SINTER_OK)
    return status;
  *target = SINTER_TARGET_CUDA;
  if (sinter_check_elf(bytes, size, "sinter_cuda_model", path, NULL) != SINTER_OK) {
    *target = SINTER_TARGET_CPU;
    status = sinter_check_elf(bytes, size, "sinter_model", path, error);
  }
  sinter_os_unmap(bytes, size);
  return status == SINTER_OK ? sinter_clear_error(error) : status;
}

sinter_status sinter_open_artifact(const char *path, const char *symbol, void **library,
                                   const void **info, sinter_error *error) {
  sinter_status status = check_file(path, symbol, error);
  if (status == SINTER_OK)
    status = sinter_os_open_library(path, library, error);
  if (status != SINTER_OK)
    return status;
  *info = sinter_os_symbol(*library, symbol);
  if (*info && (uintptr_t)*info % _Alignof(uint64_t) == 0)
    return SINTER_OK;
  sinter_os_close_library(*library);
  return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                     "not a Sinter artifact: exports no descriptor '%s'", symbol);
}
