// Winograd's algorithm is given up where a bound on its rounding errors demands it, layer by layer: the bound of
// F(4x4, 3x3) is 1.2E-03 for 64 channels and 4.2E-03 for 256, that of F(2x2, 3x3) is 3.1E-05 and 1.1E-04.
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32' | FileCheck %s --check-prefixes=FOUR,BOTH
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32 max-error=1e-2' | FileCheck %s --check-prefixes=FOUR,BOTH
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32 max-error=1e-3' | FileCheck %s --check-prefixes=TWO,BOTH
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32 max-error=1e-4' | FileCheck %s --check-prefixes=TWO,DIRECT
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32 max-error=1e-5' | FileCheck %s --check-prefixes=NONE
// NONE-NOT: kernel.winograd_conv2d

#identity = #nn.activation<identity>

// FOUR-LABEL: func @few_channels
// FOUR: kernel.winograd_conv2d {{.*}}memref<2x36x4x16x32xf32>
// TWO-LABEL: func @few_channels
// TWO: kernel.winograd_conv2d {{.*}}memref<2x16x4x16x32xf32>
func.func @few_channels(%x: tensor<1x64x56x56xf32>) -> tensor<1x64x56x56xf32> {
  %w = nn.parameter "few.weight" : tensor<64x64x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<1x64x56x56xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x56x56xf32>, tensor<1x64x1x1xf32>)
  return %0#0 : tensor<1x64x56x56xf32>
}

// BOTH-LABEL: func @many_channels
// BOTH: kernel.winograd_conv2d {{.*}}memref<8x16x16x16x32xf32>
// DIRECT-LABEL: func @many_channels
// DIRECT: kernel.conv2d
func.func @many_channels(%x: tensor<1x256x14x14xf32>) -> tensor<1x256x14x14xf32> {
  %w = nn.parameter "many.weight" : tensor<256x256x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<1x256x14x14xf32>, tensor<256x256x3x3xf32>) -> (tensor<1x256x14x14xf32>, tensor<1x256x1x1xf32>)
  return %0#0 : tensor<1x256x14x14xf32>
}
