//===- FoldBatchNorm.cpp - Fold batch norms into convolutions -------------===//
//
// A named greedy pass rather than a canonicalization: it changes rounding.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace sinter::nn {
#define GEN_PASS_DEF_FOLDBATCHNORM
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-fold-batch-norm";

namespace {

/// batch_norm(conv(x, w, b)) -> conv(x, w * s, beta + (b - mean) * s) with
/// s = gamma / sqrt(var + eps); re-associated, the products in double.
struct FoldIntoConvolution final : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BatchNormOp norm, PatternRewriter &rewriter) const override {
    auto conv = norm.getInput().getDefiningOp<Conv2dOp>();
    if (!conv)
      return rewriter.notifyMatchFailure(norm, "input is not a convolution");
    if (!conv->hasOneUse())
      return rewriter.notifyMatchFailure(norm, "the convolution has another user");

    Location loc = rewriter.getFusedLoc({conv.getLoc(), norm.getLoc()});
    Value weight = FoldedWeightOp::create(rewriter, loc, conv.getWeight(), norm.getWeight(),
                                          norm.getRunningVar(), norm.getEpsilonAttr());
    Value bias =
        FoldedBiasOp::create(rewriter, loc, norm.getWeight(), norm.getBias(), norm.getRunningMean(),
                             norm.getRunningVar(), conv.getBias(), norm.getEpsilonAttr());
    auto folded = Conv2dOp::create(rewriter, loc, conv.getInput(), weight, bias,
                                   conv.getStrides(), conv.getPadding(), conv.getDilations(),
                                   conv.getGroups());
    remarkPassed(folded, passName, "takes in " + describeSource(norm.getResult()));
    rewriter.replaceOp(norm, folded);
    rewriter.eraseOp(conv);
    return success();
  }
};

struct FoldBatchNorm final : sinter::nn::impl::FoldBatchNormBase<FoldBatchNorm> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<FoldIntoConvolution>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](BatchNormOp norm) {
      bool isShared = norm.getInput().getDefiningOp<Conv2dOp>() != nullptr;
      remarkMissed(norm, passName,
                   "stands alone behind " + describeSource(norm.getInput()) +
                       (isShared ? ", which has another user" : ""));
    });
  }
};

} // namespace
