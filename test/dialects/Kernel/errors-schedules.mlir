// What `kernel.schedule` and `kernel.queues` may be, and of which operations.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

// expected-error @+1 {{expects a schedule's sizes to be 1 to 32767}}
func.func private @direct_sizes() attributes {a = #kernel.direct<panel_vectors = 0, tile_rows = 1, tile_columns = 1, loop_order = rows_outer>}

// -----

// expected-error @+1 {{expects a schedule's sizes to be 1 to 32767}}
func.func private @direct_band() attributes {a = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 1, loop_order = rows_outer, band = 0>}

// -----

// expected-error @+1 {{expects a schedule's sizes to be 1 to 32767}}
func.func private @direct_depth() attributes {a = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 1, loop_order = rows_outer, depth = -1>}

// -----

// expected-error @+1 {{expects a schedule's sizes to be 1 to 32767}}
func.func private @winograd_sizes() attributes {a = #kernel.winograd<tile_size = 4, panel_vectors = 1, tiles = 40000, register_tiles = 1>}

// -----

// expected-error @+1 {{expects a tile_size of 2 or 4, got 6}}
func.func private @winograd_tile_size() attributes {a = #kernel.winograd<tile_size = 6, panel_vectors = 1, tiles = 1, register_tiles = 1>}

// -----

// expected-error @+1 {{has the unknown attribute 'kernel.shedule'}}
func.func private @unknown_attribute() attributes {kernel.shedule = 1}

// -----

// expected-error @+1 {{has a 'kernel.schedule', which only nn.fused_conv2d and nn.linear may have}}
func.func private @wrong_operation() attributes {kernel.schedule = 1}

// -----

func.func @wrong_kind(%x: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %w = nn.parameter "linear.weight" : tensor<16x16xf32>
  // expected-error @+1 {{expects its 'kernel.schedule' to be a #kernel.direct, #kernel.winograd or #kernel.gemm}}
  %0 = nn.linear %x, %w {kernel.schedule = 1} : (tensor<1x16xf32>, tensor<16x16xf32>) -> tensor<1x16xf32>
  return %0 : tensor<1x16xf32>
}

// -----

// expected-error @+1 {{has a 'kernel.queues', which only convolutions may have}}
func.func private @queues_of_function() attributes {kernel.queues = 0}

// -----

!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
func.func @queues_within_a_line(%a: !map, %w: memref<1x2x1x1x8x16xf32>, %b: !map) {
  // expected-error @+1 {{expects its 'kernel.queues' to be an i64 that is a multiple of 64}}
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>,
    layers = ["conv"], kernel.queues = 32} : !map, memref<1x2x1x1x8x16xf32>, !map
  return
}
