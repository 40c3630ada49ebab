// RUN: sinter-opt %s --convert-nn-to-kernel=target=cuda --verify-diagnostics -o /dev/null

func.func @schedule(%x: tensor<1x16xf32>) -> tensor<1x16xf32> {
  %w = nn.parameter "fc.weight" : tensor<16x16xf32>
  // expected-error @+1 {{has a schedule for CPUs}}
  %y = nn.linear %x, %w {kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 1, loop_order = rows_outer>}
    : (tensor<1x16xf32>, tensor<16x16xf32>) -> tensor<1x16xf32>
  return %y : tensor<1x16xf32>
}
