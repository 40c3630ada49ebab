//===- LibraryCalls.h - Shipped blocks that fit a checkpoint ------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_CHECKPOINT_LIBRARYCALLS_H
#define SINTER_COMPILER_FRONTEND_CHECKPOINT_LIBRARYCALLS_H

#include "compiler/Frontend/Checkpoint/Architecture.h"

namespace sinter::checkpoint {

/// A block of the shipped library, with the stage that repeats it.
struct LibraryCall {
  std::string library;   ///< "resnet"
  std::string block;     ///< "bottleneck"
  std::string stage;     ///< "bottleneck_stage"
  int64_t planes = 0;    ///< their first argument behind `x`
  std::string arguments; ///< those behind the stride, each with ", " before it
};

/// The call that builds `blocks`, a stage or one block; nothing if the library has none
/// that builds exactly them.
std::optional<LibraryCall> libraryCall(const Architecture &architecture,
                                       llvm::ArrayRef<Block> blocks);

/// The hidden channels of a gate by timm's rule, as `gate_width` of library/resnet.sinter.
int64_t timmGateWidth(int64_t channels, int64_t reduction);

/// The `base_width` with which a bottleneck of `planes` has `width` channels in each of
/// its groups, or nothing.
std::optional<int64_t> baseWidth(int64_t planes, int64_t width);

} // namespace sinter::checkpoint

#endif // SINTER_COMPILER_FRONTEND_CHECKPOINT_LIBRARYCALLS_H
