// RUN: sinter-opt %s --convert-nn-to-kernel='target=cuda precision=f16' | FileCheck %s
// RUN: sinter-opt %s --convert-nn-to-kernel=target=cuda | FileCheck %s --check-prefix=F32
// RUN: sinter-opt %s --convert-nn-to-kernel='target=cuda precision=tf32' | FileCheck %s --check-prefix=TF32
// RUN: not sinter-opt %s --convert-nn-to-kernel='target=cuda precision=int8' 2>&1 | FileCheck %s --check-prefix=PRECISION
// PRECISION: error: expects a precision of f32, tf32, f16 or bf16, got 'int8'
// RUN: sinter-opt %s --convert-nn-to-kernel='target=cuda input-format=f16-nhwc' | FileCheck %s --check-prefix=IMAGES
// RUN: not sinter-opt %s --convert-nn-to-kernel='target=cuda input-format=f16' 2>&1 | FileCheck %s --check-prefix=FORMAT
// RUN: not sinter-opt %s --convert-nn-to-kernel='input-format=f16-nhwc' 2>&1 | FileCheck %s --check-prefix=FORMAT
// FORMAT: error: expects inputs of f32-nchw, or on a GPU of f16-nhwc, got 'f16

// Images of f16, NHWC with as many channels as they have.
// IMAGES: func @network(%[[IMAGE:.*]]: memref<1x3x12x12xf16, #kernel.blocked<3, halo = [0, 0, 0, 0]>>, %{{.*}}: memref<1x20x12x12xf32>)
// IMAGES: kernel.convert_layout ins(%[[IMAGE]]) outs(%{{.*}}) {{.*}} : memref<1x3x12x12xf16, #kernel.blocked<3, halo = [0, 0, 0, 0]>>, memref<1x3x12x12xf32, #kernel.blocked<4, halo = [0, 0, 0, 0]>>

// Maps are NHWC, their channels padded to 16 bytes; no halo, and nothing that zeroes one. The filter has blocks of the
// schedule's depth and panels of its channels; sums of four warps stay apart.
// CHECK:       kernel.weights @conv.weight : memref<1x1x3x3x16x32xf16>
// CHECK-LABEL: func @network
// CHECK:         %[[X:.*]] = memref.alloc() : memref<1x3x12x12xf16, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
// CHECK-NOT:     kernel.zero_halo
// CHECK:         kernel.convert_layout
// CHECK:         %[[Y:.*]] = memref.alloc() : memref<1x20x12x12xf16, #kernel.blocked<24, halo = [0, 0, 0, 0]>>
// CHECK:         %[[SUMS:.*]] = memref.alloc() : memref<1x12x32xf32>
// CHECK:         kernel.gemm_conv2d ins(%[[X]], %{{.*}}) outs(%[[Y]] sums %[[SUMS]])
// CHECK-SAME:      schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 16, stages = 3>
// CHECK:         kernel.finish_mean ins(%[[SUMS]])
// CHECK:         kernel.scale_add

// F32: memref<1x3x12x12xf32, #kernel.blocked<4, halo = [0, 0, 0, 0]>>
// F32: kernel.gemm_conv2d {{.*}}schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 16, stages = 3>

// Maps and filters of f32, multiplied by tensor cores.
// TF32: kernel.weights @conv.weight : memref<1x1x3x3x16x32xf32>
// TF32: memref<1x3x12x12xf32, #kernel.blocked<4, halo = [0, 0, 0, 0]>>
// TF32: kernel.gemm_conv2d {{.*}}schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 16, stages = 3>{{.*}}tf32
func.func @network(%x: tensor<1x3x12x12xf32>) -> tensor<1x20x12x12xf32> {
  %w = nn.parameter "conv.weight" : tensor<20x3x3x3xf32>
  %y, %mean = nn.fused_conv2d %x, %w {strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>} : (tensor<1x3x12x12xf32>, tensor<20x3x3x3xf32>) -> (tensor<1x20x12x12xf32>, tensor<1x20x1x1xf32>)
  %out = nn.scale_add %y scale %mean {activation = #nn.activation<identity>} : (tensor<1x20x12x12xf32>, tensor<1x20x1x1xf32>) -> tensor<1x20x12x12xf32>
  return %out : tensor<1x20x12x12xf32>
}
