// RUN: sinter-opt %s --cuda-lower-kernels | FileCheck %s

!map = memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
!space = memref<8589934592xi8>

// A constant offset of llvm.getelementptr has 29 bits: what is further away is reached in several.
// CHECK-LABEL: func.func @network(
// CHECK-SAME:    %[[SPACE:[a-z0-9]*]]: !llvm.ptr<1>, %{{[a-z0-9]*}}: !llvm.ptr<1>)
// CHECK:         %[[A:.*]] = llvm.getelementptr %[[SPACE]][134217728]
// CHECK-NEXT:    %[[B:.*]] = llvm.getelementptr %[[A]][134217728]
// CHECK-NEXT:    %[[C:.*]] = llvm.getelementptr %[[B]][64]
// CHECK:         gpu.launch_func {{.*}} args(%[[C]] : !llvm.ptr<1>, %[[C]] : !llvm.ptr<1>)
func.func @network(%workspace: !space) {
  %a = kernel.slot %workspace[268435520] : !space to !map
  kernel.scale_add ins(%a) outs(%a) {activation = #nn.activation<relu>, layers = []} : !map, !map
  return
}
