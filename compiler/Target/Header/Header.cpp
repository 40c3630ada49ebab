//===- Header.cpp - The C header of an artifact ---------------------------===//

#include "compiler/Target/Header/Header.h"

#include "sinter/abi.h"

#include "llvm/ADT/StringExtras.h"

#include "fmt/format.h"
#include "fmt/ranges.h"

using namespace sinter;

/// "input" and "output" where there is one, else the tensor's own name.
static std::string parameterName(const std::vector<TensorDescription> &tensors, size_t index,
                                 llvm::StringRef kind) {
  if (tensors.size() == 1)
    return kind.str();
  std::string name = kind.str() + "_" + tensors[index].name;
  for (char &c : name)
    if (!llvm::isAlnum(c))
      c = '_';
  return name;
}

static std::string tensorMacros(llvm::StringRef prefix, llvm::StringRef kind,
                                const std::vector<TensorDescription> &tensors) {
  std::string text;
  for (size_t i = 0; i < tensors.size(); ++i)
    text += fmt::format("#define {0}_{1}_ELEMENTS {2} /* {5} {3}: {4}{6} */\n", prefix.str(),
                        llvm::StringRef(parameterName(tensors, i, kind)).upper(),
                        tensors[i].elements(), tensors[i].name,
                        fmt::join(tensors[i].shape, " x "), tensors[i].isHalf ? "f16" : "f32",
                        tensors[i].isHalf ? ", NHWC" : "");
  return text;
}

std::string sinter::headerText(const Model &model) {
  std::string prefix = llvm::StringRef(model.name).upper();
  std::string parameters;
  for (size_t i = 0; i < model.inputs.size(); ++i)
    parameters += fmt::format("const float *{}, ", parameterName(model.inputs, i, "input"));
  for (size_t i = 0; i < model.outputs.size(); ++i)
    parameters += fmt::format("float *{}, ", parameterName(model.outputs, i, "output"));
  return fmt::format(
      R"(/* {0}.h - written by sinter {1}; do not edit. */

#ifndef {2}_SINTER_H
#define {2}_SINTER_H

#ifdef __cplusplus
extern "C" {{
#endif

#define {2}_ABI_VERSION {3}
#define {2}_WORKSPACE_BYTES {4}
#define {2}_WORKSPACE_ALIGNMENT {5}
{6}{7}
/* Computes the network on the calling thread. Tensors are dense and row-major
   (NCHW). The workspace has {2}_WORKSPACE_BYTES bytes at a multiple of
   {2}_WORKSPACE_ALIGNMENT; its contents need not be kept. Any number of threads
   may call at once, each with its own workspace.
   Returns 0, or without having done anything 1 (a null pointer), 2 (misaligned
   workspace) or 8 (the CPU lacks the instructions this was compiled for). */
int {0}_run({8}void *workspace);

/* The descriptor that the Sinter runtime takes (sinter/abi.h). */
extern const struct sinter_model_info {0}_model;

#ifdef __cplusplus
}}
#endif

#endif /* {2}_SINTER_H */
)",
      model.name, SINTER_VERSION, prefix, SINTER_ABI_VERSION, model.workspaceBytes,
      workspaceAlignment, tensorMacros(prefix, "input", model.inputs),
      tensorMacros(prefix, "output", model.outputs), parameters);
}

std::string sinter::cudaHeaderText(const Model &model) {
  std::string prefix = llvm::StringRef(model.name).upper();
  return fmt::format(
      R"(/* {0}.h - written by sinter {1}; do not edit. */

#ifndef {2}_SINTER_CUDA_H
#define {2}_SINTER_CUDA_H

#ifdef __cplusplus
extern "C" {{
#endif

#define {2}_WORKSPACE_BYTES {3} /* on the device */
#define {2}_WEIGHTS_BYTES {4}   /* on the device */
{5}{6}
/* The descriptor that the Sinter runtime takes: see sinter_cuda_from_info in sinter/cuda.h.
   Tensors are dense, row-major (NCHW) and f32 unless said otherwise above, on the host or on
   the device. */
extern const struct sinter_cuda_info {0}_cuda_model;

#ifdef __cplusplus
}}
#endif

#endif /* {2}_SINTER_CUDA_H */
)",
      model.name, SINTER_VERSION, prefix, model.workspaceBytes, model.weightsBytes,
      tensorMacros(prefix, "input", model.inputs), tensorMacros(prefix, "output", model.outputs));
}
