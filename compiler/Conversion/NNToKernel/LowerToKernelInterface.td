//===- LowerToKernelInterface.td - How an nn op becomes kernels -*- tablegen -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_LOWERTOKERNELINTERFACE_TD
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_LOWERTOKERNELINTERFACE_TD

include "mlir/IR/OpBase.td"

def LowerToKernelOpInterface : OpInterface<"LowerToKernelOpInterface"> {
  let description = [{
    An nn operation that knows its kernels. Models are attached from outside,
    by registerLowerToKernelModels.
  }];
  let cppNamespace = "::sinter";
  let methods = [
    InterfaceMethod<"Emits the kernels and binds the results to their buffers.",
                    "void", "lowerToKernel", (ins "::sinter::KernelLowering &":$lowering)>,
  ];
}

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_LOWERTOKERNELINTERFACE_TD
