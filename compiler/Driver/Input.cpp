//===- Input.cpp - Networks that subcommands work on ----------------------===//

#include "compiler/Driver/Input.h"

#include "compiler/Driver/CheckNetwork.h"
#include "compiler/Driver/CheckpointInput.h"
#include "compiler/Driver/ExposeBlocks.h"
#include "compiler/Driver/Options.h"
#include "compiler/Frontend/ONNX/ONNX.h"
#include "compiler/Frontend/Text/Text.h"

#include "mlir/Parser/Parser.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace sinter;
using llvm::StringRef;

/// Larger .mlir files hold weights that belong elsewhere.
constexpr uint64_t maxMlirSize = 256 << 20;
/// Deeper than any module; MLIR's parser recurses on brackets.
constexpr unsigned maxMlirNesting = 256;

static std::unique_ptr<llvm::MemoryBuffer> fail(const llvm::Twine &message) {
  driver::fail(message.str());
  return nullptr;
}

/// The deepest nesting of brackets, those in strings and comments left out.
static unsigned nestingOf(StringRef text) {
  unsigned depth = 0, deepest = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') {
      for (++i; i < text.size() && text[i] != '"' && text[i] != '\n'; ++i)
        i += text[i] == '\\';
    } else if (text.substr(i).starts_with("//")) {
      i = std::min(text.find('\n', i), text.size());
    } else if (text.substr(i).starts_with("->")) {
      ++i;
    } else if (StringRef("({[<").contains(text[i])) {
      deepest = std::max(deepest, ++depth);
    } else if (StringRef(")}]>").contains(text[i]) && depth) {
      --depth;
    }
  }
  return deepest;
}

static std::unique_ptr<llvm::MemoryBuffer> readMlir(StringRef path) {
  uint64_t size = 0;
  if (llvm::sys::fs::is_directory(path))
    return fail("cannot read '" + path + "': is a directory");
  if (!llvm::sys::fs::file_size(path, size) && size > maxMlirSize)
    return fail("cannot read '" + path + "': is larger than " + llvm::Twine(maxMlirSize >> 20) +
                " MiB");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return fail("cannot read '" + path + "': " + buffer.getError().message());
  if (nestingOf((*buffer)->getBuffer()) > maxMlirNesting)
    return fail("cannot read '" + path + "': nested deeper than " + llvm::Twine(maxMlirNesting) +
                " levels");
  return std::move(*buffer);
}

static mlir::OwningOpRef<mlir::ModuleOp> parseMlir(StringRef path, mlir::MLIRContext &context,
                                                   const driver::InputOptions &options) {
  if (options.batch || !options.network.empty()) {
    driver::fail(("'" + path + "' is MLIR: " + (options.batch ? "its batch size" : "its network") +
                  " is fixed")
                     .str());
    return nullptr;
  }
  auto buffer = readMlir(path);
  if (!buffer)
    return nullptr;
  llvm::SourceMgr sources;
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  mlir::SourceMgrDiagnosticHandler handler(sources, &context, llvm::errs());
  mlir::OwningOpRef<mlir::ModuleOp> module =
      mlir::parseSourceFile<mlir::ModuleOp>(sources, &context);
  if (module && failed(driver::checkNetwork(*module)))
    return nullptr;
  return module;
}

static driver::LoadedNetwork importOnnx(const std::string &path, mlir::MLIRContext &context,
                                        const driver::InputOptions &options) {
  if (!options.network.empty()) {
    driver::fail(fmt::format("'{}' is an ONNX model: its network is fixed", path));
    return {};
  }
  ErrorList errors;
  onnx::ImportedModel model = onnx::importModel(path, context, {options.batch}, errors);
  for (const std::string &error : errors)
    driver::fail(error);
  if (model.module && failed(driver::checkNetwork(*model.module)))
    return {};
  return {path, std::move(model.module), std::move(model.weights), ""};
}

static driver::LoadedNetwork readNetwork(const std::string &path, mlir::MLIRContext &context,
                                         const driver::InputOptions &options) {
  StringRef extension = llvm::sys::path::extension(path);
  if (extension == ".safetensors")
    return driver::loadCheckpoint(path, context, options);
  if (!options.checkpoint.isEmpty()) {
    driver::fail(fmt::format("--image-size, --stride-on, --stem and --gate expect a checkpoint "
                             "(.safetensors), got '{}'",
                             path));
    return {};
  }
  if (extension == ".sinter")
    return {path,
            text::parseNetworkFile(path, context, {options.batch, options.network}, llvm::errs()),
            nullptr, ""};
  if (extension == ".onnx")
    return importOnnx(path, context, options);
  if (extension == ".mlir")
    return {path, parseMlir(path, context, options), nullptr, ""};
  driver::fail(
      fmt::format("expects a network as '.sinter', '.onnx', '.safetensors' or '.mlir', got "
                  "'{}'{}",
                  path, explainPickle(path)));
  return {};
}

driver::LoadedNetwork driver::loadNetwork(const std::string &path, mlir::MLIRContext &context,
                                          const InputOptions &options) {
  LoadedNetwork network = readNetwork(path, context, options);
  if (options.exposeBlocks && network.module && failed(exposeBlocks(*network.module)))
    network.module = nullptr;
  return network;
}

mlir::func::FuncOp driver::networkOf(mlir::ModuleOp module) {
  return *module.getOps<mlir::func::FuncOp>().begin();
}

std::unique_ptr<WeightSource> driver::takeWeights(LoadedNetwork &network, const std::string &spec) {
  ErrorList errors;
  std::unique_ptr<WeightSource> weights =
      spec.empty() ? std::move(network.weights) : openWeights(spec, *network.module, errors);
  if (spec.empty() && !weights)
    errors.push_back(
        fmt::format("'{}' comes without weights; give --weights FILE.safetensors or random:SEED",
                    network.path));
  else if (weights && failed(checkWeights(*network.module, *weights, errors)))
    weights = nullptr;
  for (const std::string &error : errors)
    fail(error);
  return weights;
}
