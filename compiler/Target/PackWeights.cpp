//===- PackWeights.cpp - Weights in the order kernels read them -----------===//

#include "compiler/Target/PackWeights.h"

#include "dialects/Kernel/IR/Winograd.h"

#include "llvm/ADT/bit.h"

#include <array>
#include <cmath>

using namespace mlir;
using namespace sinter;

/// One value per channel, zeros behind the last.
static void packVector(const DoubleTensor &values, MutableArrayRef<float> packed) {
  llvm::fill(packed, 0.0f);
  llvm::copy(values.data, packed.begin());
}

/// K x C/groups x R x S to panels x blocks x R x S x input block x panel.
static void packFilter(kernel::WeightsOp weights, const DoubleTensor &values,
                       MutableArrayRef<float> packed) {
  ArrayRef<int64_t> type = weights.getMemRefType().getShape();
  int64_t outputChannels = values.shape[0], inputsPerGroup = values.shape[1];
  int64_t inputChannels = *weights.getInputChannels(), groups = *weights.getGroups();
  int64_t taps = type[2] * type[3], inputBlock = type[4], panelChannels = type[5];
  int64_t outputsPerGroup = outputChannels / groups;
  auto packing = kernel::FilterPacking::get(outputChannels, inputChannels, groups, inputBlock,
                                            panelChannels);
  packing.blocks = type[1];
  float *next = packed.data();
  for (int64_t panel = 0; panel < packing.panels; ++panel)
    for (int64_t block = 0; block < packing.blocks; ++block)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t lane = 0; lane < inputBlock; ++lane)
          for (int64_t column = 0; column < panelChannels; ++column) {
            int64_t output = panel * panelChannels + column;
            int64_t input = (packing.firstBlock(panel) + block) * inputBlock + lane;
            int64_t inGroup = input - output / outputsPerGroup * inputsPerGroup;
            if (packing.isByGroup())
              input = inGroup = lane;
            bool exists = output < outputChannels && input < inputChannels && inGroup >= 0 &&
                          inGroup < inputsPerGroup;
            *next++ = exists ? static_cast<float>(
                                   values.data[(output * inputsPerGroup + inGroup) * taps + tap])
                             : 0.0f;
          }
}

/// G g G^T of a 3x3 filter g: one number for each position.
static void transformFilter(const kernel::Matrix &transform, const double *g,
                            MutableArrayRef<double> result) {
  size_t size = transform.size();
  for (size_t i = 0; i < size; ++i) {
    std::array<double, 3> row{}; // of G g
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k)
        row[j] += transform[i][k] * g[3 * k + j];
    for (size_t j = 0; j < size; ++j)
      result[i * size + j] =
          row[0] * transform[j][0] + row[1] * transform[j][1] + row[2] * transform[j][2];
  }
}

/// K x C x 3 x 3 to panels x positions x blocks x input block x panel, transformed.
static void packWinogradFilter(kernel::WeightsOp weights, const DoubleTensor &values,
                               MutableArrayRef<float> packed) {
  ArrayRef<int64_t> type = weights.getMemRefType().getShape();
  int64_t outputs = values.shape[0], inputs = values.shape[1];
  int64_t positions = type[1], paddedInputs = type[2] * type[3], panelChannels = type[4];
  const auto &transform = kernel::WinogradMatrices::get(kernel::winogradTile(positions)).filter;
  SmallVector<double> transformed(positions);
  llvm::fill(packed, 0.0f);
  for (int64_t output = 0; output < outputs; ++output)
    for (int64_t input = 0; input < inputs; ++input) {
      transformFilter(transform, &values.data[(output * inputs + input) * 9], transformed);
      int64_t panel = output / panelChannels, column = output % panelChannels;
      for (int64_t position = 0; position < positions; ++position)
        packed[((panel * positions + position) * paddedInputs + input) * panelChannels + column] =
            static_cast<float>(transformed[position]);
    }
}

static void packFloats(kernel::WeightsOp weights, const DoubleTensor &values,
                       MutableArrayRef<float> packed) {
  if (weights.getMemRefType().getRank() == 1)
    packVector(values, packed);
  else if (weights.getMemRefType().getRank() == 5)
    packWinogradFilter(weights, values, packed);
  else
    packFilter(weights, values, packed);
}

/// Rounds to f16 or bf16, to nearest even. Returns false if a value becomes infinite.
static bool roundTo(Type element, ArrayRef<float> values, uint16_t *bits) {
  bool isFinite = true;
  for (float value : values) {
    if (element.isF16()) {
      auto rounded = static_cast<_Float16>(value);
      isFinite &= std::isfinite(static_cast<float>(rounded));
      *bits++ = llvm::bit_cast<uint16_t>(rounded);
      continue;
    }
    // The upper half of the bits, and a carry from the lower half.
    uint32_t word = llvm::bit_cast<uint32_t>(value);
    *bits++ = static_cast<uint16_t>((word + 0x7fff + (word >> 16 & 1)) >> 16);
  }
  return isFinite;
}

bool sinter::packWeights(kernel::WeightsOp weights, const DoubleTensor &values, void *bytes) {
  MemRefType type = weights.getMemRefType();
  size_t elements = type.getNumElements();
  if (type.getElementType().isF32()) {
    packFloats(weights, values, MutableArrayRef<float>(static_cast<float *>(bytes), elements));
    return true;
  }
  std::vector<float> packed(elements);
  packFloats(weights, values, packed);
  return roundTo(type.getElementType(), packed, static_cast<uint16_t *>(bytes));
}
