//===- Passes.td - Passes on the nn dialect -----------------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD
#define SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def RaiseActivation : Pass<"nn-raise-activation"> {
  let summary = "raise activations that are written out";
  let description = [{
    mul(x, sigmoid(x)) becomes `nn.silu`; scales, shifts and clips of x that are
    clamp(alpha x + beta, 0, 1) become one `nn.hard_sigmoid`, and x times the one
    with alpha = 1/6 and beta = 1/2 `nn.hard_swish`, wherever the factor 1/6
    stands. Literals may be off by a few roundings to f32; they become the number
    that they stand for. Values between must have no other user. Results may
    differ from those of the operations replaced by 1e-6, relative.

    **Requires** nothing. **Ensures** nothing: what does not match stays.

    Example: `test/dialects/NN/Transforms/raise-activation.mlir`
  }];
}

def RaiseSqueezeExcite : Pass<"nn-raise-squeeze-excite"> {
  let summary = "raise squeeze-and-excitation that is written out";
  let description = [{
    mul(x, gate(expand . activation(reduce . mean(x)))) becomes
    `nn.squeeze_excite`. The mean is an `nn.global_avg_pool`, or an `nn.avg_pool`
    with a window of the whole map; both layers are an `nn.linear` or an
    `nn.conv2d` of one pixel, with reshapes between them as needed; gate and
    activation are any activation or none. Values between must have no other
    user. Exact.

    **Requires** raised activations (`nn-raise-activation`) for gates written
    out. **Ensures** nothing: what does not match stays, and a remark says why.

    Example: `test/dialects/NN/Transforms/raise-squeeze-excite.mlir`
  }];
}

def RaiseResBlock : Pass<"nn-raise-res-block"> {
  let summary = "raise residual blocks that are written out";
  let description = [{
    activation(add(main(x), shortcut(x))) becomes `nn.res_block`, with or without
    the activation, where x is the nearest value through which all data of both
    addends goes. An addend that is x itself is an identity shortcut; of two
    others the one with more convolutions is the main path. Values inside must
    have no user outside, and a path must have a convolution. Parameters that
    only a path reads move into it, before their first user. An activation that
    alone reads a block without one moves into it too. Exact: a sum of two
    numbers does not depend on their order.

    **Requires** raised squeeze-and-excitation, or its operations stay inside the
    path as they are. **Ensures** nothing: what does not match stays, and a
    remark says why.

    Example: `test/dialects/NN/Transforms/raise-res-block.mlir`
  }];
}

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

def HoistGate : Pass<"nn-hoist-gate"> {
  let summary = "compute the gate before the 1x1 convolution that it is for";
  let description = [{
    The mean of a 1x1 convolution is that convolution of the mean. So

        y = conv(x), scale_add(y, scale: se_gate(mean(y)), residual: r, f)

    becomes a gate of mean(x), whose first layer is the composition of its own and
    the convolution, and the gate, the residual and the activation move into the
    epilogue of the convolution: nothing reads y again. In a bottleneck block the
    first layer is a quarter as large, besides. The convolution has stride 1, no
    padding, no groups, no more inputs than outputs, and nothing else reads it.
    Re-associates; weights are composed in double precision when they are packed.

    **Requires** `nn-fuse-squeeze-excite` and `nn-fuse-epilogue`. **Ensures**
    nothing: what does not match stays.

    Example: `test/dialects/NN/Transforms/hoist-gate.mlir`
  }];
}

#endif // SINTER_DIALECTS_NN_TRANSFORMS_PASSES_TD
