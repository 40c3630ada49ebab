// RUN: sinter-opt %s --convert-nn-to-kernel --verify-diagnostics --split-input-file

func.func @res_block(%x: tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> {
  // expected-error @+1 {{has no kernel; expects the fuse stage to have replaced it}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    nn.yield %in : tensor<1x4x8x8xf32>
  } then <relu>
  return %0 : tensor<1x4x8x8xf32>
}
