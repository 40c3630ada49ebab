//===- NNFolds.cpp - Folds of nn operations -------------------------------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace sinter::nn;

//===----------------------------------------------------------------------===//
// Pools and channels
//===----------------------------------------------------------------------===//

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

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

OpFoldResult FlattenOp::fold(FoldAdaptor) {
  // flatten(unflatten(x)) -> x, exact.
  auto unflatten = getInput().getDefiningOp<UnflattenOp>();
  return unflatten ? OpFoldResult(unflatten.getInput()) : OpFoldResult();
}

OpFoldResult UnflattenOp::fold(FoldAdaptor) {
  // unflatten(flatten(x)) of one pixel -> x, exact.
  auto flatten = getInput().getDefiningOp<FlattenOp>();
  bool isInverse = flatten && flatten.getInput().getType() == getResult().getType();
  return isInverse ? OpFoldResult(flatten.getInput()) : OpFoldResult();
}

/// concat(x, concat(y, z)) -> concat(x, y, z), exact.
LogicalResult ConcatOp::canonicalize(ConcatOp op, PatternRewriter &rewriter) {
  SmallVector<Value> inputs;
  SmallVector<Location> locations{op.getLoc()};
  for (Value input : op.getInputs()) {
    auto inner = input.getDefiningOp<ConcatOp>();
    if (!inner || !inner->hasOneUse()) {
      inputs.push_back(input);
      continue;
    }
    llvm::append_range(inputs, inner.getInputs());
    locations.push_back(inner.getLoc());
  }
  if (locations.size() == 1)
    return rewriter.notifyMatchFailure(op, "no input is a concatenation of its own");
  rewriter.modifyOpInPlace(op, [&] {
    op.getInputsMutable().assign(inputs);
    op->setLoc(rewriter.getFusedLoc(locations));
  });
  return success();
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

/// A shortcut that hands its input on is the identity, whose region is empty.
LogicalResult ResBlockOp::canonicalize(ResBlockOp op, PatternRewriter &rewriter) {
  Region &shortcut = op.getShortcut();
  if (shortcut.empty())
    return rewriter.notifyMatchFailure(op, "the shortcut is the identity");
  auto yield = cast<YieldOp>(shortcut.front().getTerminator());
  if (yield.getValue() != shortcut.getArgument(0))
    return rewriter.notifyMatchFailure(op, "the shortcut computes something");
  rewriter.modifyOpInPlace(op, [&] { rewriter.eraseBlock(&shortcut.front()); });
  return success();
}

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

/// True if `value` is clipped to an interval within [min, max] where it is computed.
static bool liesWithin(Value value, const APFloat &min, const APFloat &max) {
  if (value.getDefiningOp<ReLU6Op>())
    return min <= APFloat(0.0) && max >= APFloat(6.0);
  auto inner = value.getDefiningOp<ClipOp>();
  return inner && inner.getMin() >= min && inner.getMax() <= max;
}

OpFoldResult ClipOp::fold(FoldAdaptor) {
  // clip(clip(x)) of an interval within this one -> clip(x), exact.
  return liesWithin(getInput(), getMin(), getMax()) ? OpFoldResult(getInput()) : OpFoldResult();
}

/// clip(x, 0, 6) -> relu6(x), exact.
LogicalResult ClipOp::canonicalize(ClipOp op, PatternRewriter &rewriter) {
  if (!op.isReLU6())
    return rewriter.notifyMatchFailure(op, "clips to another interval");
  rewriter.replaceOpWithNewOp<ReLU6Op>(op, op.getInput());
  return success();
}

OpFoldResult ScaleShiftOp::fold(FoldAdaptor) {
  // 1 * x + 0 -> x, exact.
  bool isIdentity = getScale().isExactlyValue(1.0) && getShift().isZero();
  return isIdentity ? OpFoldResult(getInput()) : OpFoldResult();
}
