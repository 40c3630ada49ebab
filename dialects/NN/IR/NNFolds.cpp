//===- NNFolds.cpp - Folds of nn operations -------------------------------===//

#include "dialects/NN/IR/NN.h"

using namespace mlir;
using namespace sinter::nn;

OpFoldResult PadChannelsOp::fold(FoldAdaptor) {
  // pad_channels(x, 0, 0) -> x, exact.
  return getBefore() == 0 && getAfter() == 0 ? OpFoldResult(getInput()) : OpFoldResult();
}
