//===- FuseEpilogue.cpp - Joins, activations, means into convolutions -----===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter::nn {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-fuse-epilogue";

namespace {

/// conv2d -> fused_conv2d with an empty epilogue, exact.
struct OpenEpilogue final : OpRewritePattern<Conv2dOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(Conv2dOp conv, PatternRewriter &rewriter) const override {
    auto identity = ActivationAttr::get(getContext(), ActivationKind::Identity);
    auto fused = FusedConv2dOp::create(rewriter, conv.getLoc(), conv.getInput(), conv.getWeight(),
                                       conv.getBias(), /*scale=*/Value(), /*residual=*/Value(),
                                       conv.getStrides(), conv.getPadding(), conv.getDilations(),
                                       conv.getGroups(), identity);
    rewriter.replaceOp(conv, fused.getResult());
    return success();
  }
};

/// The convolution that defines `value`, if its epilogue can still take in the
/// value's only user.
FusedConv2dOp openConvolution(Value value) {
  auto conv = value.getDefiningOp<FusedConv2dOp>();
  bool isOpen = conv && value == conv.getResult() && value.hasOneUse() &&
                conv.getChannelMean().use_empty() && conv.getActivation().isIdentity();
  return isOpen ? conv : FusedConv2dOp();
}

/// Replaces `user` by `conv` with a longer epilogue. The new operation stands
/// where `user` stood, so that a residual defined after `conv` is in sight.
void extend(PatternRewriter &rewriter, Operation *user, FusedConv2dOp conv, Value residual,
            ActivationAttr activation) {
  auto fused = FusedConv2dOp::create(
      rewriter, rewriter.getFusedLoc({conv.getLoc(), user->getLoc()}), conv.getInput(),
      conv.getWeight(), conv.getBias(), conv.getScale(), residual, conv.getStrides(),
      conv.getPadding(), conv.getDilations(), conv.getGroups(), activation);
  remarkPassed(fused, passName, "takes in " + describeSource(user->getResult(0)));
  rewriter.replaceOp(user, fused.getResult());
  rewriter.eraseOp(conv);
}

/// Takes `lhs + rhs` followed by `activation` into the convolution that
/// defines one of them; the first one wins.
LogicalResult fuseJoin(PatternRewriter &rewriter, Operation *join, Value lhs, Value rhs,
                       ActivationAttr activation) {
  for (auto [operand, residual] : {std::pair(lhs, rhs), std::pair(rhs, lhs)})
    if (FusedConv2dOp conv = openConvolution(operand); conv && !conv.getResidual()) {
      extend(rewriter, join, conv, residual, activation);
      return success();
    }
  return rewriter.notifyMatchFailure(join, "no operand is a convolution of its own");
}

/// scale_add(conv(x), residual: r, f) -> fused_conv2d(x, residual: r, f), exact.
struct FuseScaleAdd final : OpRewritePattern<ScaleAddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScaleAddOp op, PatternRewriter &rewriter) const override {
    if (op.getScale() || !op.getResidual())
      return rewriter.notifyMatchFailure(op, "is no plain join");
    return fuseJoin(rewriter, op, op.getInput(), op.getResidual(), op.getActivation());
  }
};

/// add(conv(x), r) -> fused_conv2d(x, residual: r), exact.
struct FuseAdd final : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    auto identity = ActivationAttr::get(getContext(), ActivationKind::Identity);
    return fuseJoin(rewriter, op, op.getLhs(), op.getRhs(), identity);
  }
};

/// f(conv(x)) -> fused_conv2d(x, f), exact.
struct FuseActivation final : OpInterfaceRewritePattern<ActivationOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ActivationOpInterface op,
                                PatternRewriter &rewriter) const override {
    FusedConv2dOp conv = openConvolution(op->getOperand(0));
    if (!conv)
      return rewriter.notifyMatchFailure(op, "input is not a convolution of its own");
    extend(rewriter, op, conv, conv.getResidual(), op.getActivation());
    return success();
  }
};

/// global_avg_pool(fused_conv2d(x)#0) -> fused_conv2d(x)#1; sums in another order.
struct FuseChannelMean final : OpRewritePattern<GlobalAvgPoolOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(GlobalAvgPoolOp op, PatternRewriter &rewriter) const override {
    auto conv = op.getInput().getDefiningOp<FusedConv2dOp>();
    if (!conv || op.getInput() != conv.getResult())
      return rewriter.notifyMatchFailure(op, "input is not a convolution");
    rewriter.modifyOpInPlace(
        conv, [&] { conv->setLoc(rewriter.getFusedLoc({conv.getLoc(), op.getLoc()})); });
    remarkPassed(conv, passName, "takes in the mean of its channels");
    rewriter.replaceOp(op, conv.getChannelMean());
    return success();
  }
};

/// Why the convolution behind `value`, if it is one, takes in no more.
std::string explainClosed(Value value) {
  auto conv = value.getDefiningOp<FusedConv2dOp>();
  std::string source = describeSource(value);
  if (!conv)
    return source;
  if (value == conv.getChannelMean())
    return "the means of " + source;
  if (!value.hasOneUse() || !conv.getChannelMean().use_empty())
    return source + ", which has another user";
  if (!conv.getActivation().isIdentity())
    return source + ", which has an activation";
  return source + ", which has a residual";
}

/// Says of the joins and activations that stay why they do.
void remarkOnRest(Operation *root) {
  root->walk([](Operation *op) {
    if (auto join = dyn_cast<ScaleAddOp>(op); join && !join.getScale() && join.getResidual())
      remarkMissed(op, passName,
                   "stands alone behind " + explainClosed(join.getInput()) + ", and " +
                       explainClosed(join.getResidual()));
    else if (auto add = dyn_cast<AddOp>(op))
      remarkMissed(op, passName, "stands alone behind " + explainClosed(add.getLhs()) + ", and " +
                                     explainClosed(add.getRhs()));
    else if (isa<ActivationOpInterface>(op))
      remarkMissed(op, passName, "stands alone behind " + explainClosed(op->getOperand(0)));
  });
}

struct FuseEpilogue final : sinter::nn::impl::FuseEpilogueBase<FuseEpilogue> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<OpenEpilogue, FuseScaleAdd, FuseAdd, FuseActivation, FuseChannelMean>(
        &getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    remarkOnRest(getOperation());
  }
};

} // namespace
