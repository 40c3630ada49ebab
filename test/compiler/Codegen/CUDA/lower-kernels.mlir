// RUN: sinter-opt %s --cuda-lower-kernels | FileCheck %s
// RUN: sinter-opt %s --sinter-codegen=target=cuda | FileCheck %s --check-prefix=LLVM

!map = memref<2x32x8x8xf16, #kernel.blocked<32, halo = [0, 0, 0, 0]>>
!space = memref<20480xi8>
#relu = #nn.activation<relu>
#gemm = #kernel.gemm<pixels = 64, channels = 32, depth = 32, stages = 3>

kernel.weights @conv.weight : memref<1x1x3x3x32x32xf16> attributes {groups = 1, inputChannels = 32, offset = 0} {
  %0 = nn.parameter "conv.weight" : tensor<32x32x3x3xf32>
  kernel.yield %0 : tensor<32x32x3x3xf32>
}

// Two convolutions of equal shape and schedule are one kernel. Its threads are four warps; stages are 8192 bytes and what
// keeps rows in different banks.
// CHECK: module attributes {gpu.container_module}
// CHECK-LABEL: gpu.module @network_kernels
// CHECK:         llvm.mlir.global external @shared() {addr_space = 3 : i32, alignment = 128 : i64} : !llvm.array<0 x i8>
// CHECK:         llvm.func @network_convert_layout_0(%{{.*}}: !llvm.ptr<1> {llvm.dereferenceable = 16384 : i64}, %{{.*}}: !llvm.ptr<1> {llvm.dereferenceable = 8192 : i64}) attributes {gpu.kernel, nvvm.kernel, nvvm.reqntid = array<i32: 256, 1, 1>}
// CHECK-NEXT:      nvvm.griddepcontrol wait
// CHECK-NEXT:      nvvm.griddepcontrol launch_dependents
// CHECK:           llvm.load
// Weights alone are written by no launch: they are read before the launch that writes the input is done.
// CHECK:         llvm.func @network_gemm_conv2d_0(%[[INPUT:[a-z0-9]*]]: !llvm.ptr<1> {llvm.dereferenceable = 8192 : i64}, %[[FILTER:[a-z0-9]*]]: !llvm.ptr<1> {llvm.dereferenceable = 18432 : i64, llvm.noalias}, %{{.*}}: !llvm.ptr<1> {llvm.dereferenceable = 8192 : i64})
// CHECK-SAME:      nvvm.reqntid = array<i32: 128, 1, 1>
// CHECK-NOT:       llvm.getelementptr %[[INPUT]]
// CHECK:           llvm.getelementptr %[[FILTER]]
// CHECK:           nvvm.cp.async.shared.global %{{.*}}, %{{.*}}, 16, cache = cg
// CHECK-NOT:       llvm.getelementptr %[[INPUT]]
// CHECK:           nvvm.griddepcontrol wait
// CHECK-NEXT:      nvvm.griddepcontrol launch_dependents
// What lies in the padding is not copied, and is zero.
// CHECK:           %[[BYTES:.*]] = arith.select %{{.*}}, %c16_i32{{[_0-9]*}}, %c0_i32{{[_0-9]*}} : i32
// CHECK:           nvvm.cp.async.shared.global %{{.*}}, %{{.*}}, 16, cache = cg, %[[BYTES]]
// CHECK:           nvvm.cp.async.commit.group
// CHECK:           scf.for
// CHECK-NEXT:        nvvm.cp.async.wait.group 1
// CHECK-NEXT:        nvvm.barrier0
// CHECK:             nvvm.ldmatrix %{{.*}} {eltType = #nvvm.ld_st_matrix_elt_type<b16>, layout = #nvvm.mma_layout<row>, num = 4 : i32
// CHECK:             nvvm.mma.sync
// CHECK-NOT:     llvm.func @network_gemm_conv2d_1
// CHECK-LABEL: func.func @network(
// CHECK-SAME:    %[[IN:.*]]: !llvm.ptr<1>, %[[OUT:.*]]: !llvm.ptr<1>, %[[SPACE:.*]]: !llvm.ptr<1>, %[[WEIGHTS:.*]]: !llvm.ptr<1>)
// CHECK:         %[[A:.*]] = llvm.getelementptr %[[SPACE]][0]
// CHECK:         %[[B:.*]] = llvm.getelementptr %[[SPACE]][8192]
// CHECK:         gpu.launch_func @network_kernels::@network_convert_layout_0
// CHECK-SAME:      args(%[[IN]] : !llvm.ptr<1>, %[[A]] : !llvm.ptr<1>) {layers = ["image"]}
// CHECK:         %[[W:.*]] = llvm.getelementptr %[[WEIGHTS]][0]
// CHECK:         gpu.launch_func @network_kernels::@network_gemm_conv2d_0 blocks in (%c2{{[_0-9]*}}, %c1{{[_0-9]*}}, %c1{{[_0-9]*}}) threads in (%c128
// CHECK-SAME:      dynamic_shared_memory_size %c{{[0-9]+}}_i32
// CHECK-SAME:      args(%[[A]] : !llvm.ptr<1>, %[[W]] : !llvm.ptr<1>, %[[B]] : !llvm.ptr<1>)
// CHECK:         gpu.launch_func @network_kernels::@network_gemm_conv2d_0
// CHECK-SAME:      args(%[[B]] : !llvm.ptr<1>, %[[W]] : !llvm.ptr<1>, %[[A]] : !llvm.ptr<1>)
// CHECK-NOT:     kernel.

// LLVM-LABEL: gpu.module
// LLVM-NOT:     {{ (arith|scf|cf|vector|math|builtin)\.}}
// LLVM-LABEL: func.func @network
func.func @network(%image: memref<2x32x8x8xf32>, %output: memref<2x32x8x8xf32>, %workspace: !space) {
  %a = kernel.slot %workspace[0] : !space to !map
  %b = kernel.slot %workspace[8192] : !space to !map
  kernel.convert_layout ins(%image) outs(%a) {layers = ["image"]} : memref<2x32x8x8xf32>, !map
  %w = kernel.get_weights @conv.weight : memref<1x1x3x3x32x32xf16>
  kernel.barrier
  kernel.gemm_conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, schedule = #gemm, layers = ["conv"]} : !map, memref<1x1x3x3x32x32xf16>, !map
  kernel.barrier
  kernel.gemm_conv2d ins(%b, %w) outs(%a) {
    strides = array<i64: 1, 1>, padding = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, schedule = #gemm, layers = ["again"]} : !map, memref<1x1x3x3x32x32xf16>, !map
  kernel.barrier
  kernel.convert_layout ins(%a) outs(%output) {layers = ["conv"]} : !map, memref<2x32x8x8xf32>
  return
}
