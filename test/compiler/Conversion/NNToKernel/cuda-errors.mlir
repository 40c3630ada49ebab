// RUN: sinter-opt %s --convert-nn-to-kernel=target=cuda --split-input-file --verify-diagnostics -o /dev/null

func.func @schedule(%x: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %w = nn.parameter "fc.weight" : tensor<16x16xf32>
  // expected-error @+1 {{has a schedule for CPUs}}
  %y = nn.linear %x, %w {kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 1, loop_order = rows_outer>}
    : (tensor<1x16xf32>, tensor<16x16xf32>) -> tensor<1x16xf32>
  return %y : tensor<1x16xf32>
}

// -----

func.func @scale(%x: tensor<1x16x8x8xf32>, %s: tensor<1x16x1x1xf32>) -> tensor<1x16x8x8xf32> {
  %w = nn.parameter "conv.weight" : tensor<16x16x1x1xf32>
  // expected-error @+1 {{has a scale, which no kernel for GPUs takes in}}
  %y:2 = nn.fused_conv2d %x, %w scale %s {activation = #nn.activation<relu>}
    : (tensor<1x16x8x8xf32>, tensor<16x16x1x1xf32>, tensor<1x16x1x1xf32>) -> (tensor<1x16x8x8xf32>, tensor<1x16x1x1xf32>)
  return %y#0 : tensor<1x16x8x8xf32>
}
