//===- CheckpointInput.cpp - Bare checkpoints as networks -----------------===//

#include "compiler/Driver/CheckpointInput.h"

#include "compiler/Driver/Options.h"
#include "compiler/Driver/Values.h"
#include "compiler/Frontend/Text/Text.h"
#include "compiler/Frontend/Weights/Safetensors.h"
#include "compiler/Support/Quote.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/raw_ostream.h"

namespace po = boost::program_options;

using namespace sinter;
using llvm::StringRef;

/// The largest height or width of an image.
constexpr uint64_t maxImageSize = 65536;

void driver::addCheckpointOptions(po::options_description &options) {
  options.add_options()("image-size", po::value<std::string>(),
                        "of a checkpoint's network: N or HxW (default: 224, or 32 for CIFAR)") //
      ("stride-on", po::value<std::string>(),
       "of a checkpoint's bottlenecks: conv1 (v1) or conv2 (v1.5)") //
      ("stem", po::value<std::string>(),
       "of a checkpoint's network: imagenet (stride 2 and a max pool) or cifar (neither)") //
      ("gate", po::value<std::string>(),
       "of a checkpoint's squeeze-and-excitation: sigmoid or hard_sigmoid");
}

static llvm::Expected<std::pair<int64_t, int64_t>> parseImageSize(const std::string &text) {
  auto [height, width] = StringRef(text).split('x');
  std::pair<int64_t, int64_t> size;
  for (auto [part, target] : {std::pair(height, &size.first), {width, &size.second}}) {
    bool isSquare = part.empty() && !StringRef(text).contains('x');
    llvm::Expected<uint64_t> count =
        driver::parseCount("--image-size", isSquare ? height : part, 1, maxImageSize);
    if (!count) {
      llvm::consumeError(count.takeError());
      return llvm::createStringError(
          fmt::format("--image-size expects N or HxW, sizes from 1 to {}, got {}", maxImageSize,
                      quoted(text)));
    }
    *target = static_cast<int64_t>(*count);
  }
  return size;
}

llvm::Expected<checkpoint::Options> driver::checkpointOptions(const po::variables_map &values) {
  checkpoint::Options options;
  if (values.count("image-size")) {
    auto size = parseImageSize(textOf(values, "image-size"));
    if (!size)
      return size.takeError();
    options.imageSize = *size;
  }
  struct Choice {
    const char *name, *first, *second;
    std::string *target;
  };
  for (const Choice &choice : {Choice{"stride-on", "conv1", "conv2", &options.strideOn},
                               {"stem", "imagenet", "cifar", &options.stem},
                               {"gate", "sigmoid", "hard_sigmoid", &options.gate}}) {
    std::string value = textOf(values, choice.name);
    if (values.count(choice.name) && value != choice.first && value != choice.second)
      return llvm::createStringError(fmt::format("--{} expects {} or {}, got {}", choice.name,
                                                 choice.first, choice.second, quoted(value)));
    *choice.target = value;
  }
  return options;
}

llvm::Expected<driver::InputOptions>
driver::inputOptionsOf(const po::variables_map &values) {
  InputOptions options;
  auto batch = countOf(values, "batch", 1, maxBatch);
  if (!batch)
    return batch.takeError();
  options.batch = *batch;
  options.network = textOf(values, "network");
  auto checkpoint = checkpointOptions(values);
  if (!checkpoint)
    return checkpoint.takeError();
  options.checkpoint = *checkpoint;
  return options;
}

driver::LoadedNetwork driver::loadCheckpoint(const std::string &path, mlir::MLIRContext &context,
                                             const InputOptions &options) {
  auto file = openSafetensors(path);
  if (!file) {
    fail(llvm::toString(file.takeError()));
    return {};
  }
  LoadedNetwork network;
  network.path = path;
  network.weights = std::move(*file);
  ErrorList errors;
  auto description = checkpoint::describe(network.weights, options.checkpoint, errors);
  for (const std::string &error : errors)
    fail(error);
  if (!description)
    return {};
  network.description = std::move(description->text);
  network.module = text::parseNetworkText(description->name + ".sinter", network.description,
                                          context, {options.batch, options.network}, llvm::errs());
  return network;
}
