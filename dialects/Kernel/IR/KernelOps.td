//===- KernelOps.td - Operations of the kernel dialect ------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_KERNEL_IR_KERNELOPS_TD
#define SINTER_DIALECTS_KERNEL_IR_KERNELOPS_TD

include "dialects/Kernel/IR/KernelDialect.td"
include "dialects/Kernel/IR/KernelSchedules.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Kernel_BoundedPred :
    CPred<"::sinter::kernel::hasBoundedStorage(::llvm::cast<::mlir::MemRefType>($_self))">;

class Kernel_MemRef<Pred pred, string summary> :
    ConfinedType<MemRefOf<[F32, F16, BF16]>, [HasStaticShapePred, pred, Kernel_BoundedPred],
                 summary # " of 1 to 2^40 elements", "::mlir::MemRefType">;

def Kernel_IsBlocked : CPred<"::llvm::isa<::sinter::kernel::BlockedAttr>("
                             "::llvm::cast<::mlir::MemRefType>($_self).getLayout())">;
def Kernel_IsDense : CPred<"::llvm::cast<::mlir::MemRefType>($_self).getLayout().isIdentity()">;

def Kernel_FeatureMap : Kernel_MemRef<Kernel_IsBlocked, "blocked NCHW memref of f32, f16 or bf16">;
def Kernel_Dense : Kernel_MemRef<Kernel_IsDense, "dense memref of f32, f16 or bf16">;
def Kernel_Buffer : Kernel_MemRef<TruePred, "static memref of f32, f16 or bf16">;

/// `#nn.activation`; its definition stays with the nn dialect.
def Kernel_ActivationAttr : Attr<CPred<"::llvm::isa<::sinter::nn::ActivationAttr>($_self)">,
                                 "activation function"> {
  let storageType = "::sinter::nn::ActivationAttr";
  let returnType = "::sinter::nn::ActivationAttr";
  let convertFromStorage = "$_self";
}

class Read<TypeConstraint type> : Arg<type, "", [MemRead]>;
class Write<TypeConstraint type> : Arg<type, "", [MemWrite]>;

class Kernel_Op<string mnemonic, list<Trait> traits = []> :
    Op<Kernel_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Weights and slots
//===----------------------------------------------------------------------===//

def Kernel_WeightsOp : Kernel_Op<"weights", [Symbol, IsolatedFromAbove, SingleBlock]> {
  let summary = "packed weights of the artifact";
  let description = [{
    The region computes the tensor from `nn.parameter` operations and ends in
    `kernel.yield`; `type` says how it is packed:

    - rank 1: one value per channel, zeros behind the last;
    - rank 6, `P x B x R x S x I x L`: a K x C/groups x R x S filter as a stream
      in the order it is read. Panel p holds the L output channels from p L on;
      its rows are the B input blocks of I channels that these need, from
      block `min(firstChannel / I, blocks - B)` on, with firstChannel =
      (p L / (K/groups)) C/groups. Weights between channels of different
      groups are zero. `inputChannels` is C. Where B is 1 and I is C/groups, row
      i has the weights between each output and the i-th input of its group:
      then a panel may hold several groups without zeros between them.
    - rank 5, `P x 36 x B x I x L` or `P x 16 x B x I x L`: a K x C x 3 x 3 filter g
      as `G g G^T` of Winograd's F(4x4, 3x3) or F(2x2, 3x3), for
      `kernel.winograd_conv2d`. Panel p holds the L output channels from p L on.

    `offset` is the place in the weights section, in bytes, once planned.

    - (C1) `type` has rank 1, 5 or 6.
    - (C2) a filter (rank 5 or 6) has `groups` and `inputChannels`.
    - (C3) the region ends in `kernel.yield` of the tensor.

    #### Example
    ```mlir
    kernel.weights @bias : memref<64xf32> {
      %0 = nn.parameter "conv1.bias" : tensor<64xf32>
      kernel.yield %0 : tensor<64xf32>
    }
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Kernel_Dense>:$type,
                       OptionalAttr<I64Attr>:$groups, OptionalAttr<I64Attr>:$inputChannels,
                       OptionalAttr<I64Attr>:$offset);
  let regions = (region SizedRegion<1>:$body);
  let assemblyFormat = "$sym_name `:` $type attr-dict-with-keyword $body";
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    ::mlir::MemRefType getMemRefType() { return ::llvm::cast<::mlir::MemRefType>(getType()); }
    /// The tensor to pack.
    ::mlir::Value getValue() { return getBody().front().getTerminator()->getOperand(0); }
  }];
}

def Kernel_YieldOp : Kernel_Op<"yield", [Pure, Terminator, HasParent<"WeightsOp">]> {
  let summary = "the tensor that weights are packed from";
  let description = [{
    Ends the region of `kernel.weights`; see there for a runnable example.
  }];
  let arguments = (ins AnyRankedTensor:$value);
  let assemblyFormat = "$value attr-dict `:` type($value)";
}

def Kernel_GetWeightsOp : Kernel_Op<"get_weights", [Pure,
    DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let summary = "the address of packed weights";
  let description = [{
    - (C1) `name` is a `kernel.weights` of the result's type.

    #### Example
    ```mlir
    kernel.weights @bias : memref<64xf32> {
      %0 = nn.parameter "conv1.bias" : tensor<64xf32>
      kernel.yield %0 : tensor<64xf32>
    }
    func.func @example() {
      %0 = kernel.get_weights @bias : memref<64xf32>
      return
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$name);
  let results = (outs Kernel_Dense:$result);
  let assemblyFormat = "$name attr-dict `:` type($result)";
}

def Kernel_SlotOp : Kernel_Op<"slot", [Pure]> {
  let summary = "a buffer in the workspace";
  let description = [{
    The bytes of `workspace` from `offset` on.

    - (C1) the buffer lies within the workspace and `offset` is a multiple of 64.

    #### Example
    ```mlir
    func.func @example(%workspace: memref<4096xi8>) {
      %0 = kernel.slot %workspace[1024] : memref<4096xi8> to memref<1x16x4x4xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins MemRefRankOf<[I8], [1]>:$workspace, I64Attr:$offset);
  let results = (outs Kernel_Buffer:$result);
  let assemblyFormat = "$workspace `[` $offset `]` attr-dict `:` type($workspace) `to` type($result)";
  let hasVerifier = 1;
}

def Kernel_BarrierOp : Kernel_Op<"barrier"> {
  let summary = "wait for every thread of the run";
  let description = [{
    What stands before it is visible to every thread behind it.

    #### Example
    ```mlir
    func.func @example() {
      kernel.barrier
      return
    }
    ```
  }];
  let assemblyFormat = "attr-dict";
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

def Kernel_Conv2dOp : Kernel_Op<"conv2d", [AttrSizedOperandSegments]> {
  let summary = "direct convolution with its epilogue";
  let description = [{
    output = activation((conv2d(input, filter) + bias) * scale + residual)

    where `scale` has one value per image and channel, and `residual` may be the
    output, each element read before it is written,
    computed in register tiles of `tile` = [rows, columns] output pixels by the
    filter's panel width. Padding is read from the input's halo. A work item is
    a `band` of rows of tiles of one panel: `rows_outer` walks the panels
    innermost (weights stay in cache), `panels_outer` the bands (the panel stays
    in cache). A linear layer is a 1x1 convolution of a one-pixel map.

    The tiles of a band go together through `depth` input blocks, then through
    the next ones; in between, their sums are in the output, with the residual unless there is a
    scale. A `depth` of 0 is all input blocks: the sums are in registers over the whole reduction.

    sums[n, t, c] is the sum over the pixels of tile row t of output channel c:
    the squeeze of squeeze-and-excitation, taken from registers. Summing them
    in order of t makes the mean independent of the number of threads.

    - (C1) `padding` is at most the input's halo.
    A filter packed by group (see `kernel.weights`) multiplies vectors in which
    the i-th input of each group stands at all of the group's places, instead of
    one input for all outputs.

    - (C2) the filter's input block is that of `input`, or C/groups where a panel of one block holds
      whole groups of as many inputs as outputs. Its panel is a multiple of the output's block.
    - (C3) the output has the size that the convolution gives.
    - (C4) `sums` is N x tile rows x padded channels.
    - (C5) `tile` has 2 entries of at least 1, `band` is at least 1, and `depth` divides the input blocks of the filter.
    - (C6) `strides` and `dilations` have 2 entries of 1 to 32767, `padding` has 4 of at least 0,
      `groups` is at least 1 and the filter has rank 6.
    - (C7) the filter has the panels and input blocks that its packing gives, and `groups` divides the channels.
    - (C8) input and output have the same batch, `bias` has one value per padded output channel, and
      `residual` has the shape and block of the output.
    - (C9) `scale` is N x K x 1 x 1 in the block of the output, without a halo. With it, `residual` is
      not the output where `depth` is less than the input blocks.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>,
                       %b: memref<16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.conv2d ins(%x, %w bias %b) outs(%y) {
        strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
        activation = #nn.activation<relu>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv1"]}
        : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<16xf32>,
          memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Read<Kernel_Dense>:$filter,
                       Read<Optional<Kernel_Dense>>:$bias,
                       Read<Optional<Kernel_FeatureMap>>:$scale,
                       Read<Optional<Kernel_FeatureMap>>:$residual,
                       Write<Kernel_FeatureMap>:$output, Write<Optional<Kernel_Dense>>:$sums,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       DenseI64ArrayAttr:$dilations, I64Attr:$groups,
                       Kernel_ActivationAttr:$activation, DenseI64ArrayAttr:$tile,
                       Kernel_LoopOrderAttr:$loop_order,
                       DefaultValuedAttr<I64Attr, "1">:$band, DefaultValuedAttr<I64Attr, "0">:$depth,
                       StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `,` $filter (`bias` $bias^)? (`scale` $scale^)? (`residual` $residual^)? `)`
    `outs` `(` $output (`sums` $sums^)? `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_WinogradConv2dOp : Kernel_Op<"winograd_conv2d", [AttrSizedOperandSegments]> {
  let summary = "3x3 convolution by Winograd's algorithm, with its epilogue";
  let description = [{
    output = activation(conv2d(input, filter) + bias + residual)

    where `residual` may be the output, each element read before it is written,
    with a 3x3 filter, stride 1 and padding 1, by Lavin and Gray, "Fast Algorithms
    for Convolutional Neural Networks" (2016). F(4x4, 3x3) takes 36 multiplications
    instead of 144 for an output tile of 4x4 pixels and a pair of channels,
    F(2x2, 3x3) takes 16 instead of 36 for one of 2x2; the filter says which. The
    tiles of an image are taken in blocks of `tiles`. A work item is a block and a
    panel of the filter: the block's input transform, which the panels of a block
    share, the products by register tiles of up to `registerTiles` tiles, and the
    output transform with the epilogue.

    Input and output tiles that stand out of the image at the right and at the
    bottom read zeros from the input's halo and are not written.

    `scratch` holds, for each thread, the transformed input of a block and the
    products of a panel. Its size says how many threads may share the work.

    sums[n, b, c] is the sum over the pixels of block b of output channel c, as
    in `kernel.conv2d`.

    - (C1) the input's halo is at least 1 wide, and reaches to the end of the last tile.
    - (C2) the filter has 36 or 16 positions, the input's block, and panels that cover the output's
      channels exactly.
    - (C3) input and output are maps of the same batch and size.
    - (C4) `sums` is N x tile blocks x padded channels.
    - (C5) `tiles` and `registerTiles` are at least 1.
    - (C6) `scratch` has a multiple of the elements of `WinogradScratch`.
    - (C7) `bias` has one value per padded output channel, and `residual` has the shape and
      block of the output.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x8x6x6xf32, #kernel.blocked<8, halo = [1, 1, 3, 3]>>, %w: memref<1x36x1x8x8xf32>,
                       %y: memref<1x8x6x6xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<3456xf32>) {
      kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
        tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = ["conv1"]}
        : memref<1x8x6x6xf32, #kernel.blocked<8, halo = [1, 1, 3, 3]>>, memref<1x36x1x8x8xf32>,
          memref<1x8x6x6xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<3456xf32>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Read<Kernel_Dense>:$filter,
                       Read<Optional<Kernel_Dense>>:$bias,
                       Read<Optional<Kernel_FeatureMap>>:$residual,
                       Write<Kernel_FeatureMap>:$output, Write<Optional<Kernel_Dense>>:$sums,
                       Write<Kernel_Dense>:$scratch, I64Attr:$tiles, I64Attr:$registerTiles,
                       Kernel_ActivationAttr:$activation, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `,` $filter (`bias` $bias^)? (`residual` $residual^)? `)`
    `outs` `(` $output (`sums` $sums^)? `scratch` $scratch `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    /// Rows and columns of an output tile: 4 or 2.
    int64_t getTileSize();
    /// Blocks of tiles of an image.
    int64_t getTileBlocks();
    /// How many threads have scratch memory.
    int64_t getMaxThreads();
    /// The scratch memory of one thread.
    ::sinter::kernel::WinogradScratch getScratchLayout();
  }];
}

include "dialects/Kernel/IR/KernelGemmOps.td"

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

def Kernel_PoolKind : I32EnumAttr<"PoolKind", "what a pooling window computes", [
    I32EnumAttrCase<"Max", 0, "max">,
    I32EnumAttrCase<"Avg", 1, "avg">,
  ]> {
  let cppNamespace = "::sinter::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_PoolKindAttr : EnumAttr<Kernel_Dialect, Kernel_PoolKind, "pool_kind"> {
  let assemblyFormat = "`<` $value `>`";
}

def Kernel_PoolOp : Kernel_Op<"pool"> {
  let summary = "maximum or mean over a window";
  let description = [{
    As `nn.max_pool` and `nn.avg_pool`. Windows are clipped to the image, so the
    halo is not read.

    - (C1) input and output have the same batch, channels and block.
    - (C2) `kernel` and `strides` have 2 entries of 1 to 32767, `padding` has 4 of 0 to 32767.
    - (C3) every window meets the image.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x4x4xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<max>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
        padding = array<i64: 1, 1, 1, 1>, count_include_pad = true, layers = ["maxpool"]} : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x4x4xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Write<Kernel_FeatureMap>:$output,
                       Kernel_PoolKindAttr:$kind, DenseI64ArrayAttr:$kernel,
                       DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$padding,
                       BoolAttr:$count_include_pad, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_ChannelMeanOp : Kernel_Op<"channel_mean"> {
  let summary = "mean over all pixels of a channel";
  let description = [{
    output[n,c,0,0] = mean over y,x of input[n,c,y,x], each row summed by itself first

    - (C1) `output` is N x C x 1 x 1 in the block of `input`.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.channel_mean ins(%x) outs(%y) {layers = ["avgpool"]} : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Write<Kernel_FeatureMap>:$output, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_FinishMeanOp : Kernel_Op<"finish_mean"> {
  let summary = "channel means from the sums of a convolution";
  let description = [{
    output[n,c,0,0] = (sum over t of sums[n,t,c]) / pixels

    - (C1) `sums` is N x T x padded channels of `output`, which is N x C x 1 x 1.

    #### Example
    ```mlir
    func.func @example(%s: memref<1x8x16xf32>, %y: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.finish_mean ins(%s) outs(%y) {pixels = 64, layers = ["se"]} : memref<1x8x16xf32>, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_Dense>:$sums, Write<Kernel_FeatureMap>:$output, I64Attr:$pixels, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $sums `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

def Kernel_ScaleAddOp : Kernel_Op<"scale_add", [AttrSizedOperandSegments]> {
  let summary = "scale, add and activation in one pass";
  let description = [{
    output = activation(input * scale + residual)

    `scale` and `residual` are feature maps of the shape of `input`, maps of
    one pixel per image and channel, or vectors with one value per channel.
    `output` may be `input` or `residual`.

    A work item is a row of a channel block. Each thread takes its items from the
    last to the first: what the kernel before has written last is still in the
    cache. `loop_order` is that kernel's.

    - (C1) input and output have the same shape and block.
    - (C2) `scale` and `residual` have one of the three forms.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %g: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.scale_add ins(%x scale %g residual %x) outs(%y) {activation = #nn.activation<relu>, layers = ["layer1.0.relu"]}
        : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Read<Optional<Kernel_Buffer>>:$scale,
                       Read<Optional<Kernel_Buffer>>:$residual, Write<Kernel_FeatureMap>:$output,
                       Kernel_ActivationAttr:$activation,
                       DefaultValuedAttr<Kernel_LoopOrderAttr, "LoopOrder::PanelsOuter">:$loop_order,
                       StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input (`scale` $scale^)? (`residual` $residual^)? `)`
    `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_PadChannelsOp : Kernel_Op<"pad_channels"> {
  let summary = "zero channels before and after";
  let description = [{
    output[n,c,y,x] = input[n, c - before, y, x] where that channel exists, else 0

    - (C1) input and output have the same batch, pixels and block.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.pad_channels ins(%x) outs(%y) {before = 8, layers = ["shortcut"]} : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_FeatureMap>:$input, Write<Kernel_FeatureMap>:$output, I64Attr:$before, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_ConcatOp : Kernel_Op<"concat"> {
  let summary = "the channels of several maps, one behind the other";
  let description = [{
    As `nn.concat`. Lanes beyond the last channel become zero.

    - (C1) inputs and output have the same batch, pixels and block.
    - (C2) `output` has as many channels as the inputs together, of which there are at least two.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x12x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x24x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.concat ins(%x, %x) outs(%y) {layers = ["concat"]} : memref<1x12x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x12x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x24x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Variadic<Kernel_FeatureMap>>:$inputs, Write<Kernel_FeatureMap>:$output, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $inputs `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_SoftmaxOp : Kernel_Op<"softmax"> {
  let summary = "softmax over the rows of a matrix, or its logarithm";
  let description = [{
    As `nn.softmax`, with `log` as `nn.log_softmax`; dense in, dense out.

    - (C1) input and output are matrices of the same shape.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x10xf32>, %y: memref<1x10xf32>) {
      kernel.softmax ins(%x) outs(%y) {layers = ["softmax"]} : memref<1x10xf32>, memref<1x10xf32>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_Dense>:$input, Write<Kernel_Dense>:$output, UnitAttr:$log,
                       StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

def Kernel_ConvertLayoutOp : Kernel_Op<"convert_layout"> {
  let summary = "between dense and blocked layouts";
  let description = [{
    output = input, one of them dense (N x C x H x W, or the matrix
    N x (C H W) of the same elements) and the other blocked, or both blocked
    without a halo: NHWC with more channels, and of another type. Lanes beyond C
    become zero in a blocked output.

    - (C1) one side is dense and the other blocked, or both are NHWC without a halo; with the same
      logical shape.

    #### Example
    ```mlir
    func.func @example(%x: memref<1x3x8x8xf32>, %y: memref<1x3x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
      kernel.convert_layout ins(%x) outs(%y) {layers = ["image"]} : memref<1x3x8x8xf32>, memref<1x3x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
      return
    }
    ```
  }];
  let arguments = (ins Read<Kernel_Buffer>:$input, Write<Kernel_Buffer>:$output, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `ins` `(` $input `)` `outs` `(` $output `)` attr-dict `:` type(operands)
  }];
  let hasVerifier = 1;
}

def Kernel_ZeroHaloOp : Kernel_Op<"zero_halo"> {
  let summary = "zeros into the halo of a feature map";
  let description = [{
    Writes no pixel of the image itself, so it needs no order with the kernel
    that does.

    #### Example
    ```mlir
    func.func @example(%y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>) {
      kernel.zero_halo outs(%y) {layers = ["layer1.0.conv1"]} : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
      return
    }
    ```
  }];
  let arguments = (ins Write<Kernel_FeatureMap>:$output, StrArrayAttr:$layers);
  let assemblyFormat = [{
    `outs` `(` $output `)` attr-dict `:` type(operands)
  }];

}

#endif // SINTER_DIALECTS_KERNEL_IR_KERNELOPS_TD
