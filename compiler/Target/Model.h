//===- Model.h - What an artifact says of itself ------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_MODEL_H
#define SINTER_COMPILER_TARGET_MODEL_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>
#include <vector>

namespace sinter {

struct TensorDescription {
  std::string name;
  std::vector<int64_t> shape; ///< NCHW; {N, H, W, C} of f16
  bool isHalf = false;        ///< f16 and NHWC; else f32 and NCHW

  int64_t elements() const;
};

/// What a run computes between two barriers; see sinter_step_info.
struct Step {
  std::string layers;
  int64_t multiplyAdds = 0;
};

/// The interface of a compiled network.
struct Model {
  std::string name;
  std::vector<TensorDescription> inputs, outputs;
  int64_t workspaceBytes = 0;
  int64_t weightsBytes = 0;
  std::vector<Step> steps;

  /// Reads names and shapes from an imported network: one function of tensors.
  static Model fromNetwork(mlir::func::FuncOp network);
  /// Makes f16, NHWC of inputs that are images.
  void setHalfImages();
  /// Adds the sizes that memory planning has chosen, and the steps.
  void setPlan(mlir::ModuleOp planned);
};

constexpr int64_t workspaceAlignment = 64;

/// Names of networks and tensors stand in the header and in symbols.
bool isCIdentifier(llvm::StringRef name);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_MODEL_H
