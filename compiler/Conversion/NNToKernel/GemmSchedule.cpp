//===- GemmSchedule.cpp - How a GPU computes a convolution ----------------===//
//
// Chosen by arithmetic; nothing of it has been measured.
//
//===----------------------------------------------------------------------===//

#include "compiler/Conversion/NNToKernel/GemmSchedule.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter;

/// Blocks that keep a GPU of some hundred multiprocessors busy.
static constexpr int64_t wantedBlocks = 128;

FloatType sinter::getProductType(MLIRContext *context, StringRef precision) {
  return llvm::StringSwitch<FloatType>(precision)
      .Case("f32", Float32Type::get(context))
      .Case("tf32", FloatTF32Type::get(context))
      .Case("f16", Float16Type::get(context))
      .Case("bf16", BFloat16Type::get(context))
      .Default(nullptr);
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

GemmShape GemmShape::get(ShapedType input, ShapedType output, ShapedType weight, int64_t groups,
                         Type product, bool wantsSums) {
  auto area = [](ShapedType type) {
    return type.getRank() == 4 ? type.getDimSize(2) * type.getDimSize(3) : 1;
  };
  GemmShape shape;
  shape.images = output.getDimSize(0), shape.pixels = area(output);
  shape.outputs = output.getDimSize(1), shape.inputs = input.getDimSize(1);
  shape.groups = groups, shape.taps = area(weight);
  shape.product = product, shape.wantsSums = wantsSums;
  return shape;
}

kernel::FilterPacking GemmShape::packing(int64_t depth, int64_t channels) const {
  return kernel::FilterPacking::get(outputs, inputs, groups, depth, channels);
}

int64_t GemmShape::tiles(int64_t tilePixels, int64_t channels) const {
  int64_t ofPixels = wantsSums ? images * llvm::divideCeil(pixels, tilePixels)
                               : llvm::divideCeil(images * pixels, tilePixels);
  return ofPixels * llvm::divideCeil(outputs, channels);
}

int64_t GemmShape::steps(int64_t depth, int64_t channels) const {
  return packing(depth, channels).blocks * taps;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

/// Among how many blocks to share the `steps` of each of `tiles` tiles.
static int64_t chooseSplits(const GemmShape &shape, int64_t pixels, int64_t channels,
                            int64_t depth) {
  constexpr int64_t mostSplits = 16, fewestPerSplit = 4;
  int64_t tiles = shape.tiles(pixels, channels), steps = shape.steps(depth, channels);
  // Sums of f32 are written and read again; a split loads at least as much as it moves so.
  int64_t movedBytes = 2 * pixels * channels * static_cast<int64_t>(sizeof(float));
  int64_t stepBytes = (pixels + channels) * depth * shape.elementBytes();
  int64_t perSplit = std::max<int64_t>(llvm::divideCeil(movedBytes, stepBytes), fewestPerSplit);
  int64_t splits =
      std::max<int64_t>(std::min({wantedBlocks / tiles, steps / perSplit, mostSplits}), 1);
  // The kernel that adds the parts takes some 2 us, about what a block waits for the loads of eight
  // steps: it has to save more than that.
  constexpr int64_t finishSteps = 8;
  int64_t longest = llvm::divideCeil(steps, splits);
  return steps - longest > finishSteps ? splits : 1;
}

kernel::GemmScheduleAttr sinter::chooseGemmSchedule(MLIRContext *context, const GemmShape &shape) {
  bool isF32 = shape.product.isF32(); // no tensor cores
  int64_t maxChannels = isF32 ? 64 : 128;
  int64_t channels = std::clamp<int64_t>(llvm::PowerOf2Ceil(shape.outputs), 32, maxChannels);
  // A panel of several groups multiplies the zeros between them.
  if (shape.groups > 1)
    channels = 32;
  int64_t pixels = isF32 ? 64 : 128;
  while (shape.tiles(pixels, channels) < wantedBlocks && (pixels > 64 || channels > 64)) {
    if (pixels >= channels && pixels > 64)
      pixels /= 2;
    else
      channels /= 2;
  }
  // Four warps need 32 rows of pixels, or 64 where they stand in one column.
  int64_t fewest = isF32 || channels >= 64 ? 32 : 64;
  int64_t together = shape.wantsSums ? shape.pixels : shape.images * shape.pixels;
  pixels = std::min(pixels, std::max<int64_t>(llvm::PowerOf2Ceil(together), fewest));
  // 64 bytes of a pixel, or of several rows of the filter.
  int64_t maxDepth = 64 / shape.elementBytes();
  int64_t depth = std::clamp<int64_t>(llvm::PowerOf2Ceil(shape.inputs), 16, maxDepth);
  return kernel::GemmScheduleAttr::get(context, pixels, channels, depth, /*stages=*/3,
                                       chooseSplits(shape, pixels, channels, depth));
}

//===----------------------------------------------------------------------===//
// What is said of it
//===----------------------------------------------------------------------===//

std::string sinter::explain(kernel::GemmScheduleAttr schedule, const GemmShape &shape) {
  int64_t pixels = schedule.getPixels(), channels = schedule.getChannels();
  int64_t tiles = shape.tiles(pixels, channels);
  int64_t steps = shape.steps(schedule.getDepth(), channels);
  std::string shared;
  if (schedule.getSplits() > 1)
    shared = llvm::formatv("each shared by {0} blocks, for {1} of {2} wanted", schedule.getSplits(),
                           tiles * schedule.getSplits(), wantedBlocks);
  else if (wantedBlocks / tiles < 2)
    shared = llvm::formatv("a block for each, of {0} wanted", wantedBlocks);
  else
    shared = "a block for each, as sharing them would save too few steps";
  double loaded = static_cast<double>(pixels + channels) * shape.elementBytes();
  return llvm::formatv("{0} tiles of {1} pixels x {2} channels with {3} steps of depth {4}, {5} "
                       "stages: {6}; {7:F3} bytes loaded per multiply-add",
                       tiles, pixels, channels, steps, schedule.getDepth(), schedule.getStages(),
                       shared, loaded / (pixels * channels));
}

std::string sinter::whyUnusable(kernel::GemmScheduleAttr schedule, const GemmShape &shape) {
  int64_t steps = shape.steps(schedule.getDepth(), schedule.getChannels());
  if (schedule.getSplits() > steps)
    return llvm::formatv("{0} splits of {1} steps", schedule.getSplits(), steps);
  return "";
}
