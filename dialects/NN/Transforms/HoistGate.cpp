//===- HoistGate.cpp - Gates before the convolution they are for ----------===//
//
// A 1x1 convolution and the mean over pixels are both linear, and one works on
// channels, the other on pixels: which comes first does not matter. A gate that is
// known before the convolution costs no pass over its result.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

#include <array>

namespace sinter::nn {
#define GEN_PASS_DEF_HOISTGATE
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-hoist-gate";

namespace {

/// True if the mean over pixels of `conv` is `conv` of the mean, and costs less so.
bool commutesWithMean(FusedConv2dOp conv) {
  ArrayRef<int64_t> filter = cast<ShapedType>(conv.getWeight().getType()).getShape();
  const std::array<int64_t, 2> ones{1, 1};
  return filter.take_back(2) == ArrayRef(ones) && conv.getStrides() == ArrayRef(ones) &&
         llvm::all_of(conv.getPadding(), [](int64_t side) { return side == 0; }) &&
         conv.getGroups() == 1 && filter[1] <= filter[0];
}

/// True for a convolution that has no epilogue yet but the mean, and a user of each alone.
bool isOpen(FusedConv2dOp conv) {
  return conv.getActivation().isIdentity() && !conv.getScale() && !conv.getResidual() &&
         conv.getResult().hasOneUse() && conv.getChannelMean().hasOneUse();
}

/// The means of `map`: those that its convolution sums anyway, or a pass over it.
Value channelMean(PatternRewriter &rewriter, Location loc, Value map) {
  auto producer = map.getDefiningOp<FusedConv2dOp>();
  if (producer && map == producer.getResult())
    return producer.getChannelMean();
  return GlobalAvgPoolOp::create(rewriter, loc, map);
}

/// The gate of `conv`, from the means of its input.
Value hoist(PatternRewriter &rewriter, SEGateOp gate, FusedConv2dOp conv) {
  Location loc = gate.getLoc();
  Value reduce = ComposedWeightOp::create(rewriter, loc, gate.getReduce(), conv.getWeight());
  Value bias = gate.getReduceBias();
  if (conv.getBias())
    bias = ComposedBiasOp::create(rewriter, loc, gate.getReduce(), conv.getBias(), bias);
  return SEGateOp::create(rewriter, loc, channelMean(rewriter, loc, conv.getInput()), reduce, bias,
                          gate.getExpand(), gate.getExpandBias(), gate.getActivation(),
                          gate.getGate());
}

/// The convolution that `scaling` gates by its own means, or null.
FusedConv2dOp gatedConvolution(ScaleAddOp scaling) {
  auto gate = scaling.getScale() ? scaling.getScale().getDefiningOp<SEGateOp>() : SEGateOp();
  auto conv = scaling.getInput().getDefiningOp<FusedConv2dOp>();
  return gate && conv && gate.getMean() == conv.getChannelMean() ? conv : FusedConv2dOp();
}

/// scale_add(conv(x)#0, scale: se_gate(conv(x)#1), r, f) -> conv(x, scale: se_gate'(mean(x)), r, f);
/// re-associated, the weights in double.
struct HoistOverConvolution final : OpRewritePattern<ScaleAddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ScaleAddOp scaling, PatternRewriter &rewriter) const override {
    FusedConv2dOp conv = gatedConvolution(scaling);
    if (!conv)
      return rewriter.notifyMatchFailure(scaling, "is no gate on the means of a convolution");
    auto gate = scaling.getScale().getDefiningOp<SEGateOp>();
    if (!gate->hasOneUse() || !isOpen(conv))
      return rewriter.notifyMatchFailure(scaling, "something else reads the convolution or the gate");
    if (!commutesWithMean(conv))
      return rewriter.notifyMatchFailure(scaling, "the convolution does not commute with the mean");

    Value hoisted = hoist(rewriter, gate, conv);
    auto fused = FusedConv2dOp::create(
        rewriter, rewriter.getFusedLoc({conv.getLoc(), scaling.getLoc()}), conv.getInput(),
        conv.getWeight(), conv.getBias(), hoisted, scaling.getResidual(), conv.getStrides(),
        conv.getPadding(), conv.getDilations(), conv.getGroups(), scaling.getActivation());
    remarkPassed(fused, passName, "takes in " + describeSource(scaling.getResult()));
    rewriter.replaceOp(scaling, fused.getResult());
    rewriter.eraseOp(gate);
    rewriter.eraseOp(conv);
    return success();
  }
};

struct HoistGate final : sinter::nn::impl::HoistGateBase<HoistGate> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    patterns.add<HoistOverConvolution>(&getContext());
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      return signalPassFailure();
    getOperation()->walk([](ScaleAddOp scaling) {
      if (FusedConv2dOp conv = gatedConvolution(scaling))
        remarkMissed(scaling, passName,
                     "stays behind " + describeSource(conv.getResult()) +
                         (commutesWithMean(conv) ? ", which something else reads, or its gate"
                                                 : ", which the mean cannot go before"));
    });
  }
};

} // namespace
