//===- Compile.cpp - sinter compile ---------------------------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/Compiler.h"
#include "compiler/Driver/Input.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Register.h"
#include "compiler/Driver/ScheduleFile.h"
#include "compiler/Driver/Tune.h"
#include "compiler/Driver/Values.h"
#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"
#include "compiler/Target/Model.h"

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
       "says what")
      ("weights,w", po::value<std::string>(), "FILE.safetensors, or random:SEED")
      ("emit", po::value<std::string>(),
       "so, a, o, h, s, ll, ptx, cubin; sinter, what a checkpoint's network is; or the IR behind a stage: "
       "nn (import), raise, simplify, fuse, schedule, kernel (plan), llvm (codegen)")
      ("target", po::value<std::string>()->default_value("cpu"),
       "cpu, or cuda for NVIDIA GPUs")
      ("gpu", po::value<std::string>()->default_value("sm_80"),
       "with --target cuda: sm_80 or later, with commas between several; later GPUs assemble the PTX "
       "that is there, too")
      ("precision", po::value<std::string>()->default_value("f32"),
       "with --target cuda: f32, tf32 (products by tensor cores, feature maps and filters of f32), f16 "
       "or bf16; sums are f32")
      ("cpu", po::value<std::string>()->default_value("native"),
       "native, x86-64-v2 (SSE), x86-64-v3 (AVX2), x86-64-v4 (AVX-512), or an LLVM CPU name")
      ("lanes", po::value<std::string>(),
       "f32 values per vector, 4, 8 or 16, if not those of the CPU: a longer vector takes several "
       "registers")
      ("batch", po::value<std::string>(), "replaces the leading dimension of every input")
      ("network", po::value<std::string>()->default_value(""),
       "which network of a file with several")
      ("name", po::value<std::string>(), "prefix of the symbols, if not the network's name")
      ("max-error", po::value<std::string>(),
       "do without Winograd's algorithm where rounding may cost more than this share of a layer's "
       "largest output, by a bound (docs/performance.md)")
      ("tune", po::value<std::string>(),
       "measure schedules on this machine, write the best ones to FILE and compile with them")
      ("threads", po::value<std::string>(), "with --tune: threads to measure on (default: 1)")
      ("seconds", po::value<std::string>(),
       "with --tune: how long to measure each of some 14 candidates (default: 2)")
      ("schedules", po::value<std::string>(),
       "schedules of some or all layers, a FILE that --tune wrote or you did")
      ("remarks", po::bool_switch(), "say what was raised and fused, and what was not and why; of a GPU, how convolutions are computed")
      ("quiet,q", po::bool_switch(), "no progress and no summary");
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

/// --target, --gpu and --precision; an error where they do not fit what is to be written.
llvm::Error setDevice(CompileOptions &options, const po::variables_map &values) {
  std::string device = textOf(values, "target");
  bool isGPUCode = options.output == Output::PTX || options.output == Output::Cubin;
  if (device != "cpu" && device != "cuda")
    return llvm::createStringError("--target expects cpu or cuda, got " + quoted(device) +
                                   suggestion(device, {"cpu", "cuda"}));
  if (device == "cpu") {
    for (const char *name : {"gpu", "precision"})
      if (!values[name].defaulted())
        return llvm::createStringError(fmt::format("--{} is for --target cuda", name));
    if (isGPUCode)
      return llvm::createStringError("PTX and cubins are code for GPUs; expects --target cuda");
    return llvm::Error::success();
  }
  if (options.output == Output::LLVMIR || options.output == Output::Assembly)
    return llvm::createStringError("--target cuda writes .so, .a, .o, .h, .ptx, .cubin and the IR "
                                   "behind a stage; .ll and .s are for --target cpu");
  for (const char *name : {"lanes", "max-error", "tune"})
    if (values.count(name))
      return llvm::createStringError(fmt::format("--{} is for --target cpu", name));
  options.device = Device::CUDA;
  llvm::SmallVector<llvm::StringRef> chips;
  std::string list = textOf(values, "gpu");
  llvm::StringRef(list).split(chips, ',');
  for (llvm::StringRef chip : chips) {
    auto gpu = CUDATarget::get(chip);
    if (!gpu)
      return llvm::createStringError("--gpu " + llvm::toString(gpu.takeError()));
    options.gpus.push_back(*gpu);
  }
  if (isGPUCode && options.gpus.size() != 1)
    return llvm::createStringError("a .ptx or .cubin file is for one GPU; got --gpu " + list);
  options.precision = textOf(values, "precision");
  if (!llvm::is_contained({"f32", "tf32", "f16", "bf16"}, options.precision))
    return llvm::createStringError("--precision expects f32, tf32, f16 or bf16, got " +
                                   quoted(options.precision) +
                                   suggestion(options.precision, {"f32", "tf32", "f16", "bf16"}));
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
  auto maxError = positiveOf(values, "max-error");
  if (!maxError)
    return fail(llvm::toString(maxError.takeError()));
  options.maxError = maxError->value_or(options.maxError);
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
  if (values->count("output"))
    options.path = (*values)["output"].as<std::string>();
  else if (isBinary(options.output))
    return fail("--emit of a binary file needs -o FILE");

  if (llvm::Error error = setDevice(options, *values))
    return fail(llvm::toString(std::move(error)));
  llvm::Expected<CPUTarget> target = CPUTarget::get((*values)["cpu"].as<std::string>());
  if (!target)
    return fail("--cpu " + llvm::toString(target.takeError()));
  options.target = *target;
  if (std::string lanes = textOf(*values, "lanes"); values->count("lanes")) {
    if (lanes != "4" && lanes != "8" && lanes != "16")
      return fail("--lanes expects 4, 8 or 16, got " + quoted(lanes));
    options.target.vectorLanes = std::stoi(lanes);
  }
  if (values->count("weights"))
    options.weights = (*values)["weights"].as<std::string>();
  options.quiet = (*values)["quiet"].as<bool>();
  options.remarks = (*values)["remarks"].as<bool>();

  InputOptions inputOptions;
  inputOptions.network = (*values)["network"].as<std::string>();
  llvm::Expected<std::optional<uint64_t>> batch = countOf(*values, "batch", 1, maxBatch);
  if (!batch)
    return fail(llvm::toString(batch.takeError()));
  inputOptions.batch = *batch;
  auto checkpoint = checkpointOptions(*values);
  if (!checkpoint)
    return fail(llvm::toString(checkpoint.takeError()));
  inputOptions.checkpoint = *checkpoint;
  options.input = (*values)["input"].as<std::string>();
  if (values->count("name")) {
    options.name = (*values)["name"].as<std::string>();
    if (!isCIdentifier(options.name) || options.name == "sinter")
      return fail(fmt::format("--name expects a C identifier other than 'sinter', got {}",
                              quoted(options.name)));
  }
  return compileOrTune(options, inputOptions, *values);
}
