// RUN: sinter-opt %s --nn-raise-res-block | FileCheck %s
// RUN: sinter-opt %s --nn-raise-res-block --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: sinter-opt %s --nn-raise-res-block --remarks-filter=nn-raise-res-block 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<1x4x8x8xf32>
!half = tensor<1x8x4x4xf32>
!w = tensor<4x4x3x3xf32>
!vec = tensor<4xf32>

// Parameters move along, in the order of the operands.
// CHECK-LABEL: func @identity_shortcut
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[R:.*]] = nn.res_block %[[X]] : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
// CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x8x8xf32>):
// CHECK-NEXT:   %[[W1:.*]] = nn.parameter "conv1.weight"
// CHECK-NEXT:   %[[B1:.*]] = nn.parameter "conv1.bias"
// CHECK-NEXT:   %[[C1:.*]] = nn.conv2d %[[IN]], %[[W1]] bias %[[B1]]
// CHECK-NEXT:   %[[A1:.*]] = nn.relu %[[C1]]
// CHECK-NEXT:   %[[W2:.*]] = nn.parameter "conv2.weight"
// CHECK-NEXT:   %[[C2:.*]] = nn.conv2d %[[A1]], %[[W2]]
// CHECK-NEXT:   nn.yield %[[C2]]
// CHECK-NEXT: } then <relu>
// CHECK-NEXT: return %[[R]]
// REMARK: remark: loc("layer1.0"): [Passed] nn.res_block | Category:nn-raise-res-block | Remark="residual block with identity shortcut, then relu"
// LOC-LABEL: func @identity_shortcut
// LOC: then <relu> loc(#[[BLOCK:.*]])
func.func @identity_shortcut(%x: !map) -> !map {
  %w2 = nn.parameter "conv2.weight" : !w
  %b1 = nn.parameter "conv1.bias" : !vec
  %w1 = nn.parameter "conv1.weight" : !w
  %0 = nn.conv2d %x, %w1 bias %b1 {padding = array<i64: 1, 1, 1, 1>} : (!map, !w, !vec) -> !map loc("layer1.0.conv1")
  %1 = nn.relu %0 : !map loc("layer1.0.relu")
  %2 = nn.conv2d %1, %w2 {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map loc("layer1.0.conv2")
  %3 = nn.add %2, %x : !map loc("add")
  %4 = nn.relu %3 : !map loc("layer1.0.relu_1")
  return %4 : !map
}

// The path with more convolutions is the main path, whichever addend it is.
// CHECK-LABEL: func @projection_shortcut
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor<1x4x8x8xf32>, %[[W:[a-z0-9]+]]: tensor<8x4x3x3xf32>, %[[P:[a-z0-9]+]]: tensor<8x4x1x1xf32>
// CHECK-NEXT: %[[R:.*]] = nn.res_block %[[X]] : (tensor<1x4x8x8xf32>) -> tensor<1x8x4x4xf32> main {
// CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x8x8xf32>):
// CHECK-NEXT:   %[[C1:.*]] = nn.conv2d %[[IN]], %[[W]]
// CHECK-NEXT:   %[[N1:.*]] = nn.batch_norm %[[C1]]
// CHECK-NEXT:   nn.yield %[[N1]]
// CHECK-NEXT: } shortcut {
// CHECK-NEXT: ^bb0(%[[IN2:.*]]: tensor<1x4x8x8xf32>):
// CHECK-NEXT:   %[[POOL:.*]] = nn.avg_pool %[[IN2]]
// CHECK-NEXT:   %[[C2:.*]] = nn.conv2d %[[POOL]], %[[P]]
// CHECK-NEXT:   %[[N2:.*]] = nn.batch_norm %[[C2]]
// CHECK-NEXT:   nn.yield %[[N2]]
// CHECK-NEXT: } then <silu>
// CHECK-NEXT: return %[[R]]
// REMARK: Remark="residual block with projection shortcut, then silu"
func.func @projection_shortcut(%x: !map, %w: tensor<8x4x3x3xf32>, %p: tensor<8x4x1x1xf32>, %v: tensor<8xf32>) -> !half {
  %0 = nn.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (!map) -> tensor<1x4x4x4xf32>
  %1 = nn.conv2d %0, %p : (tensor<1x4x4x4xf32>, tensor<8x4x1x1xf32>) -> !half
  %2 = nn.conv2d %x, %w {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>} : (!map, tensor<8x4x3x3xf32>) -> !half
  %3 = nn.batch_norm %1, %v, %v, %v, %v {epsilon = 1.0e-5 : f64}
    : (!half, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> !half
  %4 = nn.batch_norm %2, %v, %v, %v, %v {epsilon = 1.0e-5 : f64}
    : (!half, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> !half
  %5 = nn.add %3, %4 : !half
  %6 = nn.silu %5 : !half
  return %6 : !half
}

// CHECK-LABEL: func @shortcut_without_parameters
// CHECK: nn.res_block
// CHECK: } shortcut {
// CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x8x8xf32>):
// CHECK-NEXT:   %[[S:.*]] = nn.avg_pool %[[IN]]
// CHECK-NEXT:   %[[P:.*]] = nn.pad_channels %[[S]]
// CHECK-NEXT:   nn.yield %[[P]]
// CHECK-NEXT: } then <relu>
func.func @shortcut_without_parameters(%x: !map, %w: tensor<8x4x3x3xf32>) -> !half {
  %0 = nn.conv2d %x, %w {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>} : (!map, tensor<8x4x3x3xf32>) -> !half
  %1 = nn.avg_pool %x {kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (!map) -> tensor<1x4x4x4xf32>
  %2 = nn.pad_channels %1 {before = 2, after = 2} : (tensor<1x4x4x4xf32>) -> !half
  %3 = nn.add %0, %2 : !half
  %4 = nn.relu %3 : !half
  return %4 : !half
}

// Pre-activation: the projection begins where the norm and activation end, the identity before.
// CHECK-LABEL: func @pre_activation
// CHECK-NEXT: %[[A:.*]] = nn.relu
// CHECK-NEXT: %[[R1:.*]] = nn.res_block %[[A]]
// CHECK: } shortcut {
// CHECK: } then <identity>
// CHECK-NEXT: %[[R2:.*]] = nn.res_block %[[R1]]
// CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x8x8xf32>):
// CHECK-NEXT: nn.relu %[[IN]]
// CHECK-NOT: shortcut
// CHECK: } then <identity>
// CHECK-NEXT: return %[[R1]], %[[R2]]
// REMARK: Remark="residual block with projection shortcut, no activation behind it"
// REMARK: Remark="residual block with identity shortcut, no activation behind it"
func.func @pre_activation(%x: !map, %w: !w, %p: tensor<4x4x1x1xf32>) -> (!map, !map) {
  %0 = nn.relu %x : !map
  %1 = nn.conv2d %0, %p : (!map, tensor<4x4x1x1xf32>) -> !map
  %2 = nn.conv2d %0, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %3 = nn.add %2, %1 : !map
  %4 = nn.relu %3 : !map
  %5 = nn.conv2d %4, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %6 = nn.add %3, %5 : !map
  return %3, %6 : !map, !map
}

// Of two equal paths the first one is the main path.
// CHECK-LABEL: func @equal_paths
// CHECK-SAME: (%{{.*}}, %[[A:[a-z0-9]+]]: tensor<4x4x3x3xf32>, %[[B:[a-z0-9]+]]: tensor<4x4x3x3xf32>)
// CHECK: nn.conv2d %{{.*}}, %[[A]]
// CHECK: shortcut
// CHECK: nn.conv2d %{{.*}}, %[[B]]
func.func @equal_paths(%x: !map, %a: !w, %b: !w) -> !map {
  %0 = nn.conv2d %x, %a {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %1 = nn.conv2d %x, %b {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %2 = nn.add %1, %0 : !map
  return %2 : !map
}

// A block in the main path of another one. A parameter moves as far in as all who read it.
// CHECK-LABEL: func @nested
// CHECK-NEXT: nn.res_block
// CHECK-NEXT: ^bb0(%[[OUTER:.*]]: tensor<
// CHECK-NEXT:   %[[W:.*]] = nn.parameter "w"
// CHECK-NEXT:   %[[C:.*]] = nn.conv2d %[[OUTER]], %[[W]]
// CHECK-NEXT:   %[[N:.*]] = nn.res_block %[[C]]
// CHECK-NEXT:   ^bb0(%[[INNER:.*]]: tensor<
// CHECK-NEXT:     %[[V:.*]] = nn.parameter "v"
// CHECK-NEXT:     nn.conv2d %[[INNER]], %[[V]]
// CHECK-NEXT:     nn.conv2d %{{.*}}, %[[V]]
// CHECK-NEXT:     nn.conv2d %{{.*}}, %[[W]]
// CHECK:        } then <relu>
// CHECK-NEXT:   nn.yield %[[N]]
// CHECK-NEXT: } then <identity>
func.func @nested(%x: !map) -> !map {
  %w = nn.parameter "w" : !w
  %v = nn.parameter "v" : !w
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %1 = nn.conv2d %0, %v {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %2 = nn.conv2d %1, %v {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %3 = nn.conv2d %2, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %4 = nn.add %0, %3 : !map
  %5 = nn.relu %4 : !map
  %6 = nn.add %5, %x : !map
  return %6 : !map
}

// The first reader may stand in a block inside.
// CHECK-LABEL: func @nested_first_reader
// CHECK-NEXT: nn.res_block
// CHECK-NEXT: ^bb0
// CHECK-NEXT:   %[[W:.*]] = nn.parameter "w"
// CHECK-NEXT:   nn.res_block
// CHECK-NEXT:   ^bb0
// CHECK-NEXT:     nn.conv2d %{{.*}}, %[[W]]
// CHECK:        nn.conv2d %{{.*}}, %[[W]]
func.func @nested_first_reader(%x: !map) -> !map {
  %w = nn.parameter "w" : !w
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %1 = nn.add %0, %x : !map
  %2 = nn.conv2d %1, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %3 = nn.add %2, %x : !map
  return %3 : !map
}

// An activation joins the block that it alone reads; a second one stays.
// CHECK-LABEL: func @absorbs_the_activation_behind_a_block
// CHECK: } then <leaky_relu, alpha = 1.000000e-01>
// CHECK-NEXT: %[[S:.*]] = nn.sigmoid
// CHECK-NEXT: return %[[S]]
func.func @absorbs_the_activation_behind_a_block(%x: !map, %w: !w) -> !map {
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    %3 = nn.conv2d %in, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
    nn.yield %3 : !map
  } then #nn.activation<identity>
  %1 = nn.leaky_relu %0 {negative_slope = 0.1 : f64} : !map
  %2 = nn.sigmoid %1 : !map
  return %2 : !map
}

// Sums inside the paths of a block are seen too, and values from around it are no input of theirs.
// CHECK-LABEL: func @inside_a_block
// CHECK: nn.res_block
// CHECK: nn.res_block
// CHECK: nn.add
// REMARK: Remark="residual block with identity shortcut, no activation behind it"
// REMARK: remark: [Missed] nn.add | Category:nn-raise-res-block | Remark="no residual block: its addends have no common input"
func.func @inside_a_block(%x: !map, %w: !w) -> !map {
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    %1 = nn.conv2d %in, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
    %2 = nn.add %in, %1 : !map
    %3 = nn.add %x, %2 : !map
    nn.yield %3 : !map
  } then #nn.activation<identity>
  return %0 : !map
}

// CHECK-LABEL: func @keeps_the_sum_of_two_inputs
// CHECK: nn.add
// REMARK: Remark="no residual block: its addends have no common input"
func.func @keeps_the_sum_of_two_inputs(%x: !map, %y: !map, %w: !w) -> !map {
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %1 = nn.add %0, %y : !map
  return %1 : !map
}

// CHECK-LABEL: func @keeps_a_path_that_others_read
// CHECK-NOT: nn.res_block
// CHECK: nn.add
// REMARK: Remark="no residual block: the value of 'conv1' is also read by func.return"
// REMARK: Remark="no residual block: the value of 'conv1' is also read by nn.sigmoid"
func.func @keeps_a_path_that_others_read(%x: !map, %w: !w) -> (!map, !map, !map) {
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map loc("conv1")
  %1 = nn.relu %0 : !map
  %2 = nn.add %1, %x : !map
  %3 = nn.conv2d %2, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map loc("conv1")
  %4 = nn.add %3, %2 : !map
  %5 = nn.sigmoid %3 : !map
  return %4, %0, %5 : !map, !map, !map
}

// CHECK-LABEL: func @keeps_paths_that_share_a_layer
// CHECK-NOT: nn.res_block
// CHECK: nn.add
// REMARK: Remark="no residual block: both paths contain 'shared'"
func.func @keeps_paths_that_share_a_layer(%x: !map, %w: !w) -> !map {
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map loc("shared")
  %1 = nn.sigmoid %x : !map
  %2 = nn.mul %0, %1 : (!map, !map) -> !map
  %3 = nn.mul %2, %0 : (!map, !map) -> !map
  %4 = nn.relu %0 : !map
  %5 = nn.add %3, %4 : !map
  return %5 : !map
}

// CHECK-LABEL: func @keeps_sums_without_a_convolution
// CHECK-NOT: nn.res_block
// CHECK: nn.add
// CHECK: nn.add
// REMARK: Remark="no residual block: no path has a convolution"
func.func @keeps_sums_without_a_convolution(%x: !map) -> !map {
  %0 = nn.relu %x : !map
  %1 = nn.add %0, %x : !map
  // Nobody would expect a block here: nothing is said.
  %2 = nn.add %1, %1 : !map
  return %2 : !map
}

// CHECK-LABEL: func @keeps_effects
// CHECK-NOT: nn.res_block
// CHECK: nn.add
// REMARK: Remark="no residual block: func.call has side effects"
func.func private @effect(!map) -> !map
func.func @keeps_effects(%x: !map, %w: !w) -> !map {
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, !w) -> !map
  %1 = func.call @effect(%0) : (!map) -> !map
  %2 = nn.add %1, %x : !map
  return %2 : !map
}

// A residual block has feature maps.
// CHECK-LABEL: func @keeps_sums_of_matrices
// CHECK: nn.add
// REMARK-NOT: remark:
func.func @keeps_sums_of_matrices(%x: tensor<1x4xf32>, %w: tensor<4x4xf32>) -> tensor<1x4xf32> {
  %0 = nn.linear %x, %w : (tensor<1x4xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  %1 = nn.add %0, %x : tensor<1x4xf32>
  return %1 : tensor<1x4xf32>
}

// LOC: #[[BLOCK]] = loc("layer1.0"
