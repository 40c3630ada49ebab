//===- NNFolds.cpp - Folds of nn operations -------------------------------===//

#include "dialects/NN/IR/NN.h"

using namespace mlir;
using namespace sinter::nn;

/// pool(x) with a kernel of 1 x 1 at stride 1 -> x, exact.
template <typename Pool> static OpFoldResult foldPool(Pool op) {
  auto isOne = [](int64_t value) { return value == 1; };
  return llvm::all_of(op.getKernel(), isOne) && llvm::all_of(op.getStrides(), isOne)
             ? OpFoldResult(op.getInput())
             : OpFoldResult();
}

OpFoldResult MaxPoolOp::fold(FoldAdaptor) { return foldPool(*this); }
OpFoldResult AvgPoolOp::fold(FoldAdaptor) { return foldPool(*this); }

OpFoldResult GlobalAvgPoolOp::fold(FoldAdaptor) {
  // global_avg_pool(x) of one pixel -> x, exact.
  return getInput().getType() == getResult().getType() ? OpFoldResult(getInput()) : OpFoldResult();
}

OpFoldResult PadChannelsOp::fold(FoldAdaptor) {
  // pad_channels(x, 0, 0) -> x, exact.
  return getBefore() == 0 && getAfter() == 0 ? OpFoldResult(getInput()) : OpFoldResult();
}
