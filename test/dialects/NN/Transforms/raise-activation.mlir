// RUN: sinter-opt %s --nn-raise-activation | FileCheck %s
// RUN: sinter-opt %s --nn-raise-activation --remarks-filter=nn-raise-activation 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<1x4x2x2xf32>
!mat = tensor<1x4xf32>

// CHECK-LABEL: func @silu_in_either_order
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[A:.*]] = nn.silu %[[X]]
// CHECK-NEXT: %[[B:.*]] = nn.silu %[[A]]
// CHECK-NEXT: return %[[B]]
// REMARK-DAG: [[@LINE+5]]:8: remark: [Passed] nn.silu | Category:nn-raise-activation | Remark=silu
// REMARK-DAG: [[@LINE+7]]:8: remark: [Passed] nn.silu
func.func @silu_in_either_order(%x: !map) -> !map {
  %0 = nn.sigmoid %x : !map
  // The first product.
  %1 = nn.mul %x, %0 : (!map, !map) -> !map
  %2 = nn.sigmoid %1 : !map
  // The second one.
  %3 = nn.mul %2, %1 : (!map, !map) -> !map
  return %3 : !map
}

// CHECK-LABEL: func @keeps_a_sigmoid_that_others_read
// CHECK: nn.sigmoid
// CHECK: nn.mul
// REMARK-DAG: remark: [Missed] nn.mul | Category:nn-raise-activation | Remark="no silu: the sigmoid has another user"
func.func @keeps_a_sigmoid_that_others_read(%x: !map) -> (!map, !map) {
  %0 = nn.sigmoid %x : !map
  %1 = nn.mul %x, %0 : (!map, !map) -> !map
  return %1, %0 : !map, !map
}

// CHECK-LABEL: func @keeps_the_sigmoid_of_another_value
// CHECK: nn.sigmoid
// CHECK: nn.mul
func.func @keeps_the_sigmoid_of_another_value(%x: !map, %y: !map) -> !map {
  %0 = nn.sigmoid %y : !map
  %1 = nn.mul %x, %0 : (!map, !map) -> !map
  return %1 : !map
}

// CHECK-LABEL: func @hard_sigmoid_behind_the_clip
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[R:.*]] = nn.hard_sigmoid %[[X]] : tensor<1x4xf32>
// CHECK-NEXT: return %[[R]]
// REMARK-DAG: remark: [Passed] nn.hard_sigmoid | Category:nn-raise-activation | Remark="hard_sigmoid, clamp(0.166667 x + 0.5, 0, 1)"
func.func @hard_sigmoid_behind_the_clip(%x: !mat) -> !mat {
  %0 = nn.scale_shift %x {shift = 3.0 : f64} : !mat
  %1 = nn.relu6 %0 : !mat
  %2 = nn.scale_shift %1 {scale = 0.1666666716337204 : f64} : !mat
  return %2 : !mat
}

// CHECK-LABEL: func @hard_sigmoid_before_the_clip
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[R:.*]] = nn.hard_sigmoid %[[X]] {alpha = 2.000000e-01 : f64}
// CHECK-NEXT: return %[[R]]
func.func @hard_sigmoid_before_the_clip(%x: !mat) -> !mat {
  %0 = nn.scale_shift %x {scale = 0.20000000298023224 : f64, shift = 0.5 : f64} : !mat
  %1 = nn.clip %0 {min = 0.0 : f64, max = 1.0 : f64} : !mat
  return %1 : !mat
}

// min(max(1 - x / 4, 0), 1), the falling ramp.
// CHECK-LABEL: func @hard_sigmoid_that_falls
// CHECK: nn.hard_sigmoid %{{.*}} {alpha = -2.500000e-01 : f64, beta = 1.000000e+00 : f64}
func.func @hard_sigmoid_that_falls(%x: !mat) -> !mat {
  %0 = nn.clip %x {min = 0.0 : f64, max = 4.0 : f64} : !mat
  %1 = nn.scale_shift %0 {scale = -0.25 : f64, shift = 1.0 : f64} : !mat
  return %1 : !mat
}

// CHECK-LABEL: func @hard_sigmoid_of_relu_and_clip
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: nn.hard_sigmoid %[[X]] {alpha = 5.000000e-01 : f64, beta = 1.000000e+00 : f64}
func.func @hard_sigmoid_of_relu_and_clip(%x: !mat) -> !mat {
  %0 = nn.scale_shift %x {shift = 2.0 : f64} : !mat
  %1 = nn.relu %0 : !mat
  %2 = nn.scale_shift %1 {scale = 0.5 : f64} : !mat
  %3 = nn.clip %2 {min = -1.0 : f64, max = 1.0 : f64} : !mat
  return %3 : !mat
}

// CHECK-LABEL: func @snaps_the_literals_of_a_hard_sigmoid
// CHECK: nn.hard_sigmoid %{{.*}} : tensor
func.func @snaps_the_literals_of_a_hard_sigmoid(%x: !mat) -> !mat {
  %0 = nn.hard_sigmoid %x {alpha = 0.16666667 : f64, beta = 0.5 : f64} : !mat
  return %0 : !mat
}

// CHECK-LABEL: func @keeps_what_is_no_hard_sigmoid
// CHECK: nn.relu6
// CHECK: nn.scale_shift
// CHECK: nn.clip
// CHECK: nn.clip
// CHECK: nn.scale_shift
// CHECK: nn.relu6
// CHECK: return
func.func @keeps_what_is_no_hard_sigmoid(%x: !mat, %y: !mat, %z: !mat) -> (!mat, !mat, !mat) {
  // Ends at 1.2.
  %0 = nn.relu6 %x : !mat
  %1 = nn.scale_shift %0 {scale = 0.2 : f64} : !mat
  // Has no scale.
  %2 = nn.clip %y {min = -1.0 : f64, max = 1.0 : f64} : !mat
  %3 = nn.clip %2 {min = 0.0 : f64, max = 2.0 : f64} : !mat
  // Is constant.
  %4 = nn.scale_shift %z {scale = 0.0 : f64, shift = 1.0 : f64} : !mat
  %5 = nn.relu6 %4 : !mat
  return %1, %3, %5 : !mat, !mat, !mat
}

// CHECK-LABEL: func @keeps_a_ramp_that_others_read
// CHECK: nn.relu6
// CHECK: nn.scale_shift
func.func @keeps_a_ramp_that_others_read(%x: !mat) -> (!mat, !mat) {
  %0 = nn.relu6 %x : !mat
  %1 = nn.scale_shift %0 {scale = 0.16666666666666666 : f64} : !mat
  return %1, %0 : !mat, !mat
}

// CHECK-LABEL: func @hard_swish_wherever_the_factor_stands
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[A:.*]] = nn.hard_swish %[[X]]
// CHECK-NEXT: %[[B:.*]] = nn.hard_swish %[[A]]
// CHECK-NEXT: %[[C:.*]] = nn.hard_swish %[[B]]
// CHECK-NEXT: %[[D:.*]] = nn.hard_swish %[[C]]
// CHECK-NEXT: return %[[D]]
// REMARK-DAG: remark: [Passed] nn.hard_swish | Category:nn-raise-activation | Remark=hard_swish
func.func @hard_swish_wherever_the_factor_stands(%x: !map) -> !map {
  %0 = nn.scale_shift %x {shift = 3.0 : f64} : !map
  %1 = nn.relu6 %0 : !map
  %2 = nn.mul %x, %1 : (!map, !map) -> !map
  %3 = nn.scale_shift %2 {scale = 0.16666667 : f64} : !map

  %4 = nn.scale_shift %3 {shift = 3.0 : f64} : !map
  %5 = nn.clip %4 {min = 0.0 : f64, max = 6.0 : f64} : !map
  %6 = nn.scale_shift %5 {scale = 0.16666667 : f64} : !map
  %7 = nn.mul %6, %3 : (!map, !map) -> !map

  %8 = nn.scale_shift %7 {shift = 3.0 : f64} : !map
  %9 = nn.relu6 %8 : !map
  %10 = nn.scale_shift %7 {scale = 0.16666667 : f64} : !map
  %11 = nn.mul %10, %9 : (!map, !map) -> !map

  %12 = nn.hard_sigmoid %11 {alpha = 0.1666666716337204 : f64} : !map
  %13 = nn.mul %12, %11 : (!map, !map) -> !map
  return %13 : !map
}

// CHECK-LABEL: func @keeps_what_is_no_hard_swish
// CHECK: nn.hard_sigmoid %{{.*}} {alpha = 2.000000e-01 : f64}
// CHECK: nn.mul
// REMARK-DAG: remark: [Missed] nn.mul | Category:nn-raise-activation | Remark="no hard_swish: x is multiplied by clamp(0.2 x + 0.5, 0, 1)"
func.func @keeps_what_is_no_hard_swish(%x: !map) -> !map {
  %0 = nn.hard_sigmoid %x {alpha = 0.2 : f64} : !map
  %1 = nn.mul %x, %0 : (!map, !map) -> !map
  return %1 : !map
}

// CHECK-LABEL: func @keeps_the_gate_by_channel
// CHECK: nn.sigmoid
// CHECK: nn.mul
func.func @keeps_the_gate_by_channel(%x: !map, %gate: tensor<1x4x1x1xf32>) -> !map {
  %0 = nn.sigmoid %gate : tensor<1x4x1x1xf32>
  %1 = nn.mul %x, %0 : (!map, tensor<1x4x1x1xf32>) -> !map
  return %1 : !map
}
