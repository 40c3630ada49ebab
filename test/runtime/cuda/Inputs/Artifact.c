/* What `sinter compile` would emit for a network y = x * 10 + 3 of four values, for
   the fake driver's kernels. */

#include "sinter/cuda.h"

static const float weights[] = {10, 3};
static const char ptx[] = ".version 7.8\n";

static const sinter_tensor_info x = {"x", SINTER_F32, 1, {4, 0, 0, 0}};
static const sinter_tensor_info y = {"y", SINTER_F32, 1, {4, 0, 0, 0}};
static const sinter_cuda_image image = {80, SINTER_PTX, ptx, sizeof(ptx), 0, 0};
static const sinter_cuda_argument arguments[] = {{0, 0, 0}, {3, 0, 0}, {1, 0, 0}};
static const sinter_cuda_launch launch = {
    .kernel = "scale", .layers = "scale", .grid = {1, 1, 1}, .threads = 4, .num_arguments = 3};

extern const sinter_cuda_info artifact_cuda_model;
const sinter_cuda_info artifact_cuda_model = {
    .magic = SINTER_CUDA_MAGIC,
    .abi_version = SINTER_CUDA_ABI_VERSION,
    .name = "artifact",
    .compiler = "sinter 0.1.0",
    .precision = "f32",
    .weights_bytes = sizeof(weights),
    .weights = weights,
    .num_inputs = 1,
    .num_outputs = 1,
    .inputs = &x,
    .outputs = &y,
    .num_images = 1,
    .num_launches = 1,
    .num_arguments = 3,
    .images = &image,
    .launches = &launch,
    .arguments = arguments,
};

/* In C the symbol's name is taken: it is the type of handles. */
extern const sinter_cuda_info alias __asm__("sinter_cuda_model")
    __attribute__((alias("artifact_cuda_model")));
