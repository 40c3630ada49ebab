//===- InlineResBlock.cpp - Residual blocks to paths and join -------------===//

#include "dialects/NN/IR/NN.h"
#include "dialects/NN/Transforms/Passes.h"

#include "mlir/IR/PatternMatch.h"

namespace sinter::nn {
#define GEN_PASS_DEF_INLINERESBLOCK
#include "dialects/NN/Transforms/Passes.h.inc"
} // namespace sinter::nn

using namespace mlir;
using namespace sinter::nn;

/// Moves the operations of `path` before `block` and returns what it yields.
static Value inlinePath(IRRewriter &rewriter, ResBlockOp block, Region &path) {
  auto yield = cast<YieldOp>(path.front().getTerminator());
  Value result = yield.getValue();
  // A path that yields its argument is the block's input.
  if (result == path.getArgument(0))
    result = block.getInput();
  rewriter.eraseOp(yield);
  rewriter.inlineBlockBefore(&path.front(), block, block.getInput());
  return result;
}

namespace {

struct InlineResBlock final : sinter::nn::impl::InlineResBlockBase<InlineResBlock> {
  void runOnOperation() override {
    IRRewriter rewriter(&getContext());
    // Post-order: blocks inside a path come before the block that holds them.
    getOperation()->walk([&](ResBlockOp block) {
      // res_block(x) -> activation(main(x) + shortcut(x)), exact.
      Value shortcut = block.hasProjection() ? inlinePath(rewriter, block, block.getShortcut())
                                             : Value(block.getInput());
      Value main = inlinePath(rewriter, block, block.getMain());
      rewriter.setInsertionPoint(block);
      rewriter.replaceOpWithNewOp<ScaleAddOp>(block, main, /*scale=*/Value(), shortcut,
                                              block.getActivation());
    });
  }
};

} // namespace
