//===- LibraryCalls.cpp - Shipped blocks that fit a checkpoint ------------===//
//
// Each function here knows one block of compiler/Frontend/Text/library and the
// features it has; what it cannot build exactly, it refuses.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/LibraryCalls.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <fmt/core.h>

using namespace sinter;
using namespace sinter::checkpoint;
using llvm::ArrayRef;
using Kind = Shortcut::Kind;

int64_t checkpoint::timmGateWidth(int64_t channels, int64_t reduction) {
  return std::max<int64_t>(8, (channels / reduction + 4) / 8 * 8);
}

std::optional<int64_t> checkpoint::baseWidth(int64_t planes, int64_t width) {
  int64_t base = llvm::divideCeil(64 * width, planes);
  return planes * base / 64 == width ? std::optional(base) : std::nullopt;
}

namespace {

bool changesShape(const Block &block) { return block.stride != 1 || block.inputs != block.outputs; }

bool equal(const std::optional<Gate> &a, const std::optional<Gate> &b) {
  if (!a || !b)
    return !a && !b;
  return std::tie(a->module, a->reduce, a->width, a->bias, a->afterActivation) ==
         std::tie(b->module, b->reduce, b->width, b->bias, b->afterActivation);
}

/// True if one call of a stage can build them: equal but for the first one's input, stride
/// and shortcut, and with a shortcut exactly where the shape changes.
bool isUniform(ArrayRef<Block> blocks) {
  const Block &first = blocks.front();
  return llvm::all_of(blocks, [&](const Block &block) {
    return std::tie(block.isBottleneck, block.first, block.second, block.outputs, block.groups) ==
               std::tie(first.isBottleneck, first.first, first.second, first.outputs,
                        first.groups) &&
           equal(block.gate, first.gate) &&
           (block.shortcut.kind == Kind::Identity) == !changesShape(block) &&
           (&block == &first || !changesShape(block));
  });
}

std::string argument(llvm::StringRef name, int64_t value, int64_t byDefault) {
  return value == byDefault ? "" : fmt::format(", {}: {}", name.str(), value);
}

/// The reduction with which the exact rule gives a gate of `block` its width, or nothing.
std::optional<int64_t> exactReduction(const Block &block) {
  int64_t reduction = block.outputs / block.gate->width;
  bool fits = reduction != 0 && block.outputs / reduction == block.gate->width;
  return fits ? std::optional(reduction) : std::nullopt;
}

/// The arguments of resnet.sinter's gates, or nothing where they cannot be as this one is.
std::optional<std::string> timmGate(const Architecture &architecture, const Block &block) {
  if (!block.gate)
    return "";
  const Gate &gate = *block.gate;
  if (gate.module != "se" || gate.reduce != "fc1" || !gate.bias || gate.afterActivation)
    return std::nullopt;
  std::string function =
      architecture.gateFunction == "sigmoid" ? "" : ", gate: " + architecture.gateFunction;
  int64_t exact = std::max<int64_t>(1, block.outputs / gate.width);
  for (int64_t reduction : {int64_t(16), exact})
    if (timmGateWidth(block.outputs, reduction) == gate.width)
      return fmt::format(", reduction: {}{}", reduction, function);
  return fmt::format(", se_width: {}{}", gate.width, function);
}

/// `groups` and `base_width` of a bottleneck whose first two convolutions are equally wide.
std::optional<std::string> widthArguments(const Block &block) {
  if (block.outputs % 4 != 0 || block.first != block.second)
    return std::nullopt;
  std::optional<int64_t> base = baseWidth(block.outputs / 4, block.first / block.groups);
  if (!base)
    return std::nullopt;
  return argument("groups", block.groups, 1) + argument("base_width", *base, 64);
}

std::optional<LibraryCall> resnetCall(const Architecture &architecture, const Block &block) {
  const Shortcut &shortcut = block.shortcut;
  std::optional<std::string> gate = timmGate(architecture, block);
  bool isPooled = shortcut.kind == Kind::PooledProjection;
  bool hasShortcut =
      shortcut.kind == Kind::Identity || ((shortcut.kind == Kind::Projection || isPooled) &&
                                          shortcut.kernel == 1 && shortcut.module == "downsample");
  if (!gate || !hasShortcut)
    return std::nullopt;
  std::string pool = isPooled ? ", avg_down: true" : "";
  if (!block.isBottleneck && block.first == block.outputs)
    return LibraryCall{"resnet", "basic_block", "basic_stage", block.outputs, *gate + pool};
  std::optional<std::string> widths = widthArguments(block);
  if (!block.isBottleneck || !widths)
    return std::nullopt;
  bool isFirst = block.stride != 1 && block.strideOnFirst;
  return LibraryCall{"resnet", "bottleneck", "bottleneck_stage", block.outputs / 4,
                     *widths + *gate + pool + (isFirst ? ", stride_on: \"conv1\"" : "")};
}

std::optional<LibraryCall> cifarCall(const Architecture &architecture, const Block &block) {
  bool isPlain = !block.isBottleneck && block.first == block.outputs &&
                 (block.shortcut.kind == Kind::Identity || block.shortcut.kind == Kind::Padding);
  if (!isPlain)
    return std::nullopt;
  std::string gate;
  if (block.gate) {
    std::optional<int64_t> reduction = exactReduction(block);
    if (!reduction || block.gate->module != "se" || block.gate->reduce != "fc.0" ||
        block.gate->bias || block.gate->afterActivation || architecture.gateFunction != "sigmoid")
      return std::nullopt;
    gate = fmt::format(", reduction: {}", *reduction);
  }
  return LibraryCall{"cifar", "cifar_block", "cifar_stage", block.outputs, gate};
}

std::optional<LibraryCall> senetCall(const Architecture &architecture, const Block &block) {
  bool hasShortcut =
      block.shortcut.kind == Kind::Identity ||
      (block.shortcut.kind == Kind::Projection && block.shortcut.module == "downsample");
  if (!hasShortcut || !block.gate || block.gate->module != "se_module" ||
      block.gate->reduce != "fc1" || !block.gate->bias || architecture.gateFunction != "sigmoid")
    return std::nullopt;
  std::optional<int64_t> reduction = exactReduction(block);
  if (!reduction)
    return std::nullopt;
  std::string gate = argument("reduction", *reduction, 16);
  bool isSmall = block.shortcut.kernel == 1;
  if (!block.isBottleneck && block.first == block.outputs && isSmall && block.gate->afterActivation)
    return LibraryCall{"senet", "senet_basic_block", "senet_basic_stage", block.outputs, gate};
  if (!block.isBottleneck || block.outputs % 4 != 0)
    return std::nullopt;
  int64_t planes = block.outputs / 4;
  bool isReduced = block.stride != 1;
  if (std::optional<std::string> widths = widthArguments(block); widths && isSmall)
    return LibraryCall{"senet", "senet_bottleneck", "senet_bottleneck_stage", planes,
                       *widths + gate +
                           (isReduced && !block.strideOnFirst ? ", stride_on: \"conv2\"" : "")};
  if (block.first != 2 * planes || block.second != block.outputs ||
      (isReduced && block.strideOnFirst))
    return std::nullopt;
  bool hasProjection = block.shortcut.kind == Kind::Projection;
  return LibraryCall{"senet", "senet154_block", "senet154_stage", planes,
                     argument("groups", block.groups, 64) + gate +
                         argument("shortcut_kernel", hasProjection ? block.shortcut.kernel : 3, 3)};
}

} // namespace

std::optional<LibraryCall> checkpoint::libraryCall(const Architecture &architecture,
                                                   ArrayRef<Block> blocks) {
  if (!isUniform(blocks))
    return std::nullopt;
  const Block &first = blocks.front(); // has the shortcut and the stride, if any
  if (architecture.isLegacy)
    return senetCall(architecture, first);
  bool isPadded = llvm::any_of(architecture.stages, [](const std::vector<Block> &stage) {
    return stage.front().shortcut.kind == Kind::Padding;
  });
  // Blocks that keep their shape are the same in both libraries.
  std::optional<LibraryCall> call =
      isPadded ? cifarCall(architecture, first) : resnetCall(architecture, first);
  if (!call)
    call = isPadded ? resnetCall(architecture, first) : cifarCall(architecture, first);
  return call;
}
