//===- Flatten.cpp - Networks as exporters write them ---------------------===//

#include "test/dialects/NN/Transforms/Flatten.h"

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/PatternMatch.h"

#include <random>

using namespace mlir;
using namespace sinter;
using namespace sinter::test;

namespace {

class Flattener {
public:
  Flattener(MLIRContext *context, const FlattenOptions &options)
      : rewriter(context), options(options), random(options.seed) {}

  void run(func::FuncOp network);

private:
  /// One of `count` ways.
  uint64_t choose(uint64_t count) { return random() % count; }
  FloatAttr literal(double value) {
    return rewriter.getF64FloatAttr(options.roundsLiterals ? static_cast<float>(value) : value);
  }

  Value scaleShift(Value x, double scale, double shift) {
    return nn::ScaleShiftOp::create(rewriter, loc, x, literal(scale), literal(shift));
  }
  Value clip(Value x, double min, double max) {
    return nn::ClipOp::create(rewriter, loc, x, rewriter.getF64FloatAttr(min),
                              rewriter.getF64FloatAttr(max));
  }
  Value product(Value a, Value b) {
    if (choose(2))
      std::swap(a, b);
    return nn::MulOp::create(rewriter, loc, a, b);
  }
  Value hardSigmoid(Value x, double alpha, double beta);
  Value hardSwish(Value x);
  Value activation(nn::ActivationAttr function, Value x);
  void rewriteActivation(nn::ActivationOpInterface op);

  Value mean(Value x);
  Value reshapes(Value x, size_t rank);
  Value layer(Value x, Value weight, Value bias);
  void inlineGate(nn::SqueezeExciteOp op);

  Value inlinePath(nn::ResBlockOp block, Region &path);
  void inlineBlock(nn::ResBlockOp block);

  IRRewriter rewriter;
  const FlattenOptions &options;
  std::mt19937_64 random;
  Location loc = rewriter.getUnknownLoc();
};

size_t rankOf(Value value) { return cast<ShapedType>(value.getType()).getRank(); }

} // namespace

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

Value Flattener::hardSigmoid(Value x, double alpha, double beta) {
  // The image of a clip to [0, 1 / alpha], or a clip of the image.
  if (beta == 0.5 && alpha > 0 && choose(2))
    return scaleShift(clip(scaleShift(x, 1, beta / alpha), 0, 1 / alpha), alpha, 0);
  return clip(scaleShift(x, alpha, beta), 0, 1);
}

Value Flattener::hardSwish(Value x) {
  auto shifted = [&] { return clip(scaleShift(x, 1, 3), 0, 6); };
  switch (choose(3)) {
  case 0: // The factor behind the product,
    return scaleShift(product(x, shifted()), 1.0 / 6, 0);
  case 1: // before it,
    return product(scaleShift(x, 1.0 / 6, 0), shifted());
  default: // in the gate.
    return product(x, hardSigmoid(x, 1.0 / 6, 0.5));
  }
}

Value Flattener::activation(nn::ActivationAttr function, Value x) {
  bool isWritten = options.writesActivations;
  double alpha = function.getAlpha().convertToDouble(), beta = function.getBeta().convertToDouble();
  switch (function.getKind()) {
  case nn::ActivationKind::Identity:
    return x;
  case nn::ActivationKind::ReLU:
    return nn::ReLUOp::create(rewriter, loc, x);
  case nn::ActivationKind::ReLU6:
    return isWritten ? clip(x, 0, 6) : nn::ReLU6Op::create(rewriter, loc, x).getResult();
  case nn::ActivationKind::LeakyReLU:
    return nn::LeakyReLUOp::create(rewriter, loc, x, APFloat(alpha));
  case nn::ActivationKind::Sigmoid:
    return nn::SigmoidOp::create(rewriter, loc, x);
  case nn::ActivationKind::HardSigmoid:
    return isWritten ? hardSigmoid(x, alpha, beta)
                     : nn::HardSigmoidOp::create(rewriter, loc, x, APFloat(alpha), APFloat(beta))
                           .getResult();
  case nn::ActivationKind::SiLU:
    return isWritten && rankOf(x) == 4
               ? product(x, nn::SigmoidOp::create(rewriter, loc, x))
               : nn::SiLUOp::create(rewriter, loc, x).getResult();
  case nn::ActivationKind::HardSwish:
    return isWritten && rankOf(x) == 4 ? hardSwish(x)
                                       : nn::HardSwishOp::create(rewriter, loc, x).getResult();
  case nn::ActivationKind::Clip:
    return clip(x, alpha, beta);
  case nn::ActivationKind::ScaleShift:
    return scaleShift(x, alpha, beta);
  }
  llvm_unreachable("a kind not covered");
}

void Flattener::rewriteActivation(nn::ActivationOpInterface op) {
  rewriter.setInsertionPoint(op);
  loc = op.getLoc();
  rewriter.replaceOp(op, activation(op.getActivation(), op->getOperand(0)));
}

//===----------------------------------------------------------------------===//
// Squeeze-and-excitation
//===----------------------------------------------------------------------===//

Value Flattener::mean(Value x) {
  if (choose(2))
    return nn::GlobalAvgPoolOp::create(rewriter, loc, x);
  auto shape = cast<ShapedType>(x.getType()).getShape();
  return nn::AvgPoolOp::create(rewriter, loc, x, shape.drop_front(2));
}

/// Gives `x` this rank, with a detour now and then.
Value Flattener::reshapes(Value x, size_t rank) {
  for (size_t detours = choose(2) * 2; rankOf(x) != rank || detours; detours -= detours != 0)
    x = rankOf(x) == 4 ? nn::FlattenOp::create(rewriter, loc, x).getResult()
                       : nn::UnflattenOp::create(rewriter, loc, x).getResult();
  return x;
}

Value Flattener::layer(Value x, Value weight, Value bias) {
  StringRef key = weight.getDefiningOp<nn::ParameterOp>().getKey();
  key.consume_back(".weight");
  Location name = NameLoc::get(rewriter.getStringAttr(key));
  if (rankOf(weight) == 2)
    return nn::LinearOp::create(rewriter, name, reshapes(x, 2), weight, bias);
  return nn::Conv2dOp::create(rewriter, name, reshapes(x, 4), weight, bias);
}

void Flattener::inlineGate(nn::SqueezeExciteOp op) {
  rewriter.setInsertionPoint(op);
  loc = NameLoc::get(rewriter.getStringAttr("gate"));
  Value x = layer(mean(op.getInput()), op.getReduce(), op.getReduceBias());
  x = layer(activation(op.getActivation(), x), op.getExpand(), op.getExpandBias());
  x = activation(op.getGate(), x);
  rewriter.replaceOpWithNewOp<nn::MulOp>(op, op.getInput(), reshapes(x, 4));
}

//===----------------------------------------------------------------------===//
// Residual blocks
//===----------------------------------------------------------------------===//

Value Flattener::inlinePath(nn::ResBlockOp block, Region &path) {
  Operation *yield = path.front().getTerminator();
  path.getArgument(0).replaceAllUsesWith(block.getInput());
  Value result = yield->getOperand(0);
  rewriter.eraseOp(yield);
  rewriter.inlineBlockBefore(&path.front(), block, block.getInput());
  return result;
}

void Flattener::inlineBlock(nn::ResBlockOp block) {
  rewriter.setInsertionPoint(block);
  Value shortcut = block.getInput();
  bool isFirst = choose(2);
  if (isFirst && block.hasProjection())
    shortcut = inlinePath(block, block.getShortcut());
  Value main = inlinePath(block, block.getMain());
  if (!isFirst && block.hasProjection())
    shortcut = inlinePath(block, block.getShortcut());
  rewriter.setInsertionPoint(block);
  loc = NameLoc::get(rewriter.getStringAttr("join"));
  if (choose(2))
    std::swap(main, shortcut);
  Value sum = nn::AddOp::create(rewriter, loc, main, shortcut);
  rewriter.replaceOp(block, activation(block.getActivation(), sum));
}

void Flattener::run(func::FuncOp network) {
  // Before there are others that belong to a block.
  SmallVector<nn::ActivationOpInterface> activations;
  network.walk([&](nn::ActivationOpInterface op) { activations.push_back(op); });
  for (nn::ActivationOpInterface op : activations)
    rewriteActivation(op);
  network.walk([&](nn::SqueezeExciteOp op) { inlineGate(op); });
  // Weights that a block has to itself stand before it, or all at the beginning.
  SmallVector<Operation *> weights;
  network.walk([&](nn::ResBlockOp block) {
    block.walk([&](nn::ParameterOp op) { weights.push_back(op); });
  });
  network.walk([&](nn::ResBlockOp block) { inlineBlock(block); });
  if (choose(2))
    for (Operation *op : weights)
      op->moveBefore(&network.getBody().front(), network.getBody().front().begin());
}

void sinter::test::flatten(func::FuncOp network, const FlattenOptions &options) {
  Flattener(network.getContext(), options).run(network);
}
