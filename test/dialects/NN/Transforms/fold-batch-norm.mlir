// RUN: sinter-opt %s --nn-fold-batch-norm | FileCheck %s
// RUN: sinter-opt %s --nn-fold-batch-norm --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: sinter-opt %s --nn-fold-batch-norm --remarks-filter=nn-fold-batch-norm 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<1x4x8x8xf32>
!vec = tensor<4xf32>

// CHECK-LABEL: func @folds_into_the_convolution_before_it
// REMARK-DAG: [Passed] nn.conv2d | Category:nn-fold-batch-norm | Remark="takes in nn.batch_norm"
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<4x4x3x3xf32>, %[[GAMMA:.*]]: tensor<4xf32>, %[[BETA:.*]]: tensor<4xf32>, %[[MEAN:.*]]: tensor<4xf32>, %[[VAR:.*]]: tensor<4xf32>)
func.func @folds_into_the_convolution_before_it(%x: !map, %w: tensor<4x4x3x3xf32>, %gamma: !vec, %beta: !vec, %mean: !vec, %var: !vec) -> !map {
  // CHECK-NEXT: %[[WEIGHT:.*]] = nn.folded_weight %[[W]], %[[GAMMA]], %[[VAR]] {epsilon = 1.000000e-03 : f64}
  // CHECK-NEXT: %[[BIAS:.*]] = nn.folded_bias %[[GAMMA]], %[[BETA]], %[[MEAN]], %[[VAR]] {epsilon = 1.000000e-03 : f64}
  // CHECK-NEXT: %[[R:.*]] = nn.conv2d %[[X]], %[[WEIGHT]] bias %[[BIAS]] {padding = array<i64: 1, 1, 1, 1>}
  // CHECK-NEXT: return %[[R]]
  %0 = nn.conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>} : (!map, tensor<4x4x3x3xf32>) -> !map
  %1 = nn.batch_norm %0, %gamma, %beta, %mean, %var {epsilon = 1.0e-3 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
  return %1 : !map
}

// The convolution's own bias goes through the norm; its window stays.
// CHECK-LABEL: func @folds_the_bias_and_keeps_the_window
// CHECK-SAME: %[[B:[a-z0-9]+]]: tensor<4xf32>, %[[V:[a-z0-9]+]]: tensor<4xf32>)
func.func @folds_the_bias_and_keeps_the_window(%x: !map, %w: tensor<4x2x3x3xf32>, %b: !vec, %v: !vec) -> tensor<1x4x4x4xf32> {
  // CHECK: %[[BIAS:.*]] = nn.folded_bias %[[V]], %[[V]], %[[V]], %[[V]] bias %[[B]]
  // CHECK: nn.conv2d %{{.*}}, %{{.*}} bias %[[BIAS]] {dilations = array<i64: 2, 2>, groups = 2 : i64, padding = array<i64: 2, 2, 2, 2>, strides = array<i64: 2, 2>}
  // CHECK-NOT: nn.batch_norm
  %0 = nn.conv2d %x, %w bias %b {strides = array<i64: 2, 2>, padding = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>, groups = 2}
    : (!map, tensor<4x2x3x3xf32>, !vec) -> tensor<1x4x4x4xf32>
  %1 = nn.batch_norm %0, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (tensor<1x4x4x4xf32>, !vec, !vec, !vec, !vec) -> tensor<1x4x4x4xf32>
  return %1 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func @folds_inside_a_block
func.func @folds_inside_a_block(%x: !map) -> !map {
  // CHECK: nn.res_block
  // CHECK: nn.folded_weight
  // CHECK-NOT: nn.batch_norm
  // CHECK: nn.yield
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    %w = nn.parameter "conv.weight" : tensor<4x4x1x1xf32>
    %1 = nn.conv2d %in, %w : (!map, tensor<4x4x1x1xf32>) -> !map
    %v = nn.parameter "bn.weight" : !vec
    %2 = nn.batch_norm %1, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
    nn.yield %2 : !map
  } then <relu>
  return %0 : !map
}

// Two norms in a row: the second folds into what the first left.
// CHECK-LABEL: func @folds_two_norms
func.func @folds_two_norms(%x: !map, %w: tensor<4x4x1x1xf32>, %v: !vec) -> !map {
  // CHECK: %[[W1:.*]] = nn.folded_weight
  // CHECK: %[[B1:.*]] = nn.folded_bias
  // CHECK: nn.folded_weight %[[W1]]
  // CHECK: nn.folded_bias {{.*}} bias %[[B1]]
  // CHECK-NOT: nn.batch_norm
  %0 = nn.conv2d %x, %w : (!map, tensor<4x4x1x1xf32>) -> !map
  %1 = nn.batch_norm %0, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
  %2 = nn.batch_norm %1, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
  return %2 : !map
}

// The other user needs the value before the norm.
// CHECK-LABEL: func @keeps_norm_when_the_convolution_has_another_user
// REMARK-DAG: [Missed] nn.batch_norm | Category:nn-fold-batch-norm | Remark="stands alone behind nn.conv2d, which has another user"
func.func @keeps_norm_when_the_convolution_has_another_user(%x: !map, %w: tensor<4x4x1x1xf32>, %v: !vec) -> !map {
  // CHECK-NEXT: %[[CONV:.*]] = nn.conv2d
  // CHECK-NEXT: nn.batch_norm %[[CONV]]
  // CHECK-NEXT: nn.add
  %0 = nn.conv2d %x, %w : (!map, tensor<4x4x1x1xf32>) -> !map
  %1 = nn.batch_norm %0, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
  %2 = nn.add %0, %1 : !map
  return %2 : !map
}

// Pre-activation blocks normalize first.
// CHECK-LABEL: func @keeps_norm_before_the_convolution
// REMARK-DAG: [Missed] nn.batch_norm | Category:nn-fold-batch-norm | Remark="stands alone behind an input"
func.func @keeps_norm_before_the_convolution(%x: !map, %w: tensor<4x4x1x1xf32>, %v: !vec) -> !map {
  // CHECK-NEXT: nn.batch_norm
  // CHECK-NEXT: nn.relu
  // CHECK-NEXT: nn.conv2d
  %0 = nn.batch_norm %x, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map
  %1 = nn.relu %0 : !map
  %2 = nn.conv2d %1, %w : (!map, tensor<4x4x1x1xf32>) -> !map
  return %2 : !map
}

// The folded convolution answers for both layers.
// LOC-LABEL: func @keeps_the_names_of_both_layers
func.func @keeps_the_names_of_both_layers(%x: !map, %w: tensor<4x4x1x1xf32>, %v: !vec) -> !map {
  // LOC: nn.conv2d {{.*}} loc(#[[FUSED:.*]])
  %0 = nn.conv2d %x, %w : (!map, tensor<4x4x1x1xf32>) -> !map loc("conv1")
  %1 = nn.batch_norm %0, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, !vec, !vec, !vec, !vec) -> !map loc("bn1")
  return %1 : !map
}
// LOC-DAG: #[[CONV:.*]] = loc("conv1")
// LOC-DAG: #[[BN:.*]] = loc("bn1")
// LOC-DAG: #[[FUSED]] = loc(fused[#[[CONV]], #[[BN]]])
