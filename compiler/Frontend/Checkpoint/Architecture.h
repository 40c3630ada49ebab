//===- Architecture.h - What a checkpoint's names and shapes say --*- C++ -*-===//
//
// The residual network behind a checkpoint, as data: read from keys and shapes
// (ReadArchitecture.cpp) and written in the network language
// (WriteDescription.cpp).
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_CHECKPOINT_ARCHITECTURE_H
#define SINTER_COMPILER_FRONTEND_CHECKPOINT_ARCHITECTURE_H

#include "compiler/Frontend/Checkpoint/Checkpoint.h"
#include "compiler/Frontend/Checkpoint/StateDict.h"

namespace sinter::checkpoint {

/// Squeeze-and-excitation at the end of a block's main path.
struct Gate {
  std::string module;         ///< "se", "se_module"
  std::string reduce, expand; ///< "fc1" and "fc2", or "fc.0" and "fc.2"
  int64_t width = 0;          ///< hidden channels
  bool bias = true;
  bool afterActivation = false; ///< a ReLU precedes it, in the basic blocks of the first SENets
};

/// How the input of a block joins its output.
struct Shortcut {
  enum class Kind {
    Identity,
    Padding,         ///< "option A": every second pixel, and channels of zeros
    Projection,      ///< a convolution with the block's stride and a batch norm
    PooledProjection ///< ResNet-D: the stride is an average pool before the convolution
  };
  Kind kind = Kind::Identity;
  std::string module; ///< "downsample", "shortcut"
  int64_t kernel = 1; ///< of the convolution
};

struct Block {
  std::string name; ///< "layer1.0"
  bool isBottleneck = false;
  int64_t inputs = 0, outputs = 0;
  int64_t first = 0;  ///< channels behind conv1
  int64_t second = 0; ///< channels behind conv2
  int64_t groups = 1; ///< of conv2, in a bottleneck
  int64_t stride = 1;
  bool strideOnFirst = true; ///< on conv1, not conv2
  std::optional<Gate> gate;
  Shortcut shortcut;
};

/// What is before the first stage.
struct Stem {
  int64_t inputs = 0;          ///< channels of the image
  std::vector<int64_t> widths; ///< of its convolutions, one or three
  int64_t kernel = 0;          ///< of the first
  bool reduces = true;         ///< stride 2 and a max pool of stride 2 behind
  int64_t poolWidth = 0;       ///< of a convolution in place of the pool, as in ResNet-RS; or 0
};

/// What is behind the last stage and its mean; without it the mean is the output.
struct Classifier {
  std::string name; ///< "fc"
  int64_t classes = 0;
  bool bias = true;
};

struct Architecture {
  bool isLegacy = false; ///< named as the first SENets in PyTorch: `layer0`, `last_linear`
  Stem stem;
  std::vector<std::vector<Block>> stages;
  std::optional<Classifier> classifier;
  int64_t height = 0, width = 0;        ///< of the image
  std::string gateFunction;             ///< "sigmoid"
  std::vector<std::string> assumptions; ///< a sentence each, without "Assumed: "
};

/// The architecture that `tensors` belong to, each held to the shape that it must have.
/// Nothing after errors were reported to `tensors`.
std::optional<Architecture> readArchitecture(StateDict &tensors, const Options &options);

/// The usual name of the architecture, such as `seresnet50`, if it has one, else `stem`,
/// the name of its file, as an identifier.
std::string networkName(const Architecture &architecture, llvm::StringRef stem);

/// The network in the network language. `comment` goes to its head.
std::string writeDescription(const Architecture &architecture, llvm::StringRef name,
                             llvm::StringRef comment);

} // namespace sinter::checkpoint

#endif // SINTER_COMPILER_FRONTEND_CHECKPOINT_ARCHITECTURE_H
