//===- Frame.h - The values of an interpreter's run ---------------*- C++ -*-===//

#ifndef SINTER_COMPILER_REFERENCE_FRAME_H
#define SINTER_COMPILER_REFERENCE_FRAME_H

#include "compiler/Reference/Reference.h"

#include "mlir/IR/Region.h"
#include "llvm/ADT/DenseMap.h"

#include <memory>

namespace sinter {

/// The values computed so far and still needed. What the models of
/// ReferenceOpInterface read from and write to.
class ReferenceFrame {
public:
  explicit ReferenceFrame(const WeightSource &weights, ReferenceHook hook = nullptr)
      : weights(weights), hook(hook) {}

  /// A value that has been set.
  const DoubleTensor &operator[](mlir::Value value) const { return *values.at(value); }

  /// The same for an operand that may be absent.
  const DoubleTensor *find(mlir::Value value) const {
    return value ? values.at(value).get() : nullptr;
  }

  void set(mlir::Value value, DoubleTensor tensor) {
    values[value] = std::make_shared<const DoubleTensor>(std::move(tensor));
  }

  const WeightSource &getWeights() const { return weights; }

  /// Evaluates the operations of `region` and returns its terminator's operands.
  /// The region's argument stands for `input`, a value of this frame.
  std::vector<DoubleTensor> run(mlir::Region &region, mlir::Value input);

  /// Evaluates a block whose arguments are set.
  std::vector<DoubleTensor> run(mlir::Block &block);

private:
  /// Frees operands of `op` that no later operation of its block reads.
  void release(mlir::Operation &op);

  const WeightSource &weights;
  ReferenceHook hook;
  llvm::DenseMap<mlir::Value, std::shared_ptr<const DoubleTensor>> values;
  llvm::DenseMap<mlir::Value, unsigned> usesDone;
};

} // namespace sinter

#endif // SINTER_COMPILER_REFERENCE_FRAME_H
