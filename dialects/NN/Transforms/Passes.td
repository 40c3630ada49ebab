//===- Passes.td - Passes on the nn dialect -----------------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD
#define SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def FoldBatchNorm : Pass<"nn-fold-batch-norm"> {
  let summary = "fold batch norms into the convolutions before them";
  let description = [{
    conv(x, w, b) then batch_norm -> conv(x, folded_weight, folded_bias), where
    the convolution has no other user. The new weights are computed in double
    precision when weights are packed; re-associates.

    **Requires** nothing. **Ensures** that a batch norm remains only where its
    input is not a convolution's sole use (pre-activation blocks).

    Example: `test/dialects/NN/Transforms/fold-batch-norm.mlir`
  }];
}

def InlineResBlock : Pass<"nn-inline-res-block"> {
  let summary = "replace residual blocks by their paths and the join";
  let description = [{
    res_block(x) -> scale_add(main(x), residual: shortcut(x)) with the block's
    activation. The shortcut is placed before the main path, so that the last
    convolution of the main path can take it as its residual. Exact.

    **Requires** nothing. **Ensures** that no `nn.res_block` remains.

    Example: `test/dialects/NN/Transforms/inline-res-block.mlir`
  }];
}

def FuseSqueezeExcite : Pass<"nn-fuse-squeeze-excite"> {
  let summary = "split squeeze-and-excitation and merge its rescaling with the join";
  let description = [{
    squeeze_excite(x) -> scale_add(x, scale: se_gate(global_avg_pool(x))), and
    the add and the activation that follow move into the `nn.scale_add`, so
    that gate, residual and activation take one pass over the data. The pool
    itself moves into the producing convolution by `nn-fuse-epilogue`. Exact.

    **Requires** inlined residual blocks to merge the join. **Ensures** that no
    `nn.squeeze_excite` remains.

    Example: `test/dialects/NN/Transforms/fuse-squeeze-excite.mlir`
  }];
}

def FuseEpilogue : Pass<"nn-fuse-epilogue"> {
  let summary = "fuse joins, activations and channel means into convolutions";
  let description = [{
    activation(conv(x)), conv(x) + r and global_avg_pool(conv(x)) become one
    `nn.fused_conv2d`. The value must have no other user, but for the channel
    mean, which leaves the convolution's result as it is. Exact, but for the
    order in which the mean is summed.

    **Requires** nothing. **Ensures** that every convolution is an
    `nn.fused_conv2d`.

    Example: `test/dialects/NN/Transforms/fuse-epilogue.mlir`
  }];
}

#endif // SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD
