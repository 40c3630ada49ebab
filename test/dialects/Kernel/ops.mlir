// Every operation survives printing and parsing, in each optional form.
// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
#padded = #kernel.blocked<8, halo = [1, 1, 1, 1]>
!map = memref<1x16x8x8xf32, #b8>
!padded = memref<1x16x8x8xf32, #padded>
!means = memref<1x16x1x1xf32, #b8>
!filter = memref<1x2x3x3x8x16xf32>
!vec = memref<16xf32>

//===----------------------------------------------------------------------===//
// Weights, slots, barriers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: kernel.weights @bias : memref<64xf32> {
// CHECK:         kernel.yield %{{.*}} : tensor<64xf32>
kernel.weights @bias : memref<64xf32> {
  %0 = nn.parameter "conv1.bias" : tensor<64xf32>
  kernel.yield %0 : tensor<64xf32>
}

// CHECK-LABEL: kernel.weights @filter : memref<1x1x3x3x3x16xf32>
// CHECK-SAME:    attributes {groups = 1 : i64, inputChannels = 3 : i64, offset = 256 : i64} {
kernel.weights @filter : memref<1x1x3x3x3x16xf32> attributes {groups = 1, inputChannels = 3, offset = 256} {
  %0 = nn.parameter "conv1.weight" : tensor<16x3x3x3xf32>
  kernel.yield %0 : tensor<16x3x3x3xf32>
}

// CHECK-LABEL: kernel.weights @transformed : memref<1x36x2x8x16xf32> attributes {groups = 1 : i64, inputChannels = 16 : i64} {
kernel.weights @transformed : memref<1x36x2x8x16xf32> attributes {groups = 1, inputChannels = 16} {
  %0 = nn.parameter "conv2.weight" : tensor<16x16x3x3xf32>
  kernel.yield %0 : tensor<16x16x3x3xf32>
}

// CHECK-LABEL: func @get_weights
func.func @get_weights() {
  // CHECK: kernel.get_weights @bias : memref<64xf32>
  %0 = kernel.get_weights @bias : memref<64xf32>
  return
}

// The last byte of the buffer is the last of the workspace: 16 channels of 64 pixels, 4 bytes each.
// CHECK-LABEL: func @slot
func.func @slot(%workspace: memref<5120xi8>) {
  // CHECK: kernel.slot %{{.*}}[1024] : memref<5120xi8> to memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  %0 = kernel.slot %workspace[1024] : memref<5120xi8> to !map
  return
}

// CHECK-LABEL: func @barrier
func.func @barrier() {
  // CHECK: kernel.barrier
  kernel.barrier
  return
}

//===----------------------------------------------------------------------===//
// Kernels
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @conv2d
// CHECK-SAME: (%[[X:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %[[W:.*]]: memref<1x2x3x3x8x16xf32>, %[[B:.*]]: memref<16xf32>, %[[Y:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %[[S:.*]]: memref<1x4x16xf32>)
func.func @conv2d(%x: !padded, %w: !filter, %b: !vec, %y: !map, %sums: memref<1x4x16xf32>) {
  // CHECK: kernel.conv2d ins(%[[X]], %[[W]]) outs(%[[Y]]) {activation = #nn.activation<identity>, dilations = array<i64: 1, 1>, groups = 1 : i64, layers = ["conv1"], loop_order = #kernel.loop_order<rows_outer>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>, tile = array<i64: 1, 6>}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv1"]}
    : !padded, !filter, !map
  // CHECK: kernel.conv2d ins(%[[X]], %[[W]] bias %[[B]] residual %[[Y]]) outs(%[[Y]] sums %[[S]]) {{.*}}loop_order = #kernel.loop_order<panels_outer>
  kernel.conv2d ins(%x, %w bias %b residual %y) outs(%y sums %sums) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<leaky_relu, alpha = 0.1>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<panels_outer>, layers = ["conv1", "bn1", "relu"]}
    : !padded, !filter, !vec, !map, !map, memref<1x4x16xf32>
  // CHECK: %[[G:.*]] = memref.alloc() : memref<1x16x1x1xf32
  // CHECK: kernel.conv2d ins(%[[X]], %[[W]] bias %[[B]] scale %[[G]] residual %[[Y]]) outs(%[[Y]])
  %g = memref.alloc() : memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  kernel.conv2d ins(%x, %w bias %b scale %g residual %y) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : !padded, !filter, !vec, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, !map, !map
  // CHECK: kernel.conv2d ins(%[[X]], %[[W]] residual %[[Y]]) outs(%[[Y]])
  kernel.conv2d ins(%x, %w residual %y) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : !padded, !filter, !map, !map
  return
}

// A panel of two groups of 4 channels, without zeros between them.
// What is not written is the whole reduction, one row of tiles at a time.
// CHECK-LABEL: func @conv2d_bands
func.func @conv2d_bands(%x: !padded, %w: !filter, %y: !map) {
  // CHECK: kernel.conv2d {{.*}}band = 2 : i64, depth = 1 : i64
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1, band = 2, depth = 1,
    activation = #nn.activation<identity>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv1"]}
    : !padded, !filter, !map
  return
}

// CHECK-LABEL: func @conv2d_by_group
func.func @conv2d_by_group(%x: !padded, %w: memref<2x1x3x3x4x8xf32>, %y: !map) {
  // CHECK: kernel.conv2d {{.*}}groups = 4
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 4,
    activation = #nn.activation<identity>, tile = array<i64: 1, 6>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv1"]}
    : !padded, memref<2x1x3x3x4x8xf32>, !map
  return
}

// CHECK-LABEL: func @winograd_conv2d
// CHECK-SAME: (%[[X:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %[[W:.*]]: memref<1x36x2x8x16xf32>, %[[B:.*]]: memref<16xf32>, %[[Y:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %[[S:.*]]: memref<1x2x16xf32>, %[[T:.*]]: memref<5760xf32>, %[[T2:.*]]: memref<6912xf32>)
func.func @winograd_conv2d(%x: !padded, %w: memref<1x36x2x8x16xf32>, %b: !vec, %y: !map, %sums: memref<1x2x16xf32>, %scratch: memref<5760xf32>, %scratch2: memref<6912xf32>) {
  // CHECK: kernel.winograd_conv2d ins(%[[X]], %[[W]]) outs(%[[Y]] scratch %[[T]]) {activation = #nn.activation<identity>, layers = ["conv1"], registerTiles = 4 : i64, tiles = 4 : i64}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<identity>, layers = ["conv1"]}
    : !padded, memref<1x36x2x8x16xf32>, !map, memref<5760xf32>
  // CHECK: kernel.winograd_conv2d ins(%[[X]], %[[W]] bias %[[B]] residual %[[Y]]) outs(%[[Y]] sums %[[S]] scratch %[[T2]]) {{.*}}registerTiles = 1 : i64, tiles = 2 : i64
  kernel.winograd_conv2d ins(%x, %w bias %b residual %y) outs(%y sums %sums scratch %scratch2) {
    tiles = 2, registerTiles = 1, activation = #nn.activation<relu>, layers = ["conv1", "relu"]}
    : !padded, memref<1x36x2x8x16xf32>, !vec, !map, !map, memref<1x2x16xf32>, memref<6912xf32>
  return
}

// Tiles of 2x2: 16 of them, in two blocks.
// CHECK-LABEL: func @winograd_conv2d_of_small_tiles
func.func @winograd_conv2d_of_small_tiles(%x: !padded, %w: memref<1x16x2x8x16xf32>, %y: !map, %scratch: memref<9216xf32>) {
  // CHECK: kernel.winograd_conv2d {{.*}}registerTiles = 4 : i64, tiles = 8 : i64
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 8, registerTiles = 4, activation = #nn.activation<identity>, layers = ["conv1"]}
    : !padded, memref<1x16x2x8x16xf32>, !map, memref<9216xf32>
  return
}

// CHECK-LABEL: func @pool
func.func @pool(%x: !map, %y: memref<1x16x4x4xf32, #b8>) {
  // CHECK: kernel.pool ins(%{{.*}}) outs(%{{.*}}) {count_include_pad = true, kernel = array<i64: 3, 3>, kind = #kernel.pool_kind<max>, layers = ["maxpool"], padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
  kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<max>, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>,
    padding = array<i64: 1, 1, 1, 1>, count_include_pad = true, layers = ["maxpool"]} : !map, memref<1x16x4x4xf32, #b8>
  // CHECK: kernel.pool {{.*}}kind = #kernel.pool_kind<avg>
  kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<avg>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
    padding = array<i64: 0, 0, 0, 0>, count_include_pad = false, layers = ["avgpool"]} : !map, memref<1x16x4x4xf32, #b8>
  return
}

// CHECK-LABEL: func @means
func.func @means(%x: !map, %sums: memref<1x4x16xf32>, %y: !means) {
  // CHECK: kernel.channel_mean ins(%{{.*}}) outs(%{{.*}}) {layers = ["avgpool"]}
  kernel.channel_mean ins(%x) outs(%y) {layers = ["avgpool"]} : !map, !means
  // CHECK: kernel.finish_mean ins(%{{.*}}) outs(%{{.*}}) {layers = ["se"], pixels = 64 : i64}
  kernel.finish_mean ins(%sums) outs(%y) {pixels = 64, layers = ["se"]} : memref<1x4x16xf32>, !means
  return
}

// CHECK-LABEL: func @scale_add
// CHECK-SAME: (%[[X:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %[[M:.*]]: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %[[V:.*]]: memref<16xf32>)
func.func @scale_add(%x: !map, %means: !means, %v: !vec) {
  // CHECK: kernel.scale_add ins(%[[X]]) outs(%[[X]]) {activation = #nn.activation<relu>, layers = ["relu"]}
  kernel.scale_add ins(%x) outs(%x) {activation = #nn.activation<relu>, layers = ["relu"]} : !map, !map
  // CHECK: kernel.scale_add ins(%[[X]] scale %[[M]] residual %[[X]]) outs(%[[X]])
  kernel.scale_add ins(%x scale %means residual %x) outs(%x) {activation = #nn.activation<relu>, layers = ["relu"]}
    : !map, !means, !map, !map
  // CHECK: kernel.scale_add ins(%[[X]] scale %[[V]] residual %[[V]]) outs(%[[X]])
  kernel.scale_add ins(%x scale %v residual %v) outs(%x) {activation = #nn.activation<identity>, layers = ["bn1"]}
    : !map, !vec, !vec, !map
  // CHECK: kernel.scale_add ins(%[[X]] residual %[[X]]) outs(%[[X]])
  kernel.scale_add ins(%x residual %x) outs(%x) {activation = #nn.activation<identity>, layers = ["add"]} : !map, !map, !map
  return
}

// CHECK-LABEL: func @pad_channels
func.func @pad_channels(%x: !map, %y: memref<1x32x8x8xf32, #padded>) {
  // CHECK: kernel.pad_channels ins(%{{.*}}) outs(%{{.*}}) {before = 8 : i64, layers = ["shortcut"]}
  kernel.pad_channels ins(%x) outs(%y) {before = 8, layers = ["shortcut"]} : !map, memref<1x32x8x8xf32, #padded>
  return
}

// CHECK-LABEL: func @concat
// CHECK-SAME: (%[[X:.*]]: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %[[Y:.*]]: memref<1x5x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
func.func @concat(%x: !map, %y: memref<1x5x8x8xf32, #b8>, %z: memref<1x37x8x8xf32, #padded>) {
  // CHECK: kernel.concat ins(%[[X]], %[[Y]], %[[X]]) outs(%{{.*}}) {layers = ["concat"]}
  kernel.concat ins(%x, %y, %x) outs(%z) {layers = ["concat"]}
    : !map, memref<1x5x8x8xf32, #b8>, !map, memref<1x37x8x8xf32, #padded>
  return
}

// CHECK-LABEL: func @softmax
func.func @softmax(%x: memref<2x10xf32>) {
  // CHECK: kernel.softmax ins(%{{.*}}) outs(%{{.*}}) {layers = ["softmax"]} : memref<2x10xf32>, memref<2x10xf32>
  kernel.softmax ins(%x) outs(%x) {layers = ["softmax"]} : memref<2x10xf32>, memref<2x10xf32>
  // CHECK: kernel.softmax ins(%{{.*}}) outs(%{{.*}}) {layers = ["softmax"], log} : memref<2x10xf32>, memref<2x10xf32>
  kernel.softmax ins(%x) outs(%x) {log, layers = ["softmax"]} : memref<2x10xf32>, memref<2x10xf32>
  return
}

// CHECK-LABEL: func @convert_layout
func.func @convert_layout(%image: memref<1x16x8x8xf32>, %x: !padded, %means: !means, %row: memref<1x16xf32>) {
  // CHECK: kernel.convert_layout {{.*}} : memref<1x16x8x8xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
  kernel.convert_layout ins(%image) outs(%x) {layers = ["image"]} : memref<1x16x8x8xf32>, !padded
  // CHECK: kernel.convert_layout {{.*}} : memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16xf32>
  kernel.convert_layout ins(%means) outs(%row) {layers = ["fc"]} : !means, memref<1x16xf32>
  return
}

// CHECK-LABEL: func @zero_halo
func.func @zero_halo(%x: !padded) {
  // CHECK: kernel.zero_halo outs(%{{.*}}) {layers = ["conv1"]} : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
  kernel.zero_halo outs(%x) {layers = ["conv1"]} : !padded
  return
}
