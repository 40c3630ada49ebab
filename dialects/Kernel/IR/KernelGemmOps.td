//===- KernelGemmOps.td - Convolutions as matrix products ---*- tablegen -*-===//
//
// A part of KernelOps.td, which includes it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_KERNEL_IR_KERNELGEMMOPS_TD
#define SINTER_DIALECTS_KERNEL_IR_KERNELGEMMOPS_TD

def Kernel_GemmConv2dOp : Kernel_Op<"gemm_conv2d", [AttrSizedOperandSegments]> {
  let summary = "convolution as a matrix product, with its epilogue";
  let description = [{
    output = activation(conv2d(input, filter) + bias + residual)

    as the implicit product of a matrix of pixels x (taps and input channels), whose
    rows are gathered from the input, and one of (taps and input channels) x output
    channels, the packed filter: the algorithm of GPUs. Maps are NHWC: one block of
    channels and no halo. The filter has the panels and input blocks of
    `kernel.weights` for panels of the schedule's channels and blocks of its
    depth. Products are summed in f32. With `tf32`, elements of f32 are rounded to tf32, which has
    the range of f32 and ten bits of mantissa, before they are multiplied: what tensor cores take.

    sums[n, t, c] is the sum over some pixels of image n of output channel c. There are
    `partsPerTile` for each tile of the schedule's pixels, and tiles are those of one image.

    With `splits` in the schedule, as many blocks of threads share the S steps of each tile: the k-th has
    those from floor(k S / splits) on. The output is a map of f32 then, with the sums that the k-th has of
    image n in image k N + n; `kernel.finish_gemm` adds them and has the epilogue.

    - (C1) input, residual and output are NHWC without a halo, of the filter's element type or, with splits, an output of f32;
      `bias` and `sums` are f32.
    - (C2) the filter has the panels and blocks that its packing gives, and `groups` divides the channels.
    - (C3) the output has the size that the convolution gives.
    - (C4) `sums` is N x parts x padded channels.
    - (C5) `strides` and `dilations` have 2 entries of 1 to 32767, `padding` has 4 of at least 0, `groups` is at
      least 1 and the filter has rank 6.
    - (C6) input and output have the same batch, or with splits the output that times `splits`, `bias` has one value per channel of all panels, and
      `residual` has the type of the output.
    - (C7) with `tf32`, maps and filter are f32.
    - (C8) `splits` are at most the steps, and with any there is no epilogue: neither bias, residual nor sums, and the
      activation is the identity.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>,
                       %b: memref<32xf32>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
      kernel.gemm_conv2d ins(%x, %w bias %b) outs(%y) {
        strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
        activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = ["conv1"]}
        : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<32xf32>,
          memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Read<Kernel_Dense>:$filter,
                       Read<Optional<Kernel_Dense>>:$bias,
                       Read<Optional<Kernel_FeatureMap>>:$residual,
                       Write<Kernel_FeatureMap>:$output, Write<Optional<Kernel_Dense>>:$sums,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations, I64Attr:$groups,
                       Kernel_ActivationAttr:$activation, UnitAttr:$tf32,
                       Kernel_GemmScheduleAttr:$schedule, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `,` $filter (`bias` $bias^)? (`residual` $residual^)? `)`
    `outs` `(` $output (`sums` $sums^)? `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Threads of a block: four warps.
    static constexpr int64_t threads = 128;
    /// What is multiplied: the type of the filter's elements, or tf32.
    ::mlir::Type getProductType();
    /// Parts of a tile of pixels whose sums are kept apart: what one warp, or several side by
    /// side, computes. Factors of `product` are multiplied by tensor cores unless they are f32.
    static int64_t getPartsPerTile(::mlir::Type product, GemmScheduleAttr schedule);
    /// Pixels of one image in tiles of the schedule's.
    int64_t getImageTiles();
    /// Images of the input.
    int64_t getImages();
    /// Steps of the reduction: taps and blocks of input channels.
    int64_t getSteps();
  }];
}

def Kernel_FinishGemmOp : Kernel_Op<"finish_gemm", [AttrSizedOperandSegments]> {
  let summary = "sum of the parts of a convolution, and its epilogue";
  let description = [{
    output[n,c,y,x] = activation((sum over k of partials[k N + n, c,y,x]) + bias + residual)

    of what `kernel.gemm_conv2d` with splits computes, added in the order of k.

    sums[n, t, c] is the sum over the t-th `pixelsPerPart` pixels of image n of output channel c.

    - (C1) `partials` is f32, of a multiple of the output's images, and like output and residual NHWC without a
      halo and with one number of channels, pixels and block.
    - (C2) `bias` is f32 with one value per padded channel, and `residual` has the type of the output.
    - (C3) `sums` is f32, N x parts x padded channels.

    #### Example
    ```mlir
    func.func @example(%p: memref<4x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %b: memref<32xf32>,
                       %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %s: memref<1x16x32xf32>) {
      kernel.finish_gemm ins(%p bias %b) outs(%y sums %s) {activation = #nn.activation<relu>, layers = ["conv1"]}
        : memref<4x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<32xf32>,
          memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x16x32xf32>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$partials, Read<Optional<Kernel_Dense>>:$bias,
                       Read<Optional<Kernel_FeatureMap>>:$residual,
                       Write<Kernel_FeatureMap>:$output, Write<Optional<Kernel_Dense>>:$sums,
                       Kernel_ActivationAttr:$activation, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $partials (`bias` $bias^)? (`residual` $residual^)? `)`
    `outs` `(` $output (`sums` $sums^)? `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Adjacent pixels whose outputs are added for `sums`: few, so that many threads share an image.
    static constexpr int64_t pixelsPerPart = 4;
    int64_t getSplits();
  }];
}

#endif // SINTER_DIALECTS_KERNEL_IR_KERNELGEMMOPS_TD
