//===- NNParameterOps.td - Weights and what is derived from them -*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNPARAMETEROPS_TD
#define SINTER_DIALECTS_NN_IR_NNPARAMETEROPS_TD

include "dialects/NN/IR/NNBase.td"

def NN_ParameterOp : NN_Op<"parameter", [Pure]> {
  let summary = "a named weight";
  let description = [{
    The tensor stored under `key` in the state dict. The values stay outside
    the IR: they are read once, when weights are packed.

    - (C1) `key` is not empty.

    #### Example
    ```mlir
    func.func @example() -> tensor<64x3x7x7xf32> {
      %w = nn.parameter "conv1.weight" : tensor<64x3x7x7xf32>
      return %w : tensor<64x3x7x7xf32>
    }
    ```
  }];
  let arguments = (ins StrAttr:$key);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$key attr-dict `:` type($result)";
  let hasVerifier = 1;
}

def NN_FoldedWeightOp : NN_ShapedOp<"folded_weight"> {
  let summary = "a convolution weight with a batch norm folded in";
  let description = [{
    result[k, ...] = weight[k, ...] * gamma[k] / sqrt(running_var[k] + epsilon)

    Computed in double precision when weights are packed, never at run time.

    - (C1) `gamma` and `running_var` have one value per output channel of `weight`.
    - (C2) `epsilon` is finite and at least 0.

    #### Example
    ```mlir
    func.func @example(%w: tensor<64x3x7x7xf32>, %gamma: tensor<64xf32>, %var: tensor<64xf32>) -> tensor<64x3x7x7xf32> {
      %0 = nn.folded_weight %w, %gamma, %var {epsilon = 1.0e-5 : f64}
        : (tensor<64x3x7x7xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64x3x7x7xf32>
      return %0 : tensor<64x3x7x7xf32>
    }
    ```
  }];
  let arguments = (ins NN_Filter:$weight, NN_Vector:$gamma, NN_Vector:$running_var,
                       F64Attr:$epsilon);
  let results = (outs NN_Filter:$result);
  let assemblyFormat = "$weight `,` $gamma `,` $running_var attr-dict `:` functional-type(operands, results)";
}

def NN_FoldedBiasOp : NN_ShapedOp<"folded_bias"> {
  let summary = "the bias that a folded batch norm leaves";
  let description = [{
    result[k] = beta[k] + (bias[k] - running_mean[k]) * gamma[k] / sqrt(running_var[k] + epsilon)

    with bias = 0 where the convolution has none. Computed in double precision
    when weights are packed.

    - (C1) all operands have the same length.
    - (C2) `epsilon` is finite and at least 0.

    #### Example
    ```mlir
    func.func @example(%gamma: tensor<64xf32>, %beta: tensor<64xf32>, %mean: tensor<64xf32>, %var: tensor<64xf32>) -> tensor<64xf32> {
      %0 = nn.folded_bias %gamma, %beta, %mean, %var {epsilon = 1.0e-5 : f64}
        : (tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      return %0 : tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins NN_Vector:$gamma, NN_Vector:$beta, NN_Vector:$running_mean,
                       NN_Vector:$running_var, Optional<NN_Vector>:$bias, F64Attr:$epsilon);
  let results = (outs NN_Vector:$result);
  let assemblyFormat = [{
    $gamma `,` $beta `,` $running_mean `,` $running_var (`bias` $bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
}

def NN_FoldedScaleOp : NN_ShapedOp<"folded_scale"> {
  let summary = "the factor of a batch norm that stands alone";
  let description = [{
    result[k] = gamma[k] / sqrt(running_var[k] + epsilon)

    With `nn.folded_bias` it makes a batch norm one multiply and one add per
    value. Computed in double precision when weights are packed.

    - (C1) `gamma` and `running_var` have the same length.
    - (C2) `epsilon` is finite and at least 0.

    #### Example
    ```mlir
    func.func @example(%gamma: tensor<64xf32>, %var: tensor<64xf32>) -> tensor<64xf32> {
      %0 = nn.folded_scale %gamma, %var {epsilon = 1.0e-5 : f64} : (tensor<64xf32>, tensor<64xf32>) -> tensor<64xf32>
      return %0 : tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins NN_Vector:$gamma, NN_Vector:$running_var, F64Attr:$epsilon);
  let results = (outs NN_Vector:$result);
  let assemblyFormat = "$gamma `,` $running_var attr-dict `:` functional-type(operands, results)";
}

def NN_ComposedWeightOp : NN_ShapedOp<"composed_weight"> {
  let summary = "the weight of two linear layers, one behind the other";
  let description = [{
    result[r, k] = sum over c of outer[r, c] * inner[c, k]

    Computed in double precision when weights are packed, never at run time.

    - (C1) `inner` is the C x K x 1 x 1 filter of a convolution without groups.
    - (C2) `outer` is R x C or R x C x 1 x 1; `result` has its rank.

    #### Example
    ```mlir
    func.func @example(%fc1: tensor<16x256xf32>, %conv3: tensor<256x64x1x1xf32>) -> tensor<16x64xf32> {
      %0 = nn.composed_weight %fc1, %conv3 : (tensor<16x256xf32>, tensor<256x64x1x1xf32>) -> tensor<16x64xf32>
      return %0 : tensor<16x64xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$outer, NN_Filter:$inner);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$outer `,` $inner attr-dict `:` functional-type(operands, results)";
}

def NN_ComposedBiasOp : NN_ShapedOp<"composed_bias"> {
  let summary = "the bias of two linear layers, one behind the other";
  let description = [{
    result[r] = bias[r] + sum over c of outer[r, c] * inner_bias[c]

    with bias = 0 where the outer layer has none. Computed in double precision
    when weights are packed.

    - (C1) `outer` is R x C or R x C x 1 x 1, and `inner_bias` has C values.
    - (C2) `bias` has R values.

    #### Example
    ```mlir
    func.func @example(%fc1: tensor<16x256xf32>, %b3: tensor<256xf32>, %b1: tensor<16xf32>) -> tensor<16xf32> {
      %0 = nn.composed_bias %fc1, %b3 bias %b1 : (tensor<16x256xf32>, tensor<256xf32>, tensor<16xf32>) -> tensor<16xf32>
      return %0 : tensor<16xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$outer, NN_Vector:$inner_bias, Optional<NN_Vector>:$bias);
  let results = (outs NN_Vector:$result);
  let assemblyFormat = [{
    $outer `,` $inner_bias (`bias` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

#endif // SINTER_DIALECTS_NN_IR_NNPARAMETEROPS_TD
