//===- Compiler.cpp - From a network file to an artifact ------------------===//

#include "compiler/Driver/Compiler.h"

#include "compiler/Conversion/NNToKernel/GemmSchedule.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Progress.h"
#include "compiler/Driver/Register.h"
#include "compiler/Driver/Remarks.h"
#include "compiler/Driver/WorkFolder.h"
#include "compiler/Driver/WriteArtifact.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Support/Quote.h"
#include "compiler/Target/Header/Header.h"
#include "dialects/NN/IR/NN.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::driver;

namespace {

/// Bytes of the weights that `network` reads.
int64_t parameterBytes(func::FuncOp network) {
  int64_t bytes = 0;
  llvm::StringSet<> seen;
  network.walk([&](nn::ParameterOp op) {
    if (seen.insert(op.getKey()).second)
      bytes += cast<ShapedType>(op.getType()).getNumElements() * sizeof(float);
  });
  return bytes;
}

/// True if a file can be moved to `path`; says why not.
bool isWritable(llvm::StringRef path) {
  if (!llvm::sys::fs::is_directory(path))
    return true;
  fail(fmt::format("cannot write '{}': is a directory", path.str()));
  return false;
}

class Compilation {
public:
  Compilation(const CompileOptions &options, const InputOptions &inputOptions)
      : options(options), inputOptions(inputOptions), progress(options.quiet) {}

  int run();

private:
  bool importNetwork();
  bool hasUsableNames();
  bool hasUsableSizes(int64_t weightsBytes);
  bool openWeights();
  bool runStages();
  bool setSchedules();
  int writeIR();
  int install(const std::vector<std::pair<std::string, std::string>> &files);
  std::string headerPath() const;
  int emit();

  const CompileOptions &options;
  const InputOptions &inputOptions;
  Progress progress;
  MLIRContext context{MLIRContext::Threading::DISABLED};
  LoadedNetwork loaded; ///< its module becomes that of each stage
  std::unique_ptr<WeightSource> weights;
  OwningOpRef<ModuleOp> planned; ///< kept for its weights
  Model model;
};

bool Compilation::importNetwork() {
  progress.begin("import");
  loaded = loadNetwork(options.input, context, inputOptions);
  if (!loaded.module)
    return false;
  if (options.output == Output::Description && loaded.description.empty()) {
    fail(fmt::format("--emit=sinter expects a checkpoint (.safetensors), got '{}'", options.input));
    return false;
  }
  if (options.output != Output::Description && !options.quiet)
    llvm::errs() << loaded.description;
  func::FuncOp network = networkOf(*loaded.module);
  if (!options.name.empty())
    network.setName(options.name);
  model = Model::fromNetwork(network);
  if (options.hasHalfImages)
    model.setHalfImages();
  return hasUsableNames() && hasUsableSizes(parameterBytes(network));
}

/// Names become symbols and parameters in C.
bool Compilation::hasUsableNames() {
  if (!isCIdentifier(model.name) || model.name == "sinter") {
    fail(fmt::format("'{}': expects the network's name to be a C identifier other than 'sinter', "
                     "got {}; give another with --name",
                     options.input, quoted(model.name)));
    return false;
  }
  for (const auto *tensors : {&model.inputs, &model.outputs}) {
    llvm::StringSet<> names; // in capitals, as the header's macros have them
    for (const TensorDescription &tensor : *tensors) {
      if (!isCIdentifier(tensor.name)) {
        fail(fmt::format("'{}': expects names of inputs and outputs to be C identifiers, got {}",
                         options.input, quoted(tensor.name)));
        return false;
      }
      if (!names.insert(llvm::StringRef(tensor.name).upper()).second) {
        fail(fmt::format("'{}': expects inputs and outputs to have names that differ in more than "
                         "case, got '{}' again",
                         options.input, tensor.name));
        return false;
      }
    }
  }
  return true;
}

/// Code addresses its weights with 32 bits; no machine of today runs a larger workspace.
bool Compilation::hasUsableSizes(int64_t weightsBytes) {
  constexpr int64_t maxWeightsBytes = int64_t(1) << 31, maxWorkspaceBytes = int64_t(1) << 36;
  auto check = [&](llvm::StringRef what, int64_t bytes, int64_t limit, llvm::StringRef advice) {
    if (bytes <= limit)
      return true;
    fail(fmt::format("the {} of '{}' would take {:.1f} GiB, more than {} GiB{}", what.str(),
                     options.input, bytes / double(1 << 30), limit >> 30, advice.str()));
    return false;
  };
  return check("weights", weightsBytes, maxWeightsBytes, "") &&
         check("workspace", model.workspaceBytes, maxWorkspaceBytes,
               "; a smaller --batch takes less");
}

bool Compilation::openWeights() {
  if (!hasWeights(options.output) && options.weights.empty())
    return true;
  weights = takeWeights(loaded, options.weights);
  return weights != nullptr;
}

bool Compilation::setSchedules() {
  if (!options.setSchedules)
    return true;
  const CPUTarget &target = options.target;
  SchedulePolicy policy{{target.vectorLanes, target.registers}, options.maxError};
  if (options.device == Device::CUDA)
    policy.product = getProductType(&context, options.precision);
  if (llvm::Error error = options.setSchedules(*loaded.module, policy)) {
    fail(llvm::toString(std::move(error)));
    return false;
  }
  return true;
}

/// Runs stages up to the one whose IR is wanted.
bool Compilation::runStages() {
  if (options.output == Output::Description)
    return true;
  PipelineOptions pipelineOptions;
  pipelineOptions.target = options.device == Device::CUDA ? "cuda" : "cpu";
  pipelineOptions.precision = options.precision;
  pipelineOptions.inputFormat = options.hasHalfImages ? "f16-nhwc" : "f32-nchw";
  pipelineOptions.lanes = options.target.vectorLanes;
  pipelineOptions.registers = options.target.registers;
  pipelineOptions.fma = options.target.hasFMA;
  pipelineOptions.maxError = options.maxError;
  pipelineOptions.separateSteps = options.separateSteps;
  Output reached = Output::ImportedIR;
  for (const Stage &stage : getStages()) {
    if (reached == options.output)
      return true;
    progress.begin(stage.name);
    if (stage.name == "schedule" && !setSchedules())
      return false;
    PassManager pm(&context);
    stage.build(pm, pipelineOptions);
    if (failed(pm.run(*loaded.module))) {
      fail(fmt::format("stage '{}' failed on '{}': please report this", stage.name.str(),
                       options.input));
      return false;
    }
    reached = static_cast<Output>(static_cast<int>(reached) + 1);
    if (reached == Output::PlannedIR) {
      model.setPlan(*loaded.module);
      if (!hasUsableSizes(model.weightsBytes))
        return false;
      planned = OwningOpRef<ModuleOp>(loaded.module->clone());
    }
  }
  return true;
}

/// Writes the module, or the description of a checkpoint.
int Compilation::writeIR() {
  std::string text;
  if (options.output == Output::Description) {
    text = loaded.description;
  } else {
    llvm::raw_string_ostream stream(text);
    loaded.module->print(stream);
    stream << '\n';
  }
  if (options.path.empty()) {
    llvm::outs() << text;
    return 0;
  }
  WorkFolder folder(options.path);
  if (!folder.error.empty())
    return fail(folder.error);
  std::string file = folder.file("module.mlir");
  if (llvm::Error error = WorkFolder::write(file, text))
    return fail(llvm::toString(std::move(error)));
  return install({{file, options.path}});
}

/// Moves finished files to their places.
int Compilation::install(const std::vector<std::pair<std::string, std::string>> &files) {
  for (const auto &[from, to] : files)
    if (std::error_code code = WorkFolder::install(from, to))
      return fail(fmt::format("cannot write '{}': {}", to, code.message()));
  return 0;
}

/// Beside the artifact.
std::string Compilation::headerPath() const {
  llvm::SmallString<128> path(options.path);
  llvm::sys::path::replace_extension(path, "h");
  return path.str().str();
}

int Compilation::emit() {
  WorkFolder folder(options.path.empty() ? "." : options.path);
  if (!folder.error.empty())
    return fail(folder.error);
  std::string name =
      options.path.empty() ? "output" : llvm::sys::path::filename(options.path).str();
  std::string product = folder.file(name);
  std::string header = options.device == Device::CUDA ? cudaHeaderText(model) : headerText(model);
  ArtifactParts parts{options, progress, folder, std::move(loaded.module), planned, model,
                      weights.get(), header};
  if (llvm::Error error = writeArtifact(parts, product)) {
    llvm::handleAllErrors(std::move(error),
                          [](const llvm::ErrorInfoBase &info) { fail(info.message()); });
    return 1;
  }
  if (options.path.empty()) {
    auto text = llvm::MemoryBuffer::getFile(product);
    if (!text)
      return fail(text.getError().message());
    llvm::outs() << (*text)->getBuffer();
    return 0;
  }
  std::vector<std::pair<std::string, std::string>> files{{product, options.path}};
  if (hasWeights(options.output)) {
    std::string headerFile = folder.file("header.h");
    if (llvm::Error error = WorkFolder::write(headerFile, header))
      return fail(llvm::toString(std::move(error)));
    files.push_back({headerFile, headerPath()});
  }
  return install(files);
}

int Compilation::run() {
  DialectRegistry registry;
  registerAllSinter(registry);
  registerBuiltinDialectTranslation(registry);
  registerLLVMDialectTranslation(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
  if (options.remarks)
    printRemarks(context);

  // Found out now rather than after a minute of compilation.
  if (!isWritable(options.path) || (hasWeights(options.output) && !isWritable(headerPath())))
    return 1;
  bool isReady = importNetwork() && openWeights() && runStages();
  int status = !isReady ? 1 : options.output <= Output::LLVMDialectIR ? writeIR() : emit();
  progress.end(status == 0 ? options.path : "");
  return status;
}

} // namespace

int driver::compile(const CompileOptions &options, const InputOptions &inputOptions) {
  return Compilation(options, inputOptions).run();
}
