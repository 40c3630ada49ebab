/*===- Model.c - Load, check and describe networks ------------------------===*\
|*
|* A descriptor comes from outside: its magic and version are checked before
|* anything else in it is believed, and every size before it is multiplied.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cpu/Internal.h"

#include <inttypes.h>
#include <stdlib.h>

/* Generated code lays these out by hand; a change needs a new SINTER_ABI_VERSION. */
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_tensor_info) == 48, "tensor descriptor");
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_model_info) == 112, "model descriptor");
_Static_assert(sizeof(void *) != 8 || offsetof(sinter_model_info, run_spmd) == 88, "run_spmd");

/* Bounds that no honest model exceeds. */
#define MAX_TENSORS 4096u
#define MAX_STEPS 1000000u
#define MAX_BYTES ((uint64_t)1 << 46)
#define MAX_ALIGNMENT ((uint64_t)1 << 21)

/*===-- Checks ------------------------------------------------------------===*/

/* f16 images are allowed where `may_be_half`. */
static sinter_status check_tensor(const sinter_tensor_info *tensor, const char *kind,
                                  uint32_t index, bool may_be_half, const char *where,
                                  sinter_error *error) {
  if (!tensor->name || !tensor->name[0])
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: %s %" PRIu32 " has no name", kind, index);
  const bool is_half = tensor->element_type == SINTER_F16 && tensor->rank == 4;
  if (tensor->element_type != SINTER_F32 && !(may_be_half && is_half))
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: %s '%.60s' has element type %" PRIu32
                       ", expects %d (f32)",
                       kind, tensor->name, tensor->element_type, (int)SINTER_F32);
  if (tensor->rank > SINTER_MAX_RANK)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: %s '%.60s' has rank %" PRIu32 ", expects at most %d",
                       kind, tensor->name, tensor->rank, SINTER_MAX_RANK);
  uint64_t elements = 1;
  for (uint32_t d = 0; d < tensor->rank; ++d) {
    const int64_t size = tensor->shape[d];
    if (size < 1 || (uint64_t)size > MAX_BYTES / sizeof(float) / elements)
      return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                         "damaged descriptor: %s '%.60s' has size %" PRId64
                         " in dimension %" PRIu32,
                         kind, tensor->name, size, d);
    elements *= (uint64_t)size;
  }
  return SINTER_OK;
}

static sinter_status check_tensors(const sinter_tensor_info *tensors, uint32_t count,
                                   const char *kind, bool may_be_half, const char *where,
                                   sinter_error *error) {
  if (count < 1 || count > MAX_TENSORS || !tensors)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has %" PRIu32 " %ss, expects 1 to %u",
                       tensors ? count : 0, kind, MAX_TENSORS);
  for (uint32_t i = 0; i < count; ++i) {
    sinter_status status = check_tensor(&tensors[i], kind, i, may_be_half, where, error);
    if (status != SINTER_OK)
      return status;
  }
  return SINTER_OK;
}

static sinter_status check_steps(const sinter_model_info *info, const char *where,
                                 sinter_error *error) {
  if (info->num_steps < 1 || info->num_steps > MAX_STEPS || !info->steps)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has %" PRIu64 " steps, expects 1 to %u",
                       info->steps ? info->num_steps : 0, MAX_STEPS);
  for (uint64_t i = 0; i < info->num_steps; ++i)
    if (!info->steps[i].layers)
      return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                         "damaged descriptor: step %" PRIu64 " has no layers", i);
  return SINTER_OK;
}

static sinter_status check_cpu(uint64_t needed, uint64_t features, const char *where,
                               sinter_error *error) {
  const uint64_t known = SINTER_CPU_SSE42 | SINTER_CPU_AVX2 | SINTER_CPU_AVX512;
  if (needed & ~known)
    return sinter_fail(error, SINTER_UNSUPPORTED_CPU, where,
                       "needs CPU features 0x%" PRIx64 " that this runtime does not know",
                       needed & ~known);
  if ((needed & ~features) == 0)
    return SINTER_OK;
  const char *what = needed & SINTER_CPU_AVX512 ? "AVX-512"
                     : needed & SINTER_CPU_AVX2 ? "AVX2"
                                                : "SSE4.2";
  return sinter_fail(error, SINTER_UNSUPPORTED_CPU, where, "needs %s (%s); this CPU has %s", what,
                     sinter_level_of(needed), sinter_level_of(features));
}

sinter_status sinter_check_info(const sinter_model_info *info, uint64_t features, bool half_inputs,
                                const char *where, sinter_error *error) {
  if (info->magic != SINTER_ABI_MAGIC)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "not a Sinter artifact: its descriptor starts with 0x%08" PRIx32
                       ", expects 0x%08" PRIx32,
                       info->magic, (uint32_t)SINTER_ABI_MAGIC);
  if (info->abi_version != SINTER_ABI_VERSION)
    return sinter_fail(error, SINTER_WRONG_VERSION, where,
                       "ABI version %" PRIu32 ", this runtime reads %u", info->abi_version,
                       SINTER_ABI_VERSION);
  sinter_status status = check_cpu(info->cpu_features, features, where, error);
  if (status != SINTER_OK)
    return status;
  if (!info->name || !info->name[0] || !info->compiler || !info->cpu || !info->run_spmd)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has no name, compiler, cpu or code");
  const uint64_t alignment = info->workspace_alignment;
  if (alignment < 1 || alignment > MAX_ALIGNMENT || (alignment & (alignment - 1)))
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: workspace alignment %" PRIu64
                       ", expects a power of two up to %" PRIu64,
                       alignment, MAX_ALIGNMENT);
  if (info->workspace_bytes > MAX_BYTES)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: workspace of %" PRIu64
                       " bytes, expects at most %" PRIu64,
                       info->workspace_bytes, MAX_BYTES);
  status = check_tensors(info->inputs, info->num_inputs, "input", half_inputs, where, error);
  if (status == SINTER_OK)
    status = check_tensors(info->outputs, info->num_outputs, "output", false, where, error);
  if (status == SINTER_OK)
    status = check_steps(info, where, error);
  return status;
}

/*===-- Loading -----------------------------------------------------------===*/

/* Wraps a descriptor; takes over `library` when it succeeds. */
static sinter_status make_model(const sinter_model_info *info, void *library, const char *where,
                                sinter_model **model, sinter_error *error) {
  sinter_status status = sinter_check_info(info, sinter_cpu_features(), false, where, error);
  if (status != SINTER_OK)
    return status;
  sinter_model *result = malloc(sizeof(*result));
  if (!result)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, where, "out of memory");
  result->info = info;
  result->library = library;
  *model = result;
  return sinter_clear_error(error);
}

sinter_status sinter_model_load(const char *path, sinter_model **model, sinter_error *error) {
  if (model)
    *model = NULL;
  if (!path || !model)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_model_load", "%s is null",
                       path ? "model" : "path");
  void *library;
  const void *info;
  sinter_status status = sinter_open_artifact(path, "sinter_model", &library, &info, error);
  if (status != SINTER_OK)
    return status;
  status = make_model(info, library, path, model, error);
  if (status != SINTER_OK)
    sinter_os_close_library(library);
  return status;
}

sinter_status sinter_model_from_info(const sinter_model_info *info, sinter_model **model,
                                     sinter_error *error) {
  if (model)
    *model = NULL;
  if (!info || !model)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_model_from_info", "%s is null",
                       info ? "model" : "info");
  return make_model(info, NULL, "linked model", model, error);
}

void sinter_model_unload(sinter_model *model) {
  if (!model)
    return;
  sinter_os_close_library(model->library);
  free(model);
}

/*===-- Description -------------------------------------------------------===*/

const sinter_model_info *sinter_model_describe(const sinter_model *model) { return model->info; }

const char *sinter_model_name(const sinter_model *model) { return model->info->name; }

uint32_t sinter_model_num_inputs(const sinter_model *model) { return model->info->num_inputs; }

uint32_t sinter_model_num_outputs(const sinter_model *model) { return model->info->num_outputs; }

const sinter_tensor_info *sinter_model_input(const sinter_model *model, uint32_t index) {
  return index < model->info->num_inputs ? &model->info->inputs[index] : NULL;
}

const sinter_tensor_info *sinter_model_output(const sinter_model *model, uint32_t index) {
  return index < model->info->num_outputs ? &model->info->outputs[index] : NULL;
}

size_t sinter_tensor_elements(const sinter_tensor_info *tensor) {
  size_t elements = 1;
  for (uint32_t d = 0; d < tensor->rank; ++d)
    elements *= (size_t)tensor->shape[d];
  return elements;
}

size_t sinter_tensor_bytes(const sinter_tensor_info *tensor) {
  return sinter_tensor_elements(tensor) * (tensor->element_type == SINTER_F16 ? 2 : sizeof(float));
}

/*===-- Workspaces --------------------------------------------------------===*/

size_t sinter_model_workspace_bytes(const sinter_model *model) {
  return (size_t)model->info->workspace_bytes;
}

size_t sinter_model_workspace_alignment(const sinter_model *model) {
  return (size_t)model->info->workspace_alignment;
}

sinter_status sinter_workspace_create(const sinter_model *model, void **workspace,
                                      sinter_error *error) {
  if (workspace)
    *workspace = NULL;
  if (!model || !workspace)
    return sinter_fail(error, SINTER_INVALID_ARGUMENT, "sinter_workspace_create", "%s is null",
                       model ? "workspace" : "model");
  const sinter_model_info *info = model->info;
  *workspace = sinter_os_allocate((size_t)info->workspace_bytes, (size_t)info->workspace_alignment);
  if (!*workspace)
    return sinter_fail(error, SINTER_OUT_OF_MEMORY, info->name,
                       "out of memory: a run needs a workspace of %" PRIu64 " bytes",
                       info->workspace_bytes);
  return sinter_clear_error(error);
}

void sinter_workspace_destroy(void *workspace) { sinter_os_free(workspace); }
