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

def NN_ReferenceOpInterface : OpInterface<"ReferenceOpInterface"> {
  let description = [{
    An operation whose meaning is written down as a naive, obviously right
    function in double precision. The models live with the interpreter and are
    attached from there: the dialect does not know it.
  }];
  let cppNamespace = "::sinter::nn";
  let methods = [
    InterfaceMethod<"Reads the operands from the frame and writes the results to it.",
                    "void", "evaluate", (ins "::sinter::ReferenceFrame &":$frame)>,
  ];
}

def NN_WeightUserOpInterface : OpInterface<"WeightUserOpInterface"> {
  let description = [{
    An operation that reads weights. Says what each operand is to it, so that
    nobody has to guess from the names of a state dict.
  }];
  let cppNamespace = "::sinter::nn";
  let methods = [
    InterfaceMethod<"What the operand of this number is to the operation.",
                    "::sinter::nn::WeightRole", "getWeightRole", (ins "unsigned":$operand)>,
  ];
}

#endif // SINTER_DIALECTS_NN_INTERFACES_NNINTERFACES_TD
