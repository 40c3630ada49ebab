//===- WriteDescription.cpp - An architecture in the network language -----===//
//
// Blocks of the shipped library wherever one builds exactly what the checkpoint
// has; else a block of the file's own, with every number written out.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/Architecture.h"
#include "compiler/Frontend/Checkpoint/LibraryCalls.h"
#include "compiler/Frontend/Text/Text.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/core.h>

#include <map>
#include <set>

using namespace sinter;
using namespace sinter::checkpoint;
using llvm::ArrayRef;
using llvm::StringRef;

namespace {

std::string strideArgument(int64_t stride) {
  return stride == 1 ? "" : fmt::format(", stride: {}", stride);
}

/// A convolution that keeps the size of its input but for the stride.
std::string conv(StringRef label, StringRef input, int64_t outputs, int64_t kernel,
                 int64_t stride = 1, int64_t groups = 1) {
  return fmt::format("{}: conv({}, {}, kernel: {}{}{}{})", label.str(), input.str(), outputs,
                     kernel, strideArgument(stride),
                     kernel == 1 ? "" : fmt::format(", padding: {}", kernel / 2),
                     groups == 1 ? "" : fmt::format(", groups: {}", groups));
}

/// `x = relu(NORM: batch_norm(CONV))`, with or without the activation.
std::string normalized(StringRef norm, const std::string &conv, bool isActive) {
  std::string value = fmt::format("{}: batch_norm({})", norm.str(), conv);
  return isActive ? fmt::format("x = relu({})\n", value) : fmt::format("x = {}\n", value);
}

class Writer {
public:
  explicit Writer(const Architecture &architecture) : architecture(architecture) {}

  std::string write(StringRef name, StringRef comment);

private:
  void writeStem();
  void writeConvStem();
  void writeStage(size_t number, ArrayRef<Block> blocks);
  void writeClassifier();
  std::string ownBlock(const Block &block);
  std::string mainPath(const Block &block) const;
  std::string shortcutPath(const Block &block) const;

  const Architecture &architecture;
  std::set<std::string> imports;
  std::map<std::string, std::string> ownBlocks; ///< name by body
  std::string definitions, body;
};

//===----------------------------------------------------------------------===//
// Stem and classifier
//===----------------------------------------------------------------------===//

void Writer::writeStem() {
  const Stem &stem = architecture.stem;
  bool isDeep = stem.widths.size() == 3;
  bool isUsualPool = stem.reduces && !stem.poolWidth;
  if (!architecture.isLegacy && (!isUsualPool || stem.kernel != (isDeep ? 3 : 7)))
    return writeConvStem();
  std::vector<int64_t> usual = !isDeep                 ? std::vector<int64_t>{64}
                               : architecture.isLegacy ? std::vector<int64_t>{64, 64, 128}
                                                       : std::vector<int64_t>{32, 32, 64};
  std::string arguments = "image";
  if (stem.widths != usual)
    for (int64_t width : stem.widths)
      arguments += fmt::format(", {}", width);
  if (architecture.isLegacy)
    body +=
        fmt::format("x = layer0: {}({})\n", isDeep ? "senet_deep_stem" : "senet_stem", arguments);
  else
    body += fmt::format("x = {}({})\n", isDeep ? "deep_stem" : "resnet_stem", arguments);
  imports.insert(architecture.isLegacy ? "senet" : "resnet");
}

/// A stem that is in no library, layer by layer.
void Writer::writeConvStem() {
  const Stem &stem = architecture.stem;
  int64_t stride = stem.reduces ? 2 : 1;
  if (stem.widths.size() == 3) {
    body += normalized("conv1.1", conv("conv1.0", "image", stem.widths[0], 3, stride), true);
    body += normalized("conv1.4", conv("conv1.3", "x", stem.widths[1], 3), true);
    body += normalized("bn1", conv("conv1.6", "x", stem.widths[2], 3), true);
  } else {
    body += normalized("bn1", conv("conv1", "image", stem.widths[0], stem.kernel, stride), true);
  }
  if (stem.poolWidth)
    body += normalized("maxpool.1", conv("maxpool.0", "x", stem.poolWidth, 3, stride), true);
  else if (stem.reduces)
    body += "x = maxpool: max_pool(x, kernel: 3, stride: 2, padding: 1)\n";
}

void Writer::writeClassifier() {
  const std::optional<Classifier> &classifier = architecture.classifier;
  if (classifier)
    body += fmt::format("{}: linear(flatten(global_avg_pool(x)), {}{})\n", classifier->name,
                        classifier->classes, classifier->bias ? "" : ", bias: false");
  else
    body += "flatten(global_avg_pool(x))\n";
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

std::string Writer::mainPath(const Block &block) const {
  int64_t first = block.strideOnFirst ? block.stride : 1;
  std::string text =
      normalized("bn1", conv("conv1", "x", block.first, block.isBottleneck ? 1 : 3, first), true);
  bool isLast = !block.isBottleneck;
  bool isActive = !isLast || (block.gate && block.gate->afterActivation);
  text += normalized("bn2", conv("conv2", "x", block.second, 3, block.stride / first, block.groups),
                     isActive);
  if (block.isBottleneck)
    text += normalized("bn3", conv("conv3", "x", block.outputs, 1), false);
  if (!block.gate)
    return text;
  const Gate &gate = *block.gate;
  text += fmt::format("x = {}: squeeze_excite(x, width: {}", gate.module, gate.width);
  if (!gate.bias)
    text += ", bias: false";
  if (architecture.gateFunction != "sigmoid")
    text += ", gate: " + architecture.gateFunction;
  if (gate.reduce != "fc1")
    text += fmt::format(", linear: true, reduce: \"{}\", expand: \"{}\"", gate.reduce, gate.expand);
  return text + ")\n";
}

std::string Writer::shortcutPath(const Block &block) const {
  const Shortcut &shortcut = block.shortcut;
  std::string module = shortcut.module + ".";
  switch (shortcut.kind) {
  case Shortcut::Kind::Identity:
    return "";
  case Shortcut::Kind::Padding: {
    int64_t missing = block.outputs - block.inputs;
    return fmt::format("x = pad_channels(subsample(x, {}), before: {}, after: {})\n", block.stride,
                       missing / 2, missing - missing / 2);
  }
  case Shortcut::Kind::Projection:
    return normalized(module + "1",
                      conv(module + "0", "x", block.outputs, shortcut.kernel, block.stride), false);
  case Shortcut::Kind::PooledProjection: {
    std::string pool;
    if (block.stride != 1)
      pool = fmt::format("x = {}0: avg_pool(x, kernel: 2, stride: {}, ceil_mode: true, "
                         "count_include_pad: false)\n",
                         module, block.stride);
    return pool + normalized(module + "2", conv(module + "1", "x", block.outputs, 1), false);
  }
  }
  llvm_unreachable("every kind is covered");
}

/// The name of a block of this file that builds `block`. Equal blocks share one.
std::string Writer::ownBlock(const Block &block) {
  std::string text = "residual(x) {\nmain {\n" + mainPath(block) + "}\n";
  if (block.shortcut.kind != Shortcut::Kind::Identity)
    text += "shortcut {\n" + shortcutPath(block) + "}\n";
  text += "} then relu\n";
  auto [entry, isNew] = ownBlocks.try_emplace(text, block.name);
  std::string &name = entry->second;
  if (isNew) {
    std::replace(name.begin(), name.end(), '.', '_');
    definitions += fmt::format("block {}(x) {{\n{}}}\n\n", name, text);
  }
  return name;
}

void Writer::writeStage(size_t number, ArrayRef<Block> blocks) {
  if (std::optional<LibraryCall> call = libraryCall(architecture, blocks)) {
    imports.insert(call->library);
    body += fmt::format("x = layer{}: {}(x, {}, {}{}{})\n", number, call->stage, call->planes,
                        blocks.size(), blocks.front().stride == 1 ? ", stride: 1" : "",
                        call->arguments);
    return;
  }
  std::vector<std::string> calls;
  for (const Block &block : blocks) {
    if (std::optional<LibraryCall> call = libraryCall(architecture, block)) {
      imports.insert(call->library);
      calls.push_back(fmt::format("{}(x, {}{}{})", call->block, call->planes,
                                  strideArgument(block.stride), call->arguments));
    } else {
      calls.push_back(ownBlock(block) + "(x)");
    }
  }
  if (calls.size() > 2 && llvm::all_equal(ArrayRef(calls).drop_front())) {
    std::string call =
        calls[0] == calls[1] ? calls[0] : calls[0] + " if index == 0 else " + calls[1];
    body += fmt::format("layer{}: repeat {} {{ x = {} }}\n", number, calls.size(), call);
    return;
  }
  for (auto [block, call] : llvm::zip(blocks, calls))
    body += fmt::format("x = {}: {}\n", block.name, call);
}

std::string Writer::write(StringRef name, StringRef comment) {
  writeStem();
  for (size_t index = 0; index != architecture.stages.size(); ++index)
    writeStage(index + 1, architecture.stages[index]);
  writeClassifier();
  std::string text = comment.str();
  for (const std::string &library : imports)
    text += fmt::format("import \"{}\"\n", library);
  return text::formatNetworkText(fmt::format(
      "{}\n{}network {}(image: f32[1, {}, {}, {}]) {{\n{}}}\n", text, definitions, name.str(),
      architecture.stem.inputs, architecture.height, architecture.width, body));
}

} // namespace

std::string checkpoint::writeDescription(const Architecture &architecture, StringRef name,
                                         StringRef comment) {
  return Writer(architecture).write(name, comment);
}
