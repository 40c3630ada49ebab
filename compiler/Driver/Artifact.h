//===- Artifact.h - A loaded model, ready to run ------------------*- C++ -*-===//
//
// The runtime's C handles as one object with LLVM's errors, for the subcommands
// that execute artifacts, whatever they were compiled for.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_ARTIFACT_H
#define SINTER_COMPILER_DRIVER_ARTIFACT_H

#include "compiler/Driver/Options.h"
#include "compiler/Driver/Run.h"

#include "sinter/abi.h"

#include <memory>

namespace sinter::driver {

/// What is known of a model before it runs.
struct ArtifactInfo {
  std::string name, compiler;
  std::string compiledFor; ///< "x86-64-v3"; "sm_90a cubin, f16"
  std::string processor;   ///< that it runs on
  std::string precision = "f32"; ///< of products
  bool isCUDA = false;
  unsigned threads = 1; ///< of a CPU
  uint64_t workspaceBytes = 0;
  std::vector<sinter_step_info> steps; ///< on a GPU, the launches
};

/// Times in milliseconds.
struct Profile {
  /// Of each run, those of its steps.
  std::vector<std::vector<double>> steps;
  /// Of each run on a GPU, by its own clock, without copies from the host and back.
  std::vector<double> device;
};

/// A model with the memory of its inputs and outputs.
class Artifact {
public:
  /// Loads the shared object at `path`.
  static llvm::Expected<std::unique_ptr<Artifact>> load(const std::string &path,
                                                        const Place &place);

  /// The same, with the same random inputs each time.
  static llvm::Expected<std::unique_ptr<Artifact>> loadWithRandomInputs(const std::string &path,
                                                                        const Place &place);

  /// Loads the shared object at `path` and runs it once on the inputs of `options`, where
  /// `options` says. It has all outputs that `options` names.
  static llvm::Expected<std::unique_ptr<Artifact>> loadAndRun(const std::string &path,
                                                              const RunOptions &options);

  virtual ~Artifact() = default;

  const ArtifactInfo &info() const { return artifactInfo; }
  llvm::ArrayRef<TensorSpec> inputs() const { return inputSpecs; }

  /// Sets the inputs of all later runs; they have the shapes of inputs().
  void setInputs(std::vector<Tensor> tensors);

  /// Runs the model once. Allocates nothing.
  virtual llvm::Error run() = 0;

  /// Looks into `runs` runs.
  virtual llvm::Expected<Profile> profile(uint64_t runs) = 0;

  /// The multiply-adds that the processor gives at most, in GFLOP/s; 0 if that is not known.
  virtual double measurePeak() const { return 0; }

  /// The results of the last run.
  llvm::ArrayRef<NamedTensor> outputs() const { return outputTensors; }

protected:
  /// Notes the tensors, and allocates the outputs.
  llvm::Error addTensors(llvm::ArrayRef<sinter_tensor_info> inputs,
                         llvm::ArrayRef<sinter_tensor_info> outputs);

  template <auto Release> struct Releaser {
    template <typename T> void operator()(T *handle) const { Release(handle); }
  };
  ArtifactInfo artifactInfo;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;

private:
  std::vector<TensorSpec> inputSpecs;
  std::vector<Tensor> inputTensors;
  std::vector<bool> isHalf; ///< of each input: f16 and NHWC
  std::vector<std::vector<uint16_t>> halfInputs;
  std::vector<NamedTensor> outputTensors;
};

/// Loaders of the two kinds. In CPUArtifact.cpp and CUDAArtifact.cpp.
llvm::Expected<std::unique_ptr<Artifact>> loadCPUArtifact(const std::string &path,
                                                          const Place &place);
llvm::Expected<std::unique_ptr<Artifact>> loadCUDAArtifact(const std::string &path,
                                                           const Place &place);

/// What --threads and --device say.
llvm::Expected<Place> parsePlace(const boost::program_options::variables_map &values);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_ARTIFACT_H
