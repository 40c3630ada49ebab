//===- NNBlockOps.td - Residual block, squeeze-and-excitation -*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNBLOCKOPS_TD
#define SINTER_DIALECTS_NN_IR_NNBLOCKOPS_TD

include "dialects/NN/IR/NNBase.td"

def NN_ResBlockOp : NN_Op<"res_block", [RecursiveMemoryEffects, SingleBlock]> {
  let summary = "a residual block: main path, shortcut, join";
  let description = [{
    result = activation(main(input) + shortcut(input))

    Both regions take the block's input as their argument and end in
    `nn.yield`. An empty shortcut region is the identity. The residual is
    structure, so that a pass can see and schedule the whole block (He et al.
    2016, equations 1 and 2; for pre-activation blocks the activation is
    `identity`).

    - (C1) each region that is not empty takes one argument of the type of `input`.
    - (C2) the main path yields one value of the type of `result`.
    - (C3) the shortcut yields one value of the type of `result`; where it is empty, that is the type of `input`.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %w: tensor<64x64x3x3xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.res_block %x : (tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> main {
      ^bb0(%in: tensor<1x64x56x56xf32>):
        %1 = nn.conv2d %in, %w {padding = array<i64: 1, 1, 1, 1>}
          : (tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>) -> tensor<1x64x56x56xf32>
        nn.yield %1 : tensor<1x64x56x56xf32>
      } then #nn.activation<relu>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins NN_FeatureMap:$input, NN_ActivationAttr:$activation);
  let results = (outs NN_FeatureMap:$result);
  let regions = (region SizedRegion<1>:$main, AnyRegion:$shortcut);
  let assemblyFormat = [{
    $input attr-dict `:` functional-type(operands, results)
    `main` $main (`shortcut` $shortcut^)? `then` $activation
  }];
  let hasVerifier = 1;
  let hasCanonicalizeMethod = 1;
  let extraClassDeclaration = [{
    /// True if the shortcut is a projection, not the identity.
    bool hasProjection() { return !getShortcut().empty(); }
  }];
}

def NN_YieldOp : NN_Op<"yield", [Pure, Terminator, HasParent<"ResBlockOp">]> {
  let summary = "the value of a region of a residual block";
  let description = [{
    Ends the main path and the shortcut of `nn.res_block`; see there for a runnable example.
  }];
  let arguments = (ins NN_FeatureMap:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def NN_SqueezeExciteOp : NN_ShapedOp<"squeeze_excite", [AttrSizedOperandSegments,
    DeclareOpInterfaceMethods<NN_CostOpInterface>]> {
  let summary = "rescale channels by a learned gate";
  let description = [{
    result[n,c,y,x] = input[n,c,y,x] * gate(expand . activation(reduce . mean + reduce_bias) + expand_bias)[c]

    where mean[c] is the mean of channel c over all pixels (Hu et al. 2018,
    equations 2 to 4). The weights may be matrices (`nn.Linear`) or 1x1
    filters (`nn.Conv2d`); they mean the same. Where the operation stands says
    which variant it is: at the end of the main path (SE), before it (SE-PRE),
    after the join (SE-POST), in the shortcut (SE-Identity).

    - (C1) `reduce` is R x C or R x C x 1 x 1, with C the channels of `input`.
    - (C2) `expand` is C x R or C x R x 1 x 1.
    - (C3) `reduce_bias` has R values and `expand_bias` has C.

    #### Example
    ```mlir
    func.func @example(%x: tensor<1x64x56x56xf32>, %w1: tensor<4x64xf32>, %w2: tensor<64x4xf32>) -> tensor<1x64x56x56xf32> {
      %0 = nn.squeeze_excite %x reduce %w1 expand %w2 {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
        : (tensor<1x64x56x56xf32>, tensor<4x64xf32>, tensor<64x4xf32>) -> tensor<1x64x56x56xf32>
      return %0 : tensor<1x64x56x56xf32>
    }
    ```
  }];
  let arguments = (ins
    NN_FeatureMap:$input, NN_Tensor:$reduce, Optional<NN_Vector>:$reduce_bias,
    NN_Tensor:$expand, Optional<NN_Vector>:$expand_bias,
    NN_ActivationAttr:$activation, NN_ActivationAttr:$gate);
  let results = (outs NN_FeatureMap:$result);
  let assemblyFormat = [{
    $input `reduce` $reduce (`bias` $reduce_bias^)? `expand` $expand (`bias` $expand_bias^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = [{
    /// Channels of the hidden layer, R.
    int64_t getReducedChannels() {
      return ::llvm::cast<::mlir::ShapedType>(getReduce().getType()).getDimSize(0);
    }
  }];
}

#endif // SINTER_DIALECTS_NN_IR_NNBLOCKOPS_TD
