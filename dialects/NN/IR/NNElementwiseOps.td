//===- NNElementwiseOps.td - Activations, add, mul ----------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNELEMENTWISEOPS_TD
#define SINTER_DIALECTS_NN_IR_NNELEMENTWISEOPS_TD

include "dialects/NN/IR/NNBase.td"

//===----------------------------------------------------------------------===//
// Activations
//===----------------------------------------------------------------------===//

def NN_ReLUOp : NN_Activation<"relu", [Idempotent]> {
  let summary = "rectified linear unit";
  let description = [{
    result = max(x, 0)

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.relu %x : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_ReLU6Op : NN_Activation<"relu6", [Idempotent]> {
  let summary = "rectified linear unit clipped at 6";
  let description = [{
    result = min(max(x, 0), 6)

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.relu6 %x : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_SigmoidOp : NN_Activation<"sigmoid"> {
  let summary = "logistic function";
  let description = [{
    result = 1 / (1 + exp(-x))

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.sigmoid %x : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_SiLUOp : NN_Activation<"silu"> {
  let summary = "sigmoid linear unit, also called swish";
  let description = [{
    result = x / (1 + exp(-x))

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.silu %x : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_HardSwishOp : NN_Activation<"hard_swish"> {
  let summary = "piecewise linear swish";
  let description = [{
    result = x * min(max(x + 3, 0), 6) / 6

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.hard_swish %x : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
}

def NN_LeakyReLUOp : NN_Activation<"leaky_relu"> {
  let summary = "rectified linear unit with a slope below zero";
  let description = [{
    result = x if x > 0 else negative_slope * x

    - (C1) `negative_slope` is finite in f32.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.leaky_relu %x {negative_slope = 0.1 : f64} : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$input, DefaultValuedAttr<F64Attr, "0.01">:$negative_slope);
  let hasVerifier = 1;
}

def NN_HardSigmoidOp : NN_Activation<"hard_sigmoid"> {
  let summary = "piecewise linear sigmoid";
  let description = [{
    result = min(max(alpha * x + beta, 0), 1)

    PyTorch's hard sigmoid is alpha = 1/6, beta = 1/2; ONNX's default alpha is 0.2.

    - (C1) `alpha` and `beta` are finite in f32.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x1x1xf32>) -> tensor<1x64x1x1xf32> {
      %0 = nn.hard_sigmoid %x {alpha = 0.2 : f64} : tensor<1x64x1x1xf32>
      return %0 : tensor<1x64x1x1xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$input, DefaultValuedAttr<F64Attr, "1.0 / 6.0">:$alpha,
                       DefaultValuedAttr<F64Attr, "0.5">:$beta);
  let hasVerifier = 1;
}

def NN_ClipOp : NN_Activation<"clip"> {
  let summary = "clamp to an interval";
  let description = [{
    result = min(max(x, min), max)

    `clip` to [0, 6] is `nn.relu6`, and becomes it.

    - (C1) `min` and `max` are finite in f32.
    - (C2) `min` is at most `max`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.clip %x {min = -1.0 : f64, max = 1.0 : f64} : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$input, F64Attr:$min, F64Attr:$max);
  let hasVerifier = 1;
  let hasFolder = 1;
  let hasCanonicalizeMethod = 1;
  let extraClassDeclaration = [{
    /// True if the interval is [0, 6].
    bool isReLU6() {
      return getMin().isZero() && getMax().isExactlyValue(6.0);
    }
  }];
}

def NN_ScaleShiftOp : NN_Activation<"scale_shift"> {
  let summary = "one scale and one shift for all elements";
  let description = [{
    result = scale * x + shift

    With literal numbers: what a network does to its image or its logits. A
    scale and a shift by channel are `nn.batch_norm`.

    - (C1) `scale` and `shift` are finite in f32.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x3x224x224xf32>) -> tensor<1x3x224x224xf32> {
      %0 = nn.scale_shift %x {scale = 2.0 : f64, shift = -1.0 : f64} : tensor<1x3x224x224xf32>
      return %0 : tensor<1x3x224x224xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$input, DefaultValuedAttr<F64Attr, "1.0">:$scale,
                       DefaultValuedAttr<F64Attr, "0.0">:$shift);
  let hasVerifier = 1;
  let hasFolder = 1;
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

def NN_AddOp : NN_Op<"add", [Pure, Commutative, SameOperandsAndResultType]> {
  let summary = "elementwise sum";
  let description = [{
    result = lhs + rhs

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %y: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.add %x, %y : tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_Tensor:$lhs, NN_Tensor:$rhs);
  let results = (outs NN_Tensor:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` type($lhs)";
}

def NN_MulOp : NN_ShapedOp<"mul"> {
  let summary = "product, elementwise or by channel";
  let description = [{
    result = lhs * rhs, where `rhs` has the shape of `lhs` or is N x C x 1 x 1.

    - (C1) `rhs` has the shape of `lhs` or that of its channel means.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %gate: tensor<1x64x1x1xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.mul %x, %gate : (tensor<1x64x56x56xf32>, tensor<1x64x1x1xf32>) -> tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$lhs, NN_FeatureMap:$rhs);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = "$lhs `,` $rhs attr-dict `:` functional-type(operands, results)";
}

#endif // SINTER_DIALECTS_NN_IR_NNELEMENTWISEOPS_TD
