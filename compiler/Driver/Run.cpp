//===- Run.cpp - sinter run -----------------------------------------------===//
//
// Runs an artifact on arrays, images or random input.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Run.h"

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Values.h"

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;
namespace po = boost::program_options;

using Strings = std::vector<std::string>;

static Syntax makeSyntax() {
  Syntax syntax;
  syntax.name = "run";
  syntax.usage = "sinter run MODEL.so --input FILE [--output FILE.npy] [--top K] [options]";
  syntax.summary = "Run a compiled network.";
  syntax.options.add_options()                                                          //
      ("model", po::value<std::string>(), "the shared object made by 'sinter compile'") //
      ("input,i", po::value<Strings>(),
       "[NAME=]FILE: .npy array, PNG or JPEG; several files of one input are a batch") //
      ("random-input", po::value<std::string>(), "SEED: random inputs in [-1, 1)")     //
      ("output,o", po::value<Strings>(), "[NAME=]FILE.npy: write an output")           //
      ("top", po::value<std::string>(), "print the K best classes of each image")      //
      ("threads", po::value<std::string>(), "number of threads (default: all CPUs)")   //
      ("resize", po::value<std::string>(),
       "images: shorter side before the centre is cut out (default: 8/7 of the input)")    //
      ("scale", po::value<std::string>(), "images: factor of each pixel (default: 1/255)") //
      ("mean", po::value<std::string>(),
       "images: subtracted per channel (default: ImageNet's; 0 for grey)") //
      ("std", po::value<std::string>(),
       "images: divisor per channel (default: ImageNet's; 1 for grey)");
  syntax.positional.add("model", 1);
  return syntax;
}

/// The text of an option, or "".
static std::string textOf(const po::variables_map &values, const char *name) {
  return values.count(name) ? values[name].as<std::string>() : std::string();
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
  if (values.count("resize")) {
    auto resize = parseCount("--resize", textOf(values, "resize"), 1, 16384);
    if (!resize)
      return resize.takeError();
    image.resize = *resize;
  }
  return Error::success();
}

static Expected<RunOptions> makeOptions(const po::variables_map &values) {
  RunOptions options;
  options.model = textOf(values, "model");
  if (values.count("input"))
    options.inputs = values["input"].as<Strings>();
  if (values.count("output"))
    options.outputs = values["output"].as<Strings>();
  if (values.count("random-input")) {
    auto seed = parseCount("--random-input", textOf(values, "random-input"), 0, UINT64_MAX);
    if (!seed)
      return seed.takeError();
    options.randomInput = *seed;
  }
  if (values.count("top")) {
    auto top = parseCount("--top", textOf(values, "top"), 1, 1000000);
    if (!top)
      return top.takeError();
    options.top = *top;
  }
  auto threads = parseThreads(textOf(values, "threads"));
  if (!threads)
    return threads.takeError();
  options.threads = *threads;
  if (Error error = parseImageOptions(values, options.image))
    return error;

  if (options.model.empty())
    return createStringError("expects a compiled model; see 'sinter run --help'");
  if (options.randomInput && !options.inputs.empty())
    return createStringError("--input and --random-input exclude each other");
  return options;
}

/// Runs the artifact of `options` once.
static Expected<std::vector<NamedTensor>> runArtifact(const RunOptions &options) {
  auto artifact = Artifact::load(options.model, options.threads);
  if (!artifact)
    return artifact.takeError();
  Strings names;
  for (const NamedTensor &output : artifact->outputs())
    names.push_back(output.name);
  if (Error error = checkOutputs(options, names))
    return error;
  auto inputs = readInputs(options, artifact->inputs());
  if (!inputs)
    return inputs.takeError();
  artifact->setInputs(std::move(*inputs));
  if (Error error = artifact->run())
    return error;
  return artifact->outputs().vec();
}

int driver::runMain(const Arguments &arguments) {
  Syntax syntax = makeSyntax();
  int status = 0;
  auto values = parse(syntax, arguments, status);
  if (!values)
    return status;
  auto options = makeOptions(*values);
  if (!options)
    return fail(toString(options.takeError()));
  auto outputs = runArtifact(*options);
  if (!outputs)
    return fail(toString(outputs.takeError()));
  if (Error error = writeOutputs(*options, *outputs))
    return fail(toString(std::move(error)));
  return 0;
}
