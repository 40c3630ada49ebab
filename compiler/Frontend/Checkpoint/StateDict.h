//===- StateDict.h - Tensors held to what is expected of them -----*- C++ -*-===//
//
// Reading an architecture asks for tensors by layer; what does not fit is
// reported with the layer's name, and what nobody asked for is left over.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_CHECKPOINT_STATEDICT_H
#define SINTER_COMPILER_FRONTEND_CHECKPOINT_STATEDICT_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"

#include <optional>

namespace sinter::checkpoint {

/// Far above the channels and kernels of any network; products of a few fit 64 bits.
constexpr int64_t maxDimension = 1 << 20;

class StateDict {
public:
  StateDict(const WeightSource &source, ErrorList &errors)
      : source(source), errors(errors), firstError(errors.size()), keys(source.keys()) {}

  /// True if there is a tensor under `key`.
  bool has(const llvm::Twine &key) const { return source.lookup(key.str()); }
  /// True if a key begins with `prefix`.
  bool hasBelow(const llvm::Twine &prefix) const;
  /// The shape of `key`, or nothing; not reported and not used.
  std::optional<Shape> peek(const llvm::Twine &key) const;

  /// The output channels of the convolution `layer`, whose weight must be
  /// O x inputs x kernel x kernel: also where the rest of the shape is wrong, so that
  /// more can be reported. Nothing where there is none.
  std::optional<int64_t> conv(const std::string &layer, int64_t inputs, int64_t kernel);
  /// The same of a convolution with groups, which `groups` gets.
  std::optional<int64_t> groupedConv(const std::string &layer, int64_t inputs, int64_t kernel,
                                     int64_t &groups);
  /// The output channels of `layer`, whose weight is a matrix or a 1x1 convolution.
  std::optional<int64_t> linear(const std::string &layer, int64_t inputs);
  /// Holds the tensors of a batch norm to their shape.
  void norm(const std::string &layer, int64_t channels);
  /// Holds the bias of `layer` to its shape.
  void bias(const std::string &layer, int64_t channels);

  /// Reports the tensors that nobody has asked for.
  void reportLeftOver();

  void error(const llvm::Twine &message);
  bool hasErrors() const { return errors.size() != firstError; }
  llvm::StringRef name() const { return source.name(); }
  llvm::ArrayRef<llvm::StringRef> allKeys() const { return keys; }

private:
  /// The shape of LAYER.PART, marked as used; null after a report.
  const Shape *use(const std::string &layer, llvm::StringRef part, llvm::StringRef expected);
  void mismatch(const std::string &layer, llvm::StringRef part, llvm::StringRef expected,
                llvm::StringRef got);

  const WeightSource &source;
  ErrorList &errors;
  size_t firstError;
  std::vector<llvm::StringRef> keys; ///< sorted
  llvm::StringSet<> used;
};

} // namespace sinter::checkpoint

#endif // SINTER_COMPILER_FRONTEND_CHECKPOINT_STATEDICT_H
