/* What `sinter compile` writes beside an artifact; here for Inputs/SeResNet50.c. */

#ifndef SERESNET50_SINTER_H
#define SERESNET50_SINTER_H

#ifdef __cplusplus
extern "C" {
#endif

#define SERESNET50_ABI_VERSION 2
#define SERESNET50_WORKSPACE_BYTES 4096
#define SERESNET50_WORKSPACE_ALIGNMENT 64
#define SERESNET50_INPUT_ELEMENTS 150528 /* f32 image: 1 x 3 x 224 x 224 */
#define SERESNET50_OUTPUT_ELEMENTS 1000  /* f32 output: 1 x 1000 */

int seresnet50_run(const float *input, float *output, void *workspace);

extern const struct sinter_model_info seresnet50_model;

#ifdef __cplusplus
}
#endif

#endif /* SERESNET50_SINTER_H */
