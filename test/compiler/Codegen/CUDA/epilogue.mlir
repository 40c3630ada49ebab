// RUN: sinter-opt %s --cuda-lower-kernels | FileCheck %s --implicit-check-not=llvm.store

!map = memref<1x64x8x16xf16, #kernel.blocked<64, halo = [0, 0, 0, 0]>>
!space = memref<49152xi8>

kernel.weights @conv.weight : memref<1x2x1x1x32x64xf16> attributes {groups = 1, inputChannels = 64, offset = 0} {
  %0 = nn.parameter "conv.weight" : tensor<64x64x1x1xf32>
  kernel.yield %0 : tensor<64x64x1x1xf32>
}
kernel.weights @conv.bias : memref<64xf32> attributes {offset = 8192} {
  %0 = nn.parameter "conv.bias" : tensor<64xf32>
  kernel.yield %0 : tensor<64xf32>
}

// The residual of 16 outputs is on its way before the first of them is stored: a load may not pass a store to what might be
// the same place. A thread has 32.
// CHECK-LABEL: llvm.func @network_gemm_conv2d_0
// CHECK:          nvvm.mma.sync
// CHECK:          scf.yield
// CHECK-COUNT-16: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr<1> -> vector<2xf16>
// CHECK-COUNT-16: llvm.store %{{.*}} {alignment = 4 : i64} : vector<2xf16>, !llvm.ptr<1>
// CHECK-COUNT-16: llvm.load %{{.*}} {alignment = 4 : i64} : !llvm.ptr<1> -> vector<2xf16>
// CHECK-COUNT-16: llvm.store %{{.*}} {alignment = 4 : i64} : vector<2xf16>, !llvm.ptr<1>
// CHECK-NEXT:     llvm.return
func.func @network(%workspace: !space) {
  %x = kernel.slot %workspace[0] : !space to !map
  %r = kernel.slot %workspace[16384] : !space to !map
  %y = kernel.slot %workspace[32768] : !space to !map
  %w = kernel.get_weights @conv.weight : memref<1x2x1x1x32x64xf16>
  %b = kernel.get_weights @conv.bias : memref<64xf32>
  kernel.gemm_conv2d ins(%x, %w bias %b residual %r) outs(%y) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, schedule = #kernel.gemm<pixels = 128, channels = 64, depth = 32, stages = 2>,
    layers = ["conv"]} : !map, memref<1x2x1x1x32x64xf16>, memref<64xf32>, !map, !map
  return
}
