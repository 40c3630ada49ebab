//===- WeightDoctor.h - Looks at weights while they are packed ----*- C++ -*-===//
//
// Trained weights may be odd without being wrong: values that no CPU computes
// with at full speed, channels that never say anything, statistics of a layer
// that saw one value. Packing sees every value, so it is where they are found.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_TARGET_CPU_WEIGHTDOCTOR_H
#define SINTER_COMPILER_TARGET_CPU_WEIGHTDOCTOR_H

#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Reference/Reference.h"
#include "dialects/Kernel/IR/Kernel.h"

#include "llvm/ADT/MapVector.h"

namespace sinter {

/// A running variance below this belongs to a channel that was constant in training.
constexpr float smallVariance = 1e-10f;

/// Examines the stored and the folded weights of a network. Findings are kept
/// by tensor and told in the network's order, however many threads examine.
class WeightDoctor {
public:
  /// Reads every weight that `planned` packs, once.
  WeightDoctor(mlir::ModuleOp planned, const WeightSource &source);

  /// The tensors to pack.
  llvm::ArrayRef<kernel::WeightsOp> tensors() const { return packed; }

  /// Rounds the computed values of a tensor to f32, denormal ones to zero.
  /// Returns false if one is not finite. Threads may share the doctor, not a tensor.
  bool settle(size_t tensor, DoubleTensor &values);

  /// Notes that a settled tensor has a value that its packed elements cannot hold.
  void noteOverflow(size_t tensor) { folded[tensor].overflows = true; }

  /// What is odd, one line per kind; nothing if all is well.
  std::vector<std::string> warnings() const;
  /// The tensors that hold a NaN or an infinity after folding, by layer.
  ErrorList errors() const;

private:
  /// A weight as the source holds it.
  struct Stored {
    bool isVariance = false;
    int64_t denormals = 0;
    std::vector<int64_t> smallVariances; ///< channels
  };
  /// A tensor as it is packed.
  struct Folded {
    int64_t denormals = 0;
    std::vector<int64_t> dead;        ///< channels whose weights are all zero
    std::optional<int64_t> notFinite; ///< the first channel with such a value
    bool isNaN = false;
    bool overflows = false;
  };
  struct Finding {
    std::string tensor;
    llvm::ArrayRef<int64_t> channels;
  };

  void collect();
  void examineStored(llvm::StringRef key, Stored &stored);
  std::string line(const llvm::Twine &message, llvm::ArrayRef<Finding> findings) const;

  const WeightSource &source;
  llvm::SmallVector<kernel::WeightsOp> packed;
  std::vector<Folded> folded; ///< one per packed tensor
  llvm::MapVector<llvm::StringRef, Stored> stored;
};

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_WEIGHTDOCTOR_H
