// Every constraint of kernel.winograd_conv2d, broken once, as in errors.mlir.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

func.func @winograd_conv2d_c1_left(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 0, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects an input's halo of at least 1, got 0}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 0, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c1_bottom(%x: memref<1x16x6x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x6x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects an input's halo of at least 3, got 1}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x6x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x6x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c2_rank(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x2x3x3x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects a filter of panels x 36 or 16 x 2 x 8 x panel that has 16 output channels, got}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x2x3x3x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c2_positions(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x25x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects a filter of panels x 36 or 16 x 2 x 8 x panel that has 16 output channels, got}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x25x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c2_inputs(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x1x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects a filter of panels x 36 or 16 x 2 x 8 x panel that has 16 output channels, got}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x1x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c2_outputs(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<2x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects a filter of panels x 36 or 16 x 2 x 8 x panel that has 16 output channels, got}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<2x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c3(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x7xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects input and output of the same batch and size, got}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x7xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c4(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %sums: memref<1x2x16xf32>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects 'sums' to be images x tile blocks x padded channels, got 'memref<1x2x16xf32>'}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y sums %sums scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x2x16xf32>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c5_tiles(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects 1 to 32767 tiles and register tiles}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 0, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c5_register_tiles(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects 1 to 32767 tiles and register tiles}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = -1, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c6(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<4604xf32>) {
  // expected-error @+1 {{expects 'scratch' to have a multiple of 5760 elements, got 'memref<4604xf32>'}}
  kernel.winograd_conv2d ins(%x, %w) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<4604xf32>
  return
}

// -----

func.func @winograd_conv2d_c7_bias(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %e: memref<8xf32>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects 'bias' to have 16 values, got}}
  kernel.winograd_conv2d ins(%x, %w bias %e) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<8xf32>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}

// -----

func.func @winograd_conv2d_c7_residual(%x: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, %w: memref<1x36x2x8x16xf32>, %e: memref<1x16x4x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %y: memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, %scratch: memref<5760xf32>) {
  // expected-error @+1 {{expects 'residual' in the shape and block of the output, got}}
  kernel.winograd_conv2d ins(%x, %w residual %e) outs(%y scratch %scratch) {
    tiles = 4, registerTiles = 4, activation = #nn.activation<relu>, layers = []}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, memref<1x16x4x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>, memref<5760xf32>
  return
}
