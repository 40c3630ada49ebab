// RUN: sinter-opt %s --pass-pipeline='builtin.module(func.func(kernel-insert-barriers))' | FileCheck %s
// RUN: sinter-opt %s --kernel-insert-barriers | FileCheck %s
// RUN: sinter-opt %s --kernel-insert-barriers=between-all | FileCheck %s --check-prefix=ALL

!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
!padded = memref<1x16x6x6xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
!space = memref<12288xi8>
#relu = #nn.activation<relu>

// CHECK-LABEL: func @read_after_write
func.func @read_after_write(%w: !space) {
  %a = kernel.slot %w[0] : !space to !map
  %b = kernel.slot %w[4096] : !space to !map
  %c = kernel.slot %w[8192] : !space to !map
  // CHECK:      kernel.scale_add {{.*}} {{.*}}layers = ["first"]
  // CHECK-NEXT: kernel.barrier
  // CHECK-NEXT: kernel.scale_add {{.*}} {{.*}}layers = ["second"]
  // CHECK-NEXT: return
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = ["first"]} : !map, !map
  kernel.scale_add ins(%b) outs(%c) {activation = #relu, layers = ["second"]} : !map, !map
  return
}

// CHECK-LABEL: func @write_after_read
func.func @write_after_read(%w: !space) {
  %a = kernel.slot %w[0] : !space to !map
  %b = kernel.slot %w[4096] : !space to !map
  %c = kernel.slot %w[8192] : !space to !map
  // CHECK:      layers = ["first"]
  // CHECK-NEXT: kernel.barrier
  // CHECK-NEXT: layers = ["second"]
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = ["first"]} : !map, !map
  kernel.scale_add ins(%c) outs(%a) {activation = #relu, layers = ["second"]} : !map, !map
  return
}

// Two buffers that share some bytes are one memory.
// CHECK-LABEL: func @overlapping_slots
func.func @overlapping_slots(%w: !space) {
  %a = kernel.slot %w[0] : !space to !map
  %b = kernel.slot %w[2048] : !space to !map
  %c = kernel.slot %w[8192] : !space to !map
  // CHECK:      layers = ["first"]
  // CHECK-NEXT: kernel.barrier
  // CHECK-NEXT: layers = ["second"]
  kernel.scale_add ins(%c) outs(%a) {activation = #relu, layers = ["first"]} : !map, !map
  kernel.scale_add ins(%c) outs(%b) {activation = #relu, layers = ["second"]} : !map, !map
  return
}

// Both read one buffer and write two others: main path and shortcut of a block.
// CHECK-LABEL: func @independent_kernels_share_an_interval
func.func @independent_kernels_share_an_interval(%w: !space) {
  // CHECK-NOT: kernel.barrier
  // CHECK: return
  %a = kernel.slot %w[0] : !space to !map
  %b = kernel.slot %w[4096] : !space to !map
  %c = kernel.slot %w[8192] : !space to !map
  kernel.scale_add ins(%a) outs(%b) {activation = #relu, layers = []} : !map, !map
  kernel.scale_add ins(%a) outs(%c) {activation = #relu, layers = []} : !map, !map
  return
}

// One barrier serves every pair around it.
// CHECK-LABEL: func @one_barrier_for_two_dependences
func.func @one_barrier_for_two_dependences(%x: !map, %y: !map, %u: !map, %v: !map) {
  // CHECK-COUNT-1: kernel.barrier
  // CHECK-NOT: kernel.barrier
  // CHECK: return
  kernel.scale_add ins(%x) outs(%u) {activation = #relu, layers = []} : !map, !map
  kernel.scale_add ins(%y) outs(%v) {activation = #relu, layers = []} : !map, !map
  kernel.scale_add ins(%u) outs(%x) {activation = #relu, layers = []} : !map, !map
  kernel.scale_add ins(%v) outs(%y) {activation = #relu, layers = []} : !map, !map
  return
}

// The halo is not the pixels: both may be written at once, unless each kernel is to be a step by itself.
// ALL-LABEL: func @halo_beside_the_pixels
// ALL-NEXT: kernel.slot
// ALL-NEXT: kernel.zero_halo
// ALL-NEXT: kernel.barrier
// ALL-NEXT: kernel.convert_layout
// ALL-NEXT: return
// CHECK-LABEL: func @halo_beside_the_pixels
func.func @halo_beside_the_pixels(%w: !space, %x: memref<1x16x6x6xf32>) {
  // CHECK:      kernel.zero_halo
  // CHECK-NEXT: kernel.convert_layout
  // CHECK-NEXT: return
  %a = kernel.slot %w[0] : !space to !padded
  kernel.zero_halo outs(%a) {layers = []} : !padded
  kernel.convert_layout ins(%x) outs(%a) {layers = []} : memref<1x16x6x6xf32>, !padded
  return
}

// The halo of one buffer may be the pixels of another in the same place.
// CHECK-LABEL: func @halo_over_the_pixels_of_another_buffer
func.func @halo_over_the_pixels_of_another_buffer(%w: !space, %x: memref<1x16x8x8xf32>) {
  // CHECK:      kernel.convert_layout
  // CHECK-NEXT: kernel.barrier
  // CHECK-NEXT: kernel.zero_halo
  %a = kernel.slot %w[0] : !space to !map
  %b = kernel.slot %w[0] : !space to !padded
  kernel.convert_layout ins(%x) outs(%a) {layers = []} : memref<1x16x8x8xf32>, !map
  kernel.zero_halo outs(%b) {layers = []} : !padded
  return
}

// CHECK-LABEL: func @halo_before_a_read
func.func @halo_before_a_read(%w: !space, %y: memref<1x16x6x6xf32>) {
  // CHECK:      kernel.zero_halo
  // CHECK-NEXT: kernel.barrier
  // CHECK-NEXT: kernel.convert_layout
  %a = kernel.slot %w[0] : !space to !padded
  kernel.zero_halo outs(%a) {layers = []} : !padded
  kernel.convert_layout ins(%a) outs(%y) {layers = []} : !padded, memref<1x16x6x6xf32>
  return
}
