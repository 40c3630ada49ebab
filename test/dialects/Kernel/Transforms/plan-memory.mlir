// RUN: sinter-opt %s --kernel-plan-memory --split-input-file | FileCheck %s

// A chain needs two buffers: the third takes the place of the first.
!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
#relu = #nn.activation<relu>

// CHECK-LABEL: func @reuses_a_dead_buffer
// CHECK-SAME: %[[WORKSPACE:[a-z0-9]+]]: memref<8192xi8>)
func.func @reuses_a_dead_buffer(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>) {
  // CHECK: %[[A:.*]] = kernel.slot %[[WORKSPACE]][0] :
  // CHECK: kernel.convert_layout {{.*}} outs(%[[A]])
  // CHECK: %[[B:.*]] = kernel.slot %[[WORKSPACE]][4096] :
  // CHECK: kernel.scale_add ins(%[[A]]) outs(%[[B]])
  // CHECK: %[[C:.*]] = kernel.slot %[[WORKSPACE]][0] :
  // CHECK: kernel.scale_add ins(%[[B]]) outs(%[[C]])
  // CHECK-NOT: memref.alloc
  %a = memref.alloc() : !map
  kernel.convert_layout ins(%image) outs(%a) {layers = []} : memref<1x16x8x8xf32>, !map
  %b = memref.alloc() : !map
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = []} : !map, !map
  %c = memref.alloc() : !map
  kernel.scale_add ins(%b) outs(%c) {activation = #relu, layers = []} : !map, !map
  kernel.convert_layout ins(%c) outs(%output) {layers = []} : !map, memref<1x16x8x8xf32>
  return
}

// -----

// A buffer that a later kernel reads again keeps its place until then.
!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
#relu = #nn.activation<relu>

// CHECK-LABEL: func @keeps_a_residual_alive
// CHECK-SAME: memref<12288xi8>)
func.func @keeps_a_residual_alive(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>) {
  %a = memref.alloc() : !map
  kernel.convert_layout ins(%image) outs(%a) {layers = []} : memref<1x16x8x8xf32>, !map
  %b = memref.alloc() : !map
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = []} : !map, !map
  %c = memref.alloc() : !map
  kernel.scale_add ins(%b residual %a) outs(%c) {activation = #relu, layers = []} : !map, !map, !map
  kernel.convert_layout ins(%c) outs(%output) {layers = []} : !map, memref<1x16x8x8xf32>
  return
}

// -----

// Sizes are those of the storage: 12 channels in blocks of 8, a frame of one pixel, and whole cache lines.
// CHECK-LABEL: func @counts_halo_and_lanes
// CHECK-SAME: memref<6400xi8>)
func.func @counts_halo_and_lanes() {
  %a = memref.alloc() : memref<1x12x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
  kernel.zero_halo outs(%a) {layers = []} : memref<1x12x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
  return
}

// -----

// CHECK-LABEL: func @workspace_is_never_empty
// CHECK-SAME: memref<64xi8>)
func.func @workspace_is_never_empty(%x: memref<1x10xf32>) {
  kernel.softmax ins(%x) outs(%x) {layers = []} : memref<1x10xf32>, memref<1x10xf32>
  return
}

// -----

// Weights follow each other at multiples of 64 bytes: 10 values take one line.
// CHECK: kernel.weights @a : memref<10xf32> attributes {offset = 0 : i64}
// CHECK: kernel.weights @b : memref<32xf32> attributes {offset = 64 : i64}
// CHECK: kernel.weights @c : memref<8xf32> attributes {offset = 192 : i64}
kernel.weights @a : memref<10xf32> {
  %0 = nn.parameter "a" : tensor<10xf32>
  kernel.yield %0 : tensor<10xf32>
}
kernel.weights @b : memref<32xf32> {
  %0 = nn.parameter "b" : tensor<32xf32>
  kernel.yield %0 : tensor<32xf32>
}
kernel.weights @c : memref<8xf32> {
  %0 = nn.parameter "c" : tensor<8xf32>
  kernel.yield %0 : tensor<8xf32>
}
