//===- CUDAKernelInterface.td - How a kernel op becomes GPU code -*- tablegen -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_CUDAKERNELINTERFACE_TD
#define SINTER_COMPILER_CODEGEN_CUDA_CUDAKERNELINTERFACE_TD

include "mlir/IR/OpBase.td"

def CUDAKernelOpInterface : OpInterface<"CUDAKernelOpInterface"> {
  let description = [{
    A kernel operation that knows its GPU code. Models are attached from
    outside, by registerCUDAKernelModels.
  }];
  let cppNamespace = "::sinter::cuda";
  let methods = [
    InterfaceMethod<"The grid, the threads of a block and their shared memory.",
                    "::sinter::cuda::Launch", "getLaunch">,
    InterfaceMethod<[{
      Emits the code of a thread. `buffers` are the operation's operands as
      pointers to global memory. Every thread calls `emitter.waitForLaunches()`
      before it touches anything but weights.
    }], "void", "emitThread",
    (ins "::sinter::cuda::KernelEmitter &":$emitter, "::mlir::ValueRange":$buffers)>,
  ];
}

#endif // SINTER_COMPILER_CODEGEN_CUDA_CUDAKERNELINTERFACE_TD
