//===- CPUKernelInterface.td - How a kernel op becomes CPU code -*- tablegen -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CPU_CPUKERNELINTERFACE_TD
#define SINTER_COMPILER_CODEGEN_CPU_CPUKERNELINTERFACE_TD

include "mlir/IR/OpBase.td"

def CPUKernelOpInterface : OpInterface<"CPUKernelOpInterface"> {
  let description = [{
    A kernel operation that knows its CPU code. Its work is a number of items
    that may be computed in any order and by any thread. Models are attached
    from outside, by registerCPUKernelModels.
  }];
  let cppNamespace = "::sinter::cpu";
  let methods = [
    InterfaceMethod<"The number of work items.", "int64_t", "getWorkItems">,
    InterfaceMethod<"How many threads may share them, if not any number.",
                    "std::optional<int64_t>", "getMaxThreads">,
    InterfaceMethod<[{
      Emits the code of work item `item` (an index value). `buffers` are the
      operation's operands as flat f32 arrays.
    }], "void", "emitWorkItem",
    (ins "::sinter::cpu::KernelEmitter &":$emitter, "::mlir::ValueRange":$buffers,
         "::mlir::Value":$item)>,
  ];
}

#endif // SINTER_COMPILER_CODEGEN_CPU_CPUKERNELINTERFACE_TD
