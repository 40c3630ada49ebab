//===- NNInterfaces.td - What passes may ask of an nn operation -*- tablegen -*-===//

#ifndef SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_TD
#define SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_TD

include "mlir/IR/OpBase.td"

def NN_ActivationOpInterface : OpInterface<"ActivationOpInterface"> {
  let description = [{
    An elementwise activation: one input, one result of the same type. Fusion
    asks for its description and moves it into the producer's epilogue.
  }];
  let cppNamespace = "::sinter::nn";
  let methods = [
    InterfaceMethod<"The function computed, with its parameters.",
                    "::sinter::nn::ActivationAttr", "getActivation">,
  ];
}

def NN_CostOpInterface : OpInterface<"CostOpInterface"> {
  let description = [{
    An operation that multiplies and accumulates. Operations without it cost
    nothing by the convention of the literature (convolutions and linear
    layers only).
  }];
  let cppNamespace = "::sinter::nn";
  let methods = [
    InterfaceMethod<"Multiply-accumulate operations of one execution.",
                    "int64_t", "getMacs">,
  ];
}

#endif // SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_TD
