// RUN: sinter-opt %s --cuda-lower-kernels --verify-diagnostics --split-input-file -o /dev/null

func.func @halo(%x: memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>,
                %y: memref<1x16x8x8xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>, %space: memref<64xi8>) {
  // expected-error @+1 {{expects NHWC maps without a halo, got 'memref<1x16x8x8xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>'}}
  kernel.scale_add ins(%x) outs(%y) {activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>
  return
}

// -----

func.func @no_gpu_code(%y: memref<1x16x8x8xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>, %space: memref<64xi8>) {
  // expected-error @+1 {{has no GPU code; expects planned kernels on NHWC maps}}
  kernel.zero_halo outs(%y) {layers = []} : memref<1x16x8x8xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>
  return
}

// -----

func.func @too_large(%x: memref<1x16x32768x8192xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, %space: memref<64xi8>) {
  // expected-error @+1 {{has a buffer of more than 2^31 elements}}
  kernel.scale_add ins(%x) outs(%x) {activation = #nn.activation<relu>, layers = []}
    : memref<1x16x32768x8192xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, memref<1x16x32768x8192xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
  return
}

// -----

// Four warps below each other, of 16 pixels each.
func.func @schedule(%x: memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, %w: memref<1x1x1x1x16x16xf16>, %space: memref<64xi8>) {
  // expected-error @+1 {{has a schedule of tiles of 32 x 16 and a depth of 16; expects 4 rows of 16 pixels, channels in sixteens and a depth in 16s}}
  kernel.gemm_conv2d ins(%x, %w) outs(%x) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 32, channels = 16, depth = 16, stages = 2>, layers = []}
    : memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, memref<1x1x1x1x16x16xf16>, memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
  return
}

// -----

func.func @shared_memory(%x: memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, %w: memref<1x1x1x1x64x64xf16>, %space: memref<64xi8>) {
  // expected-error @+1 {{has a schedule of stages of 221184 bytes of shared memory together; expects at most 101376}}
  kernel.gemm_conv2d ins(%x, %w) outs(%x) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 128, channels = 64, depth = 64, stages = 8>, layers = []}
    : memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>, memref<1x1x1x1x64x64xf16>, memref<1x16x8x8xf16, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
  return
}
