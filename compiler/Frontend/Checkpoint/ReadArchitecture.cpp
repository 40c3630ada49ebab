//===- ReadArchitecture.cpp - From keys and shapes to an architecture -----===//
//
// Walks the layers in the order of the network, so that the channels of each
// are known when its weights are held to them. Strides leave no trace in a
// shape: the first block of every stage but the first has one of 2.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/Architecture.h"

#include "llvm/ADT/STLExtras.h"

#include <fmt/core.h>

using namespace sinter;
using namespace sinter::checkpoint;

/// More than any residual network has, less than the network language builds.
constexpr size_t maxStages = 16, maxBlocks = 2000;

namespace {

class Reader {
public:
  Reader(StateDict &tensors, const Options &options) : tensors(tensors), options(options) {}

  std::optional<Architecture> read();

private:
  bool readStem();
  bool readConvs(const std::vector<std::pair<std::string, std::string>> &layers, int64_t kernel);
  bool decideStem();
  bool readStages();
  bool readBlock(const std::string &name, int64_t stride);
  bool readGate(Block &block);
  void readShortcut(Block &block);
  void readClassifier();
  void decideStride();
  void decideImage();
  void decideGate();
  bool any(llvm::function_ref<bool(const Block &)> holds) const;
  void assume(std::string sentence) { result.assumptions.push_back(std::move(sentence)); }

  StateDict &tensors;
  const Options &options;
  Architecture result;
  int64_t channels = 0; ///< behind what was read
};

bool Reader::any(llvm::function_ref<bool(const Block &)> holds) const {
  return llvm::any_of(result.stages, [&](const auto &stage) { return llvm::any_of(stage, holds); });
}

//===----------------------------------------------------------------------===//
// Stem
//===----------------------------------------------------------------------===//

/// Convolutions with their batch norms, the first of `kernel`, the others of 3.
bool Reader::readConvs(const std::vector<std::pair<std::string, std::string>> &layers,
                       int64_t kernel) {
  for (const auto &[conv, norm] : layers) {
    std::optional<int64_t> width = tensors.conv(conv, channels, kernel);
    if (!width)
      return false;
    tensors.norm(norm, *width);
    result.stem.widths.push_back(*width);
    channels = *width;
    kernel = 3;
  }
  return true;
}

bool Reader::readStem() {
  result.isLegacy = tensors.has("layer0.conv1.weight");
  std::vector<std::pair<std::string, std::string>> layers;
  if (result.isLegacy && tensors.has("layer0.conv3.weight"))
    layers = {{"layer0.conv1", "layer0.bn1"},
              {"layer0.conv2", "layer0.bn2"},
              {"layer0.conv3", "layer0.bn3"}};
  else if (result.isLegacy)
    layers = {{"layer0.conv1", "layer0.bn1"}};
  else if (tensors.has("conv1.0.weight"))
    layers = {{"conv1.0", "conv1.1"}, {"conv1.3", "conv1.4"}, {"conv1.6", "bn1"}};
  else
    layers = {{"conv1", "bn1"}};

  // The image has what the first filter takes; a shape without that is reported below.
  Shape shape = tensors.peek(layers.front().first + ".weight").value_or(Shape());
  bool isFilter = shape.size() == 4;
  result.stem.inputs = channels = isFilter ? std::clamp<int64_t>(shape[1], 1, maxDimension) : 3;
  bool takesThree = layers.size() > 1 || (!result.isLegacy && isFilter && shape[2] == 3);
  result.stem.kernel = takesThree ? 3 : 7;
  if (!readConvs(layers, result.stem.kernel) || !decideStem())
    return false;
  if (!result.isLegacy && tensors.has("maxpool.0.weight")) {
    std::optional<int64_t> width = tensors.conv("maxpool.0", channels, 3);
    tensors.norm("maxpool.1", width.value_or(channels));
    result.stem.poolWidth = channels = width.value_or(channels);
  }
  return true;
}

/// Whether the stem reduces the image by 4 or leaves it alone.
bool Reader::decideStem() {
  Stem &stem = result.stem;
  bool isFree = !result.isLegacy && stem.widths.size() == 1;
  if (!isFree && options.stem == "cifar") {
    tensors.error("--stem cifar expects a stem of one convolution, with torchvision's names");
    return false;
  }
  stem.reduces = options.stem != "cifar";
  if (!isFree || !options.stem.empty() || stem.kernel != 3)
    return true;
  bool isForCifar = !tensors.hasBelow("layer4.") || tensors.has("linear.weight") ||
                    tensors.hasBelow("layer2.0.shortcut.");
  if (!isForCifar) {
    tensors.error("a 3x3 stem before four stages is ambiguous: give --stem cifar (stride 1, no "
                  "max pool) or --stem imagenet (stride 2 and a max pool)");
    return false;
  }
  stem.reduces = false;
  assume("a stem of stride 1 without a max pool, as for CIFAR; --stem imagenet changes it");
  return true;
}

//===----------------------------------------------------------------------===//
// Stages
//===----------------------------------------------------------------------===//

bool Reader::readStages() {
  size_t blocks = 0;
  for (size_t stage = 1; tensors.hasBelow(fmt::format("layer{}.0.", stage)); ++stage) {
    result.stages.emplace_back();
    for (size_t index = 0;; ++index) {
      std::string name = fmt::format("layer{}.{}", stage, index);
      if (!tensors.hasBelow(name + "."))
        break;
      if (stage > maxStages || ++blocks > maxBlocks) {
        tensors.error(fmt::format("expects at most {} stages and {} blocks", maxStages, maxBlocks));
        return false;
      }
      if (!readBlock(name, stage > 1 && index == 0 ? 2 : 1))
        return false;
    }
  }
  return true;
}

bool Reader::readBlock(const std::string &name, int64_t stride) {
  Block block;
  block.name = name;
  block.stride = stride;
  block.inputs = channels;
  block.isBottleneck = tensors.has(name + ".conv3.weight");
  std::optional<int64_t> first =
      tensors.conv(name + ".conv1", channels, block.isBottleneck ? 1 : 3);
  if (!first)
    return false;
  tensors.norm(name + ".bn1", *first);
  std::optional<int64_t> second =
      block.isBottleneck ? tensors.groupedConv(name + ".conv2", *first, 3, block.groups)
                         : tensors.conv(name + ".conv2", *first, 3);
  if (!second)
    return false;
  tensors.norm(name + ".bn2", *second);
  std::optional<int64_t> outputs = second;
  if (block.isBottleneck) {
    outputs = tensors.conv(name + ".conv3", *second, 1);
    if (!outputs)
      return false;
    tensors.norm(name + ".bn3", *outputs);
  }
  block.first = *first;
  block.second = *second;
  block.outputs = *outputs;
  if (!readGate(block))
    return false;
  readShortcut(block);
  channels = block.outputs;
  result.stages.back().push_back(std::move(block));
  return true;
}

/// False after a report that leaves nothing to go on with.
bool Reader::readGate(Block &block) {
  Gate gate;
  gate.module = result.isLegacy ? "se_module" : "se";
  std::string module = block.name + "." + gate.module;
  // No basic block of these names is known that has no gate, nor where its ReLU would be.
  bool isExpected = result.isLegacy && !block.isBottleneck;
  bool isSequence = tensors.has(module + ".fc.0.weight");
  if (!isExpected && !isSequence && !tensors.has(module + ".fc1.weight"))
    return true;
  gate.reduce = isSequence ? "fc.0" : "fc1";
  gate.expand = isSequence ? "fc.2" : "fc2";
  std::string reduce = module + "." + gate.reduce, expand = module + "." + gate.expand;
  std::optional<int64_t> width = tensors.linear(reduce, block.outputs);
  if (!width)
    return false;
  gate.width = *width;
  std::optional<int64_t> outputs = tensors.linear(expand, gate.width);
  if (outputs && *outputs != block.outputs)
    tensors.error(fmt::format("expects layer '{}' to have as many outputs as its block, {}, got {}",
                              expand, block.outputs, *outputs));
  gate.bias = tensors.has(reduce + ".bias") || tensors.has(expand + ".bias");
  if (gate.bias) {
    tensors.bias(reduce, gate.width);
    tensors.bias(expand, block.outputs);
  }
  gate.afterActivation = isExpected;
  block.gate = gate;
  return true;
}

void Reader::readShortcut(Block &block) {
  using Kind = Shortcut::Kind;
  Shortcut &shortcut = block.shortcut;
  shortcut.module = tensors.hasBelow(block.name + ".shortcut.") ? "shortcut" : "downsample";
  std::string module = block.name + "." + shortcut.module;
  bool changesShape = block.stride != 1 || block.inputs != block.outputs;
  auto read = [&](const std::string &conv, const std::string &norm) {
    std::optional<int64_t> outputs = tensors.conv(conv, block.inputs, shortcut.kernel);
    if (outputs && *outputs != block.outputs)
      tensors.error(fmt::format("expects layer '{}' to have as many outputs as its block, {}, got "
                                "{}",
                                conv, block.outputs, *outputs));
    tensors.norm(norm, block.outputs);
  };
  if (!tensors.hasBelow(module + ".") && !changesShape)
    return;
  // The weight at place 1 is that of a batch norm, or of a convolution behind a pool.
  std::optional<Shape> second = tensors.peek(module + ".1.weight");
  if (second && second->size() == 4) {
    shortcut.kind = Kind::PooledProjection;
    return read(module + ".1", module + ".2");
  }
  if (!tensors.hasBelow(module + ".") && !result.stem.reduces && !block.isBottleneck &&
      block.inputs <= block.outputs) {
    shortcut.kind = Kind::Padding;
    return;
  }
  shortcut.kind = Kind::Projection;
  std::optional<Shape> weight = tensors.peek(module + ".0.weight");
  if (result.isLegacy && weight && weight->size() == 4 && (*weight)[2] == 3)
    shortcut.kernel = 3;
  read(module + ".0", module + ".1");
}

void Reader::readClassifier() {
  for (const char *name : {"fc", "linear", "last_linear"}) {
    std::string key = name;
    if (!tensors.has(key + ".weight"))
      continue;
    if (std::optional<int64_t> classes = tensors.linear(key, channels)) {
      bool hasBias = tensors.has(key + ".bias");
      if (hasBias)
        tensors.bias(key, *classes);
      result.classifier = {key, *classes, hasBias};
    }
    return;
  }
  assume("no classifier, since there is none here: the output is the mean of each channel");
}

//===----------------------------------------------------------------------===//
// What leaves no trace
//===----------------------------------------------------------------------===//

void Reader::decideStride() {
  auto isReduced = [](const Block &block) { return block.isBottleneck && block.stride != 1; };
  bool onFirst = options.strideOn == "conv1";
  if (!any(isReduced)) {
    if (!options.strideOn.empty())
      tensors.error("--stride-on expects bottlenecks with a stride, got none");
    return;
  }
  if (options.strideOn.empty() && !result.isLegacy) {
    assume("bottlenecks have their stride on conv2 (v1.5) as in torchvision; --stride-on conv1 "
           "changes it");
  } else if (options.strideOn.empty()) {
    if (!any([](const Block &block) { return block.gate.has_value(); }))
      return tensors.error("bottlenecks with the names of the first SENets, but without gates, are "
                           "ambiguous: give --stride-on conv1 (v1) or --stride-on conv2 (v1.5)");
    onFirst = !any([](const Block &block) {
      return block.isBottleneck && (block.groups != 1 || block.first != block.second);
    });
    assume(onFirst ? "bottlenecks have their stride on conv1 as in SE-ResNet; --stride-on conv2 "
                     "changes it"
                   : "bottlenecks have their stride on conv2 as in SE-ResNeXt; --stride-on conv1 "
                     "changes it");
  }
  for (auto &stage : result.stages)
    for (Block &block : stage)
      block.strideOnFirst = !block.isBottleneck || onFirst;
}

void Reader::decideImage() {
  if (options.imageSize) {
    std::tie(result.height, result.width) = *options.imageSize;
    return;
  }
  result.height = result.width = result.stem.reduces ? 224 : 32;
  assume(fmt::format("images of {0}x{0}; --image-size HxW changes it", result.height));
}

void Reader::decideGate() {
  bool hasGates = any([](const Block &block) { return block.gate.has_value(); });
  result.gateFunction = options.gate.empty() ? "sigmoid" : options.gate;
  if (hasGates && options.gate.empty())
    assume("the gates are sigmoid; --gate hard_sigmoid changes it");
  if (!hasGates && !options.gate.empty())
    tensors.error("--gate expects squeeze-and-excitation, got none");
}

std::optional<Architecture> Reader::read() {
  if (!readStem() || !readStages())
    return std::nullopt;
  decideImage();
  readClassifier();
  decideStride();
  decideGate();
  if (any([](const Block &block) { return block.shortcut.kind == Shortcut::Kind::Padding; }))
    assume("a shortcut without weights skips pixels and pads with zeros on both sides (option A)");
  tensors.reportLeftOver();
  if (tensors.hasErrors())
    return std::nullopt;
  return std::move(result);
}

} // namespace

std::optional<Architecture> checkpoint::readArchitecture(StateDict &tensors,
                                                         const Options &options) {
  return Reader(tensors, options).read();
}
