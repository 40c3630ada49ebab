//===- Run.cpp - sinter run -----------------------------------------------===//
//
// Runs an artifact on files, and with --reference the interpreter: alone, or
// after the artifact to compare the two.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Run.h"

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Values.h"

#include <algorithm>
#include <cmath>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;
namespace po = boost::program_options;

using Strings = std::vector<std::string>;

static Syntax makeSyntax() {
  Syntax syntax;
  syntax.name = "run";
  syntax.usage = "sinter run [MODEL.so] [--reference NETWORK --weights W] --input FILE [options]";
  syntax.summary = "Run a compiled network, or a network through the reference interpreter.";
  syntax.options.add_options()                                                          //
      ("model", po::value<std::string>(), "the shared object made by 'sinter compile'") //
      ("input,i", po::value<Strings>(),
       "[NAME=]FILE: .npy array, PNG or JPEG; several files of one input are a batch") //
      ("random-input", po::value<std::string>(), "SEED: random inputs in [-1, 1)")     //
      ("output,o", po::value<Strings>(), "[NAME=]FILE.npy: write an output")           //
      ("top", po::value<std::string>(), "print the K best classes of each image")      //
      ("threads", po::value<std::string>(), "number of threads (default: all CPUs)")   //
      ("device", po::value<std::string>(), "number of the GPU (default: 0)")              //
      ("reference", po::value<std::string>(),
       "network to interpret; with MODEL, the difference is printed")                //
      ("weights", po::value<std::string>(), "of --reference: a file or random:SEED") //
      ("batch", po::value<std::string>(),
       "of --reference: images per run (default: MODEL's, or as the network says)") //
      ("resize", po::value<std::string>(),
       "images: shorter side before the centre is cut out (default: 8/7 of the input)")    //
      ("scale", po::value<std::string>(), "images: factor of each pixel (default: 1/255)") //
      ("mean", po::value<std::string>(),
       "images: subtracted per channel (default: ImageNet's; 0 for grey)") //
      ("std", po::value<std::string>(),
       "images: divisor per channel (default: ImageNet's; 1 for grey)");
  addCheckpointOptions(syntax.options);
  syntax.positional.add("model", 1);
  return syntax;
}

static Error parseImageOptions(const po::variables_map &values, ImageOptions &image) {
  for (auto [name, target] : {std::pair("mean", &image.mean), {"std", &image.std}})
    if (values.count(name)) {
      auto numbers = parseNumbers("--" + std::string(name), textOf(values, name));
      if (!numbers)
        return numbers.takeError();
      *target = *numbers;
    }
  if (values.count("scale")) {
    auto scale = parseNumber("--scale", textOf(values, "scale"));
    if (!scale)
      return scale.takeError();
    image.scale = *scale;
  }
  auto resize = countOf(values, "resize", 1, 16384);
  if (!resize)
    return resize.takeError();
  image.resize = *resize;
  return Error::success();
}

static Expected<RunOptions> makeOptions(const po::variables_map &values) {
  RunOptions options;
  options.model = textOf(values, "model");
  options.reference = textOf(values, "reference");
  options.weights = textOf(values, "weights");
  if (values.count("input"))
    options.inputs = values["input"].as<Strings>();
  if (values.count("output"))
    options.outputs = values["output"].as<Strings>();
  auto batch = countOf(values, "batch", 1, maxBatch);
  if (!batch)
    return batch.takeError();
  options.batch = *batch;
  auto checkpoint = checkpointOptions(values);
  if (!checkpoint)
    return checkpoint.takeError();
  options.checkpoint = *checkpoint;
  auto seed = countOf(values, "random-input", 0, UINT64_MAX);
  if (!seed)
    return seed.takeError();
  options.randomInput = *seed;
  auto top = countOf(values, "top", 1, 1000000);
  if (!top)
    return top.takeError();
  options.top = top->value_or(0);
  auto place = parsePlace(values);
  if (!place)
    return place.takeError();
  options.place = *place;
  if (Error error = parseImageOptions(values, options.image))
    return error;

  if (options.model.empty() && options.reference.empty())
    return createStringError("expects a compiled model, or --reference NETWORK; see "
                             "'sinter run --help'");
  if (options.reference.empty() && !options.weights.empty())
    return createStringError("--weights goes with --reference; a compiled model has its own");
  if (options.reference.empty() && options.batch)
    return createStringError("--batch goes with --reference; a compiled model has its own");
  if (options.reference.empty() && !options.checkpoint.isEmpty())
    return createStringError("--image-size, --stride-on, --stem and --gate go with --reference");
  if (options.randomInput && !options.inputs.empty())
    return createStringError("--input and --random-input exclude each other");
  return options;
}

/// Runs the artifact of `options` once.
static Expected<std::vector<NamedTensor>> runArtifact(const RunOptions &options) {
  auto artifact = Artifact::loadAndRun(options.model, options);
  return artifact ? (*artifact)->outputs().vec()
                  : Expected<std::vector<NamedTensor>>(artifact.takeError());
}

/// Prints how far each output is from the reference, relative to the largest value.
static Error printDifference(ArrayRef<NamedTensor> outputs, ArrayRef<NamedTensor> reference) {
  if (outputs.size() != reference.size())
    return createStringError("the model has %zu outputs, the reference %zu", outputs.size(),
                             reference.size());
  for (const auto &[output, expected] : zip(outputs, reference)) {
    if (output.tensor.shape != expected.tensor.shape)
      return createStringError(Twine("output '") + output.name + "' has shape " +
                               shapeToString(output.tensor.shape) + ", the reference has " +
                               shapeToString(expected.tensor.shape));
    Difference difference = differenceOf(output.tensor, expected.tensor);
    fmt::print("{}: maximum difference {:.3g} of the largest output {:.6g}\n", output.name,
               difference.relative, difference.largest);
  }
  return Error::success();
}

/// Runs what `options` asks for. The reference prints its own errors and leaves its
/// exit status in `status`.
static Expected<std::vector<NamedTensor>> evaluate(RunOptions options, int &status) {
  if (options.reference.empty())
    return runArtifact(options);
  std::vector<NamedTensor> outputs, reference;
  if (!options.model.empty()) {
    auto results = runArtifact(options);
    if (!results)
      return results.takeError();
    outputs = std::move(*results);
    const Shape &shape = outputs.front().tensor.shape;
    if (!options.batch && !shape.empty())
      options.batch = shape.front();
  }
  status = runReference(options, reference);
  if (status != 0 || options.model.empty())
    return reference;
  if (Error error = printDifference(outputs, reference))
    return error;
  return outputs;
}

int driver::runMain(const Arguments &arguments) {
  int status = 0;
  auto options = parseOptions(makeSyntax(), arguments, makeOptions, status);
  if (!options)
    return status;
  auto outputs = evaluate(*options, status);
  if (!outputs)
    return fail(toString(outputs.takeError()));
  if (status != 0)
    return status; // the reference has printed its errors
  if (Error error = writeOutputs(*options, *outputs))
    return fail(toString(std::move(error)));
  return 0;
}
