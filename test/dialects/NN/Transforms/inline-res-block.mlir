// RUN: sinter-opt %s --nn-inline-res-block | FileCheck %s

!map = tensor<1x4x8x8xf32>
!half = tensor<1x4x4x4xf32>

// CHECK-LABEL: func @identity_shortcut
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>)
func.func @identity_shortcut(%x: !map) -> !map {
  // CHECK-NEXT: %[[MAIN:.*]] = nn.silu %[[X]]
  // CHECK-NEXT: %[[R:.*]] = nn.scale_add %[[MAIN]] residual %[[X]] {activation = #nn.activation<relu>}
  // CHECK-NEXT: return %[[R]]
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    %1 = nn.silu %in : !map
    nn.yield %1 : !map
  } then <relu>
  return %0 : !map
}

// The shortcut comes first: the last convolution of the main path takes it as its residual.
// CHECK-LABEL: func @projection_before_the_main_path
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>)
func.func @projection_before_the_main_path(%x: !map) -> !half {
  // CHECK-NEXT: %[[SHORTCUT:.*]] = nn.avg_pool %[[X]]
  // CHECK-NEXT: %[[MAIN:.*]] = nn.max_pool %[[X]]
  // CHECK-NEXT: nn.scale_add %[[MAIN]] residual %[[SHORTCUT]] {activation = #nn.activation<leaky_relu, alpha = 1.000000e-01>}
  %0 = nn.res_block %x : (!map) -> !half main {
  ^bb0(%in: !map):
    %1 = nn.max_pool %in {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (!map) -> !half
    nn.yield %1 : !half
  } shortcut {
  ^bb0(%in: !map):
    %1 = nn.avg_pool %in {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (!map) -> !half
    nn.yield %1 : !half
  } then <leaky_relu, alpha = 0.1>
  return %0 : !half
}

// A pre-activation block: the join is all that follows.
// CHECK-LABEL: func @identity_activation
func.func @identity_activation(%x: !map) -> !map {
  // CHECK: nn.scale_add {{.*}} {activation = #nn.activation<identity>}
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    %1 = nn.relu %in : !map
    nn.yield %1 : !map
  } then <identity>
  return %0 : !map
}

// CHECK-LABEL: func @path_that_yields_its_argument
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>)
func.func @path_that_yields_its_argument(%x: !map) -> !map {
  // CHECK-NEXT: nn.scale_add %[[X]] residual %[[X]]
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%in: !map):
    nn.yield %in : !map
  } shortcut {
  ^bb0(%in: !map):
    nn.yield %in : !map
  } then <relu>
  return %0 : !map
}

// CHECK-LABEL: func @block_in_a_block
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>)
func.func @block_in_a_block(%x: !map) -> !map {
  // CHECK-NEXT: %[[A:.*]] = nn.silu %[[X]]
  // CHECK-NEXT: %[[B:.*]] = nn.scale_add %[[A]] residual %[[X]] {activation = #nn.activation<identity>}
  // CHECK-NEXT: %[[C:.*]] = nn.scale_add %[[B]] residual %[[X]] {activation = #nn.activation<relu>}
  // CHECK-NEXT: return %[[C]]
  %0 = nn.res_block %x : (!map) -> !map main {
  ^bb0(%outer: !map):
    %1 = nn.res_block %outer : (!map) -> !map main {
    ^bb0(%inner: !map):
      %2 = nn.silu %inner : !map
      nn.yield %2 : !map
    } then <identity>
    nn.yield %1 : !map
  } then <relu>
  return %0 : !map
}

// CHECK-LABEL: func @leaves_plain_joins_alone
func.func @leaves_plain_joins_alone(%x: !map) -> !map {
  // CHECK-NEXT: nn.add
  // CHECK-NEXT: return
  %0 = nn.add %x, %x : !map
  return %0 : !map
}
