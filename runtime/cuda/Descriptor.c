/*===- Descriptor.c - Is a descriptor for GPUs sound? ---------------------===*\
|*
|* A descriptor comes from outside: its magic and version are checked before
|* anything else in it is believed, every count before what it counts is read, and
|* every address that a kernel will get before a GPU sees it.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cuda/Internal.h"

#include <elf.h>
#include <inttypes.h>
#include <string.h>

/* Generated code lays these out by hand; a change needs a new SINTER_CUDA_ABI_VERSION. */
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_cuda_image) == 32, "image");
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_cuda_argument) == 16, "argument");
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_cuda_launch) == 56, "launch");
_Static_assert(sizeof(void *) != 8 || sizeof(sinter_cuda_info) == 120, "model descriptor");
_Static_assert(sizeof(void *) != 8 || offsetof(sinter_cuda_info, images) == 96, "images");

/* Bounds that no honest model exceeds. */
#define MAX_IMAGES 256u
#define MAX_LAUNCHES 1000000u
#define MAX_ARGUMENTS 16000000u
#define MAX_BYTES ((uint64_t)1 << 46)

/* Bounds of the hardware. */
#define MAX_GRID_X 0x7fffffffu
#define MAX_GRID_YZ 65535u
#define MAX_THREADS 1024u
#define MAX_SHARED_BYTES 232448u

/*===-- Images ------------------------------------------------------------===*/

/* True if the tables that the driver finds through the header lie within the file:
   it is given an address and no size. */
static bool is_complete_cubin(const sinter_cuda_image *image) {
  Elf64_Ehdr header;
  if (image->bytes < sizeof(header))
    return false;
  memcpy(&header, image->data, sizeof(header));
  const uint64_t sections = (uint64_t)header.e_shnum * header.e_shentsize;
  const uint64_t segments = (uint64_t)header.e_phnum * header.e_phentsize;
  return memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64 &&
         header.e_shoff <= image->bytes && sections <= image->bytes - header.e_shoff &&
         header.e_phoff <= image->bytes && segments <= image->bytes - header.e_phoff;
}

static sinter_status check_image(const sinter_cuda_image *image, uint32_t index, const char *where,
                                 sinter_error *error) {
  if (image->kind < SINTER_CUBIN || image->kind > SINTER_PTX)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " is of kind %" PRIu32
                       ", expects %d to %d",
                       index, image->kind, (int)SINTER_CUBIN, (int)SINTER_PTX);
  if (image->architecture < 10 || image->architecture > 9999)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " is for architecture %" PRIu32
                       ", expects 10 to 9999",
                       index, image->architecture);
  if (image->starts_early > 1 || image->reserved != 0)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " has flags %" PRIu32 " and %" PRIu32
                       ", expects 0 or 1 and 0",
                       index, image->starts_early, image->reserved);
  if (!image->data || image->bytes < 1 || image->bytes > MAX_BYTES)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " has %" PRIu64
                       " bytes, expects 1 to %" PRIu64,
                       index, image->data ? image->bytes : 0, MAX_BYTES);
  if (image->kind == SINTER_PTX && ((const char *)image->data)[image->bytes - 1] != '\0')
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " is PTX that does not end in a zero",
                       index);
  if (image->kind != SINTER_PTX && !is_complete_cubin(image))
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: image %" PRIu32 " is no cubin, or a truncated one",
                       index);
  return SINTER_OK;
}

static sinter_status check_images(const sinter_cuda_info *info, const char *where,
                                  sinter_error *error) {
  if (info->num_images < 1 || info->num_images > MAX_IMAGES || !info->images)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has %" PRIu32 " images, expects 1 to %u",
                       info->images ? info->num_images : 0, MAX_IMAGES);
  for (uint32_t i = 0; i < info->num_images; ++i) {
    sinter_status status = check_image(&info->images[i], i, where, error);
    if (status != SINTER_OK)
      return status;
  }
  return SINTER_OK;
}

/*===-- Launches ----------------------------------------------------------===*/

/* The size of a buffer that arguments point into; 0 if there is none of that number. */
static uint64_t buffer_bytes(const sinter_cuda_info *info, uint32_t buffer) {
  if (buffer < info->num_inputs)
    return sinter_tensor_bytes(&info->inputs[buffer]);
  buffer -= info->num_inputs;
  if (buffer < info->num_outputs)
    return sinter_tensor_bytes(&info->outputs[buffer]);
  buffer -= info->num_outputs;
  return buffer == 0 ? info->workspace_bytes : buffer == 1 ? info->weights_bytes : 0;
}

static sinter_status check_arguments(const sinter_cuda_info *info, const sinter_cuda_launch *launch,
                                     uint32_t index, const char *where, sinter_error *error) {
  if (launch->num_arguments > SINTER_CUDA_MAX_ARGUMENTS ||
      launch->first_argument > info->num_arguments ||
      launch->num_arguments > info->num_arguments - launch->first_argument)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: launch %" PRIu32 " has arguments %" PRIu32
                       " to %" PRIu64 " of %" PRIu32,
                       index, launch->first_argument,
                       (uint64_t)launch->first_argument + launch->num_arguments,
                       info->num_arguments);
  for (uint32_t i = 0; i < launch->num_arguments; ++i) {
    const sinter_cuda_argument *argument = &info->arguments[launch->first_argument + i];
    const uint64_t bytes = buffer_bytes(info, argument->buffer);
    if (argument->offset >= bytes || argument->reserved != 0)
      return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                         "damaged descriptor: argument %" PRIu32 " of launch %" PRIu32
                         " is at %" PRIu64 " of the %" PRIu64 " bytes of buffer %" PRIu32,
                         i, index, argument->offset, bytes, argument->buffer);
  }
  return SINTER_OK;
}

static sinter_status check_launch(const sinter_cuda_info *info, uint32_t index, const char *where,
                                  sinter_error *error) {
  const sinter_cuda_launch *launch = &info->launches[index];
  if (!launch->kernel || !launch->kernel[0] || !launch->layers || launch->reserved != 0)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: launch %" PRIu32 " has no kernel or layers", index);
  for (int d = 0; d < 3; ++d) {
    const uint32_t limit = d == 0 ? MAX_GRID_X : MAX_GRID_YZ;
    if (launch->grid[d] < 1 || launch->grid[d] > limit)
      return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                         "damaged descriptor: launch %" PRIu32 " has %" PRIu32
                         " blocks in %c, expects 1 to %" PRIu32,
                         index, launch->grid[d], "xyz"[d], limit);
  }
  if (launch->threads < 1 || launch->threads > MAX_THREADS)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: launch %" PRIu32 " has %" PRIu32
                       " threads, expects 1 to %u",
                       index, launch->threads, MAX_THREADS);
  if (launch->shared_bytes > MAX_SHARED_BYTES)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: launch %" PRIu32 " has %" PRIu32
                       " bytes of shared memory, expects at most %u",
                       index, launch->shared_bytes, MAX_SHARED_BYTES);
  return check_arguments(info, launch, index, where, error);
}

static sinter_status check_launches(const sinter_cuda_info *info, const char *where,
                                    sinter_error *error) {
  if (info->num_launches < 1 || info->num_launches > MAX_LAUNCHES || !info->launches)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has %" PRIu32 " launches, expects 1 to %u",
                       info->launches ? info->num_launches : 0, MAX_LAUNCHES);
  if (info->num_arguments > MAX_ARGUMENTS || (info->num_arguments != 0 && !info->arguments))
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has %" PRIu32 " arguments, expects at most %u",
                       info->arguments ? info->num_arguments : 0, MAX_ARGUMENTS);
  for (uint32_t i = 0; i < info->num_launches; ++i) {
    sinter_status status = check_launch(info, i, where, error);
    if (status != SINTER_OK)
      return status;
  }
  return SINTER_OK;
}

/*===-- Descriptor --------------------------------------------------------===*/

static void never_called(const void *const *inputs, void *const *outputs, void *workspace,
                         uint32_t thread, uint32_t num_threads, sinter_barrier_fn barrier,
                         void *barrier_context) {
  (void)inputs, (void)outputs, (void)workspace, (void)thread, (void)num_threads, (void)barrier;
  (void)barrier_context;
}

/* Tensors and workspace, which artifacts for CPUs have as well, by the same check. */
static sinter_status check_tensors(const sinter_cuda_info *info, const char *where,
                                   sinter_error *error) {
  static const sinter_step_info step = {"", 0};
  const sinter_model_info common = {
      .magic = SINTER_ABI_MAGIC,
      .abi_version = SINTER_ABI_VERSION,
      .name = info->name,
      .compiler = info->compiler,
      .cpu = "",
      .workspace_bytes = info->workspace_bytes,
      .workspace_alignment = 1,
      .num_inputs = info->num_inputs,
      .num_outputs = info->num_outputs,
      .inputs = info->inputs,
      .outputs = info->outputs,
      .run_spmd = never_called,
      .steps = &step,
      .num_steps = 1,
  };
  return sinter_check_info(&common, 0, true, where, error);
}

sinter_status sinter_cuda_check_info(const sinter_cuda_info *info, const char *where,
                                     sinter_error *error) {
  if (info->magic != SINTER_CUDA_MAGIC)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "not a Sinter artifact for GPUs: its descriptor starts with 0x%08" PRIx32
                       ", expects 0x%08" PRIx32,
                       info->magic, (uint32_t)SINTER_CUDA_MAGIC);
  if (info->abi_version != SINTER_CUDA_ABI_VERSION)
    return sinter_fail(error, SINTER_WRONG_VERSION, where,
                       "CUDA ABI version %" PRIu32 ", this runtime reads %u", info->abi_version,
                       SINTER_CUDA_ABI_VERSION);
  if (!info->name || !info->name[0] || !info->compiler || !info->precision || info->reserved != 0)
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: has no name, compiler or precision");
  sinter_status status = check_tensors(info, where, error);
  if (status != SINTER_OK)
    return status;
  if (info->weights_bytes > MAX_BYTES || (info->weights_bytes != 0 && !info->weights))
    return sinter_fail(error, SINTER_NOT_A_MODEL, where,
                       "damaged descriptor: weights of %" PRIu64 " bytes, expects at most %" PRIu64,
                       info->weights ? info->weights_bytes : 0, MAX_BYTES);
  status = check_images(info, where, error);
  if (status == SINTER_OK)
    status = check_launches(info, where, error);
  return status;
}
