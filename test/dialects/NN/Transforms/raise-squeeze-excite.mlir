// RUN: sinter-opt %s --nn-raise-squeeze-excite | FileCheck %s
// RUN: sinter-opt %s --nn-raise-squeeze-excite --mlir-print-debuginfo | FileCheck %s --check-prefix=LOC
// RUN: sinter-opt %s --nn-raise-squeeze-excite --remarks-filter=nn-raise-squeeze-excite 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK

!map = tensor<2x8x3x5xf32>
!mean = tensor<2x8x1x1xf32>
!hidden = tensor<2x2x1x1xf32>
!r = tensor<2x8x1x1xf32>
!e = tensor<8x2x1x1xf32>

// CHECK-LABEL: func @convolutions
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[R:.*]] = nn.parameter "se.fc1.weight"
// CHECK-NEXT: %[[RB:.*]] = nn.parameter "se.fc1.bias"
// CHECK-NEXT: %[[E:.*]] = nn.parameter "se.fc2.weight"
// CHECK-NEXT: %[[EB:.*]] = nn.parameter "se.fc2.bias"
// CHECK-NEXT: %[[Y:.*]] = nn.squeeze_excite %[[X]] reduce %[[R]] bias %[[RB]] expand %[[E]] bias %[[EB]]
// CHECK-SAME: {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
// CHECK-SAME: (tensor<2x8x3x5xf32>, tensor<2x8x1x1xf32>, tensor<2xf32>, tensor<8x2x1x1xf32>, tensor<8xf32>)
// CHECK-NEXT: return %[[Y]]
// REMARK: remark: [Passed] nn.squeeze_excite | Category:nn-raise-squeeze-excite | Remark="squeeze-and-excitation, 8 -> 2 channels, sigmoid gate"
// LOC-LABEL: func @convolutions
// LOC: nn.squeeze_excite {{.*}} loc(#[[SE:.*]])
func.func @convolutions(%x: !map) -> !map {
  %eb = nn.parameter "se.fc2.bias" : tensor<8xf32>
  %e = nn.parameter "se.fc2.weight" : !e
  %rb = nn.parameter "se.fc1.bias" : tensor<2xf32>
  %r = nn.parameter "se.fc1.weight" : !r
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %r bias %rb : (!mean, !r, tensor<2xf32>) -> !hidden loc("layer1.0.se.fc1")
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e bias %eb : (!hidden, !e, tensor<8xf32>) -> !mean loc("layer1.0.se.fc2")
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// The classic form in PyTorch: a view, a sequence "fc" of linear layers, a view.
// CHECK-LABEL: func @linear_layers
// CHECK-SAME: (%[[X:.*]]: tensor<2x8x3x5xf32>, %[[R:.*]]: tensor<2x8xf32>, %[[E:.*]]: tensor<8x2xf32>)
// CHECK-NEXT: %[[Y:.*]] = nn.squeeze_excite %[[X]] reduce %[[R]] expand %[[E]] {activation = #nn.activation<silu>, gate = #nn.activation<hard_sigmoid, alpha = 2.000000e-01, beta = 5.000000e-01>}
// CHECK-NEXT: return %[[Y]]
// REMARK: Remark="squeeze-and-excitation, 8 -> 2 channels, hard_sigmoid gate"
// LOC-LABEL: func @linear_layers
// LOC: nn.squeeze_excite {{.*}} loc(#[[SE2:.*]])
func.func @linear_layers(%x: !map, %r: tensor<2x8xf32>, %e: tensor<8x2xf32>) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.flatten %0 : (!mean) -> tensor<2x8xf32>
  %2 = nn.linear %1, %r : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x2xf32> loc("layer1.1.se.fc.0")
  %3 = nn.silu %2 : tensor<2x2xf32>
  %4 = nn.linear %3, %e : (tensor<2x2xf32>, tensor<8x2xf32>) -> tensor<2x8xf32> loc("layer1.1.se.fc.2")
  %5 = nn.hard_sigmoid %4 {alpha = 0.2 : f64} : tensor<2x8xf32>
  %6 = nn.unflatten %5 : (tensor<2x8xf32>) -> !mean
  %7 = nn.mul %x, %6 : (!map, !mean) -> !map
  return %7 : !map
}

// Any window over the whole map is its mean; strides and dilations of one pixel say nothing.
// CHECK-LABEL: func @mixed_layers_with_reshapes_anywhere
// CHECK-SAME: (%[[X:.*]]: tensor<2x8x3x5xf32>, %[[R:.*]]: tensor<2x8x1x1xf32>, %[[E:.*]]: tensor<8x2xf32>)
// CHECK-NEXT: %[[Y:.*]] = nn.squeeze_excite %[[X]] reduce %[[R]] expand %[[E]] {activation = #nn.activation<relu>, gate = #nn.activation<identity>}
// CHECK-NEXT: return %[[Y]]
func.func @mixed_layers_with_reshapes_anywhere(%x: !map, %r: !r, %e: tensor<8x2xf32>) -> !map {
  %0 = nn.avg_pool %x {kernel = array<i64: 3, 5>, strides = array<i64: 3, 5>} : (!map) -> !mean
  %1 = nn.conv2d %0, %r {strides = array<i64: 2, 2>, dilations = array<i64: 3, 3>} : (!mean, !r) -> !hidden
  %2 = nn.flatten %1 : (!hidden) -> tensor<2x2xf32>
  %3 = nn.unflatten %2 : (tensor<2x2xf32>) -> !hidden
  %4 = nn.relu %3 : !hidden
  %5 = nn.flatten %4 : (!hidden) -> tensor<2x2xf32>
  %6 = nn.linear %5, %e : (tensor<2x2xf32>, tensor<8x2xf32>) -> tensor<2x8xf32>
  %7 = nn.unflatten %6 : (tensor<2x8xf32>) -> !mean
  %8 = nn.mul %x, %7 : (!map, !mean) -> !map
  return %8 : !map
}

// The mean of one pixel is the pixel, and has been folded.
// CHECK-LABEL: func @map_of_one_pixel_in_either_order
// CHECK-SAME: (%[[X:[a-z0-9]+]]: tensor
// CHECK-NEXT: %[[A:.*]] = nn.squeeze_excite %[[X]]
// CHECK-NEXT: %[[B:.*]] = nn.squeeze_excite %[[A]]
// CHECK-NEXT: return %[[B]]
func.func @map_of_one_pixel_in_either_order(%x: !mean, %r: !r, %e: !e) -> !mean {
  %0 = nn.conv2d %x, %r : (!mean, !r) -> !hidden
  %1 = nn.relu %0 : !hidden
  %2 = nn.conv2d %1, %e : (!hidden, !e) -> !mean
  %3 = nn.sigmoid %2 : !mean
  %4 = nn.mul %x, %3 : (!mean, !mean) -> !mean
  %5 = nn.conv2d %4, %r : (!mean, !r) -> !hidden
  %6 = nn.relu %5 : !hidden
  %7 = nn.conv2d %6, %e : (!hidden, !e) -> !mean
  %8 = nn.sigmoid %7 : !mean
  %9 = nn.mul %8, %4 : (!mean, !mean) -> !mean
  return %9 : !mean
}

// CHECK-LABEL: func @keeps_one_layer
// CHECK: nn.mul
// REMARK: [[@LINE+5]]:8: remark: [Missed] nn.mul | Category:nn-raise-squeeze-excite | Remark="no squeeze-and-excitation: one layer between the mean and the gate, as in ECA and effective SE"
func.func @keeps_one_layer(%x: !map, %w: tensor<8x8x1x1xf32>) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %w : (!mean, tensor<8x8x1x1xf32>) -> !mean
  %2 = nn.hard_sigmoid %1 : !mean
  %3 = nn.mul %x, %2 : (!map, !mean) -> !map
  return %3 : !map
}

// CHECK-LABEL: func @keeps_a_gate_without_layers
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: no layer between the mean and the product"
func.func @keeps_a_gate_without_layers(%x: !map) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.sigmoid %0 : !mean
  %2 = nn.mul %x, %1 : (!map, !mean) -> !map
  return %2 : !map
}

// CHECK-LABEL: func @keeps_a_gate_that_is_given
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: expects a linear layer or 1x1 convolution before the gate, got an input"
func.func @keeps_a_gate_that_is_given(%x: !map, %gate: !mean) -> !map {
  %0 = nn.mul %x, %gate : (!map, !mean) -> !map
  return %0 : !map
}

// CHECK-LABEL: func @keeps_a_norm_between_the_layers
// CHECK: nn.batch_norm
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: expects a linear layer or 1x1 convolution before the activation, got nn.batch_norm 'se.bn'"
func.func @keeps_a_norm_between_the_layers(%x: !map, %r: !r, %e: !e, %v: tensor<2xf32>) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden
  %2 = nn.batch_norm %1, %v, %v, %v, %v {epsilon = 1.0e-5 : f64}
    : (!hidden, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> !hidden loc("se.bn")
  %3 = nn.relu %2 : !hidden
  %4 = nn.conv2d %3, %e : (!hidden, !e) -> !mean
  %5 = nn.sigmoid %4 : !mean
  %6 = nn.mul %x, %5 : (!map, !mean) -> !map
  return %6 : !map
}

// CHECK-LABEL: func @keeps_the_gate_of_another_map
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: the mean is of another tensor"
func.func @keeps_the_gate_of_another_map(%x: !map, %y: !map, %r: !r, %e: !e) -> !map {
  %0 = nn.global_avg_pool %y : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e : (!hidden, !e) -> !mean
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// CHECK-LABEL: func @keeps_a_maximum
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: expects a mean over the map before 'fc1', got nn.max_pool"
func.func @keeps_a_maximum(%x: !map, %r: !r, %e: !e) -> !map {
  %0 = nn.max_pool %x {kernel = array<i64: 3, 5>} : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden loc("fc1")
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e : (!hidden, !e) -> !mean
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// A window with padding is no mean of the map.
// CHECK-LABEL: func @keeps_a_padded_pool
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: expects a mean over the map before nn.conv2d, got nn.avg_pool"
func.func @keeps_a_padded_pool(%x: !map, %r: !r, %e: !e) -> !map {
  %0 = nn.avg_pool %x {kernel = array<i64: 3, 5>, strides = array<i64: 8, 8>, padding = array<i64: 1, 1, 1, 1>} : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e : (!hidden, !e) -> !mean
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// CHECK-LABEL: func @keeps_what_others_read
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: the value of nn.sigmoid has another user"
func.func @keeps_what_others_read(%x: !map, %r: !r, %e: !e) -> (!map, !mean) {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e : (!hidden, !e) -> !mean
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5, %4 : !map, !mean
}

// CHECK-LABEL: func @keeps_groups
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: 'fc1' has 2 groups"
func.func @keeps_groups(%x: !map, %r: tensor<2x4x1x1xf32>, %e: !e) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %r {groups = 2} : (!mean, tensor<2x4x1x1xf32>) -> !hidden loc("fc1")
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e : (!hidden, !e) -> !mean
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// CHECK-LABEL: func @keeps_a_larger_kernel
// CHECK: nn.mul
// REMARK: Remark="no squeeze-and-excitation: 'fc2' is no 1x1 convolution of the means"
func.func @keeps_a_larger_kernel(%x: !map, %r: !r, %e: tensor<8x2x3x3xf32>) -> !map {
  %0 = nn.global_avg_pool %x : (!map) -> !mean
  %1 = nn.conv2d %0, %r : (!mean, !r) -> !hidden
  %2 = nn.relu %1 : !hidden
  %3 = nn.conv2d %2, %e {padding = array<i64: 1, 1, 1, 1>} : (!hidden, tensor<8x2x3x3xf32>) -> !mean loc("fc2")
  %4 = nn.sigmoid %3 : !mean
  %5 = nn.mul %x, %4 : (!map, !mean) -> !map
  return %5 : !map
}

// A product of two maps is no gate, and nothing is said about it.
// CHECK-LABEL: func @keeps_a_product_of_maps
// CHECK: nn.mul
// REMARK-NOT: remark:
func.func @keeps_a_product_of_maps(%x: !map, %y: !map) -> !map {
  %0 = nn.mul %x, %y : (!map, !map) -> !map
  return %0 : !map
}

// LOC-DAG: #[[SE]] = loc("layer1.0.se"
// LOC-DAG: #[[SE2]] = loc("layer1.1.se"
