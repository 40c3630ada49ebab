//===- RaiseSqueezeExcite.cpp - A gate written out to nn.squeeze_excite ---===//
//
// Starts at a product of a map and one value per channel, and walks back from
// the gate to the mean: x * gate(expand . activation(reduce . mean(x))).
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Raising.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/IR/PatternMatch.h"

namespace sinter::nn {
#define GEN_PASS_DEF_RAISESQUEEZEEXCITE
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-raise-squeeze-excite";

/// True for N x C x 1 x 1.
static bool isOnePixel(Value value) {
  ArrayRef<int64_t> shape = cast<ShapedType>(value.getType()).getShape();
  return shape.size() == 4 && shape[2] == 1 && shape[3] == 1;
}

/// The map of which `op` takes the mean by channel; null if it does not.
static Value meanOf(Operation *op) {
  if (auto mean = dyn_cast<GlobalAvgPoolOp>(op))
    return mean.getInput();
  auto pool = dyn_cast<AvgPoolOp>(op);
  if (!pool)
    return nullptr;
  // One window that is the whole map.
  bool isWhole = pool.getKernel() == pool.getInput().getType().getShape().drop_front(2) &&
                 llvm::all_of(pool.getPadding(), [](int64_t pixels) { return pixels == 0; });
  return isWhole ? Value(pool.getInput()) : nullptr;
}

namespace {

/// A fully connected layer on the means, as `nn.linear` or as 1x1 convolution.
struct Layer {
  Operation *op = nullptr;
  Value weight, bias;
  explicit operator bool() const { return op; }
};

/// Walks back from a gate. What it takes is in `operations`, users first; where
/// it fails, `reason` says why.
class GateMatcher {
public:
  GateMatcher(Value input, Value gate) : input(input), cursor(gate) {}

  bool match() {
    gate = takeActivation();
    expand = reason.empty() ? takeLayer() : Layer();
    activation = expand ? takeActivation() : nullptr;
    reduce = expand && reason.empty() ? takeLayer() : Layer();
    return reduce && takeMean();
  }

  Layer reduce, expand;
  ActivationAttr activation, gate;
  SmallVector<Operation *> operations;
  std::string reason;

private:
  /// Goes on at the first operand of the operation that defines the cursor.
  bool take(Operation *op) {
    if (!cursor.hasOneUse())
      return fail("the value of " + describe(op) + " has another user");
    operations.push_back(op);
    cursor = op->getOperand(0);
    return true;
  }
  bool fail(std::string why) {
    reason = std::move(why);
    return false;
  }

  /// Reshapes of one pixel to a row and back; they may stand anywhere.
  bool takeReshapes() {
    while (cursor != input) {
      Operation *op = cursor.getDefiningOp();
      bool isReshape = isa_and_nonnull<UnflattenOp>(op) ||
                       (isa_and_nonnull<FlattenOp>(op) && isOnePixel(op->getOperand(0)));
      if (!isReshape)
        return true;
      if (!take(op))
        return false;
    }
    return true;
  }

  /// Without one it is the identity.
  ActivationAttr takeActivation() {
    auto identity = ActivationAttr::get(input.getContext(), ActivationKind::Identity);
    if (!takeReshapes() || cursor == input)
      return identity;
    auto op = cursor.getDefiningOp<ActivationOpInterface>();
    return op && take(op) ? op.getActivation() : identity;
  }

  Layer takeLayer() {
    if (!takeReshapes())
      return {};
    Operation *op = cursor == input ? nullptr : cursor.getDefiningOp();
    Layer layer;
    if (auto linear = dyn_cast_or_null<LinearOp>(op)) {
      layer = {op, linear.getWeight(), linear.getBias()};
    } else if (auto conv = dyn_cast_or_null<Conv2dOp>(op)) {
      if (!isFullyConnected(conv))
        return {};
      layer = {op, conv.getWeight(), conv.getBias()};
    } else {
      explainMissingLayer(op);
      return {};
    }
    return take(op) ? layer : Layer();
  }

  /// Stride and dilation do not matter to one pixel.
  bool isFullyConnected(Conv2dOp conv) {
    if (conv.getGroups() != 1)
      return fail(describe(conv) + " has " + std::to_string(conv.getGroups()) + " groups");
    if (!isOnePixel(conv.getWeight()) || !isOnePixel(conv.getInput()) ||
        llvm::any_of(conv.getPadding(), [](int64_t pixels) { return pixels != 0; }))
      return fail(describe(conv) + " is no 1x1 convolution of the means");
    return true;
  }

  void explainMissingLayer(Operation *op) {
    bool isMean = cursor == input || (op && meanOf(op));
    if (isMean && expand)
      fail("one layer between the mean and the gate, as in ECA and effective SE");
    else if (isMean)
      fail("no layer between the mean and the product");
    else
      fail("expects a linear layer or 1x1 convolution " +
           std::string(expand ? "before the activation" : "before the gate") + ", got " +
           describeSource(cursor));
  }

  bool takeMean() {
    if (!takeReshapes())
      return false;
    // The mean of one pixel has been folded.
    if (cursor == input && isOnePixel(input))
      return true;
    Operation *op = cursor == input ? nullptr : cursor.getDefiningOp();
    Value map = op ? meanOf(op) : nullptr;
    if (!map)
      return fail("expects a mean over the map before " + describe(reduce.op) + ", got " +
                  describeSource(cursor));
    if (map != input)
      return fail("the mean is of another tensor");
    return take(op);
  }

  Value input, cursor;
};

} // namespace

/// The layer that the text frontend would name: "layer1.0.se" of "layer1.0.se.fc1" and
/// "layer1.0.se.fc2", or of "layer1.0.se.fc.0" and "layer1.0.se.fc.2".
static std::string gateName(const GateMatcher &matcher, MulOp mul) {
  std::string scope = commonScope({matcher.reduce.op, matcher.expand.op});
  StringRef name = scope;
  name.consume_back(".fc");
  return (name.empty() ? layerName(mul) : name).str();
}

/// mul(x, gate(expand . activation(reduce . mean(x)))) -> squeeze_excite(x), exact.
static void raise(IRRewriter &rewriter, MulOp mul, Value input, const GateMatcher &matcher) {
  rewriter.setInsertionPoint(mul);
  Location loc = namedLocation(gateName(matcher, mul), mul.getLoc());
  auto op = SqueezeExciteOp::create(rewriter, loc, input, matcher.reduce.weight,
                                    matcher.reduce.bias, matcher.expand.weight,
                                    matcher.expand.bias, matcher.activation, matcher.gate);
  rewriter.replaceOp(mul, op);
  for (Operation *operation : matcher.operations)
    rewriter.eraseOp(operation);
  bringParameters(op);
  remarkPassed(op, passName,
               "squeeze-and-excitation, " + Twine(op.getInput().getType().getDimSize(1)) + " -> " +
                   Twine(op.getReducedChannels()) + " channels, " +
                   stringifyActivationKind(op.getGate().getKind()) + " gate");
}

static void visit(IRRewriter &rewriter, MulOp mul) {
  Value lhs = mul.getLhs(), rhs = mul.getRhs();
  GateMatcher matcher(lhs, rhs);
  if (matcher.match())
    return raise(rewriter, mul, lhs, matcher);
  // Of a map of one pixel each factor may be the gate, and the product be any product.
  if (lhs.getType() == rhs.getType()) {
    GateMatcher swapped(rhs, lhs);
    if (swapped.match())
      raise(rewriter, mul, rhs, swapped);
    return;
  }
  remarkMissed(mul, passName, "no squeeze-and-excitation: " + matcher.reason);
}

namespace {

struct RaiseSqueezeExcite final : sinter::nn::impl::RaiseSqueezeExciteBase<RaiseSqueezeExcite> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    getOperation()->walk([&](MulOp mul) { visit(rewriter, mul); });
  }
};

} // namespace
