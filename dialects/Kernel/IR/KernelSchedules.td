//===- KernelSchedules.td - Schedules of convolutions -------*- tablegen -*-===//
//
// What an nn operation may carry as its `kernel.schedule`. On a CPU the schedule stage
// gives one to every convolution and linear layer that has none.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_DIALECTS_KERNEL_IR_KERNELSCHEDULES_TD
#define SINTER_DIALECTS_KERNEL_IR_KERNELSCHEDULES_TD

include "dialects/Kernel/IR/KernelDialect.td"

def Kernel_LoopOrder : I32EnumAttr<"LoopOrder", "which loop of a convolution is outermost", [
    I32EnumAttrCase<"RowsOuter", 0, "rows_outer">,
    I32EnumAttrCase<"PanelsOuter", 1, "panels_outer">,
  ]> {
  let cppNamespace = "::sinter::kernel";
  let genSpecializedAttr = 0;
}
def Kernel_LoopOrderAttr : EnumAttr<Kernel_Dialect, Kernel_LoopOrder, "loop_order"> {
  let assemblyFormat = "`<` $value `>`";
}

def Kernel_DirectScheduleAttr : AttrDef<Kernel_Dialect, "DirectSchedule"> {
  let mnemonic = "direct";
  let summary = "schedule of kernel.conv2d";
  let description = [{
    A register tile of `tile_rows` x `tile_columns` output pixels by
    `panel_vectors` vectors of output channels, and the loop that is outermost.
    `band` rows of tiles go together through `depth` blocks of input channels,
    then through the next ones. Where they are not written, they are 1, and 0 for
    all blocks.

    Example: `#kernel.direct<panel_vectors = 2, tile_rows = 1, tile_columns = 14, loop_order = panels_outer, band = 14, depth = 8>`
  }];
  let parameters = (ins "int64_t":$panel_vectors, "int64_t":$tile_rows, "int64_t":$tile_columns,
                        EnumParameter<Kernel_LoopOrder>:$loop_order,
                        DefaultValuedParameter<"int64_t", "1">:$band,
                        DefaultValuedParameter<"int64_t", "0">:$depth);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Kernel_WinogradScheduleAttr : AttrDef<Kernel_Dialect, "WinogradSchedule"> {
  let mnemonic = "winograd";
  let summary = "schedule of kernel.winograd_conv2d";
  let description = [{
    F(`tile_size` x `tile_size`, 3x3) in blocks of `tiles` tiles. A register tile
    is up to `register_tiles` of them by `panel_vectors` vectors of output channels.

    Example: `#kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 28, register_tiles = 14>`
  }];
  let parameters = (ins "int64_t":$tile_size, "int64_t":$panel_vectors, "int64_t":$tiles,
                        "int64_t":$register_tiles);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

def Kernel_GemmScheduleAttr : AttrDef<Kernel_Dialect, "GemmSchedule"> {
  let mnemonic = "gemm";
  let summary = "schedule of kernel.gemm_conv2d";
  let description = [{
    A block of threads computes `pixels` x `channels` of the output, in steps of
    `depth` input channels of one filter tap, of which `stages` are in shared
    memory or on their way there. With `splits`, which is 1 where it is not written, as many blocks
    share the steps.

    Example: `#kernel.gemm<pixels = 64, channels = 64, depth = 32, stages = 3, splits = 4>`
  }];
  let parameters = (ins "int64_t":$pixels, "int64_t":$channels, "int64_t":$depth,
                        "int64_t":$stages, DefaultValuedParameter<"int64_t", "1">:$splits);
  let assemblyFormat = "`<` struct(params) `>`";
  let genVerifyDecl = 1;
}

#endif // SINTER_DIALECTS_KERNEL_IR_KERNELSCHEDULES_TD
