//===- NNFusedOps.td - What the fuse stage makes of layers --*- tablegen -*-===//
//
// No frontend writes these. They are the seam between `fuse` and `schedule`:
// each becomes one kernel, or one call of it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_NN_IR_NNFUSEDOPS_TD
#define SINTER_DIALECTS_NN_IR_NNFUSEDOPS_TD

include "dialects/NN/IR/NNBase.td"

def NN_FusedConv2dOp : NN_ShapedOp<"fused_conv2d", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<NN_CostOpInterface>]> {
  let summary = "2-D convolution with its epilogue";
  let description = [{
    result = activation(conv2d(input, weight, bias) * scale + residual)
    channel_mean[n,c,0,0] = mean over y,x of result[n,c,y,x]

    with scale = 1 and residual = 0 where they are absent. `channel_mean` is what
    squeeze-and-excitation pools; the epilogue sums it while the values are still
    in registers. `scale` is a gate that was computed before.

    - (C1) the convolution satisfies the constraints of `nn.conv2d`.
    - (C2) `residual` has the type of `result`.
    - (C3) `scale` is N x K x 1 x 1, as `channel_mean`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %w: tensor<64x64x1x1xf32>, %b: tensor<64xf32>) -> tensor<1x64x56x56xf32> {
      %0, %mean = nn.fused_conv2d %x, %w bias %b residual %x {activation = #nn.activation<relu>}
        : (tensor<1x64x56x56xf32>, tensor<64x64x1x1xf32>, tensor<64xf32>, tensor<1x64x56x56xf32>)
        -> (tensor<1x64x56x56xf32>, tensor<1x64x1x1xf32>)
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, NN_Filter:$weight, Optional<NN_Vector>:$bias,
                       Optional<NN_FeatureMap>:$scale, Optional<NN_FeatureMap>:$residual,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups,
                       NN_ActivationAttr:$activation);
  let results = (outs NN_FeatureMap:$result, NN_FeatureMap:$channel_mean);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? (`scale` $scale^)? (`residual` $residual^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_SEGateOp : NN_ShapedOp<"se_gate", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<NN_CostOpInterface>]> {
  let summary = "the gate of squeeze-and-excitation";
  let description = [{
    result[n,c,0,0] = gate(expand . activation(reduce . mean[n] + reduce_bias) + expand_bias)[c]

    `mean` need not have as many channels as the map that the gate is for: the mean
    behind a 1x1 convolution is a linear function of the mean before it, which
    `reduce` may include (`nn-hoist-gate`).

    - (C1) `reduce` is R x K or R x K x 1 x 1, with K the channels of `mean`.
    - (C2) `expand` is C x R or C x R x 1 x 1.
    - (C3) `reduce_bias` has R values and `expand_bias` has C.
    - (C4) `mean` is N x K x 1 x 1.

    #### Example
    ```mlir
    func.func @example(%mean: tensor<1x64x1x1xf32>, %w1: tensor<4x64xf32>, %w2: tensor<64x4xf32>) -> tensor<1x64x1x1xf32> {
      %0 = nn.se_gate %mean reduce %w1 expand %w2 {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
        : (tensor<1x64x1x1xf32>, tensor<4x64xf32>, tensor<64x4xf32>) -> tensor<1x64x1x1xf32>
      return %0 : tensor<1x64x1x1xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$mean, NN_Tensor:$reduce, Optional<NN_Vector>:$reduce_bias,
                       NN_Tensor:$expand, Optional<NN_Vector>:$expand_bias,
                       NN_ActivationAttr:$activation, NN_ActivationAttr:$gate);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = [{
    $mean `reduce` $reduce (`bias` $reduce_bias^)? `expand` $expand (`bias` $expand_bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_ScaleAddOp : NN_ShapedOp<"scale_add", [AttrSizedOperandSegments]> {
  let summary = "scale, add and activation in one pass over the data";
  let description = [{
    result = activation(input * scale + residual)

    with scale = 1 and residual = 0 where they are absent. The "axpy" of
    SE-ResNet: the gate's rescaling, the residual join and its activation read
    and write the data once.

    - (C1) `scale` has the shape of `input` or that of its channel means.
    - (C2) `residual` has the type of `input`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %gate: tensor<1x64x1x1xf32>, %r: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.scale_add %x scale %gate residual %r {activation = #nn.activation<relu>}
        : (tensor<1x64x56x56xf32>, tensor<1x64x1x1xf32>, tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, Optional<NN_FeatureMap>:$scale,
                       Optional<NN_FeatureMap>:$residual, NN_ActivationAttr:$activation);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = [{
    $input (`scale` $scale^)? (`residual` $residual^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // SINTER_DIALECTS_NN_IR_NNFUSEDOPS_TD
