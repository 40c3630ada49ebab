// Schedules that a layer cannot have.
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=8 registers=16 max-error=2e-3' --verify-diagnostics --split-input-file

func.func @winograd_of_stride_2(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of Winograd's algorithm, which takes 3x3 convolutions of stride and padding 1, without groups, of at least 8 channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 4, register_tiles = 4>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x7x7xf32>
}

// -----

func.func @winograd_of_groups(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x32x3x3xf32>
  // expected-error @+1 {{has a schedule of Winograd's algorithm}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 2, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 4, register_tiles = 4>}
    : (tensor<1x64x13x13xf32>, tensor<64x32x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @winograd_of_few_channels(%x: tensor<1x4x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x4x3x3xf32>
  // expected-error @+1 {{has a schedule of Winograd's algorithm}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 4, register_tiles = 4>}
    : (tensor<1x4x13x13xf32>, tensor<64x4x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @winograd_panel(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of panels of 3 vectors; expects at most 8 that divide the 8 vectors of output channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 3, tiles = 4, register_tiles = 4>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @winograd_tiles(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of blocks of 17 tiles; expects at most the image's 16}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 17, register_tiles = 4>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @winograd_register_tiles(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of register tiles of 7 tiles; expects at most 6 beside panels of 2 vectors in 16 registers}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 4, register_tiles = 7>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @winograd_error(%x: tensor<1x512x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x512x3x3xf32>
  // expected-error @+1 {{has a schedule of F(4x4, 3x3), by which rounding may cost 8.1E-03; expects at most 2.0E-03}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.winograd<tile_size = 4, panel_vectors = 2, tiles = 4, register_tiles = 4>}
    : (tensor<1x512x13x13xf32>, tensor<64x512x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @direct_panel(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of panels of 3 vectors; expects at most 8 that divide the 8 vectors of output channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 3, tile_rows = 1, tile_columns = 4, loop_order = rows_outer>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @direct_panel_of_groups(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x8x3x3xf32>
  // expected-error @+1 {{has a schedule of panels of 2 vectors; expects at most 1 that divide the 8 vectors of output channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 8, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 2, tile_rows = 1, tile_columns = 4, loop_order = rows_outer>}
    : (tensor<1x64x13x13xf32>, tensor<64x8x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @direct_pixels(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x13x13xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of tiles of 2 x 4 pixels; expects at most 6 pixels beside panels of 2 vectors in 16 registers}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 2, tile_rows = 2, tile_columns = 4, loop_order = rows_outer>}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x13x13xf32>
}

// -----

func.func @direct_tile(%x: tensor<1x64x7x7xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of tiles of 1 x 8 pixels; expects at most the output's 7 x 7}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 8, loop_order = rows_outer>}
    : (tensor<1x64x7x7xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x7x7xf32>
}

// -----

func.func @direct_band(%x: tensor<1x64x7x7xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of bands of 5 rows of tiles; expects at most the 4 that there are}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 2, tile_columns = 4, loop_order = rows_outer, band = 5, depth = 0>}
    : (tensor<1x64x7x7xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x7x7xf32>
}

// -----

func.func @direct_depth(%x: tensor<1x64x7x7xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "w" : tensor<64x64x3x3xf32>
  // expected-error @+1 {{has a schedule of a depth of 3; expects 0, or without groups what divides the 8 vectors of input channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 1, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 2, tile_columns = 4, loop_order = rows_outer, band = 2, depth = 3>}
    : (tensor<1x64x7x7xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x7x7xf32>
}

// -----

func.func @direct_depth_of_groups(%x: tensor<1x64x7x7xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "w" : tensor<64x32x3x3xf32>
  // expected-error @+1 {{has a schedule of a depth of 1; expects 0, or without groups what divides the 8 vectors of input channels}}
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, groups = 2, activation = #nn.activation<identity>,
    kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 2, tile_columns = 4, loop_order = rows_outer, band = 2, depth = 1>}
    : (tensor<1x64x7x7xf32>, tensor<64x32x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x7x7xf32>
}

// -----

func.func @gemm(%x: tensor<1x64xf32>) -> tensor<1x32xf32> {
  %w = nn.parameter "fc.weight" : tensor<32x64xf32>
  // expected-error @+1 {{has a schedule for GPUs}}
  %y = nn.linear %x, %w {kernel.schedule = #kernel.gemm<pixels = 128, channels = 32, depth = 16, stages = 4>}
    : (tensor<1x64xf32>, tensor<32x64xf32>) -> tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}
