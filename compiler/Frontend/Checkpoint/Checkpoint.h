//===- Checkpoint.h - Networks from bare state dicts --------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H
#define SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include <optional>
#include <string>

namespace sinter::checkpoint {

/// What keys and shapes cannot tell. Each is asked for by its flag where it is needed.
struct Options {
  std::optional<std::pair<int64_t, int64_t>> imageSize; ///< `--image-size HxW`
  std::string strideOn;                                 ///< `--stride-on conv1|conv2`: v1 or v1.5
};

/// The description, in the network language, of the network that the tensors of `weights`
/// belong to: torchvision's, timm's and the legacy SENet names, ResNets for ImageNet and CIFAR.
/// Nothing after errors; an ambiguity is an error that lists the alternatives and the flag
/// that chooses. `notes` gets what was assumed, a line each.
std::optional<std::string> describe(const WeightSource &weights, const Options &options,
                                    std::vector<std::string> &notes, ErrorList &errors);

} // namespace sinter::checkpoint

#endif // SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H
