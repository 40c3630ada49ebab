//===- Run.h - What `sinter run` was asked to do ------------------*- C++ -*-===//
//
// The options of `sinter run`, and how its tensors come in and go out. Shared by
// the two things it can run: an artifact (Run.cpp) and a network through the
// reference interpreter (RunReference.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_RUN_H
#define SINTER_COMPILER_DRIVER_RUN_H

#include "compiler/Frontend/Checkpoint/Checkpoint.h"
#include "compiler/Support/Tensor.h"

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sinter::driver {

/// How a picture becomes values: (pixel * scale - mean[c]) / std[c], with one
/// mean and std for each channel. Empty or absent: the defaults of Image.h.
struct ImageOptions {
  std::vector<float> mean;
  std::vector<float> std;
  std::optional<float> scale;
  std::optional<unsigned> resize; ///< the shorter side before the centre is cut out
};

/// Where an artifact is to run.
struct Place {
  std::optional<unsigned> threads; ///< of the CPU; none: one for each
  std::optional<unsigned> device;  ///< the number of a GPU; none: the first
};

/// The command line of `sinter run`.
struct RunOptions {
  std::string model;                   ///< the artifact; empty with --reference alone
  std::string reference;               ///< the network to interpret, or empty
  std::string weights;                 ///< --weights: a file, random:SEED, or empty
  std::optional<int64_t> batch;        ///< --batch of the network to interpret
  checkpoint::Options checkpoint;      ///< of the network to interpret
  std::string network;                 ///< which one to interpret, of a file with several
  bool exposeBlocks = false;           ///< of the network to interpret: see ExposeBlocks.h
  std::vector<std::string> inputs;     ///< "[NAME=]FILE", .npy or image
  std::optional<uint64_t> randomInput; ///< the seed of --random-input
  std::vector<std::string> outputs;    ///< "[NAME=]FILE.npy"
  unsigned top = 0;                    ///< how many classes to print per image
  Place place;                         ///< of an artifact
  ImageOptions image;
};

/// An input or output of a network.
struct TensorSpec {
  std::string name;
  Shape shape;
};

/// A result of a network.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// One tensor for each of `specs`, in that order: from the files of `options`, or
/// random. The error says what is missing, unknown or misshapen.
llvm::Expected<std::vector<Tensor>> readInputs(const RunOptions &options,
                                               llvm::ArrayRef<TensorSpec> specs);

/// Values in [-1, 1) that depend on `seed`, the position of the input and nothing else.
Tensor randomInput(llvm::ArrayRef<int64_t> shape, uint64_t seed, unsigned position);

/// Fails if `options` names outputs that are not among `names`: worth asking before
/// a long run.
llvm::Error checkOutputs(const RunOptions &options, llvm::ArrayRef<std::string> names);

/// Writes the files that `options` asks for and prints the top classes.
llvm::Error writeOutputs(const RunOptions &options, llvm::ArrayRef<NamedTensor> outputs);

/// How far `tensor` is from `reference`, which has its shape: the largest difference, relative
/// to the largest value of the reference. Infinite where one of the two is not a number.
struct Difference {
  double relative, largest;
};
Difference differenceOf(const Tensor &tensor, const Tensor &reference);

/// Interprets `options.reference` on its inputs and leaves its results in
/// `outputs`. Prints its own errors; returns the exit status. In RunReference.cpp.
int runReference(const RunOptions &options, std::vector<NamedTensor> &outputs);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_RUN_H
