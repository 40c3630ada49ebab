//===- Artifact.h - A loaded model, ready to run ------------------*- C++ -*-===//
//
// The runtime's C handles as one object with LLVM's errors, for the subcommands
// that execute artifacts.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_ARTIFACT_H
#define SINTER_COMPILER_DRIVER_ARTIFACT_H

#include "compiler/Driver/Run.h"

#include "sinter/runtime.h"

#include <memory>

namespace sinter::driver {

/// A model with its thread pool, its workspace and memory for its outputs.
class Artifact {
public:
  /// Loads the shared object at `path` for runs on `threads` threads.
  static llvm::Expected<Artifact> load(const std::string &path, unsigned threads);

  /// The same, with the same random inputs each time.
  static llvm::Expected<Artifact> loadWithRandomInputs(const std::string &path, unsigned threads);

  const sinter_model_info &info() const { return *sinter_model_describe(model.get()); }
  llvm::ArrayRef<TensorSpec> inputs() const { return inputSpecs; }

  /// Sets the inputs of all later runs; they have the shapes of inputs().
  void setInputs(std::vector<Tensor> tensors);

  /// Runs the model once. Allocates nothing.
  llvm::Error run();

  /// What each step of `runs` runs took: see StepTimer.h.
  std::vector<std::vector<double>> timeSteps(uint64_t runs);

  /// The results of the last run.
  llvm::ArrayRef<NamedTensor> outputs() const { return outputTensors; }

private:
  template <auto Release> struct Releaser {
    template <typename T> void operator()(T *handle) const { Release(handle); }
  };
  std::unique_ptr<sinter_model, Releaser<sinter_model_unload>> model;
  std::unique_ptr<sinter_pool, Releaser<sinter_pool_destroy>> pool;
  std::unique_ptr<void, Releaser<sinter_workspace_destroy>> workspace;
  std::vector<TensorSpec> inputSpecs;
  std::vector<Tensor> inputTensors;
  std::vector<NamedTensor> outputTensors;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
};

/// The value of --threads, or every CPU of this process if there is none.
llvm::Expected<unsigned> parseThreads(llvm::StringRef text);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_ARTIFACT_H
