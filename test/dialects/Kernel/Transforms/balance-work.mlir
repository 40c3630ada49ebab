// RUN: sinter-opt %s --pass-pipeline='builtin.module(func.func(kernel-balance-work{min-multiply-adds=16384}))' | FileCheck %s
// RUN: sinter-opt %s --kernel-balance-work | FileCheck %s --check-prefix=DEFAULT

!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
!small = memref<1x16x8x4xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
!weights = memref<1x2x1x1x8x16xf32>
!space = memref<12250xi8>
#relu = #nn.activation<relu>

// Queues stand behind the buffers, eight cache lines for each kernel. The layers here have far less work than is
// balanced by default.
// CHECK-LABEL: func @network
// CHECK-SAME:    %{{.*}}: memref<13312xi8>
// DEFAULT-LABEL: func @network
// DEFAULT-SAME:    %{{.*}}: memref<12288xi8>
// DEFAULT-NOT:   kernel.queues
func.func @network(%w: !weights, %space: !space) {
  // CHECK: kernel.slot %{{.*}}[0] : memref<13312xi8> to
  %a = kernel.slot %space[0] : !space to !map
  %b = kernel.slot %space[4096] : !space to !map
  %c = kernel.slot %space[8192] : !space to !small
  // Nobody has zeroed queues before the first barrier.
  // CHECK:     kernel.conv2d
  // CHECK-NOT: kernel.queues
  // CHECK:     layers = ["first"]
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["first"]}
    : !map, !weights, !map
  kernel.barrier
  // CHECK: kernel.conv2d {{.*}}kernel.queues = 12288 : i64, layers = ["second"]
  kernel.conv2d ins(%b, %w) outs(%a) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["second"]}
    : !map, !weights, !map
  kernel.barrier
  // Too little work, and not a convolution.
  // CHECK-NOT: kernel.queues
  // CHECK:     layers = ["half"]
  // CHECK-NOT: kernel.queues
  // CHECK:     layers = ["add"]
  kernel.conv2d ins(%a, %w) outs(%c) {
    strides = array<i64: 1, 2>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["half"]}
    : !map, !weights, !small
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = ["add"]} : !map, !map
  kernel.barrier
  // CHECK: kernel.conv2d {{.*}}kernel.queues = 12800 : i64, layers = ["third"]
  kernel.conv2d ins(%b, %w) outs(%a) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["third"]}
    : !map, !weights, !map
  return
}
