//===- FuseSqueezeExcite.cpp - SE to gate and one scaling pass ------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter::nn {
#define GEN_PASS_DEF_FUSESQUEEZEEXCITE
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-fuse-squeeze-excite";

namespace {

/// squeeze_excite(x) -> scale_add(x, scale: se_gate(global_avg_pool(x))), exact.
struct SplitSqueezeExcite final : OpRewritePattern<SqueezeExciteOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SqueezeExciteOp op, PatternRewriter &rewriter) const override {
    Location loc = op.getLoc();
    Value mean = GlobalAvgPoolOp::create(rewriter, loc, op.getInput());
    Value gate =
        SEGateOp::create(rewriter, loc, mean, op.getReduce(), op.getReduceBias(), op.getExpand(),
                         op.getExpandBias(), op.getActivation(), op.getGate());
    auto identity = ActivationAttr::get(getContext(), ActivationKind::Identity);
    rewriter.replaceOpWithNewOp<ScaleAddOp>(op, op.getInput(), gate, /*residual=*/Value(), identity);
    return success();
  }
};

/// The scaling that defines `value`, if a join or activation can move into it.
ScaleAddOp openScaling(Value value) {
  auto scaling = value.getDefiningOp<ScaleAddOp>();
  bool isOpen = scaling && scaling.getScale() && !scaling.getResidual() &&
                scaling.getActivation().isIdentity() && scaling->hasOneUse();
  return isOpen ? scaling : ScaleAddOp();
}

/// Replaces `join` by `scaling` with the residual and the activation taken in.
void absorb(PatternRewriter &rewriter, Operation *join, ScaleAddOp scaling, Value residual,
            ActivationAttr activation) {
  auto merged = ScaleAddOp::create(
      rewriter, rewriter.getFusedLoc({scaling.getLoc(), join->getLoc()}), scaling.getInput(),
      scaling.getScale(), residual, activation);
  remarkPassed(merged, passName, "takes in " + describeSource(join->getResult(0)));
  rewriter.replaceOp(join, merged);
  rewriter.eraseOp(scaling);
}

/// scale_add(scale_add(x, s), residual: r, f) -> scale_add(x, s, r, f); the product
/// may be fused into the sum.
struct AbsorbJoin final : OpRewritePattern<ScaleAddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScaleAddOp join, PatternRewriter &rewriter) const override {
    if (join.getScale())
      return rewriter.notifyMatchFailure(join, "scales by itself");
    Value residual = join.getResidual();
    ScaleAddOp scaling = openScaling(join.getInput());
    if (!scaling && residual) {
      scaling = openScaling(residual);
      residual = join.getInput();
    }
    if (!scaling)
      return rewriter.notifyMatchFailure(join, "no operand is a rescaling of its own");
    absorb(rewriter, join, scaling, residual, join.getActivation());
    return success();
  }
};

/// add(scale_add(x, s), r) -> scale_add(x, s, r); the product may be fused into the sum.
struct AbsorbAdd final : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp add, PatternRewriter &rewriter) const override {
    for (auto [operand, other] : {std::pair(add.getLhs(), add.getRhs()),
                                  std::pair(add.getRhs(), add.getLhs())})
      if (ScaleAddOp scaling = openScaling(operand)) {
        absorb(rewriter, add, scaling, other, scaling.getActivation());
        return success();
      }
    return rewriter.notifyMatchFailure(add, "no operand is a rescaling of its own");
  }
};

/// f(scale_add(x, s, r)) -> scale_add(x, s, r, f), exact.
struct AbsorbActivation final : OpInterfaceRewritePattern<ActivationOpInterface> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;

  LogicalResult matchAndRewrite(ActivationOpInterface op,
                                PatternRewriter &rewriter) const override {
    auto scaling = op->getOperand(0).getDefiningOp<ScaleAddOp>();
    if (!scaling || !scaling.getActivation().isIdentity() || !scaling->hasOneUse())
      return rewriter.notifyMatchFailure(op, "input is not a rescaling of its own");
    absorb(rewriter, op, scaling, scaling.getResidual(), op.getActivation());
    return success();
  }
};

struct FuseSqueezeExcite final : sinter::nn::impl::FuseSqueezeExciteBase<FuseSqueezeExcite> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<SplitSqueezeExcite, AbsorbJoin, AbsorbAdd, AbsorbActivation>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
