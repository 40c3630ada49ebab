// Every constraint of the kernel dialect, broken once. A function is named
// after the constraint it breaks: @conv2d_c3 breaks (C3) of kernel.conv2d.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

//===----------------------------------------------------------------------===//
// Layouts and types
//===----------------------------------------------------------------------===//

// expected-error @+1 {{expects a block of 1 to 2147483648 and a halo of 4 sizes of 0 to 32767}}
func.func private @blocked_without_lanes(memref<1x16x8x8xf32, #kernel.blocked<0, halo = [0, 0, 0, 0]>>)

// -----

// expected-error @+1 {{expects a block of 1 to 2147483648 and a halo of 4 sizes of 0 to 32767}}
func.func private @blocked_with_too_many_lanes(memref<1x16x8x8xf32, #kernel.blocked<9223372036854775807, halo = [0, 0, 0, 0]>>)

// -----

// expected-error @+1 {{expects a block of 1 to 2147483648 and a halo of 4 sizes of 0 to 32767}}
func.func private @blocked_with_half_a_halo(memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0]>>)

// -----

// expected-error @+1 {{expects a block of 1 to 2147483648 and a halo of 4 sizes of 0 to 32767}}
func.func private @blocked_with_a_negative_halo(memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, -1, 0]>>)

// -----

// expected-error @+1 {{expects a blocked memref to have rank 4, got 2}}
func.func private @blocked_matrix(memref<1x16xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>)

// -----

func.func @dense_where_blocked_belongs(%x: memref<1x16x8x8xf32>) {
  // expected-error @+1 {{operand #0 must be blocked NCHW memref of f32, f16 or bf16 of 1 to 2^40 elements}}
  kernel.zero_halo outs(%x) {layers = []} : memref<1x16x8x8xf32>
  return
}

// -----

func.func @too_many_elements(%x: memref<65536x65536x65536x65536xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{operand #0 must be blocked NCHW memref of f32, f16 or bf16 of 1 to 2^40 elements}}
  kernel.zero_halo outs(%x) {layers = []} : memref<65536x65536x65536x65536xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Weights and slots
//===----------------------------------------------------------------------===//

// expected-error @+1 {{expects a packed vector (rank 1) or filter (rank 5 or 6), got rank 2}}
kernel.weights @weights_c1 : memref<8x8xf32> {
  %0 = nn.parameter "w" : tensor<8x8xf32>
  kernel.yield %0 : tensor<8x8xf32>
}

// -----

// expected-error @+1 {{expects a filter to have 'groups' and 'inputChannels'}}
kernel.weights @weights_c2 : memref<1x1x3x3x3x8xf32> attributes {groups = 1} {
  %0 = nn.parameter "w" : tensor<8x3x3x3xf32>
  kernel.yield %0 : tensor<8x3x3x3xf32>
}

// -----

// expected-error @+1 {{expects its region to end in 'kernel.yield'}}
kernel.weights @weights_c3 : memref<8xf32> {
  %0 = nn.parameter "w" : tensor<8xf32>
}

// -----

func.func @get_weights_c1() {
  // expected-error @+1 {{expects 'missing' to be a 'kernel.weights'}}
  %0 = kernel.get_weights @missing : memref<8xf32>
  return
}

// -----

// expected-note @+1 {{weights of type 'memref<8xf32>'}}
kernel.weights @bias : memref<8xf32> {
  %0 = nn.parameter "w" : tensor<8xf32>
  kernel.yield %0 : tensor<8xf32>
}
func.func @get_weights_c1_type() {
  // expected-error @+1 {{expects the type of the weights, got 'memref<16xf32>'}}
  %0 = kernel.get_weights @bias : memref<16xf32>
  return
}

// -----

func.func @slot_c1(%workspace: memref<4096xi8>) {
  // expected-error @+1 {{expects 4096 bytes at a multiple of 64 within a workspace of 4096, got offset 64}}
  %0 = kernel.slot %workspace[64] : memref<4096xi8> to memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @slot_c1_unaligned(%workspace: memref<4096xi8>) {
  // expected-error @+1 {{expects 64 bytes at a multiple of 64 within a workspace of 4096, got offset 32}}
  %0 = kernel.slot %workspace[32] : memref<4096xi8> to memref<16xf32>
  return
}

// -----

func.func @slot_c1_far(%workspace: memref<4096xi8>) {
  // expected-error @+1 {{expects 64 bytes at a multiple of 64 within a workspace of 4096, got offset 9223372036854775744}}
  %0 = kernel.slot %workspace[9223372036854775744] : memref<4096xi8> to memref<16xf32>
  return
}

// -----

func.func @slot_c1_dynamic(%workspace: memref<?xi8>) {
  // expected-error @+1 {{expects 64 bytes at a multiple of 64 within a workspace of}}
  %0 = kernel.slot %workspace[0] : memref<?xi8> to memref<16xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// kernel.conv2d
//===----------------------------------------------------------------------===//

func.func @conv2d_c1(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 0, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the input's halo to cover the padding of 1, got 0}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 0, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c2(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x4x3x3x4x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the filter's blocks to match those of input and output, got 'memref<1x4x3x3x4x16xf32>'}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x4x3x3x4x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c2_panel(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<2x2x3x3x8x8xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the filter's blocks to match those of input and output, got 'memref<2x2x3x3x8x8xf32>'}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<2x2x3x3x8x8xf32>, memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
  return
}

// -----

// Two groups of 8 channels fill vectors: there is nothing to pack by group.
func.func @conv2d_c2_by_group(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<2x1x3x3x4x8xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the filter's blocks to match those of input and output, got 'memref<2x1x3x3x4x8xf32>'}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 2,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<2x1x3x3x4x8xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c3(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the output size that the convolution gives, got}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c3_too_small(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the output size that the convolution gives, got}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 32767, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c4(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %s: memref<1x8x16xf32>) {
  // expected-error @+1 {{expects 'sums' to be images x tile rows x padded channels, got 'memref<1x8x16xf32>'}}
  kernel.conv2d ins(%x, %w) outs(%y sums %s) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x8x16xf32>
  return
}

// -----

func.func @conv2d_c5(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a tile of rows and columns}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 0, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c5_band(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a band of at least 1, and a depth that divides the 2 input blocks, got 0 and 0}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, band = 0, depth = 0, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c5_depth(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a band of at least 1, and a depth that divides the 2 input blocks, got 1 and 3}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, band = 1, depth = 3, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c5_negative(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a band of at least 1, and a depth that divides the 2 input blocks, got 1 and -1}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, band = 1, depth = -1, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c6(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 0, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c6_rank(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<16x16x3x3xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<16x16x3x3xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c6_overflow(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 9223372036854775807, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c6_groups(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6}}
  kernel.conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 0,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c7_groups(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<2x2x1x1x8x16xf32>, %e: memref<32xf32>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects groups that divide the channels, got 3}}
  kernel.conv2d ins(%x, %w bias %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 3,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<2x2x1x1x8x16xf32>, memref<32xf32>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c7_panels(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<1x2x1x1x8x16xf32>, %e: memref<32xf32>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a filter of 2 panels and 2 input blocks, got}}
  kernel.conv2d ins(%x, %w bias %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x1x1x8x16xf32>, memref<32xf32>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c7_blocks(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<2x1x1x1x8x16xf32>, %e: memref<32xf32>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a filter of 2 panels and 2 input blocks, got}}
  kernel.conv2d ins(%x, %w bias %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<2x1x1x1x8x16xf32>, memref<32xf32>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c9(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<1x2x1x1x8x16xf32>, %s: memref<1x8x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 'scale' to have one value per image and channel in the block of the output, got}}
  kernel.conv2d ins(%x, %w scale %s) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x1x1x8x16xf32>, memref<1x8x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c9_block(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<1x2x1x1x8x16xf32>, %s: memref<1x16x1x1xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 'scale' to have one value per image and channel in the block of the output, got}}
  kernel.conv2d ins(%x, %w scale %s) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x1x1x8x16xf32>, memref<1x16x1x1xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c9_halo(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<1x2x1x1x8x16xf32>, %s: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 1, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 'scale' to have one value per image and channel in the block of the output, got}}
  kernel.conv2d ins(%x, %w scale %s) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x1x1x8x16xf32>, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 1, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c9_residual(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<1x2x1x1x8x16xf32>, %s: memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a residual apart from the output, with a scale and a depth of 1}}
  kernel.conv2d ins(%x, %w scale %s residual %y) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1, depth = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x1x1x8x16xf32>, memref<1x16x1x1xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c8_batch(%x: memref<2x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<2x2x1x1x8x16xf32>, %e: memref<32xf32>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects input and output with the same batch}}
  kernel.conv2d ins(%x, %w bias %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<2x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<2x2x1x1x8x16xf32>, memref<32xf32>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c8_bias(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<2x2x1x1x8x16xf32>, %e: memref<24xf32>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 'bias' to have 32 values, got}}
  kernel.conv2d ins(%x, %w bias %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<2x2x1x1x8x16xf32>, memref<24xf32>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @conv2d_c8_residual(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %w: memref<2x2x1x1x8x16xf32>, %e: memref<1x32x4x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 'residual' in the shape and block of the output, got}}
  kernel.conv2d ins(%x, %w residual %e) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 2, 3>, loop_order = #kernel.loop_order<rows_outer>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<2x2x1x1x8x16xf32>, memref<1x32x4x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @pool_c1(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x24x4x4xf32, #b8>) {
  // expected-error @+1 {{expects input and output with the same batch, channels and block}}
  kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
    padding = array<i64: 0, 0, 0, 0>, count_include_pad = true, layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x24x4x4xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @pool_c3(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x16x5x4xf32, #b8>) {
  // expected-error @+1 {{expects every window to meet the image, got an output}}
  kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>,
    padding = array<i64: 0, 0, 0, 0>, count_include_pad = true, layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x5x4xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @pool_c2(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x16x4x4xf32, #b8>) {
  // expected-error @+1 {{expects a kernel of 2 sizes, 2 strides and 4 paddings}}
  kernel.pool ins(%x) outs(%y) {kind = #kernel.pool_kind<max>, kernel = array<i64: 2, 2>, strides = array<i64: 2, 0>,
    padding = array<i64: 0, 0, 0, 0>, count_include_pad = true, layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x4x4xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @channel_mean_c1(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x16x1x2xf32, #b8>) {
  // expected-error @+1 {{expects an output of one pixel in the input's block, got}}
  kernel.channel_mean ins(%x) outs(%y) {layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x1x2xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @finish_mean_c1(%s: memref<1x4x10xf32>, %y: memref<1x10x1x1xf32, #b8>) {
  // expected-error @+1 {{expects sums of images x tile rows x padded channels, got 'memref<1x4x10xf32>'}}
  kernel.finish_mean ins(%s) outs(%y) {pixels = 64, layers = []} : memref<1x4x10xf32>, memref<1x10x1x1xf32, #b8>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Elementwise, layout
//===----------------------------------------------------------------------===//

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
#b16 = #kernel.blocked<16, halo = [0, 0, 0, 0]>
func.func @scale_add_c1(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x16x8x8xf32, #b16>) {
  // expected-error @+1 {{expects input and output of the same shape and block}}
  kernel.scale_add ins(%x) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x8x8xf32, #b16>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @scale_add_c2(%x: memref<1x10x8x8xf32, #b8>, %s: memref<10xf32>) {
  // expected-error @+1 {{expects an operand by pixel, by image and channel, or by channel, got 'memref<10xf32>'}}
  kernel.scale_add ins(%x scale %s) outs(%x) {activation = #nn.activation<relu>, layers = []}
    : memref<1x10x8x8xf32, #b8>, memref<10xf32>, memref<1x10x8x8xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @pad_channels_c1(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x32x8x4xf32, #b8>) {
  // expected-error @+1 {{expects input and output with the same batch, pixels and block}}
  kernel.pad_channels ins(%x) outs(%y) {before = 8, layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x32x8x4xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @concat_c1(%x: memref<1x16x8x8xf32, #b8>, %y: memref<1x16x8x4xf32, #b8>, %z: memref<1x32x8x8xf32, #b8>) {
  // expected-error @+1 {{expects inputs with the batch, pixels and block of the output, got 'memref<1x16x8x4xf32}}
  kernel.concat ins(%x, %y) outs(%z) {layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x8x4xf32, #b8>, memref<1x32x8x8xf32, #b8>
  return
}

// -----

#b4 = #kernel.blocked<4, halo = [0, 0, 0, 0]>
#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @concat_c1_block(%x: memref<1x16x8x8xf32, #b4>, %z: memref<1x32x8x8xf32, #b8>) {
  // expected-error @+1 {{expects inputs with the batch, pixels and block of the output, got 'memref<1x16x8x8xf32}}
  kernel.concat ins(%x, %x) outs(%z) {layers = []} : memref<1x16x8x8xf32, #b4>, memref<1x16x8x8xf32, #b4>, memref<1x32x8x8xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @concat_c2(%x: memref<1x16x8x8xf32, #b8>, %z: memref<1x33x8x8xf32, #b8>) {
  // expected-error @+1 {{expects the channels of at least two inputs in the output, got 32 channels of 2}}
  kernel.concat ins(%x, %x) outs(%z) {layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x8x8xf32, #b8>, memref<1x33x8x8xf32, #b8>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @concat_c2_count(%x: memref<1x16x8x8xf32, #b8>) {
  // expected-error @+1 {{expects the channels of at least two inputs in the output, got 16 channels of 1}}
  kernel.concat ins(%x) outs(%x) {layers = []} : memref<1x16x8x8xf32, #b8>, memref<1x16x8x8xf32, #b8>
  return
}

// -----

func.func @softmax_c1(%x: memref<1x10xf32>, %y: memref<1x11xf32>) {
  // expected-error @+1 {{expects input and output matrices of the same shape}}
  kernel.softmax ins(%x) outs(%y) {layers = []} : memref<1x10xf32>, memref<1x11xf32>
  return
}

// -----

func.func @convert_layout_c1(%x: memref<1x3x8x8xf32>, %y: memref<1x3x8x8xf32>) {
  // expected-error @+1 {{expects a dense and a blocked memref of the same logical shape, or two that}}
  kernel.convert_layout ins(%x) outs(%y) {layers = []} : memref<1x3x8x8xf32>, memref<1x3x8x8xf32>
  return
}

// -----

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @convert_layout_c1_shape(%x: memref<1x3xf32>, %y: memref<1x3x8x8xf32, #b8>) {
  // expected-error @+1 {{expects a dense and a blocked memref of the same logical shape}}
  kernel.convert_layout ins(%x) outs(%y) {layers = []} : memref<1x3xf32>, memref<1x3x8x8xf32, #b8>
  return
}

// -----

#h3 = #kernel.blocked<3, halo = [1, 1, 1, 1]>
#n8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
func.func @convert_layout_c1_halo(%x: memref<1x3x8x8xf16, #h3>, %y: memref<1x3x8x8xf32, #n8>) {
  // expected-error @+1 {{or two that are NHWC without a halo}}
  kernel.convert_layout ins(%x) outs(%y) {layers = []} : memref<1x3x8x8xf16, #h3>, memref<1x3x8x8xf32, #n8>
  return
}
