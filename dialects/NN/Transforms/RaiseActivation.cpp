//===- RaiseActivation.cpp - Activations written out, to one operation ----===//
//
// Scales, shifts and clips of x are one function, a ramp: clamp(a x + b, low,
// high). Hard sigmoids are ramps from 0 to 1, and hard swish is x times one.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/IR/PatternMatch.h"
#include "llvm/Support/Format.h"

#include <algorithm>
#include <cmath>

namespace sinter::nn {
#define GEN_PASS_DEF_RAISEACTIVATION
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

static constexpr StringLiteral passName = "nn-raise-activation";

/// Equal but for the rounding of a few f32 literals.
static bool isClose(double value, double wanted) {
  constexpr double tolerance = 4.0 / (1 << 24);
  return std::fabs(value - wanted) <= tolerance * (wanted == 0 ? 1 : std::fabs(wanted));
}

/// The number that an f32 literal near `value` stands for.
static double snapped(double value) {
  for (double wanted : {1.0 / 6, 0.2, 0.5})
    if (isClose(value, wanted))
      return wanted;
  return value;
}

namespace {

/// clamp(scale * base + shift, low, high), and the operations that compute it, users first.
struct Ramp {
  explicit Ramp(Value base) : base(base) {}

  Value base;
  double scale = 1, shift = 0, low = -INFINITY, high = INFINITY;
  SmallVector<Operation *> operations;

  bool isScale() const { return shift == 0 && low == -INFINITY && high == INFINITY; }

  /// Multiplies the values of the ramp.
  void multiply(double factor) {
    scale *= factor, shift *= factor, low *= factor, high *= factor;
    if (factor < 0)
      std::swap(low, high);
  }

  /// Composes the ramp with an affine function that is applied to the base first.
  void composeAffine(double innerScale, double innerShift) {
    shift += scale * innerShift;
    scale *= innerScale;
  }

  /// The same with clamping to [min, max].
  void composeClamp(double min, double max) {
    auto image = [&](double x) { return std::clamp(scale * x + shift, low, high); };
    double first = image(min), second = image(max);
    low = std::min(first, second), high = std::max(first, second);
  }

  /// Takes in the operation that defines the base; false if it is no ramp.
  bool takeBase();

  /// "clamp(0.166667 x + 0.5, 0, 1)"
  std::string describe() const {
    std::string text;
    llvm::raw_string_ostream(text)
        << llvm::format("clamp(%g x + %g, %g, %g)", scale, shift, low, high);
    return text;
  }
};

} // namespace

bool Ramp::takeBase() {
  auto op = base.getDefiningOp<ActivationOpInterface>();
  if (!op || scale == 0)
    return false;
  ActivationAttr function = op.getActivation();
  double alpha = function.getAlpha().convertToDouble(), beta = function.getBeta().convertToDouble();
  switch (function.getKind()) {
  case ActivationKind::ReLU:
    composeClamp(0, INFINITY);
    break;
  case ActivationKind::ReLU6:
    composeClamp(0, 6);
    break;
  case ActivationKind::Clip:
    composeClamp(alpha, beta);
    break;
  case ActivationKind::ScaleShift:
    composeAffine(alpha, beta);
    break;
  case ActivationKind::HardSigmoid:
    composeClamp(0, 1);
    composeAffine(alpha, beta);
    break;
  default:
    return false;
  }
  operations.push_back(op);
  base = op->getOperand(0);
  return true;
}

/// The longest ramp that ends in `value` and that nobody else reads from.
static Ramp rampOf(Value value) {
  Ramp ramp(value);
  while (ramp.base.hasOneUse() && ramp.takeBase())
    ;
  return ramp;
}

/// Replaces `root` and erases what only it used.
static void replace(IRRewriter &rewriter, Operation *root, Operation *raised,
                    ArrayRef<Operation *> operations, const Twine &remark) {
  rewriter.replaceOp(root, raised->getResults());
  for (Operation *op : operations)
    rewriter.eraseOp(op);
  remarkPassed(raised, passName, remark);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

/// mul(x, sigmoid(x)) -> silu(x), which may divide once instead.
static bool raiseSiLU(IRRewriter &rewriter, MulOp mul, Value x, Value factor) {
  auto sigmoid = factor.getDefiningOp<SigmoidOp>();
  if (!sigmoid || sigmoid.getInput() != x)
    return false;
  if (!sigmoid->hasOneUse()) {
    remarkMissed(mul, passName, "no silu: the sigmoid has another user");
    return false;
  }
  rewriter.setInsertionPoint(mul);
  replace(rewriter, mul, SiLUOp::create(rewriter, mul.getLoc(), x), {sigmoid}, "silu");
  return true;
}

/// The scaling that is the only user of `mul`, if there is one.
static ScaleShiftOp scalingOf(MulOp mul) {
  auto scaling = mul->hasOneUse() ? dyn_cast<ScaleShiftOp>(*mul->user_begin()) : ScaleShiftOp();
  return scaling && scaling.getShift().isZero() ? scaling : ScaleShiftOp();
}

/// k x * clamp(a x + b, low, high) -> hard_swish(x) if that is x * clamp(x / 6 + 1/2, 0, 1);
/// re-associated, and literals may be f32 roundings of these.
static bool raiseHardSwish(IRRewriter &rewriter, MulOp mul, Ramp factor, Ramp ramp) {
  if (!factor.isScale() || factor.base != ramp.base || ramp.low == -INFINITY)
    return false;
  Operation *root = mul;
  SmallVector<Operation *> operations;
  if (ScaleShiftOp scaling = scalingOf(mul)) {
    factor.multiply(scaling.getScale().convertToDouble());
    root = scaling;
    operations.push_back(mul);
  }
  ramp.multiply(factor.scale);
  if (!isClose(ramp.scale, 1.0 / 6) || !isClose(ramp.shift, 0.5) || !isClose(ramp.low, 0) ||
      !isClose(ramp.high, 1)) {
    remarkMissed(mul, passName, "no hard_swish: x is multiplied by " + ramp.describe());
    return false;
  }
  llvm::append_range(operations, factor.operations);
  llvm::append_range(operations, ramp.operations);
  rewriter.setInsertionPoint(root);
  replace(rewriter, root, HardSwishOp::create(rewriter, mul.getLoc(), ramp.base), operations,
          "hard_swish");
  return true;
}

static void visitProduct(IRRewriter &rewriter, MulOp mul) {
  Value lhs = mul.getLhs(), rhs = mul.getRhs();
  if (lhs.getType() != rhs.getType() || lhs == rhs)
    return;
  if (raiseSiLU(rewriter, mul, lhs, rhs) || raiseSiLU(rewriter, mul, rhs, lhs))
    return;
  if (!raiseHardSwish(rewriter, mul, rampOf(lhs), rampOf(rhs)))
    raiseHardSwish(rewriter, mul, rampOf(rhs), rampOf(lhs));
}

//===----------------------------------------------------------------------===//
// Ramps
//===----------------------------------------------------------------------===//

/// clamp(a x + b, 0, 1) in several operations -> hard_sigmoid(x, a, b); re-associated.
static void visitRamp(IRRewriter &rewriter, ActivationOpInterface root) {
  Ramp ramp(root->getResult(0));
  if (!ramp.takeBase())
    return;
  while (ramp.base.hasOneUse() && ramp.takeBase())
    ;
  double alpha = snapped(ramp.scale), beta = snapped(ramp.shift);
  bool isUnit = isClose(ramp.low, 0) && isClose(ramp.high, 1);
  bool isPlainClip = alpha == 1 && beta == 0;
  if (!isUnit || isPlainClip || alpha == 0 || !isFiniteF32(APFloat(alpha)) ||
      !isFiniteF32(APFloat(beta)))
    return;
  if (auto single = dyn_cast<HardSigmoidOp>(*root); single && ramp.operations.size() == 1) {
    // Its literals may be f32 roundings.
    single.setAlpha(APFloat(alpha));
    single.setBeta(APFloat(beta));
    return;
  }
  rewriter.setInsertionPoint(root);
  auto raised = HardSigmoidOp::create(rewriter, root.getLoc(), ramp.base, APFloat(alpha),
                                      APFloat(beta));
  replace(rewriter, root, raised, ArrayRef(ramp.operations).drop_front(),
          "hard_sigmoid, " + ramp.describe());
}

namespace {

struct RaiseActivation final : sinter::nn::impl::RaiseActivationBase<RaiseActivation> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // Products first: what they take in is no hard sigmoid of its own.
    SmallVector<MulOp> products;
    getOperation()->walk([&](MulOp mul) { products.push_back(mul); });
    for (MulOp mul : products)
      visitProduct(rewriter, mul);
    getOperation()->walk([&](ActivationOpInterface op) { visitRamp(rewriter, op); });
  }
};

} // namespace
