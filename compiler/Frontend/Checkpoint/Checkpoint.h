//===- Checkpoint.h - Networks from bare state dicts --------------*- C++ -*-===//
//
// A checkpoint says nothing but the names and shapes of its tensors. For the
// residual networks of torchvision, timm and the original SENets that is enough
// to write the network down, but for a few facts that leave no trace; those are
// assumed and said, or asked for.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H
#define SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include <optional>
#include <string>
#include <utility>

namespace sinter::checkpoint {

/// What keys and shapes cannot tell, each by its flag; empty: as the names suggest.
struct Options {
  std::optional<std::pair<int64_t, int64_t>> imageSize; ///< `--image-size`: height and width
  std::string strideOn; ///< `--stride-on conv1|conv2`: of a bottleneck, "v1" or "v1.5"
  std::string stem;     ///< `--stem imagenet|cifar`: stride 2 and a max pool, or neither
  std::string gate;     ///< `--gate sigmoid|hard_sigmoid`: of squeeze-and-excitation

  bool isEmpty() const { return !imageSize && strideOn.empty() && stem.empty() && gate.empty(); }
};

/// A network as its checkpoint tells of it.
struct Description {
  std::string name; ///< the network's
  std::string text; ///< in the network language, in canonical layout
};

/// The network that the tensors of `weights` belong to. Comments at the head of the text say
/// what was assumed; it imports shipped libraries only. A prefix that all keys share, such as
/// `module.`, is taken off: `weights` becomes a view without it. Nothing after errors: an
/// unknown architecture, tensors that are missing, left over or misshapen, or an ambiguity,
/// with the flags that decide it.
std::optional<Description> describe(std::unique_ptr<WeightSource> &weights, const Options &options,
                                    ErrorList &errors);

} // namespace sinter::checkpoint

#endif // SINTER_COMPILER_FRONTEND_CHECKPOINT_CHECKPOINT_H
