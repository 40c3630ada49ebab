// Every operation survives printing and parsing, in each optional form.
// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @parameter
func.func @parameter() -> tensor<64x3x7x7xf32> {
  // CHECK: nn.parameter "conv1.weight" : tensor<64x3x7x7xf32>
  %w = nn.parameter "conv1.weight" : tensor<64x3x7x7xf32>
  return %w : tensor<64x3x7x7xf32>
}

// CHECK-LABEL: func @parameter_key_with_quotes
func.func @parameter_key_with_quotes() -> tensor<f32> {
  // CHECK: nn.parameter "a \22b\22" : tensor<f32>
  %w = nn.parameter "a \"b\"" : tensor<f32>
  return %w : tensor<f32>
}

// CHECK-LABEL: func @composed
// CHECK-SAME: (%[[O:.*]]: tensor<2x8xf32>, %[[I:.*]]: tensor<8x4x1x1xf32>, %[[IB:.*]]: tensor<8xf32>)
func.func @composed(%o: tensor<2x8xf32>, %i: tensor<8x4x1x1xf32>, %ib: tensor<8xf32>) -> (tensor<2x4xf32>, tensor<2xf32>) {
  // CHECK: nn.composed_weight %[[O]], %[[I]] : (tensor<2x8xf32>, tensor<8x4x1x1xf32>) -> tensor<2x4xf32>
  %0 = nn.composed_weight %o, %i : (tensor<2x8xf32>, tensor<8x4x1x1xf32>) -> tensor<2x4xf32>
  // CHECK: %[[B:.*]] = nn.composed_bias %[[O]], %[[IB]] : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2xf32>
  %1 = nn.composed_bias %o, %ib : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2xf32>
  // CHECK: nn.composed_bias %[[O]], %[[IB]] bias %[[B]] : (tensor<2x8xf32>, tensor<8xf32>, tensor<2xf32>) -> tensor<2xf32>
  %2 = nn.composed_bias %o, %ib bias %1 : (tensor<2x8xf32>, tensor<8xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %2 : tensor<2x4xf32>, tensor<2xf32>
}

// CHECK-LABEL: func @folded_weight
// CHECK-SAME: (%[[W:.*]]: tensor<8x3x1x1xf32>, %[[V:.*]]: tensor<8xf32>)
func.func @folded_weight(%w: tensor<8x3x1x1xf32>, %v: tensor<8xf32>) -> tensor<8x3x1x1xf32> {
  // CHECK: nn.folded_weight %[[W]], %[[V]], %[[V]] {epsilon = 1.000000e-05 : f64} : (tensor<8x3x1x1xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8x3x1x1xf32>
  %0 = nn.folded_weight %w, %v, %v {epsilon = 1.0e-5 : f64}
    : (tensor<8x3x1x1xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8x3x1x1xf32>
  return %0 : tensor<8x3x1x1xf32>
}

// CHECK-LABEL: func @folded_bias
// CHECK-SAME: (%[[V:.*]]: tensor<8xf32>)
func.func @folded_bias(%v: tensor<8xf32>) -> (tensor<8xf32>, tensor<8xf32>) {
  // CHECK: nn.folded_bias %[[V]], %[[V]], %[[V]], %[[V]] {epsilon = 1.000000e-05 : f64} : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %0 = nn.folded_bias %v, %v, %v, %v {epsilon = 1.0e-5 : f64}
    : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  // CHECK: nn.folded_bias %[[V]], %[[V]], %[[V]], %[[V]] bias %[[V]] {epsilon = 0.000000e+00 : f64}
  %1 = nn.folded_bias %v, %v, %v, %v bias %v {epsilon = 0.0 : f64}
    : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %0, %1 : tensor<8xf32>, tensor<8xf32>
}

// CHECK-LABEL: func @folded_scale
// CHECK-SAME: (%[[V:.*]]: tensor<8xf32>)
func.func @folded_scale(%v: tensor<8xf32>) -> tensor<8xf32> {
  // CHECK: nn.folded_scale %[[V]], %[[V]] {epsilon = 1.000000e-05 : f64} : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  %0 = nn.folded_scale %v, %v {epsilon = 1.0e-5 : f64} : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return %0 : tensor<8xf32>
}

//===----------------------------------------------------------------------===//
// Layers
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @conv2d_without_bias
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x8xf32>, %[[W:.*]]: tensor<4x3x3x3xf32>)
func.func @conv2d_without_bias(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32> {
  // CHECK: nn.conv2d %[[X]], %[[W]] : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  %0 = nn.conv2d %x, %w : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>) -> tensor<1x4x6x6xf32>
  return %0 : tensor<1x4x6x6xf32>
}

// CHECK-LABEL: func @conv2d_with_everything
// CHECK-SAME: (%[[X:.*]]: tensor<2x8x9x7xf32>, %[[W:.*]]: tensor<4x2x3x2xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @conv2d_with_everything(%x: tensor<2x8x9x7xf32>, %w: tensor<4x2x3x2xf32>, %b: tensor<4xf32>) -> tensor<2x4x4x8xf32> {
  // CHECK: nn.conv2d %[[X]], %[[W]] bias %[[B]] {dilations = array<i64: 2, 1>, groups = 4 : i64, padding = array<i64: 1, 0, 1, 2>, strides = array<i64: 2, 1>}
  %0 = nn.conv2d %x, %w bias %b {strides = array<i64: 2, 1>, padding = array<i64: 1, 0, 1, 2>, dilations = array<i64: 2, 1>, groups = 4 : i64}
    : (tensor<2x8x9x7xf32>, tensor<4x2x3x2xf32>, tensor<4xf32>) -> tensor<2x4x4x8xf32>
  return %0 : tensor<2x4x4x8xf32>
}

// CHECK-LABEL: func @batch_norm
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>, %[[V:.*]]: tensor<4xf32>)
func.func @batch_norm(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>) -> tensor<1x4x8x8xf32> {
  // CHECK: nn.batch_norm %[[X]], %[[V]], %[[V]], %[[V]], %[[V]] {epsilon = 1.000000e-05 : f64}
  %0 = nn.batch_norm %x, %v, %v, %v, %v {epsilon = 1.0e-5 : f64}
    : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %0 : tensor<1x4x8x8xf32>
}

// The window of 3 at stride 2 on 8 pixels fits 3 times, rounded up 4 times.
// CHECK-LABEL: func @max_pool
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x8x8xf32>)
func.func @max_pool(%x: tensor<1x4x8x8xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x4x4xf32>, tensor<1x4x4x8xf32>) {
  // CHECK: nn.max_pool %[[X]] {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>}
  %0 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>}
    : (tensor<1x4x8x8xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.max_pool %[[X]] {ceil_mode = true, kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>}
  %1 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 2>, ceil_mode = true}
    : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32>
  // CHECK: nn.max_pool %[[X]] {kernel = array<i64: 3, 3>, padding = array<i64: 0, 0, 1, 2>, strides = array<i64: 2, 1>}
  %2 = nn.max_pool %x {kernel = array<i64: 3, 3>, strides = array<i64: 2, 1>, padding = array<i64: 0, 0, 1, 2>}
    : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x8xf32>
  return %0, %1, %2 : tensor<1x4x3x3xf32>, tensor<1x4x4x4xf32>, tensor<1x4x4x8xf32>
}

// Rounded up there would be 5 windows, but the last would start behind the 7 pixels: in the padding.
// CHECK-LABEL: func @max_pool_drops_a_window_in_the_trailing_padding
func.func @max_pool_drops_a_window_in_the_trailing_padding(%x: tensor<1x1x7x7xf32>) -> tensor<1x1x4x4xf32> {
  // CHECK: nn.max_pool
  %0 = nn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, ceil_mode = true}
    : (tensor<1x1x7x7xf32>) -> tensor<1x1x4x4xf32>
  return %0 : tensor<1x1x4x4xf32>
}

// CHECK-LABEL: func @avg_pool
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x7x7xf32>)
func.func @avg_pool(%x: tensor<1x4x7x7xf32>) -> (tensor<1x4x6x6xf32>, tensor<1x4x4x4xf32>) {
  // CHECK: nn.avg_pool %[[X]] {kernel = array<i64: 2, 2>}
  %0 = nn.avg_pool %x {kernel = array<i64: 2, 2>} : (tensor<1x4x7x7xf32>) -> tensor<1x4x6x6xf32>
  // CHECK: nn.avg_pool %[[X]] {ceil_mode = true, count_include_pad = false, kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>}
  %1 = nn.avg_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>, ceil_mode = true, count_include_pad = false}
    : (tensor<1x4x7x7xf32>) -> tensor<1x4x4x4xf32>
  return %0, %1 : tensor<1x4x6x6xf32>, tensor<1x4x4x4xf32>
}

// CHECK-LABEL: func @global_avg_pool
func.func @global_avg_pool(%x: tensor<2x4x7x5xf32>) -> tensor<2x4x1x1xf32> {
  // CHECK: nn.global_avg_pool %{{.*}} : (tensor<2x4x7x5xf32>) -> tensor<2x4x1x1xf32>
  %0 = nn.global_avg_pool %x : (tensor<2x4x7x5xf32>) -> tensor<2x4x1x1xf32>
  return %0 : tensor<2x4x1x1xf32>
}

// CHECK-LABEL: func @linear
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf32>, %[[W:.*]]: tensor<5x8xf32>, %[[B:.*]]: tensor<5xf32>)
func.func @linear(%x: tensor<2x8xf32>, %w: tensor<5x8xf32>, %b: tensor<5xf32>) -> (tensor<2x5xf32>, tensor<2x5xf32>) {
  // CHECK: nn.linear %[[X]], %[[W]] : (tensor<2x8xf32>, tensor<5x8xf32>) -> tensor<2x5xf32>
  %0 = nn.linear %x, %w : (tensor<2x8xf32>, tensor<5x8xf32>) -> tensor<2x5xf32>
  // CHECK: nn.linear %[[X]], %[[W]] bias %[[B]] : (tensor<2x8xf32>, tensor<5x8xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  %1 = nn.linear %x, %w bias %b : (tensor<2x8xf32>, tensor<5x8xf32>, tensor<5xf32>) -> tensor<2x5xf32>
  return %0, %1 : tensor<2x5xf32>, tensor<2x5xf32>
}

// CHECK-LABEL: func @flatten
func.func @flatten(%x: tensor<2x4x3x5xf32>) -> tensor<2x60xf32> {
  // CHECK: nn.flatten %{{.*}} : (tensor<2x4x3x5xf32>) -> tensor<2x60xf32>
  %0 = nn.flatten %x : (tensor<2x4x3x5xf32>) -> tensor<2x60xf32>
  return %0 : tensor<2x60xf32>
}

// CHECK-LABEL: func @pad_channels
func.func @pad_channels(%x: tensor<1x4x3x3xf32>) -> tensor<1x7x3x3xf32> {
  // CHECK: nn.pad_channels %{{.*}} {after = 2 : i64, before = 1 : i64} : (tensor<1x4x3x3xf32>) -> tensor<1x7x3x3xf32>
  %0 = nn.pad_channels %x {before = 1, after = 2} : (tensor<1x4x3x3xf32>) -> tensor<1x7x3x3xf32>
  return %0 : tensor<1x7x3x3xf32>
}

// CHECK-LABEL: func @unflatten
func.func @unflatten(%x: tensor<2x10xf32>) -> tensor<2x10x1x1xf32> {
  // CHECK: nn.unflatten %{{.*}} : (tensor<2x10xf32>) -> tensor<2x10x1x1xf32>
  %0 = nn.unflatten %x : (tensor<2x10xf32>) -> tensor<2x10x1x1xf32>
  return %0 : tensor<2x10x1x1xf32>
}

// CHECK-LABEL: func @concat
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[Y:.*]]: tensor<1x2x3x3xf32>)
func.func @concat(%x: tensor<1x4x3x3xf32>, %y: tensor<1x2x3x3xf32>) -> tensor<1x12x3x3xf32> {
  // CHECK: %[[XY:.*]] = nn.concat %[[X]], %[[Y]] : (tensor<1x4x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x6x3x3xf32>
  %0 = nn.concat %x, %y : (tensor<1x4x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x6x3x3xf32>
  // CHECK: nn.concat %[[Y]], %[[XY]], %[[X]] : (tensor<1x2x3x3xf32>, tensor<1x6x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x12x3x3xf32>
  %1 = nn.concat %y, %0, %x : (tensor<1x2x3x3xf32>, tensor<1x6x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x12x3x3xf32>
  return %1 : tensor<1x12x3x3xf32>
}

// CHECK-LABEL: func @log_softmax
func.func @log_softmax(%x: tensor<2x10xf32>) -> tensor<2x10xf32> {
  // CHECK: nn.log_softmax %{{.*}} : tensor<2x10xf32>
  %0 = nn.log_softmax %x : tensor<2x10xf32>
  return %0 : tensor<2x10xf32>
}

// CHECK-LABEL: func @softmax
func.func @softmax(%x: tensor<2x10xf32>) -> tensor<2x10xf32> {
  // CHECK: nn.softmax %{{.*}} : tensor<2x10xf32>
  %0 = nn.softmax %x : tensor<2x10xf32>
  return %0 : tensor<2x10xf32>
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @activations
func.func @activations(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.relu %{{.*}} : tensor<1x4x3x3xf32>
  %0 = nn.relu %x : tensor<1x4x3x3xf32>
  // CHECK: nn.relu6 %{{.*}} : tensor<1x4x3x3xf32>
  %1 = nn.relu6 %0 : tensor<1x4x3x3xf32>
  // CHECK: nn.leaky_relu %{{.*}} : tensor<1x4x3x3xf32>
  %2 = nn.leaky_relu %1 : tensor<1x4x3x3xf32>
  // CHECK: nn.leaky_relu %{{.*}} {negative_slope = 1.000000e-01 : f64} : tensor<1x4x3x3xf32>
  %3 = nn.leaky_relu %2 {negative_slope = 0.1 : f64} : tensor<1x4x3x3xf32>
  // CHECK: nn.sigmoid %{{.*}} : tensor<1x4x3x3xf32>
  %4 = nn.sigmoid %3 : tensor<1x4x3x3xf32>
  // CHECK: nn.hard_sigmoid %{{.*}} : tensor<1x4x3x3xf32>
  %5 = nn.hard_sigmoid %4 : tensor<1x4x3x3xf32>
  // CHECK: nn.hard_sigmoid %{{.*}} {alpha = 2.000000e-01 : f64, beta = 1.000000e+00 : f64} : tensor<1x4x3x3xf32>
  %6 = nn.hard_sigmoid %5 {alpha = 0.2 : f64, beta = 1.0 : f64} : tensor<1x4x3x3xf32>
  // CHECK: nn.silu %{{.*}} : tensor<1x4x3x3xf32>
  %7 = nn.silu %6 : tensor<1x4x3x3xf32>
  // CHECK: nn.hard_swish %{{.*}} : tensor<1x4x3x3xf32>
  %8 = nn.hard_swish %7 : tensor<1x4x3x3xf32>
  // CHECK: nn.clip %{{.*}} {max = 2.500000e+00 : f64, min = -1.000000e+00 : f64} : tensor<1x4x3x3xf32>
  %9 = nn.clip %8 {min = -1.0 : f64, max = 2.5 : f64} : tensor<1x4x3x3xf32>
  // CHECK: nn.scale_shift %{{.*}} {shift = -5.000000e-01 : f64} : tensor<1x4x3x3xf32>
  %10 = nn.scale_shift %9 {shift = -0.5 : f64} : tensor<1x4x3x3xf32>
  // CHECK: nn.scale_shift %{{.*}} {scale = 2.000000e+00 : f64} : tensor<1x4x3x3xf32>
  %11 = nn.scale_shift %10 {scale = 2.0 : f64} : tensor<1x4x3x3xf32>
  return %11 : tensor<1x4x3x3xf32>
}

// An activation stands behind a linear layer too.
// CHECK-LABEL: func @activation_of_a_matrix
func.func @activation_of_a_matrix(%x: tensor<1x10xf32>) -> tensor<1x10xf32> {
  // CHECK: nn.relu %{{.*}} : tensor<1x10xf32>
  %0 = nn.relu %x : tensor<1x10xf32>
  return %0 : tensor<1x10xf32>
}

// CHECK-LABEL: func @add
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[Y:.*]]: tensor<1x4x3x3xf32>)
func.func @add(%x: tensor<1x4x3x3xf32>, %y: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.add %[[X]], %[[Y]] : tensor<1x4x3x3xf32>
  %0 = nn.add %x, %y : tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @mul
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[G:.*]]: tensor<1x4x1x1xf32>)
func.func @mul(%x: tensor<1x4x3x3xf32>, %gate: tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.mul %[[X]], %[[G]] : (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  %0 = nn.mul %x, %gate : (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.mul %[[X]], %{{.*}} : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %1 = nn.mul %x, %0 : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @res_block_with_identity
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>)
func.func @res_block_with_identity(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK:      nn.res_block %[[X]] : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> main {
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x3x3xf32>):
  // CHECK-NEXT:   %[[MAIN:.*]] = nn.silu %[[IN]]
  // CHECK-NEXT:   nn.yield %[[MAIN]] : tensor<1x4x3x3xf32>
  // CHECK-NEXT: } then <relu>
  %0 = nn.res_block %x : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> main {
  ^bb0(%in: tensor<1x4x3x3xf32>):
    %1 = nn.silu %in : tensor<1x4x3x3xf32>
    nn.yield %1 : tensor<1x4x3x3xf32>
  } then #nn.activation<relu>
  return %0 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @res_block_with_projection
func.func @res_block_with_projection(%x: tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32> {
  // CHECK:      } shortcut {
  // CHECK-NEXT: ^bb0(%[[IN:.*]]: tensor<1x4x4x4xf32>):
  // CHECK-NEXT:   nn.avg_pool %[[IN]]
  // CHECK-NEXT:   nn.yield
  // CHECK-NEXT: } then <identity>
  %0 = nn.res_block %x : (tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32> main {
  ^bb0(%in: tensor<1x4x4x4xf32>):
    %1 = nn.max_pool %in {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32>
    nn.yield %1 : tensor<1x4x2x2xf32>
  } shortcut {
  ^bb0(%in: tensor<1x4x4x4xf32>):
    %1 = nn.avg_pool %in {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x4x4x4xf32>) -> tensor<1x4x2x2xf32>
    nn.yield %1 : tensor<1x4x2x2xf32>
  } then <identity>
  return %0 : tensor<1x4x2x2xf32>
}

// Linear weights or 1x1 filters, any biases, any gate.
// CHECK-LABEL: func @squeeze_excite
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[R:.*]]: tensor<2x4xf32>, %[[E:.*]]: tensor<4x2xf32>, %[[RB:.*]]: tensor<2xf32>, %[[EB:.*]]: tensor<4xf32>)
func.func @squeeze_excite(%x: tensor<1x4x3x3xf32>, %r: tensor<2x4xf32>, %e: tensor<4x2xf32>, %rb: tensor<2xf32>, %eb: tensor<4xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.squeeze_excite %[[X]] reduce %[[R]] expand %[[E]] {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x3x3xf32>, tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.squeeze_excite %{{.*}} reduce %[[R]] bias %[[RB]] expand %[[E]] bias %[[EB]]
  %1 = nn.squeeze_excite %0 reduce %r bias %rb expand %e bias %eb {activation = #nn.activation<silu>, gate = #nn.activation<hard_sigmoid, alpha = 0.2, beta = 0.5>}
    : (tensor<1x4x3x3xf32>, tensor<2x4xf32>, tensor<2xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.squeeze_excite %{{.*}} reduce %[[R]] expand %[[E]] bias %[[EB]]
  %2 = nn.squeeze_excite %1 reduce %r expand %e bias %eb {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x3x3xf32>, tensor<2x4xf32>, tensor<4x2xf32>, tensor<4xf32>) -> tensor<1x4x3x3xf32>
  return %2 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @squeeze_excite_with_filters
func.func @squeeze_excite_with_filters(%x: tensor<1x4x3x3xf32>, %r: tensor<2x4x1x1xf32>, %e: tensor<4x2x1x1xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.squeeze_excite {{.*}} (tensor<1x4x3x3xf32>, tensor<2x4x1x1xf32>, tensor<4x2x1x1xf32>) -> tensor<1x4x3x3xf32>
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x3x3xf32>, tensor<2x4x1x1xf32>, tensor<4x2x1x1xf32>) -> tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

//===----------------------------------------------------------------------===//
// Fused
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func @fused_conv2d
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>, %[[B:.*]]: tensor<4xf32>)
func.func @fused_conv2d(%x: tensor<1x4x3x3xf32>, %w: tensor<4x4x1x1xf32>, %b: tensor<4xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK: %[[PLAIN:.*]], %{{.*}} = nn.fused_conv2d %[[X]], %[[W]] {activation = #nn.activation<identity>} : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>)
  %0:2 = nn.fused_conv2d %x, %w {activation = #nn.activation<identity>}
    : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>)
  // CHECK: nn.fused_conv2d %[[PLAIN]], %[[W]] residual %[[X]] {activation = #nn.activation<relu>}
  %1:2 = nn.fused_conv2d %0#0, %w residual %x {activation = #nn.activation<relu>}
    : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>, tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>)
  // CHECK: nn.fused_conv2d %{{.*}}, %[[W]] bias %[[B]] residual %[[X]] {activation = #nn.activation<leaky_relu, alpha = 1.000000e-01>, padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>}
  %2:2 = nn.fused_conv2d %1#0, %w bias %b residual %x {activation = #nn.activation<leaky_relu, alpha = 0.1>, strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>}
    : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>, tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>)
  return %2#1 : tensor<1x4x1x1xf32>
}

// CHECK-LABEL: func @fused_conv2d_scale
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[W:.*]]: tensor<4x4x1x1xf32>, %[[B:.*]]: tensor<4xf32>, %[[S:.*]]: tensor<1x4x1x1xf32>)
func.func @fused_conv2d_scale(%x: tensor<1x4x3x3xf32>, %w: tensor<4x4x1x1xf32>, %b: tensor<4xf32>, %s: tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.fused_conv2d %[[X]], %[[W]] bias %[[B]] scale %[[S]] residual %[[X]] {activation = #nn.activation<relu>}
  %0:2 = nn.fused_conv2d %x, %w bias %b scale %s residual %x {activation = #nn.activation<relu>}
    : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>, tensor<4xf32>, tensor<1x4x1x1xf32>, tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>)
  return %0#0 : tensor<1x4x3x3xf32>
}

// A gate of other means than those of the map that it is for.
// CHECK-LABEL: func @hoisted_se_gate
func.func @hoisted_se_gate(%m: tensor<2x4x1x1xf32>, %r: tensor<2x4xf32>, %e: tensor<16x2xf32>) -> tensor<2x16x1x1xf32> {
  // CHECK: nn.se_gate {{.*}} : (tensor<2x4x1x1xf32>, tensor<2x4xf32>, tensor<16x2xf32>) -> tensor<2x16x1x1xf32>
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<2x4x1x1xf32>, tensor<2x4xf32>, tensor<16x2xf32>) -> tensor<2x16x1x1xf32>
  return %0 : tensor<2x16x1x1xf32>
}

// CHECK-LABEL: func @se_gate
// CHECK-SAME: (%[[M:.*]]: tensor<2x4x1x1xf32>, %[[R:.*]]: tensor<2x4xf32>, %[[E:.*]]: tensor<4x2x1x1xf32>, %[[RB:.*]]: tensor<2xf32>)
func.func @se_gate(%m: tensor<2x4x1x1xf32>, %r: tensor<2x4xf32>, %e: tensor<4x2x1x1xf32>, %rb: tensor<2xf32>) -> tensor<2x4x1x1xf32> {
  // CHECK: nn.se_gate %[[M]] reduce %[[R]] expand %[[E]] {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<2x4x1x1xf32>, tensor<2x4xf32>, tensor<4x2x1x1xf32>) -> tensor<2x4x1x1xf32>
  // CHECK: nn.se_gate %{{.*}} reduce %[[R]] bias %[[RB]] expand %[[E]]
  %1 = nn.se_gate %0 reduce %r bias %rb expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<2x4x1x1xf32>, tensor<2x4xf32>, tensor<2xf32>, tensor<4x2x1x1xf32>) -> tensor<2x4x1x1xf32>
  return %1 : tensor<2x4x1x1xf32>
}

// CHECK-LABEL: func @scale_add
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x3x3xf32>, %[[S:.*]]: tensor<1x4x1x1xf32>)
func.func @scale_add(%x: tensor<1x4x3x3xf32>, %s: tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.scale_add %[[X]] {activation = #nn.activation<relu>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %0 = nn.scale_add %x {activation = #nn.activation<relu>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.scale_add %{{.*}} scale %[[S]] {activation
  %1 = nn.scale_add %0 scale %s {activation = #nn.activation<identity>}
    : (tensor<1x4x3x3xf32>, tensor<1x4x1x1xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.scale_add %{{.*}} residual %[[X]] {activation
  %2 = nn.scale_add %1 residual %x {activation = #nn.activation<relu>}
    : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  // CHECK: nn.scale_add %{{.*}} scale %[[X]] residual %[[X]] {activation
  %3 = nn.scale_add %2 scale %x residual %x {activation = #nn.activation<relu>}
    : (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  return %3 : tensor<1x4x3x3xf32>
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

// CHECK-LABEL: func private @activation_attributes
func.func private @activation_attributes() attributes {
  // CHECK-SAME: a0 = #nn.activation<identity>
  a0 = #nn.activation<identity>,
  // CHECK-SAME: a1 = #nn.activation<relu>
  a1 = #nn.activation<relu, alpha = 0.0>,
  // CHECK-SAME: a2 = #nn.activation<relu6>
  a2 = #nn.activation<relu6>,
  // CHECK-SAME: a3 = #nn.activation<leaky_relu, alpha = -0.000000e+00>
  a3 = #nn.activation<leaky_relu, alpha = -0.0>,
  // CHECK-SAME: a4 = #nn.activation<hard_sigmoid, alpha = 0.16666666666666666, beta = 5.000000e-01>
  a4 = #nn.activation<hard_sigmoid, beta = 0.5, alpha = 0.16666666666666666>,
  // CHECK-SAME: a5 = #nn.activation<hard_sigmoid, beta = 5.000000e-01>
  a5 = #nn.activation<hard_sigmoid, beta = 0.5>,
  // CHECK-SAME: a6 = #nn.activation<sigmoid>
  a6 = #nn.activation<sigmoid>,
  // CHECK-SAME: a7 = #nn.activation<silu>
  a7 = #nn.activation<silu>,
  // CHECK-SAME: a8 = #nn.activation<hard_swish>
  a8 = #nn.activation<hard_swish>,
  // CHECK-SAME: a9 = #nn.activation<clip, alpha = -1.000000e+00, beta = 2.500000e+00>
  a9 = #nn.activation<clip, alpha = -1.0, beta = 2.5>
}

// CHECK-LABEL: func private @scale_shift_attribute
// CHECK-SAME: a = #nn.activation<scale_shift, alpha = 2.000000e+00, beta = -5.000000e-01>
func.func private @scale_shift_attribute() attributes {
  a = #nn.activation<scale_shift, alpha = 2.0, beta = -0.5>
}
