//===- NNDialect.td - The nn dialect ------------------------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_IR_NNDIALECT_TD
#define SINTER_DIALECTS_NN_IR_NNDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"

def NN_Dialect : Dialect {
  let name = "nn";
  let cppNamespace = "::sinter::nn";
  let summary = "what a residual convolutional network computes";
  let description = [{
    Operations on tensors with logical NCHW shape: no layout, no target, no
    schedule. A network is one `func.func`; every weight is an `nn.parameter`
    that carries its state-dict key. Layer names travel as locations
    (`loc("layer1.0.conv1")`).

    The residual block (`nn.res_block`) and squeeze-and-excitation
    (`nn.squeeze_excite`) are operations, so that passes see, move and fuse
    them as a whole.
  }];
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

def NN_ActivationKind : I32EnumAttr<"ActivationKind", "activation function", [
    I32EnumAttrCase<"Identity", 0, "identity">,
    I32EnumAttrCase<"ReLU", 1, "relu">,
    I32EnumAttrCase<"ReLU6", 2, "relu6">,
    I32EnumAttrCase<"LeakyReLU", 3, "leaky_relu">,
    I32EnumAttrCase<"Sigmoid", 4, "sigmoid">,
    I32EnumAttrCase<"HardSigmoid", 5, "hard_sigmoid">,
    I32EnumAttrCase<"SiLU", 6, "silu">,
    I32EnumAttrCase<"HardSwish", 7, "hard_swish">,
    I32EnumAttrCase<"Clip", 8, "clip">,
    I32EnumAttrCase<"ScaleShift", 9, "scale_shift">,
  ]> {
  let cppNamespace = "::sinter::nn";
  let genSpecializedAttr = 0;
}

def NN_ActivationAttr : AttrDef<NN_Dialect, "Activation"> {
  let mnemonic = "activation";
  let summary = "an elementwise function with its parameters";
  let description = [{
    | kind | value | alpha | beta |
    | --- | --- | --- | --- |
    | `identity` | x | | |
    | `relu` | max(x, 0) | | |
    | `relu6` | min(max(x, 0), 6) | | |
    | `leaky_relu` | x if x > 0 else alpha x | slope | |
    | `sigmoid` | 1 / (1 + exp(-x)) | | |
    | `hard_sigmoid` | min(max(alpha x + beta, 0), 1) | slope | offset |
    | `silu` | x sigmoid(x) | | |
    | `hard_swish` | x min(max(x + 3, 0), 6) / 6 | | |
    | `clip` | min(max(x, alpha), beta) | least value | largest value |
    | `scale_shift` | alpha x + beta | scale | shift |

    `alpha` and `beta` are finite in f32, and 0 where the kind has none.
    Example: `#nn.activation<relu>`, `#nn.activation<leaky_relu, alpha = 0.1>`.
  }];
  let parameters = (ins
    EnumParameter<NN_ActivationKind>:$kind,
    APFloatParameter<"slope, or 0">:$alpha,
    APFloatParameter<"offset, or 0">:$beta
  );
  let builders = [
    AttrBuilder<(ins "ActivationKind":$kind, CArg<"double", "0.0">:$alpha,
                     CArg<"double", "0.0">:$beta), [{
      return $_get($_ctxt, kind, ::llvm::APFloat(alpha), ::llvm::APFloat(beta));
    }]>
  ];
  let skipDefaultBuilders = 1;
  let genVerifyDecl = 1;
  // By hand, because a parameter that is 0 is not printed.
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// True if the function is x -> x.
    bool isIdentity() const { return getKind() == ActivationKind::Identity; }
  }];
}

#endif // SINTER_DIALECTS_NN_IR_NNDIALECT_TD
