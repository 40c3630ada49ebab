//===- Verify.cpp - sinter verify -----------------------------------------===//
//
// Compiles a network, runs it, and compares what each block computes, and each output,
// with the reference interpreter; or runs an artifact and compares its outputs with files.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/TargetOptions.h"
#include "compiler/Driver/Values.h"
#include "compiler/Driver/WorkFolder.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <optional>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;
namespace po = boost::program_options;

namespace {

struct VerifyOptions {
  CompileOptions compile;
  InputOptions input;
  RunOptions run;
  std::vector<std::string> against; ///< stored outputs, "[NAME=]FILE.npy"; none: the interpreter's
  /// Relative to the largest value of a tensor; none: as the precision allows.
  std::optional<double> tolerance;
};

Syntax makeSyntax() {
  Syntax syntax;
  syntax.name = "verify";
  syntax.usage = "sinter verify NETWORK [options], or "
                 "sinter verify MODEL.so --against FILE [options]";
  syntax.summary = "Compile a network, run it here, and compare what each block computes with the "
                   "reference\ninterpreter, which takes seconds to minutes; or run a compiled one "
                   "and compare its outputs with files.";
  syntax.options.add_options()                                                            //
      ("network-file", po::value<std::string>(),
       "a .sinter, .onnx, .safetensors or .mlir file, or a shared object made by 'sinter "
       "compile'") //
      ("against", po::value<std::vector<std::string>>(),
       "[NAME=]FILE.npy: what an output should be, in place of the interpreter's") //
      ("weights,w", po::value<std::string>(), "FILE.safetensors, or random:SEED")         //
      ("tolerance", po::value<std::string>(),
       "largest difference, relative to a tensor's largest value (default: 1e-4; 2e-3 for "
       "tf32, 2e-2 for f16 and bf16)") //
      ("input,i", po::value<std::vector<std::string>>(), "[NAME=]FILE.npy (default: random)") //
      ("random-input", po::value<std::string>(), "SEED of random inputs (default: 0)")         //
      ("threads", po::value<std::string>(), "number of threads (default: all CPUs)")           //
      ("device", po::value<std::string>(), "number of the GPU (default: 0)")                   //
      ("batch", po::value<std::string>(), "replaces the leading dimension of every input")     //
      ("network", po::value<std::string>(), "which network of a file with several");
  addTargetOptions(syntax.options);
  addCheckpointOptions(syntax.options);
  syntax.positional.add("network-file", 1);
  return syntax;
}

/// What the numbers of a precision allow: see docs/cuda.md.
double defaultTolerance(StringRef precision) {
  return StringSwitch<double>(precision)
      .Case("tf32", 2e-3)
      .Cases({"f16", "bf16"}, 2e-2)
      .Default(1e-4);
}

bool isArtifact(const VerifyOptions &options) {
  return sys::path::extension(options.compile.input) == ".so";
}

Expected<VerifyOptions> makeOptions(const po::variables_map &values) {
  VerifyOptions options;
  if (!values.count("network-file"))
    return createStringError("expects a network; see 'sinter verify --help'");
  if (Error error = setTarget(options.compile, values))
    return error;
  auto input = inputOptionsOf(values);
  if (!input)
    return input.takeError();
  if (values.count("against"))
    options.against = values["against"].as<std::vector<std::string>>();
  options.input = *input;
  options.input.exposeBlocks = options.against.empty();
  options.compile.input = options.run.reference = textOf(values, "network-file");
  options.compile.weights = options.run.weights = textOf(values, "weights");
  options.compile.quiet = true;
  options.run.batch = input->batch;
  options.run.network = input->network;
  options.run.checkpoint = input->checkpoint;
  options.run.exposeBlocks = true;
  if (values.count("input"))
    options.run.inputs = values["input"].as<std::vector<std::string>>();
  auto seed = countOf(values, "random-input", 0, UINT64_MAX);
  if (!seed)
    return seed.takeError();
  if (*seed && !options.run.inputs.empty())
    return createStringError("--input and --random-input exclude each other");
  if (options.run.inputs.empty())
    options.run.randomInput = seed->value_or(0);
  auto place = parsePlace(values);
  if (!place)
    return place.takeError();
  options.run.place = *place;
  auto tolerance = positiveOf(values, "tolerance");
  if (!tolerance)
    return tolerance.takeError();
  if (*tolerance)
    options.tolerance = **tolerance;
  if (!isArtifact(options))
    return options;
  if (options.against.empty())
    return createStringError("a compiled model has outputs alone to compare: expects --against "
                             "FILE");
  if (values.count("weights") || values.count("batch") || !values["target"].defaulted())
    return createStringError("--weights, --batch and --target are for networks; a compiled model "
                             "has its own");
  return options;
}

/// Compiles the network to a file that is gone at the end, and runs it; null after an error that
/// the compiler has printed.
Expected<std::unique_ptr<Artifact>> runCompiled(VerifyOptions &options) {
  if (isArtifact(options))
    return Artifact::loadAndRun(options.compile.input, options.run);
  SmallString<128> place;
  sys::path::system_temp_directory(/*ErasedOnReboot=*/true, place);
  sys::path::append(place, "model.so");
  WorkFolder folder(place);
  if (!folder.error.empty())
    return createStringError(folder.error);
  options.compile.path = folder.file("model.so");
  static_cast<void>(folder.file("model.h"));
  if (compile(options.compile, options.input) != 0)
    return nullptr;
  return Artifact::loadAndRun(options.compile.path, options.run);
}

/// What the outputs should be, from the files of --against.
Expected<std::vector<NamedTensor>> readExpected(const VerifyOptions &options,
                                                ArrayRef<NamedTensor> outputs) {
  RunOptions files;
  files.inputs = options.against;
  std::vector<TensorSpec> specs;
  for (const NamedTensor &output : outputs)
    specs.push_back({output.name, output.tensor.shape});
  auto tensors = readInputs(files, specs);
  if (!tensors)
    return createStringError("--against: " + toString(tensors.takeError()));
  std::vector<NamedTensor> expected;
  for (auto [output, tensor] : zip_equal(outputs, *tensors))
    expected.push_back({output.name, std::move(tensor)});
  return expected;
}

/// Prints a line for each output; returns the first one that is too far off.
std::string printComparison(ArrayRef<NamedTensor> outputs, ArrayRef<NamedTensor> reference,
                            double tolerance) {
  size_t width = 6;
  for (const NamedTensor &output : outputs)
    width = std::max(width, output.name.size());
  fmt::print("{:<{}}  {:<18}  {:>12}  {:>12}\n", "output", width, "shape", "largest", "difference");
  std::string first;
  for (const auto &[output, expected] : zip_equal(outputs, reference)) {
    Difference difference = differenceOf(output.tensor, expected.tensor);
    bool isRight = difference.relative <= tolerance;
    fmt::print("{:<{}}  {:<18}  {:>12.6g}  {:>12.3g}{}\n", output.name, width,
               shapeToString(output.tensor.shape), difference.largest, difference.relative,
               isRight ? "" : "  <--");
    if (!isRight && first.empty())
      first = output.name;
  }
  return first;
}

int verify(VerifyOptions &options) {
  auto artifact = runCompiled(options);
  if (!artifact)
    return fail(toString(artifact.takeError()));
  if (!*artifact)
    return 1;
  ArrayRef<NamedTensor> outputs = (*artifact)->outputs();
  const double tolerance =
      options.tolerance.value_or(defaultTolerance((*artifact)->info().precision));
  std::vector<NamedTensor> reference;
  if (!options.against.empty()) {
    auto expected = readExpected(options, outputs);
    if (!expected)
      return fail(toString(expected.takeError()));
    reference = std::move(*expected);
  } else if (int status = runReference(options.run, reference)) {
    return status;
  }
  std::string first = printComparison(outputs, reference, tolerance);
  if (!first.empty())
    return fail(fmt::format("'{}': output '{}' is the first that differs from the reference by more "
                            "than {:g} of its largest value",
                            options.compile.input, first, tolerance));
  return 0;
}

} // namespace

int driver::verifyMain(const Arguments &arguments) {
  int status = 0;
  auto options = parseOptions(makeSyntax(), arguments, makeOptions, status);
  if (!options)
    return status;
  return verify(*options);
}
