// RUN: sinter-opt %s --cpu-lower-kernels=lanes=8 | FileCheck %s
// RUN: sinter-opt %s --cpu-lower-kernels='lanes=4 fma=false' | FileCheck %s --check-prefix=SSE

#b8 = #kernel.blocked<8, halo = [0, 0, 0, 0]>
!map = memref<1x16x8x8xf32, #b8>
!space = memref<8192xi8>
#relu = #nn.activation<relu>

kernel.weights @conv.weight : memref<1x2x1x1x8x16xf32> attributes {groups = 1, inputChannels = 16, offset = 0} {
  %0 = nn.parameter "conv.weight" : tensor<16x16x1x1xf32>
  kernel.yield %0 : tensor<16x16x1x1xf32>
}

// Flat buffers, workspace, weights, thread, threads, barrier and its argument.
// CHECK-LABEL: func.func @network
// CHECK-SAME:    (%{{.*}}: memref<1024xf32>, %{{.*}}: memref<1024xf32>, %{{.*}}: memref<8192xi8>, %[[WEIGHTS:.*]]: memref<37888xi8>, %{{.*}}: index, %{{.*}}: index, %[[BARRIER:.*]]: !llvm.ptr, %[[TEAM:.*]]: !llvm.ptr)
// CHECK:         call @network_convert_layout
// CHECK:         memref.view %[[WEIGHTS]]
// A thread alone may have no barrier.
// CHECK:         %[[NONE:.*]] = llvm.mlir.zero : !llvm.ptr
// CHECK-NEXT:    %[[GIVEN:.*]] = llvm.icmp "ne" %[[BARRIER]], %[[NONE]]
// CHECK-NEXT:    scf.if %[[GIVEN]] {
// CHECK-NEXT:      llvm.call %[[BARRIER]](%[[TEAM]])
// CHECK:         call @[[CONV:[a-z0-9_]*conv2d[a-z0-9_]*]](
// Two convolutions of equal shape and schedule are one function.
// CHECK:         call @[[CONV]](
// CHECK-NOT:   kernel.
// CHECK:       func.func private @[[CONV]]
// CHECK:         math.fma {{.*}} : vector<8xf32>
// CHECK-NOT:   func.func private @{{.*}}conv2d
// CHECK-NOT:   kernel.

// SSE-LABEL: func.func @network
// SSE-NOT: math.fma
// SSE: arith.mulf {{.*}} : vector<4xf32>
// SSE-NOT: math.fma
func.func @network(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: !space) {
  %a = kernel.slot %workspace[0] : !space to !map
  %b = kernel.slot %workspace[4096] : !space to !map
  kernel.convert_layout ins(%image) outs(%a) {layers = ["image"]} : memref<1x16x8x8xf32>, !map
  %w = kernel.get_weights @conv.weight : memref<1x2x1x1x8x16xf32>
  kernel.barrier
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv"]}
    : !map, memref<1x2x1x1x8x16xf32>, !map
  kernel.barrier
  kernel.conv2d ins(%b, %w) outs(%a) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv"]}
    : !map, memref<1x2x1x1x8x16xf32>, !map
  kernel.barrier
  kernel.convert_layout ins(%a) outs(%output) {layers = ["conv"]} : !map, memref<1x16x8x8xf32>
  return
}

kernel.weights @winograd.weight : memref<1x36x2x8x16xf32> attributes {groups = 1, inputChannels = 16, offset = 1024} {
  %0 = nn.parameter "winograd.weight" : tensor<16x16x3x3xf32>
  kernel.yield %0 : tensor<16x16x3x3xf32>
}

// A thread transforms a block's input once, for all panels, in scratch memory of its own. There is some for two
// threads, so that a third one has no share of the four blocks.
// CHECK-LABEL: func.func @winograd(
// CHECK-SAME:    %[[T:[a-z0-9]*]]: index, %[[THREADS:[a-z0-9]*]]: index,
// CHECK:         %[[SHARING:.*]] = arith.minsi %[[THREADS]], %{{.*}}
// CHECK:         %[[MEMBER:.*]] = arith.minsi %[[T]], %[[SHARING]]
// CHECK:         arith.divui %{{.*}}, %[[SHARING]]
// CHECK-LABEL: func.func private @winograd_winograd_conv2d
// CHECK-SAME:    %[[FIRST:[a-z0-9]*]]: index, %{{[a-z0-9]*}}: index, %[[BEFORE:[a-z0-9]*]]: index, %[[THREAD:[a-z0-9]*]]: index)
// CHECK:         scf.for %[[ITEM:.*]] = %[[FIRST]] to
// CHECK:           arith.muli %[[THREAD]], %{{.*}}
// CHECK:           %[[BEGINS:.*]] = arith.cmpi eq, %[[ITEM]], %[[FIRST]]
// CHECK:           %[[PREVIOUS:.*]] = arith.select %[[BEGINS]], %[[BEFORE]], %{{.*}}
// CHECK:           %[[WANTED:.*]] = arith.cmpi ne, %[[PREVIOUS]], %[[ITEM]]
// CHECK:           scf.if %[[WANTED]]
func.func @winograd(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: memref<65536xi8>) {
  %a = kernel.slot %workspace[0] : memref<65536xi8> to memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
  %b = kernel.slot %workspace[8192] : memref<65536xi8> to !map
  %scratch = kernel.slot %workspace[16384] : memref<65536xi8> to memref<2304xf32>
  %w = kernel.get_weights @winograd.weight : memref<1x36x2x8x16xf32>
  kernel.winograd_conv2d ins(%a, %w) outs(%b scratch %scratch) {
    tiles = 1, registerTiles = 1, activation = #relu, layers = ["conv"]}
    : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>, memref<1x36x2x8x16xf32>, !map, memref<2304xf32>
  return
}

kernel.weights @group.weight : memref<2x1x1x2x4x8xf32> attributes {groups = 4, inputChannels = 16, offset = 0} {
  %0 = nn.parameter "group.weight" : tensor<16x4x1x2xf32>
  kernel.yield %0 : tensor<16x4x1x2xf32>
}

// The first input of each group of 4, spread over the group, is multiplied for both taps that read its pixel.
// CHECK-LABEL: func.func private @by_group_conv2d
// CHECK:         vector.shuffle %{{.*}}, %{{.*}} [0, 0, 0, 0, 4, 4, 4, 4]
// CHECK-NEXT:    math.fma
// CHECK-NOT:     math.fma
// CHECK:         vector.shuffle %{{.*}}, %{{.*}} [0, 0, 0, 0, 4, 4, 4, 4]
// CHECK-NEXT:    math.fma
// CHECK-NEXT:    math.fma
// CHECK:         vector.shuffle %{{.*}}, %{{.*}} [3, 3, 3, 3, 7, 7, 7, 7]
func.func @by_group(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x7xf32>, %workspace: memref<40960xi8>) {
  %a = kernel.slot %workspace[0] : memref<40960xi8> to !map
  %b = kernel.slot %workspace[8192] : memref<40960xi8> to memref<1x16x8x7xf32, #b8>
  %w = kernel.get_weights @group.weight : memref<2x1x1x2x4x8xf32>
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 4,
    activation = #relu, tile = array<i64: 1, 7>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv"]}
    : !map, memref<2x1x1x2x4x8xf32>, memref<1x16x8x7xf32, #b8>
  return
}

// Rows of a band go through the first input block, leave their sums in the output, and go through the second one. The
// residual, which the output overwrites, comes to the first sums, the activation to the last.
// CHECK-LABEL: func.func private @bands_conv2d
// CHECK-SAME:    (%{{.*}}: memref<1024xf32> {llvm.noalias}, %{{.*}}: memref<256xf32> {llvm.noalias}, %{{.*}}: memref<1024xf32>, %[[OUT:[a-z0-9]*]]: memref<1024xf32>
// CHECK:         %[[ROWS:.*]] = arith.minsi
// CHECK:         scf.for %[[PART:[a-z0-9]*]] =
// CHECK:           scf.for %{{.*}} to %[[ROWS]]
// CHECK:             arith.cmpi slt, %[[PART]], %{{.*}}
// CHECK-NEXT:        scf.if
// CHECK-NEXT:          scf.yield
// CHECK:             } else {
// CHECK-COUNT-2:       vector.load %[[OUT]]
// CHECK:             math.fma
// CHECK-NOT:         arith.maximumf
// CHECK:             arith.cmpi slt, %[[PART]], %{{.*}}
// CHECK-NEXT:        %[[FIRST:.*]]:2 = scf.if
// CHECK-COUNT-2:       vector.load %[[OUT]]
// CHECK:             } else {
// CHECK-NEXT:          scf.yield
// CHECK:             arith.cmpi sgt, %[[PART]], %{{.*}}
// CHECK-NEXT:        %[[SUMS:.*]]:2 = scf.if
// CHECK:               arith.select %{{.*}}, %{{.*}}, %[[FIRST]]#0
// CHECK:             } else {
// CHECK-NEXT:          scf.yield %[[FIRST]]#0, %[[FIRST]]#1
// CHECK:             vector.store %[[SUMS]]#0, %[[OUT]]
// CHECK:             vector.store %[[SUMS]]#1, %[[OUT]]
func.func @bands(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: !space) {
  %a = kernel.slot %workspace[0] : !space to !map
  %b = kernel.slot %workspace[4096] : !space to !map
  %w = kernel.get_weights @conv.weight : memref<1x2x1x1x8x16xf32>
  kernel.conv2d ins(%a, %w residual %b) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 1>, loop_order = #kernel.loop_order<panels_outer>, band = 3, depth = 1, layers = ["conv"]}
    : !map, memref<1x2x1x1x8x16xf32>, !map, !map
  return
}

// A kernel that writes what it reads may not be told that the two are apart; a thread's last rows come first.
// CHECK-LABEL: func.func private @in_place_scale_add_0
// CHECK-SAME:    (%{{[a-z0-9]*}}: memref<1024xf32>, %{{[a-z0-9]*}}: memref<1024xf32> {llvm.noalias}, %{{[a-z0-9]*}}: memref<1024xf32>, %[[FIRST:[a-z0-9]*]]: index, %[[END:[a-z0-9]*]]: index, %{{[a-z0-9]*}}: index, %{{[a-z0-9]*}}: index)
// CHECK:         scf.for %[[ITEM:.*]] = %[[FIRST]] to %[[END]]
// CHECK-NEXT:      %[[SUM:.*]] = arith.addi %[[FIRST]], %[[END]]
// CHECK:           arith.subi %{{.*}}, %[[ITEM]]
func.func @in_place(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: memref<40960xi8>) {
  %a = kernel.slot %workspace[0] : memref<40960xi8> to !map
  %b = kernel.slot %workspace[8192] : memref<40960xi8> to !map
  kernel.scale_add ins(%a residual %b) outs(%a) {activation = #relu, layers = ["add"]} : !map, !map, !map
  return
}

// A thread takes items from its own queue, then from the others, whose counters one thread has zeroed.
// CHECK-LABEL: func.func @balanced(
// CHECK-SAME:    %[[SPACE:[a-z0-9]*]]: memref<8704xi8>, %{{[a-z0-9]*}}: memref<{{[0-9]*}}xi8>, %[[THREAD:[a-z0-9]*]]: index, %[[THREADS:[a-z0-9]*]]: index,
// CHECK:         %[[FIRST:.*]] = arith.cmpi eq, %[[THREAD]], %{{.*}} : index
// CHECK-NEXT:    scf.if %[[FIRST]] {
// CHECK:           %[[ZERO:.*]] = arith.constant 0 : i64
// CHECK:           memref.view %[[SPACE]][%c8192
// CHECK:           scf.for
// CHECK:             memref.store %[[ZERO]], %{{.*}} : memref<64xi64>
// CHECK:         %[[QUEUES:.*]] = arith.minsi %[[THREADS]], %c8
// CHECK:         %[[OWN:.*]] = arith.remui %[[THREAD]], %[[QUEUES]]
// CHECK:         scf.for %[[I:.*]] = %{{.*}} to %[[QUEUES]]
// CHECK:           %[[SUM:.*]] = arith.addi %[[OWN]], %[[I]]
// CHECK:           %[[QUEUE:.*]] = arith.remui %[[SUM]], %[[QUEUES]]
// CHECK:           %[[BEGIN:.*]] = arith.divui %{{.*}}, %[[QUEUES]]
// CHECK:           %[[END:.*]] = arith.divui %{{.*}}, %[[QUEUES]]
// CHECK:           scf.while (%[[PREVIOUS:.*]] = %{{.*}}) : (index) -> (index, index) {
// CHECK:             %[[TAKEN:.*]] = memref.atomic_rmw addi %c1_i64{{[_0-9]*}}, %{{.*}} : (i64, memref<64xi64>) -> i64
// CHECK:             %[[INDEX:.*]] = arith.index_cast %[[TAKEN]] : i64 to index
// CHECK:             %[[ITEM:.*]] = arith.addi %[[BEGIN]], %[[INDEX]]
// CHECK:             %[[MORE:.*]] = arith.cmpi slt, %[[ITEM]], %[[END]]
// CHECK:             scf.condition(%[[MORE]]) %[[ITEM]], %[[PREVIOUS]] : index, index
// CHECK:             call @balanced_conv2d_0({{.*}}, %[[CHUNK_END:[a-z0-9]*]], %{{[a-z0-9]*}}, %[[THREAD]])
// CHECK:             %[[LAST:.*]] = arith.subi %[[CHUNK_END]], %c1
// CHECK:             scf.yield %[[LAST]] : index
func.func @balanced(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: memref<8704xi8>) {
  %a = kernel.slot %workspace[0] : memref<8704xi8> to !map
  %b = kernel.slot %workspace[4096] : memref<8704xi8> to !map
  %w = kernel.get_weights @conv.weight : memref<1x2x1x1x8x16xf32>
  kernel.barrier
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #relu, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>, layers = ["conv"],
    kernel.queues = 8192} : !map, memref<1x2x1x1x8x16xf32>, !map
  return
}
