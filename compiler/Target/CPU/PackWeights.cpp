//===- PackWeights.cpp - Weights in the order kernels read them -----------===//

#include "compiler/Target/CPU/PackWeights.h"

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
  float *next = packed.data();
  for (int64_t panel = 0; panel < packing.panels; ++panel)
    for (int64_t block = 0; block < packing.blocks; ++block)
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t lane = 0; lane < inputBlock; ++lane)
          for (int64_t column = 0; column < panelChannels; ++column) {
            int64_t output = panel * panelChannels + column;
            int64_t input = (packing.firstBlock(panel) + block) * inputBlock + lane;
            int64_t inGroup = input - output / outputsPerGroup * inputsPerGroup;
            bool exists = output < outputChannels && input < inputChannels && inGroup >= 0 &&
                          inGroup < inputsPerGroup;
            *next++ = exists ? static_cast<float>(
                                   values.data[(output * inputsPerGroup + inGroup) * taps + tap])
                             : 0.0f;
          }
}

void sinter::packWeights(kernel::WeightsOp weights, const DoubleTensor &values,
                         MutableArrayRef<float> packed) {
  if (weights.getMemRefType().getRank() == 1)
    packVector(values, packed);
  else
    packFilter(weights, values, packed);
}
