// RUN: sinter-opt %s --cuda-lower-kernels | FileCheck %s

!map = memref<1x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
!parts = memref<4x32x8x8xf32, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
!space = memref<40960xi8>

kernel.weights @conv.weight : memref<1x1x3x3x32x32xf16> attributes {groups = 1, inputChannels = 32, offset = 0} {
  %0 = nn.parameter "conv.weight" : tensor<32x32x3x3xf32>
  kernel.yield %0 : tensor<32x32x3x3xf32>
}

// Four blocks share the nine steps of the tile: the k-th has those from 9 k / 4 on.
// CHECK:      llvm.func @network_gemm_conv2d_0
// CHECK:        %[[Z:.*]] = nvvm.read.ptx.sreg.ctaid.z
// CHECK:        %[[SPLIT:.*]] = arith.index_cast %[[Z]]
// CHECK:        %[[FIRST:.*]] = arith.muli %[[SPLIT]], %c9
// CHECK:        %[[BEGIN:.*]] = arith.divui %[[FIRST]], %c4
// CHECK:        %[[NEXT:.*]] = arith.addi %[[SPLIT]], %c1
// CHECK:        %[[LAST:.*]] = arith.muli %[[NEXT]], %c9
// CHECK:        %[[END:.*]] = arith.divui %[[LAST]], %c4
// CHECK:        scf.for %{{.*}} = %[[BEGIN]] to %[[END]] step
// Four loads of eight sums each, then the bias.
// CHECK:      llvm.func @network_finish_gemm_0
// CHECK-SAME:   nvvm.reqntid = array<i32: 64, 1, 1>
// CHECK-COUNT-5: llvm.load %{{.*}} {alignment = 32 : i64} : !llvm.ptr<1> -> vector<8xf32>
// CHECK:        llvm.store %{{.*}} {alignment = 16 : i64} : vector<8xf16>
// CHECK:      gpu.launch_func @network_kernels::@network_gemm_conv2d_0 blocks in (%c1{{[_0-9]*}}, %c1{{[_0-9]*}}, %c4{{[_0-9]*}})
// CHECK:      gpu.launch_func @network_kernels::@network_finish_gemm_0 blocks in (%c4{{[_0-9]*}}, %c1{{[_0-9]*}}, %c1{{[_0-9]*}})
func.func @network(%b: memref<32xf32>, %workspace: !space) {
  %x = kernel.slot %workspace[0] : !space to !map
  %p = kernel.slot %workspace[4096] : !space to !parts
  %y = kernel.slot %workspace[36864] : !space to !map
  %w = kernel.get_weights @conv.weight : memref<1x1x3x3x32x32xf16>
  kernel.gemm_conv2d ins(%x, %w) outs(%p) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<identity>, schedule = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3, splits = 4>,
    layers = ["conv"]} : !map, memref<1x1x3x3x32x32xf16>, !parts
  kernel.barrier
  kernel.finish_gemm ins(%p bias %b) outs(%y) {activation = #nn.activation<relu>, layers = ["conv"]} : !parts, memref<32xf32>, !map
  return
}
