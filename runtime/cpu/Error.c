/*===- Error.c - Statuses and messages ------------------------------------===*/

#include "runtime/cpu/Internal.h"

#include <stdarg.h>
#include <stdio.h>

const char *sinter_status_message(sinter_status status) {
  switch (status) {
  case SINTER_OK:
    return "success";
  case SINTER_INVALID_ARGUMENT:
    return "invalid argument: a null pointer or a number out of range";
  case SINTER_BAD_ALIGNMENT:
    return "the workspace or a tensor is not aligned as the model requires";
  case SINTER_POOL_BUSY:
    return "the thread pool is running another network; give each caller its own pool";
  case SINTER_OUT_OF_MEMORY:
    return "out of memory";
  case SINTER_FILE_ERROR:
    return "the file cannot be opened or read";
  case SINTER_NOT_A_MODEL:
    return "not a Sinter artifact, or a damaged one";
  case SINTER_WRONG_VERSION:
    return "the model has another ABI version than this runtime";
  case SINTER_UNSUPPORTED_CPU:
    return "this CPU lacks instructions that the model was compiled for";
  case SINTER_SYSTEM_ERROR:
    return "the system refused to start a thread";
  case SINTER_NO_DEVICE:
    return "there is no NVIDIA driver, or no GPU";
  case SINTER_UNSUPPORTED_DEVICE:
    return "this GPU cannot run what the model was compiled for";
  case SINTER_DEVICE_ERROR:
    return "the GPU's driver reported an error";
  }
  return "unknown status";
}

sinter_status sinter_fail(sinter_error *error, sinter_status status, const char *where,
                          const char *format, ...) {
  if (error) {
    error->status = status;
    /* A path may be longer than the message; the sentence has to fit behind it. */
    size_t used = (size_t)snprintf(error->message, sizeof(error->message), "%.300s: ", where);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message + used, sizeof(error->message) - used, format, arguments);
    va_end(arguments);
  }
  return status;
}

sinter_status sinter_clear_error(sinter_error *error) {
  if (error) {
    error->status = SINTER_OK;
    error->message[0] = '\0';
  }
  return SINTER_OK;
}
