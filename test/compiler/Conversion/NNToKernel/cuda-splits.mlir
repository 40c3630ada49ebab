// RUN: sinter-opt %s --convert-nn-to-kernel='target=cuda precision=f16' --split-input-file | FileCheck %s

// 8 tiles of 64 pixels x 64 channels are too few for a GPU: 16 blocks share the 144 steps of each, and a second kernel adds what
// they have, with bias and activation. There are 13 parts of 4 pixels of which it sums the channels.
// CHECK-LABEL: func @small_image
// CHECK:         kernel.convert_layout
// CHECK:         %[[Y:.*]] = memref.alloc() : memref<1x512x7x7xf16, #kernel.blocked<512, halo = [0, 0, 0, 0]>>
// CHECK:         %[[PARTS:.*]] = memref.alloc() : memref<16x512x7x7xf32, #kernel.blocked<512, halo = [0, 0, 0, 0]>>
// CHECK:         kernel.gemm_conv2d ins(%{{[^,]*}}, %{{[^,]*}}) outs(%[[PARTS]]) {activation = #nn.activation<identity>
// CHECK-SAME:      layers = ["conv"]
// CHECK-SAME:      schedule = #kernel.gemm<pixels = 64, channels = 64, depth = 32, stages = 3, splits = 16>
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<1x13x512xf32>
// CHECK:         kernel.finish_gemm ins(%[[PARTS]] bias %{{.*}}) outs(%[[Y]] sums %[[SUMS]]) {activation = #nn.activation<relu>, layers = ["conv"]}
// CHECK:         kernel.finish_mean ins(%[[SUMS]])
func.func @small_image(%x: tensor<1x512x7x7xf32>) -> tensor<1x512x7x7xf32> {
  %w = nn.parameter "conv.weight" : tensor<512x512x3x3xf32>
  %b = nn.parameter "conv.bias" : tensor<512xf32>
  %y, %mean = nn.fused_conv2d %x, %w bias %b {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>} : (tensor<1x512x7x7xf32>, tensor<512x512x3x3xf32>, tensor<512xf32>) -> (tensor<1x512x7x7xf32>, tensor<1x512x1x1xf32>) loc("conv")
  %out = nn.scale_add %y scale %mean {activation = #nn.activation<identity>} : (tensor<1x512x7x7xf32>, tensor<1x512x1x1xf32>) -> tensor<1x512x7x7xf32>
  return %out : tensor<1x512x7x7xf32>
}

// -----

// The classifier: 16 panels, so 8 blocks for each.
// CHECK-LABEL: func @classifier
// CHECK:         kernel.gemm_conv2d {{.*}}schedule = #kernel.gemm<pixels = 32, channels = 64, depth = 32, stages = 3, splits = 8>
// CHECK:         kernel.finish_gemm {{.*}} : memref<8x1000x1x1xf32, #kernel.blocked<1000, halo = [0, 0, 0, 0]>>, memref<1000xf32>, memref<1x1000x1x1xf16
func.func @classifier(%x: tensor<1x2048xf32>) -> tensor<1x1000xf32> {
  %w = nn.parameter "fc.weight" : tensor<1000x2048xf32>
  %b = nn.parameter "fc.bias" : tensor<1000xf32>
  %y = nn.linear %x, %w bias %b : (tensor<1x2048xf32>, tensor<1000x2048xf32>, tensor<1000xf32>) -> tensor<1x1000xf32>
  return %y : tensor<1x1000xf32>
}

// -----

// Ten steps: what a second kernel costs they do not save.
// CHECK-LABEL: func @short_reduction
// CHECK:         kernel.gemm_conv2d {{.*}}schedule = #kernel.gemm<pixels = 64, channels = 64, depth = 32, stages = 3>
// CHECK-NOT:     kernel.finish_gemm
func.func @short_reduction(%x: tensor<1x320x7x7xf32>) -> tensor<1x512x7x7xf32> {
  %w = nn.parameter "conv.weight" : tensor<512x320x1x1xf32>
  %y, %mean = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>} : (tensor<1x320x7x7xf32>, tensor<512x320x1x1xf32>) -> (tensor<1x512x7x7xf32>, tensor<1x512x1x1xf32>)
  return %y : tensor<1x512x7x7xf32>
}

// -----

// A schedule of one's own.
// CHECK-LABEL: func @own_schedule
// CHECK:         kernel.gemm_conv2d {{.*}}schedule = #kernel.gemm<pixels = 128, channels = 32, depth = 16, stages = 4, splits = 3>
// CHECK:         kernel.finish_gemm
func.func @own_schedule(%x: tensor<1x64xf32>) -> tensor<1x32xf32> {
  %w = nn.parameter "fc.weight" : tensor<32x64xf32>
  %y = nn.linear %x, %w {kernel.schedule = #kernel.gemm<pixels = 128, channels = 32, depth = 16, stages = 4, splits = 3>}
    : (tensor<1x64xf32>, tensor<32x64xf32>) -> tensor<1x32xf32>
  return %y : tensor<1x32xf32>
}
