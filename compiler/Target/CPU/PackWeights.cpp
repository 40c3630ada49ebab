//===- PackWeights.cpp - Weights in the order kernels read them -----------===//

#include "compiler/Target/CPU/PackWeights.h"

#include <array>

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

/// G g G^T of a 3x3 filter g: 6x6 numbers. G is that of `kernel.winograd_conv2d`.
static std::array<double, 36> transformFilter(const double *g) {
  static constexpr double transform[6][3] = {{1.0 / 4, 0, 0},
                                             {-1.0 / 6, -1.0 / 6, -1.0 / 6},
                                             {-1.0 / 6, 1.0 / 6, -1.0 / 6},
                                             {1.0 / 24, 1.0 / 12, 1.0 / 6},
                                             {1.0 / 24, -1.0 / 12, 1.0 / 6},
                                             {0, 0, 1}};
  double rows[6][3] = {};
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 3; ++j)
      for (int k = 0; k < 3; ++k)
        rows[i][j] += transform[i][k] * g[3 * k + j];
  std::array<double, 36> result{};
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j)
      for (int k = 0; k < 3; ++k)
        result[6 * i + j] += rows[i][k] * transform[j][k];
  return result;
}

/// K x C x 3 x 3 to panels x 36 x blocks x input block x panel, transformed.
static void packWinogradFilter(kernel::WeightsOp weights, const DoubleTensor &values,
                               MutableArrayRef<float> packed) {
  ArrayRef<int64_t> type = weights.getMemRefType().getShape();
  int64_t outputs = values.shape[0], inputs = values.shape[1], panelChannels = type[4];
  int64_t paddedInputs = type[2] * type[3];
  llvm::fill(packed, 0.0f);
  for (int64_t output = 0; output < outputs; ++output)
    for (int64_t input = 0; input < inputs; ++input) {
      auto transformed = transformFilter(&values.data[(output * inputs + input) * 9]);
      int64_t panel = output / panelChannels, column = output % panelChannels;
      for (int64_t position = 0; position < 36; ++position)
        packed[((panel * 36 + position) * paddedInputs + input) * panelChannels + column] =
            static_cast<float>(transformed[position]);
    }
}

void sinter::packWeights(kernel::WeightsOp weights, const DoubleTensor &values,
                         MutableArrayRef<float> packed) {
  if (weights.getMemRefType().getRank() == 1)
    packVector(values, packed);
  else if (weights.getMemRefType().getRank() == 5)
    packWinogradFilter(weights, values, packed);
  else
    packFilter(weights, values, packed);
}
