//===- NNLayerOps.td - Convolution, normalization, pooling, linear -*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNLAYEROPS_TD
#define SINTER_DIALECTS_NN_IR_NNLAYEROPS_TD

include "dialects/NN/IR/NNBase.td"

def NN_Conv2dOp : NN_ShapedOp<"conv2d", [DeclareOpInterfaceMethods<NN_CostOpInterface>]> {
  let summary = "2-D convolution";
  let description = [{
    result[n,k,y,x] = bias[k] + sum over c,r,s of
        weight[k,c,r,s] * input[n, g*C/groups + c, y*stride + r*dilation - top, x*stride + s*dilation - left]

    with g = k / (K/groups) and zero outside `input` (cross-correlation, as
    PyTorch's `Conv2d`). `padding` is [top, left, bottom, right] in pixels.

    - (C1) `strides` and `dilations` have 2 entries of 1 to 32767, `padding` has 4 of 0 to 32767.
    - (C2) `groups` is at least 1 and divides the input channels and the output channels.
    - (C3) `weight` has C/groups input channels.
    - (C4) the dilated kernel fits into the padded input, which has at most 2^31 - 1 elements.
    - (C5) `bias` has one value per output channel.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x3x224x224xf32>, %w: tensor<64x3x7x7xf32>) -> tensor<1x64x112x112xf32> {
      %0 = nn.conv2d %x, %w {strides = array<i64: 2, 2>, padding = array<i64: 3, 3, 3, 3>}
        : (tensor<1x3x224x224xf32>, tensor<64x3x7x7xf32>) -> tensor<1x64x112x112xf32>
      return %0 : tensor<1x64x112x112xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, NN_Filter:$weight, Optional<NN_Vector>:$bias,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
                       DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$dilations,
                       DefaultValuedAttr<I64Attr, "1">:$groups);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = [{
    $input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)
  }];
}

def NN_BatchNormOp : NN_ShapedOp<"batch_norm"> {
  let summary = "batch normalization with running statistics";
  let description = [{
    result[n,c,...] = (input[n,c,...] - running_mean[c]) * weight[c] / sqrt(running_var[c] + epsilon) + bias[c]

    Inference only (Ioffe & Szegedy 2015, algorithm 2).

    - (C1) every parameter has one value per channel of `input`.
    - (C2) `epsilon` is finite and at least 0.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %gamma: tensor<64xf32>, %beta: tensor<64xf32>, %mean: tensor<64xf32>, %var: tensor<64xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.batch_norm %x, %gamma, %beta, %mean, %var {epsilon = 1.0e-5 : f64}
        : (tensor<1x64x56x56xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>, tensor<64xf32>) -> tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, NN_Vector:$weight, NN_Vector:$bias,
                       NN_Vector:$running_mean, NN_Vector:$running_var, F64Attr:$epsilon);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = [{
    $input `,` $weight `,` $bias `,` $running_mean `,` $running_var attr-dict
    `:` functional-type(operands, results)
  }];
}

/// A pooling window: `kernel` and `strides` in pixels, `padding` as [top, left, bottom, right].
class NN_Pool<string mnemonic, dag extra> : NN_ShapedOp<mnemonic> {
  let arguments = !con((ins NN_FeatureMap:$input, DenseI64ArrayAttr:$kernel,
                            DefaultValuedAttr<DenseI64ArrayAttr, "{1, 1}">:$strides,
                            DefaultValuedAttr<DenseI64ArrayAttr, "{0, 0, 0, 0}">:$padding,
                            DefaultValuedAttr<BoolAttr, "false">:$ceil_mode), extra);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def NN_MaxPoolOp : NN_Pool<"max_pool", (ins)> {
  let summary = "maximum over a window";
  let description = [{
    result[n,c,y,x] = max over the window's pixels inside `input`; padding
    counts as minus infinity. With `ceil_mode` the output size is rounded up,
    but no window may start beyond the input and its leading padding (PyTorch).

    - (C1) `kernel` and `strides` have 2 entries of 1 to 32767, `padding` has 4 of 0 to 32767.
    - (C2) `padding` is less than `kernel` on every side, so every window sees a pixel.
    - (C3) the kernel fits into the padded input.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>}
        : (tensor<1x64x112x112xf32>) -> tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_AvgPoolOp : NN_Pool<"avg_pool",
    (ins DefaultValuedAttr<BoolAttr, "true">:$count_include_pad)> {
  let summary = "mean over a window";
  let description = [{
    The sum of the window's pixels over their number. With `count_include_pad`
    padding pixels count (pixels that only `ceil_mode` adds never do); without
    it the divisor is the number of pixels inside `input`.

    - (C1) `kernel` and `strides` have 2 entries of 1 to 32767, `padding` has 4 of 0 to 32767.
    - (C2) `padding` is less than `kernel` on every side, so every window sees a pixel.
    - (C3) the kernel fits into the padded input.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x256x56x56xf32>) -> tensor<1x256x28x28xf32> {
      %0 = nn.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode = true, count_include_pad = false}
        : (tensor<1x256x56x56xf32>) -> tensor<1x256x28x28xf32>
      return %0 : tensor<1x256x28x28xf32>
    }
    ```
  }];
}

def NN_GlobalAvgPoolOp : NN_ShapedOp<"global_avg_pool"> {
  let summary = "mean over all pixels of a channel";
  let description = [{
    result[n,c,0,0] = mean over y,x of input[n,c,y,x]

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x512x7x7xf32>) -> tensor<1x512x1x1xf32> {
      %0 = nn.global_avg_pool %x : (tensor<1x512x7x7xf32>) -> tensor<1x512x1x1xf32>
      return %0 : tensor<1x512x1x1xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def NN_LinearOp : NN_ShapedOp<"linear", [DeclareOpInterfaceMethods<NN_CostOpInterface>]> {
  let summary = "fully connected layer";
  let description = [{
    result[n,o] = bias[o] + sum over i of weight[o,i] * input[n,i]

    - (C1) `weight` has as many columns as `input`.
    - (C2) `bias` has one value per row of `weight`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x512xf32>, %w: tensor<1000x512xf32>, %b: tensor<1000xf32>) -> tensor<1x1000xf32> {
      %0 = nn.linear %x, %w bias %b : (tensor<1x512xf32>, tensor<1000x512xf32>, tensor<1000xf32>) -> tensor<1x1000xf32>
      return %0 : tensor<1x1000xf32>
    }
    ```
  }];
  let arguments = (ins NN_Matrix:$input, NN_Matrix:$weight, Optional<NN_Vector>:$bias);
  let results = (outs NN_Matrix:$result);
  let assemblyFormat = "$input `,` $weight (`bias` $bias^)? attr-dict `:` functional-type(operands, results)";
}

def NN_FlattenOp : NN_ShapedOp<"flatten"> {
  let summary = "N x C x H x W to N x (C H W)";
  let description = [{
    result[n, (c*H + y)*W + x] = input[n,c,y,x], as PyTorch's `flatten(x, 1)`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x512x1x1xf32>) -> tensor<1x512xf32> {
      %0 = nn.flatten %x : (tensor<1x512x1x1xf32>) -> tensor<1x512xf32>
      return %0 : tensor<1x512xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input);
  let results = (outs NN_Matrix:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def NN_UnflattenOp : NN_ShapedOp<"unflatten"> {
  let summary = "N x C to N x C x 1 x 1";
  let description = [{
    result[n,c,0,0] = input[n,c], the inverse of `nn.flatten` of a map of one pixel.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x512xf32>) -> tensor<1x512x1x1xf32> {
      %0 = nn.unflatten %x : (tensor<1x512xf32>) -> tensor<1x512x1x1xf32>
      return %0 : tensor<1x512x1x1xf32>
    }
    ```
  }];
  let arguments = (ins NN_Matrix:$input);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def NN_ConcatOp : NN_ShapedOp<"concat"> {
  let summary = "the channels of several maps, one behind the other";
  let description = [{
    result[n,c,y,x] = inputs[i][n, c - first, y, x], where the channels of input i are those of
    the result from `first` on: the sum of the channels before it.

    - (C1) there are at least two inputs.
    - (C2) the inputs have the same batch, height and width.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %y: tensor<1x32x56x56xf32>) -> tensor<1x96x56x56xf32> {
      %0 = nn.concat %x, %y : (tensor<1x64x56x56xf32>, tensor<1x32x56x56xf32>) -> tensor<1x96x56x56xf32>
      return %0 : tensor<1x96x56x56xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<NN_FeatureMap>:$inputs);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$inputs attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizeMethod = 1;
}

def NN_PadChannelsOp : NN_ShapedOp<"pad_channels"> {
  let summary = "zero channels before and after";
  let description = [{
    result[n,c,y,x] = input[n, c - before, y, x] where that channel exists, else 0.
    The parameter-free shortcut of CIFAR ResNets (He et al. 2016, option A) is
    a strided 1x1 `nn.avg_pool` followed by this.

    - (C1) `before` and `after` are 0 to 2^31 - 1.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x16x16x16xf32>) -> tensor<1x32x16x16xf32> {
      %0 = nn.pad_channels %x {before = 8, after = 8} : (tensor<1x16x16x16xf32>) -> tensor<1x32x16x16xf32>
      return %0 : tensor<1x32x16x16xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, I64Attr:$before, I64Attr:$after);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$input attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}

def NN_SoftmaxOp : NN_Op<"softmax", [Pure, SameOperandsAndResultType]> {
  let summary = "softmax over the last dimension of a matrix";
  let description = [{
    result[n,i] = exp(input[n,i] - m) / sum over j of exp(input[n,j] - m), m = max over j of input[n,j]

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x1000xf32>) -> tensor<1x1000xf32> {
      %0 = nn.softmax %x : tensor<1x1000xf32>
      return %0 : tensor<1x1000xf32>
    }
    ```
  }];
  let arguments = (ins NN_Matrix:$input);
  let results = (outs NN_Matrix:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

def NN_LogSoftmaxOp : NN_Op<"log_softmax", [Pure, SameOperandsAndResultType]> {
  let summary = "logarithm of the softmax over the last dimension of a matrix";
  let description = [{
    result[n,i] = input[n,i] - m - log(sum over j of exp(input[n,j] - m)), m = max over j of input[n,j]

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x1000xf32>) -> tensor<1x1000xf32> {
      %0 = nn.log_softmax %x : tensor<1x1000xf32>
      return %0 : tensor<1x1000xf32>
    }
    ```
  }];
  let arguments = (ins NN_Matrix:$input);
  let results = (outs NN_Matrix:$result);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

#endif // SINTER_DIALECTS_NN_IR_NNLAYEROPS_TD
