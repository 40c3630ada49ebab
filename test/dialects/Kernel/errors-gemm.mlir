// Every constraint of kernel.gemm_conv2d and kernel.finish_gemm, broken once, and of the schedule.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

// expected-error @+1 {{expects powers of 2: 32 to 256 pixels, 16 to 256 channels, a depth of 8 to 64; and 2 to 8 stages, 1 to 32 splits}}
func.func private @gemm_schedule() attributes {a = #kernel.gemm<pixels = 48, channels = 32, depth = 32, stages = 3>}

// -----

// expected-error @+1 {{expects powers of 2: 32 to 256 pixels, 16 to 256 channels, a depth of 8 to 64; and 2 to 8 stages, 1 to 32 splits}}
func.func private @gemm_schedule_splits() attributes {a = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 33>}

// -----

func.func @gemm_conv2d_c1(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects NHWC maps without a halo, of the filter's elements, and a bias and sums of f32}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c1_halo(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [1, 1, 1, 1]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects NHWC maps without a halo, of the filter's elements, and a bias and sums of f32}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [1, 1, 1, 1]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c2(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<2x1x3x3x32x16xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a filter of 1 panels of 32 channels and 1 input blocks of 32, got}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<2x1x3x3x32x16xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c2_groups(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects groups that divide the channels, got 3}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 3,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c3(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects the output size that the convolution gives, got}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c4(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %s: memref<1x3x32xf32>) {
  // expected-error @+1 {{expects 'sums' to be images x parts of tiles x padded channels, got}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y sums %s) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x3x32xf32>
  return
}

// -----

func.func @gemm_conv2d_c5(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c6(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %b: memref<31xf32>) {
  // expected-error @+1 {{expects one batch, a bias of 32 values and a residual of the output's type}}
  kernel.gemm_conv2d ins(%x, %w bias %b) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<31xf32>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c7(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects maps and a filter of f32 to multiply in tf32, got 'memref<1x1x3x3x32x32xf16>'}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1, tf32,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c1_parts(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects NHWC maps without a halo, of the filter's elements, and a bias and sums of f32}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 2>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c6_parts(%x: memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects one batch, a bias of 32 values and a residual of the output's type}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 2>, layers = []}
    : memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c8(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<10x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects at most 9 splits, and none beside an epilogue, got 10}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 10>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<10x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c8_activation(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %y: memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects at most 9 splits, and none beside an epilogue, got 2}}
  kernel.gemm_conv2d ins(%x, %w) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 2>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @gemm_conv2d_c8_bias(%x: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %w: memref<1x1x3x3x32x32xf16>, %b: memref<32xf32>, %y: memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects at most 9 splits, and none beside an epilogue, got 2}}
  kernel.gemm_conv2d ins(%x, %w bias %b) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 2>, layers = []}
    : memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x1x3x3x32x32xf16>, memref<32xf32>, memref<2x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c1(%p: memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects partial sums of f32 for 2 images in the layout of the output, NHWC, got}}
  kernel.finish_gemm ins(%p) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c1_type(%p: memref<3x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects partial sums of f32 for 1 images in the layout of the output, NHWC, got}}
  kernel.finish_gemm ins(%p) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c1_layout(%p: memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects partial sums of f32 for 1 images in the layout of the output, NHWC, got}}
  kernel.finish_gemm ins(%p) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c2(%p: memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %b: memref<31xf32>) {
  // expected-error @+1 {{expects a bias of f32 with 32 values and a residual of the output's type}}
  kernel.finish_gemm ins(%p bias %b) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<31xf32>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c2_residual(%p: memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %r: memref<1x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>) {
  // expected-error @+1 {{expects a bias of f32 with 32 values and a residual of the output's type}}
  kernel.finish_gemm ins(%p residual %r) outs(%y) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @finish_gemm_c3(%p: memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %y: memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, %s: memref<1x15x32xf32>) {
  // expected-error @+1 {{expects 'sums' of f32 to be images x parts x padded channels, got}}
  kernel.finish_gemm ins(%p) outs(%y sums %s) {activation = #nn.activation<relu>, layers = []} : memref<3x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>, memref<1x15x32xf32>
  return
}
