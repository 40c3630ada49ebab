//===- NetworkName.cpp - What an architecture is usually called -----------===//
//
// Names that papers and libraries compose from a family and a depth. A network
// with other widths or numbers of blocks has none.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/Architecture.h"
#include "compiler/Frontend/Checkpoint/LibraryCalls.h"
#include "compiler/Frontend/Text/Text.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <fmt/core.h>

using namespace sinter;
using namespace sinter::checkpoint;
using Kind = Shortcut::Kind;

namespace {

/// Blocks per stage of the networks for ImageNet that have a name.
const std::vector<size_t> namedCounts[] = {{1, 1, 1, 1},  {2, 2, 2, 2},  {3, 4, 6, 3},
                                           {3, 4, 23, 3}, {3, 8, 36, 3}, {3, 24, 36, 3}};

class Namer {
public:
  explicit Namer(const Architecture &architecture)
      : stages(architecture.stages), isLegacy(architecture.isLegacy), stem(architecture.stem),
        front(stages.front().front()), hasGates(front.gate.has_value()) {}

  /// "" if there is none.
  std::string name() const {
    if (!isRegular())
      return "";
    return stem.reduces ? imageNetName() : cifarName();
  }

private:
  bool isRegular() const;
  std::string imageNetName() const;
  std::string cifarName() const;
  std::string stemSuffix() const;

  const std::vector<std::vector<Block>> &stages;
  bool isLegacy;
  const Stem &stem;
  const Block &front;
  bool hasGates;
};

/// Blocks of one kind whose channels double from stage to stage.
bool Namer::isRegular() const {
  int64_t outputs = front.outputs, first = front.first, second = front.second;
  for (const std::vector<Block> &stage : stages) {
    for (const Block &block : stage)
      if (block.isBottleneck != front.isBottleneck || block.gate.has_value() != hasGates ||
          block.groups != front.groups || block.outputs != outputs || block.first != first ||
          block.second != second)
        return false;
    outputs *= 2, first *= 2, second *= 2;
  }
  return true;
}

/// What stands behind the depth for another stem: "d", "t"; "?" for a stem without a name.
std::string Namer::stemSuffix() const {
  bool isDeep = stem.widths.size() == 3;
  bool isPooled = llvm::any_of(stages, [](const std::vector<Block> &stage) {
    return stage.front().shortcut.kind == Kind::PooledProjection;
  });
  if (stem.poolWidth || isDeep != isPooled)
    return "?";
  if (!isDeep)
    return stem.widths == std::vector<int64_t>{64} ? "" : "?";
  return stem.widths == std::vector<int64_t>{32, 32, 64}   ? "d"
         : stem.widths == std::vector<int64_t>{24, 32, 64} ? "t"
                                                           : "?";
}

std::string Namer::imageNetName() const {
  std::vector<size_t> counts;
  size_t blocks = 0;
  for (const std::vector<Block> &stage : stages) {
    counts.push_back(stage.size());
    blocks += stage.size();
  }
  if (!llvm::is_contained(namedCounts, counts))
    return "";
  size_t depth = blocks * (front.isBottleneck ? 3 : 2) + 2;
  std::string se = hasGates ? "se" : "", legacy = isLegacy ? "legacy_" : "";
  if (isLegacy && front.isBottleneck && front.outputs == 256 && front.first == 128 &&
      front.second == 256 && front.groups == 64 && stem.widths.size() == 3)
    return fmt::format("senet{}", depth + 2);
  std::string suffix = stemSuffix();
  if (suffix == "?" || front.outputs != (front.isBottleneck ? 256 : 64) ||
      front.first != front.second)
    return "";
  if (!front.isBottleneck)
    return front.first == 64 ? fmt::format("{}{}resnet{}{}", legacy, se, depth, suffix) : "";
  std::optional<int64_t> base = baseWidth(64, front.first / front.groups);
  if (!base)
    return "";
  if (front.groups != 1)
    return fmt::format("{}{}resnext{}{}_{}x{}d", legacy, se, depth, suffix, front.groups, *base);
  if (*base == 64)
    return fmt::format("{}{}resnet{}{}", legacy, se, depth, suffix);
  return *base == 128 && !hasGates && suffix.empty() ? fmt::format("wide_resnet{}_2", depth) : "";
}

std::string Namer::cifarName() const {
  bool isNamed = stages.size() == 3 && stem.widths.front() == 16 && front.first == 16 &&
                 front.second == 16 && front.outputs == (front.isBottleneck ? 64 : 16) &&
                 front.groups == 1 && llvm::all_of(stages, [&](const std::vector<Block> &stage) {
                   return stage.size() == stages.front().size();
                 });
  if (!isNamed)
    return "";
  size_t depth = 3 * stages.front().size() * (front.isBottleneck ? 3 : 2) + 2;
  return fmt::format("{}resnet{}", hasGates ? "se" : "", depth);
}

} // namespace

std::string checkpoint::networkName(const Architecture &architecture, llvm::StringRef stem) {
  std::string name = Namer(architecture).name();
  if (!name.empty())
    return name;
  for (char c : stem.take_front(60))
    name += llvm::isAlnum(c) ? c : '_';
  if (name.empty() || llvm::isDigit(name.front()))
    name = "net" + name;
  // Keywords, and the prefix of the runtime's own names.
  return text::isIdentifier(name) && name != "sinter" ? name : name + "_";
}
