//===- Passes.td - Conversion of nn to kernel ---------------*- tablegen -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_PASSES_TD
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_PASSES_TD

include "mlir/Pass/PassBase.td"

def ConvertNNToKernel : Pass<"convert-nn-to-kernel", "::mlir::ModuleOp"> {
  let summary = "choose layouts and schedules and emit kernels";
  let description = [{
    Every function of nn operations becomes a sequence of kernels on buffers.
    Inputs and outputs are dense NCHW arguments; feature maps between them are
    blocked by the vector length, with the halo that their convolutions need, or for
    a GPU NHWC. Weights become `kernel.weights`.

    A convolution or linear layer that carries a `kernel.schedule` is computed by
    it. The others get the cost model's, without Winograd's algorithm where its
    error bound exceeds `max-error`.

    A network is one block and a value's layout depends on its users, so this
    is one pass over the block with a map from values to buffers, not a
    dialect conversion.

    **Requires** `nn-inline-res-block`, `nn-fuse-squeeze-excite` and
    `nn-fuse-epilogue`. **Ensures** that no nn operation remains but in
    `kernel.weights`.

    Example: `test/compiler/Conversion/NNToKernel/nn-to-kernel.mlir`
  }];
  let options = [
    Option<"lanes", "lanes", "int64_t", "8", "f32 values per vector register: 4, 8 or 16">,
    Option<"registers", "registers", "int64_t", "16", "vector registers: 16 or 32">,
    Option<"target", "target", "std::string", "\"cpu\"", "cpu, or cuda: then maps are NHWC, without a halo">,
    Option<"precision", "precision", "std::string", "\"f32\"", "what convolutions multiply on a GPU: f32, tf32, f16 or bf16; maps have these, or f32">,
    Option<"inputFormat", "input-format", "std::string", "\"f32-nchw\"", "f32-nchw, or on a GPU f16-nhwc: of inputs that are images">,
    Option<"maxError", "max-error", "double", "0",
           "what rounding may cost an output of a layer by a bound, as a share of the largest "
           "output such weights and inputs can give; 0: anything">,
  ];
  let dependentDialects = ["::sinter::kernel::KernelDialect", "::mlir::memref::MemRefDialect"];
}

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_PASSES_TD
