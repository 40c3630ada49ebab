// RUN: sinter-opt %s --nn-fuse-epilogue | FileCheck %s
// RUN: sinter-opt %s --nn-fuse-epilogue --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: sinter-opt %s --nn-fuse-epilogue --remarks-filter=nn-fuse-epilogue 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<1x4x8x8xf32>
!means = tensor<1x4x1x1xf32>
!w = tensor<4x4x1x1xf32>
#relu = #nn.activation<relu>

// CHECK-LABEL: func @opens_every_convolution
func.func @opens_every_convolution(%x: !map, %w: tensor<4x2x3x3xf32>, %b: tensor<4xf32>) -> tensor<1x4x4x4xf32> {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d %{{.*}}, %{{.*}} bias %{{.*}} {activation = #nn.activation<identity>, dilations = array<i64: 2, 2>, groups = 2 : i64, padding = array<i64: 2, 2, 2, 2>, strides = array<i64: 2, 2>}
  // CHECK-NEXT: return %[[R]]
  %0 = nn.conv2d %x, %w bias %b {strides = array<i64: 2, 2>, padding = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>, groups = 2}
    : (!map, tensor<4x2x3x3xf32>, tensor<4xf32>) -> tensor<1x4x4x4xf32>
  return %0 : tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func @takes_in_an_activation
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in nn.leaky_relu"
func.func @takes_in_an_activation(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d %{{.*}}, %{{.*}} {activation = #nn.activation<leaky_relu, alpha = 2.000000e-01>}
  // CHECK-NEXT: return %[[R]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.leaky_relu %0 {negative_slope = 0.2 : f64} : !map
  return %1 : !map
}

// CHECK-LABEL: func @takes_in_a_join
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in nn.scale_add"
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>)
func.func @takes_in_a_join(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d %[[X]], %[[W]] residual %[[X]] {activation = #nn.activation<relu>}
  // CHECK-NEXT: return %[[R]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.scale_add %0 residual %x {activation = #relu} : (!map, !map) -> !map
  return %1 : !map
}

// CHECK-LABEL: func @takes_in_an_add_then_an_activation
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in nn.add"
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in nn.silu"
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>)
func.func @takes_in_an_add_then_an_activation(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: nn.fused_conv2d %[[X]], %[[W]] residual %[[X]] {activation = #nn.activation<silu>}
  // CHECK-NEXT: return
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.add %x, %0 : !map
  %2 = nn.silu %1 : !map
  return %2 : !map
}

// With a projection both operands are convolutions: one is the other's residual.
// CHECK-LABEL: func @takes_in_the_join_with_a_projection
func.func @takes_in_the_join_with_a_projection(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[SHORTCUT:.*]], %{{.*}} = nn.fused_conv2d {{.*}} {activation = #nn.activation<identity>}
  // CHECK-NEXT: nn.fused_conv2d {{.*}} residual %[[SHORTCUT]] {activation = #nn.activation<relu>}
  // CHECK-NEXT: return
  %shortcut = nn.conv2d %x, %w : (!map, !w) -> !map
  %main = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.scale_add %main residual %shortcut {activation = #relu} : (!map, !map) -> !map
  return %1 : !map
}

// A residual that is computed after the convolution is still in sight.
// CHECK-LABEL: func @takes_in_a_residual_defined_later
func.func @takes_in_a_residual_defined_later(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[LATER:.*]] = nn.max_pool
  // CHECK-NEXT: nn.fused_conv2d {{.*}} residual %[[LATER]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.max_pool %x {kernel = array<i64: 3, 3>, padding = array<i64: 1, 1, 1, 1>} : (!map) -> !map
  %2 = nn.add %0, %1 : !map
  return %2 : !map
}

// The mean is of the activated value, and its use does not close the convolution's result.
// CHECK-LABEL: func @takes_in_the_channel_mean
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in the mean of its channels"
func.func @takes_in_the_channel_mean(%x: !map, %w: !w) -> (!map, !means) {
  // CHECK-NEXT: %[[R:.*]], %[[MEAN:.*]] = nn.fused_conv2d {{.*}} {activation = #nn.activation<relu>}
  // CHECK-NEXT: return %[[R]], %[[MEAN]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.relu %0 : !map
  %2 = nn.global_avg_pool %1 : (!map) -> !means
  return %1, %2 : !map, !means
}

// The mean is of the value before the activation.
// CHECK-LABEL: func @keeps_an_activation_that_the_mean_does_not_see
func.func @keeps_an_activation_that_the_mean_does_not_see(%x: !map, %w: !w) -> (!map, !means) {
  // CHECK-NEXT: %[[R:.*]], %[[MEAN:.*]] = nn.fused_conv2d {{.*}} {activation = #nn.activation<identity>}
  // CHECK-NEXT: %[[ACTIVE:.*]] = nn.relu %[[R]]
  // CHECK-NEXT: return %[[ACTIVE]], %[[MEAN]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.relu %0 : !map
  %2 = nn.global_avg_pool %0 : (!map) -> !means
  return %1, %2 : !map, !means
}

// CHECK-LABEL: func @keeps_an_activation_of_a_value_used_twice
// REMARK-DAG: [Missed] nn.relu | Category:nn-fuse-epilogue | Remark="stands alone behind nn.fused_conv2d, which has another user"
func.func @keeps_an_activation_of_a_value_used_twice(%x: !map, %w: !w) -> (!map, !map) {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d {{.*}} {activation = #nn.activation<identity>}
  // CHECK-NEXT: nn.relu %[[R]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.relu %0 : !map
  return %0, %1 : !map, !map
}

// The epilogue adds, then activates: an activation in between closes it.
// CHECK-LABEL: func @keeps_a_join_after_an_activation
// REMARK-DAG: [Missed] nn.add | Category:nn-fuse-epilogue | Remark="stands alone behind nn.fused_conv2d, which has an activation, and an input"
func.func @keeps_a_join_after_an_activation(%x: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d {{.*}} {activation = #nn.activation<relu>}
  // CHECK-NEXT: nn.add %[[R]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.relu %0 : !map
  %2 = nn.add %1, %x : !map
  return %2 : !map
}

// CHECK-LABEL: func @keeps_the_second_join
// REMARK-DAG: [Missed] nn.add | Category:nn-fuse-epilogue | Remark="stands alone behind nn.fused_conv2d, which has a residual, and an input"
func.func @keeps_the_second_join(%x: !map, %y: !map, %w: !w) -> !map {
  // CHECK-NEXT: %[[R:.*]], %{{.*}} = nn.fused_conv2d {{.*}} residual %{{.*}} {activation = #nn.activation<identity>}
  // CHECK-NEXT: nn.add %[[R]]
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.add %0, %x : !map
  %2 = nn.add %1, %y : !map
  return %2 : !map
}

// A join that rescales is squeeze-and-excitation's own pass over the data.
// CHECK-LABEL: func @keeps_a_join_that_rescales
func.func @keeps_a_join_that_rescales(%x: !map, %w: !w, %gate: !means) -> !map {
  // CHECK-NEXT: nn.fused_conv2d
  // CHECK-NEXT: nn.scale_add
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.scale_add %0 scale %gate residual %x {activation = #relu} : (!map, !means, !map) -> !map
  return %1 : !map
}

// CHECK-LABEL: func @leaves_activations_without_a_convolution
// REMARK-DAG: [Missed] nn.relu | Category:nn-fuse-epilogue | Remark="stands alone behind an input"
func.func @leaves_activations_without_a_convolution(%x: !map) -> (!map, !means) {
  // CHECK-NEXT: nn.relu
  // CHECK-NEXT: nn.global_avg_pool
  %0 = nn.relu %x : !map
  %1 = nn.global_avg_pool %0 : (!map) -> !means
  return %0, %1 : !map, !means
}

// LOC-LABEL: func @keeps_the_names_of_all_layers
// REMARK-DAG: [Passed] nn.fused_conv2d | Category:nn-fuse-epilogue | Remark="takes in nn.relu 'relu1'"
func.func @keeps_the_names_of_all_layers(%x: !map, %w: !w) -> !map {
  // LOC: nn.fused_conv2d {{.*}} loc(#[[FUSED:.*]])
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map loc("conv1")
  %1 = nn.relu %0 : !map loc("relu1")
  return %1 : !map
}
// LOC-DAG: #[[CONV:.*]] = loc("conv1")
// LOC-DAG: #[[RELU:.*]] = loc("relu1")
// LOC-DAG: #[[FUSED]] = loc(fused[#[[CONV]], #[[RELU]]])

// REMARK-DAG: [Missed] nn.scale_add | Category:nn-fuse-epilogue | Remark="stands alone behind an input, and nn.relu"
// CHECK-LABEL: func @keeps_a_join_without_a_convolution
func.func @keeps_a_join_without_a_convolution(%x: !map) -> !map {
  // CHECK: nn.scale_add
  %0 = nn.relu %x : !map
  %1 = nn.scale_add %x residual %0 {activation = #relu} : (!map, !map) -> !map
  return %1 : !map
}

// REMARK-DAG: [Missed] nn.relu | Category:nn-fuse-epilogue | Remark="stands alone behind the means of nn.fused_conv2d"
// CHECK-LABEL: func @keeps_an_activation_of_the_means
func.func @keeps_an_activation_of_the_means(%x: !map, %w: !w) -> !means {
  // CHECK: nn.relu
  %0 = nn.conv2d %x, %w : (!map, !w) -> !map
  %1 = nn.global_avg_pool %0 : (!map) -> !means
  %2 = nn.relu %1 : !means
  return %2 : !means
}
