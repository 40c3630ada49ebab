//===- Compile.cpp - sinter compile ---------------------------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/Input.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Register.h"
#include "compiler/Driver/ScheduleFile.h"
#include "compiler/Driver/TargetOptions.h"
#include "compiler/Driver/Tune.h"
#include "compiler/Driver/Values.h"
#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"
#include "compiler/Target/Model.h"

#include "sinter/runtime.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Path.h"

namespace po = boost::program_options;

using namespace sinter;
using namespace sinter::driver;

namespace {

Syntax compileSyntax() {
  Syntax syntax;
  syntax.name = "compile";
  syntax.usage = "sinter compile INPUT -o OUTPUT [options]";
  syntax.summary = "Compiles a network description and its weights to native code.";
  syntax.options.add_options()
      ("input", po::value<std::string>(),
       "the network: a .sinter, .onnx, .safetensors or .mlir file")
      ("output,o", po::value<std::string>(),
       "where to write; .so, .a, .o (each with its .h beside it), .h, .s, .ll, .ptx, .cubin or .mlir "
       "says what; - is standard output, for text alone")
      ("weights,w", po::value<std::string>(), "FILE.safetensors, or random:SEED")
      ("emit", po::value<std::string>(),
       "so, a, o, h, s, ll, ptx, cubin; sinter, what a checkpoint's network is; or the IR behind a stage: "
       "nn (import), raise, simplify, fuse, schedule, kernel (plan), llvm (codegen)")
      ("batch", po::value<std::string>(), "replaces the leading dimension of every input")
      ("network", po::value<std::string>()->default_value(""),
       "which network of a file with several")
      ("name", po::value<std::string>(), "prefix of the symbols, if not the network's name")
      ("tune", po::value<std::string>(),
       "measure schedules on this machine, write the best ones to FILE and compile with them")
      ("threads", po::value<std::string>(), "with --tune: threads to measure on (default: 1)")
      ("seconds", po::value<std::string>(),
       "with --tune: how long to measure each of some 14 candidates (default: 2)")
      ("schedules", po::value<std::string>(),
       "schedules of some or all layers, a FILE that --tune wrote or you did")
      ("remarks", po::bool_switch(),
       "say what was raised and fused, and what was not and why; for a GPU also how convolutions are "
       "computed")
      ("quiet,q", po::bool_switch(), "no progress and no summary");
  addTargetOptions(syntax.options);
  addCheckpointOptions(syntax.options);
  syntax.positional.add("input", 1);
  return syntax;
}

/// What to write, by --emit or by the extension of -o.
std::optional<Output> outputKind(const po::variables_map &values, std::string &message) {
  std::string word;
  if (values.count("emit"))
    word = values["emit"].as<std::string>();
  else if (values.count("output"))
    word = llvm::sys::path::extension(values["output"].as<std::string>()).ltrim('.').str();
  auto kind = llvm::StringSwitch<std::optional<Output>>(word)
                  .Case("so", Output::SharedObject)
                  .Case("a", Output::Archive)
                  .Case("o", Output::Object)
                  .Case("h", Output::Header)
                  .Case("s", Output::Assembly)
                  .Case("ll", Output::LLVMIR)
                  .Case("ptx", Output::PTX)
                  .Case("cubin", Output::Cubin)
                  .Case("sinter", Output::Description)
                  .Cases({"nn", "import"}, Output::ImportedIR)
                  .Case("raise", Output::RaisedIR)
                  .Case("simplify", Output::SimplifiedIR)
                  .Case("fuse", Output::FusedIR)
                  .Case("schedule", Output::ScheduledIR)
                  .Cases({"kernel", "plan"}, Output::PlannedIR)
                  .Cases({"llvm", "codegen"}, Output::LLVMDialectIR)
                  .Default(std::nullopt);
  if (kind)
    return kind;
  if (values.count("emit"))
    message = fmt::format("--emit expects so, a, o, h, s, ll, ptx, cubin, sinter, nn, raise, simplify, fuse, "
                          "schedule, kernel or llvm, got {}{}",
                          quoted(word),
                          suggestion(word, {"so", "a", "o", "h", "s", "ll", "ptx", "cubin", "sinter", "nn",
                                            "import", "raise", "simplify", "fuse", "schedule",
                                            "kernel", "plan", "llvm", "codegen"}));
  else if (!values.count("output"))
    message = "nothing to write; give -o FILE.so, or --emit=kernel to see the IR";
  else if (word == "mlir")
    message = "-o FILE.mlir: say which stage with --emit=nn, fuse, kernel or llvm";
  else
    message = fmt::format("-o {}: expects a name that ends in .so, .a, .o, .h, .s, .ll, .ptx or .cubin",
                          values["output"].as<std::string>());
  return std::nullopt;
}

/// An error where what is to be written, or how, does not fit the target.
llvm::Error checkTarget(const CompileOptions &options, const po::variables_map &values) {
  bool isGPUCode = options.output == Output::PTX || options.output == Output::Cubin;
  if (options.device == Device::CPU)
    return isGPUCode ? llvm::createStringError(
                           "PTX and cubins are code for GPUs; expects --target cuda")
                     : llvm::Error::success();
  if (options.output == Output::LLVMIR || options.output == Output::Assembly)
    return llvm::createStringError("--target cuda writes .so, .a, .o, .h, .ptx, .cubin and the IR "
                                   "behind a stage; .ll and .s are for --target cpu");
  if (values.count("tune"))
    return llvm::createStringError("--tune is for --target cpu");
  if (isGPUCode && options.gpus.size() != 1)
    return llvm::createStringError("a .ptx or .cubin file is for one GPU; got --gpu " +
                                   textOf(values, "gpu"));
  return llvm::Error::success();
}

llvm::Expected<TuneOptions> makeTuneOptions(const po::variables_map &values) {
  TuneOptions options;
  options.path = textOf(values, "tune");
  auto threads = countOf(values, "threads", 1, SINTER_MAX_THREADS);
  if (!threads)
    return threads.takeError();
  options.threads = static_cast<unsigned>(threads->value_or(options.threads));
  auto seconds = positiveOf(values, "seconds");
  if (!seconds)
    return seconds.takeError();
  options.seconds = seconds->value_or(options.seconds);
  return options;
}

/// Compiles with the schedules that --tune finds or --schedules names, or the cost model's.
int compileOrTune(CompileOptions &options, const InputOptions &inputOptions,
                  const po::variables_map &values) {
  bool tunes = values.count("tune") != 0;
  if (!tunes && (values.count("threads") || values.count("seconds")))
    return fail("--threads and --seconds are for --tune; an artifact runs on any number of threads");
  if (tunes && values.count("schedules"))
    return fail("--tune and --schedules exclude each other");
  if (tunes && !hasWeights(options.output))
    return fail("--tune runs the network; expects -o FILE.so, FILE.a or FILE.o");
  if (tunes) {
    auto tuneOptions = makeTuneOptions(values);
    return tuneOptions ? tune(options, inputOptions, *tuneOptions)
                       : fail(llvm::toString(tuneOptions.takeError()));
  }
  if (!values.count("schedules"))
    return compile(options, inputOptions);
  auto file = ScheduleFile::read(textOf(values, "schedules"));
  if (!file)
    return fail(llvm::toString(file.takeError()));
  options.setSchedules = [&](mlir::ModuleOp module, const SchedulePolicy &policy) {
    return file->apply(module, policy);
  };
  return compile(options, inputOptions);
}

} // namespace

int driver::compileMain(const Arguments &arguments) {
  Syntax syntax = compileSyntax();
  int status = 0;
  auto values = parse(syntax, arguments, status);
  if (!values)
    return status;
  if (!values->count("input"))
    return fail("no network to compile; usage: " + syntax.usage);
  CompileOptions options;
  std::string message;
  std::optional<Output> kind = outputKind(*values, message);
  if (!kind)
    return fail(message);
  options.output = *kind;
  options.path = textOf(*values, "output");
  if (options.path == "-") // standard output, as without -o
    options.path.clear();
  if (options.path.empty() && isBinary(options.output))
    return fail("--emit of a binary file needs -o FILE");

  if (llvm::Error error = setTarget(options, *values))
    return fail(llvm::toString(std::move(error)));
  if (llvm::Error error = checkTarget(options, *values))
    return fail(llvm::toString(std::move(error)));
  if (values->count("weights"))
    options.weights = (*values)["weights"].as<std::string>();
  options.quiet = (*values)["quiet"].as<bool>();
  options.remarks = (*values)["remarks"].as<bool>();

  auto inputOptions = inputOptionsOf(*values);
  if (!inputOptions)
    return fail(llvm::toString(inputOptions.takeError()));
  options.input = (*values)["input"].as<std::string>();
  if (values->count("name")) {
    options.name = (*values)["name"].as<std::string>();
    if (!isCIdentifier(options.name) || options.name == "sinter")
      return fail(fmt::format("--name expects a C identifier other than 'sinter', got {}",
                              quoted(options.name)));
  }
  return compileOrTune(options, *inputOptions, *values);
}
