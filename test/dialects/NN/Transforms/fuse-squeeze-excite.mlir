// RUN: sinter-opt %s --nn-fuse-squeeze-excite | FileCheck %s
// RUN: sinter-opt %s --nn-fuse-squeeze-excite --remarks-filter=nn-fuse-squeeze-excite 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<1x4x8x8xf32>
!means = tensor<1x4x1x1xf32>
!reduce = tensor<2x4xf32>
!expand = tensor<4x2xf32>
#relu = #nn.activation<relu>
#sigmoid = #nn.activation<sigmoid>

// CHECK-LABEL: func @splits
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[R:.*]]: tensor<2x4xf32>, %[[RB:.*]]: tensor<2xf32>, %[[E:.*]]: tensor<4x2xf32>, %[[EB:.*]]: tensor<4xf32>)
func.func @splits(%x: !map, %r: !reduce, %rb: tensor<2xf32>, %e: !expand, %eb: tensor<4xf32>) -> !map {
  // CHECK-NEXT: %[[MEAN:.*]] = nn.global_avg_pool %[[X]]
  // CHECK-NEXT: %[[GATE:.*]] = nn.se_gate %[[MEAN]] reduce %[[R]] bias %[[RB]] expand %[[E]] bias %[[EB]] {activation = #nn.activation<silu>, gate = #nn.activation<sigmoid>}
  // CHECK-NEXT: %[[Y:.*]] = nn.scale_add %[[X]] scale %[[GATE]] {activation = #nn.activation<identity>}
  // CHECK-NEXT: return %[[Y]]
  %0 = nn.squeeze_excite %x reduce %r bias %rb expand %e bias %eb {activation = #nn.activation<silu>, gate = #sigmoid}
    : (!map, !reduce, tensor<2xf32>, !expand, tensor<4xf32>) -> !map
  return %0 : !map
}

// The end of an SE-ResNet block after nn-inline-res-block.
// CHECK-LABEL: func @takes_in_the_join_of_a_block
// REMARK-DAG: [Passed] nn.scale_add | Category:nn-fuse-squeeze-excite | Remark="takes in nn.scale_add"
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[S:.*]]: tensor<1x4x8x8xf32>,
func.func @takes_in_the_join_of_a_block(%x: !map, %shortcut: !map, %r: !reduce, %e: !expand) -> !map {
  // CHECK: %[[GATE:.*]] = nn.se_gate
  // CHECK-NEXT: %[[Y:.*]] = nn.scale_add %[[X]] scale %[[GATE]] residual %[[S]] {activation = #nn.activation<relu>}
  // CHECK-NEXT: return %[[Y]]
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  %1 = nn.scale_add %0 residual %shortcut {activation = #relu} : (!map, !map) -> !map
  return %1 : !map
}

// The gate may stand on the shortcut (SE-Identity).
// CHECK-LABEL: func @takes_in_the_join_from_the_other_side
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[MAIN:.*]]: tensor<1x4x8x8xf32>,
func.func @takes_in_the_join_from_the_other_side(%x: !map, %main: !map, %r: !reduce, %e: !expand) -> !map {
  // CHECK: %[[GATE:.*]] = nn.se_gate
  // CHECK-NEXT: nn.scale_add %[[X]] scale %[[GATE]] residual %[[MAIN]] {activation = #nn.activation<relu>}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  %1 = nn.scale_add %main residual %0 {activation = #relu} : (!map, !map) -> !map
  return %1 : !map
}

// CHECK-LABEL: func @takes_in_an_add_and_an_activation
// REMARK-DAG: [Passed] nn.scale_add | Category:nn-fuse-squeeze-excite | Remark="takes in nn.add"
// REMARK-DAG: [Passed] nn.scale_add | Category:nn-fuse-squeeze-excite | Remark="takes in nn.hard_swish"
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[S:.*]]: tensor<1x4x8x8xf32>,
func.func @takes_in_an_add_and_an_activation(%x: !map, %shortcut: !map, %r: !reduce, %e: !expand) -> !map {
  // CHECK: %[[Y:.*]] = nn.scale_add %[[X]] scale %{{.*}} residual %[[S]] {activation = #nn.activation<hard_swish>}
  // CHECK-NEXT: return %[[Y]]
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  %1 = nn.add %shortcut, %0 : !map
  %2 = nn.hard_swish %1 : !map
  return %2 : !map
}

// An activation before the join is not the join's.
// CHECK-LABEL: func @keeps_the_order_of_activation_and_join
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[S:.*]]: tensor<1x4x8x8xf32>,
func.func @keeps_the_order_of_activation_and_join(%x: !map, %shortcut: !map, %r: !reduce, %e: !expand) -> !map {
  // CHECK: %[[ACTIVE:.*]] = nn.scale_add %[[X]] scale %{{.*}} {activation = #nn.activation<relu>}
  // CHECK-NEXT: nn.add %[[ACTIVE]], %[[S]]
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  %1 = nn.relu %0 : !map
  %2 = nn.add %1, %shortcut : !map
  return %2 : !map
}

// CHECK-LABEL: func @keeps_the_join_when_the_rescaled_map_has_another_user
func.func @keeps_the_join_when_the_rescaled_map_has_another_user(%x: !map, %shortcut: !map, %r: !reduce, %e: !expand) -> (!map, !map) {
  // CHECK: %[[SCALED:.*]] = nn.scale_add %{{.*}} scale %{{.*}} {activation = #nn.activation<identity>}
  // CHECK-NEXT: nn.add %[[SCALED]]
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  %1 = nn.add %0, %shortcut : !map
  return %0, %1 : !map, !map
}

// SE-POST: the gate follows the join, and cannot take in what comes before it.
// CHECK-LABEL: func @keeps_the_join_before_the_gate
func.func @keeps_the_join_before_the_gate(%main: !map, %shortcut: !map, %r: !reduce, %e: !expand) -> !map {
  // CHECK-NEXT: %[[JOIN:.*]] = nn.scale_add %{{.*}} residual %{{.*}} {activation = #nn.activation<relu>}
  // CHECK-NEXT: nn.global_avg_pool %[[JOIN]]
  // CHECK: nn.scale_add %[[JOIN]] scale
  %0 = nn.scale_add %main residual %shortcut {activation = #relu} : (!map, !map) -> !map
  %1 = nn.squeeze_excite %0 reduce %r expand %e {activation = #relu, gate = #sigmoid} : (!map, !reduce, !expand) -> !map
  return %1 : !map
}
