// A layer that carries a schedule is computed by it, whatever the cost model would choose.
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=8 registers=16' | FileCheck %s

#identity = #nn.activation<identity>

// Two blocks of tiles, and their sums; the cost model would take one.
// CHECK-LABEL: func @winograd
// CHECK: memref.alloc() : memref<2x64x13x13xf32, #kernel.blocked<8, halo = [1, 1, 4, 4]>>
// CHECK: memref.alloc() : memref<2x2x64xf32>
// CHECK: kernel.winograd_conv2d {{.*}}registerTiles = 4 : i64, tiles = 8 : i64{{.*}}memref<8x36x8x8x8xf32>
func.func @winograd(%x: tensor<2x64x13x13xf32>) -> tensor<2x64x1x1xf32> {
  %w = nn.parameter "winograd.weight" : tensor<64x64x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 1, tiles = 8, register_tiles = 4>}
    : (tensor<2x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<2x64x13x13xf32>, tensor<2x64x1x1xf32>)
  return %0#1 : tensor<2x64x1x1xf32>
}

// The halo is that of a direct convolution.
// CHECK-LABEL: func @direct
// CHECK: memref.alloc() : memref<2x64x13x13xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
// CHECK: kernel.conv2d {{.*}}loop_order = #kernel.loop_order<panels_outer>{{.*}}tile = array<i64: 2, 3>{{.*}}memref<4x8x3x3x8x16xf32>
func.func @direct(%x: tensor<2x64x13x13xf32>) -> tensor<2x64x13x13xf32> {
  %w = nn.parameter "direct.weight" : tensor<64x64x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity,
    kernel.schedule = #kernel.direct<panel_vectors = 2, tile_rows = 2, tile_columns = 3, loop_order = panels_outer>}
    : (tensor<2x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<2x64x13x13xf32>, tensor<2x64x1x1xf32>)
  return %0#0 : tensor<2x64x13x13xf32>
}

// CHECK-LABEL: func @bands
// CHECK: kernel.conv2d {{.*}}band = 3 : i64, depth = 2 : i64{{.*}}memref<4x8x3x3x8x16xf32>
func.func @bands(%x: tensor<2x64x13x13xf32>) -> tensor<2x64x13x13xf32> {
  %w = nn.parameter "bands.weight" : tensor<64x64x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity,
    kernel.schedule = #kernel.direct<panel_vectors = 2, tile_rows = 2, tile_columns = 3, loop_order = panels_outer, band = 3, depth = 2>}
    : (tensor<2x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<2x64x13x13xf32>, tensor<2x64x1x1xf32>)
  return %0#0 : tensor<2x64x13x13xf32>
}

// A panel of more than 20 KiB: the seven rows of tiles go through parts of it that are smaller. With half as many panels there
// are two bands, for 16 work items. A panel of no more than 20 KiB is not divided.
// CHECK-LABEL: func @model
// CHECK: kernel.conv2d {{.*}}band = 7 : i64, depth = 32 : i64{{.*}}tile = array<i64: 2, 3>{{.*}}memref<16x128x1x1x8x16xf32>
// CHECK: kernel.conv2d {{.*}}band = 2 : i64, depth = 32 : i64{{.*}}tile = array<i64: 2, 3>{{.*}}memref<8x128x1x1x8x16xf32>
// CHECK-NOT: depth
// CHECK: kernel.conv2d {{.*}}memref<64x16x1x1x8x16xf32>
func.func @model(%x: tensor<1x1024x14x14xf32>, %y: tensor<1x1024x8x14xf32>, %z: tensor<1x128x14x14xf32>) -> (tensor<1x256x1x1xf32>, tensor<1x128x1x1xf32>, tensor<1x1024x1x1xf32>) {
  %0 = nn.parameter "model.0.weight" : tensor<256x1024x1x1xf32>
  %1 = nn.parameter "model.1.weight" : tensor<128x1024x1x1xf32>
  %2 = nn.parameter "model.2.weight" : tensor<1024x128x1x1xf32>
  %3:2 = nn.fused_conv2d %x, %0 {activation = #identity}
    : (tensor<1x1024x14x14xf32>, tensor<256x1024x1x1xf32>) -> (tensor<1x256x14x14xf32>, tensor<1x256x1x1xf32>)
  %4:2 = nn.fused_conv2d %y, %1 {activation = #identity}
    : (tensor<1x1024x8x14xf32>, tensor<128x1024x1x1xf32>) -> (tensor<1x128x8x14xf32>, tensor<1x128x1x1xf32>)
  %5:2 = nn.fused_conv2d %z, %2 {activation = #identity}
    : (tensor<1x128x14x14xf32>, tensor<1024x128x1x1xf32>) -> (tensor<1x1024x14x14xf32>, tensor<1x1024x1x1xf32>)
  return %3#1, %4#1, %5#1 : tensor<1x256x1x1xf32>, tensor<1x128x1x1xf32>, tensor<1x1024x1x1xf32>
}

// CHECK-LABEL: func @linear
// CHECK: kernel.conv2d {{.*}}memref<5x2x1x1x8x16xf32>
func.func @linear(%x: tensor<1x16xf32>) -> tensor<1x80xf32> {
  %w = nn.parameter "linear.weight" : tensor<80x16xf32>
  %b = nn.parameter "linear.bias" : tensor<80xf32>
  %0 = nn.linear %x, %w bias %b {
    kernel.schedule = #kernel.direct<panel_vectors = 2, tile_rows = 1, tile_columns = 1, loop_order = rows_outer>}
    : (tensor<1x16xf32>, tensor<80x16xf32>, tensor<80xf32>) -> tensor<1x80xf32>
  return %0 : tensor<1x80xf32>
}

// With rows outermost, a large input that each panel reads again is read fewest times by tiles of one row. A small one is not: its
// tiles divide the rows.
// CHECK-LABEL: func @rows
// CHECK: kernel.conv2d {{.*}}rows_outer>{{.*}}tile = array<i64: 1, 6>{{.*}}memref<4x32x1x1x8x16xf32>
// CHECK: kernel.conv2d {{.*}}rows_outer>{{.*}}tile = array<i64: 2, 3>{{.*}}memref<4x1x1x1x8x16xf32>
func.func @rows(%x: tensor<1x256x56x56xf32>, %y: tensor<1x8x8x8xf32>) -> (tensor<1x64x1x1xf32>, tensor<1x64x1x1xf32>) {
  %0 = nn.parameter "rows.0.weight" : tensor<64x256x1x1xf32>
  %1 = nn.parameter "rows.1.weight" : tensor<64x8x1x1xf32>
  %2:2 = nn.fused_conv2d %x, %0 {activation = #identity}
    : (tensor<1x256x56x56xf32>, tensor<64x256x1x1xf32>) -> (tensor<1x64x56x56xf32>, tensor<1x64x1x1xf32>)
  %3:2 = nn.fused_conv2d %y, %1 {activation = #identity}
    : (tensor<1x8x8x8xf32>, tensor<64x8x1x1xf32>) -> (tensor<1x64x8x8xf32>, tensor<1x64x1x1xf32>)
  return %2#1, %3#1 : tensor<1x64x1x1xf32>, tensor<1x64x1x1xf32>
}
