// What folds, and beside it what must not.
// RUN: sinter-opt %s --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func @relu_of_relu
func.func @relu_of_relu(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = nn.relu
  // CHECK-NEXT: return %[[R]]
  %0 = nn.relu %x : tensor<1x4x3x3xf32>
  %1 = nn.relu %0 : tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @relu6_of_relu6
func.func @relu6_of_relu6(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = nn.relu6
  // CHECK-NEXT: return %[[R]]
  %0 = nn.relu6 %x : tensor<1x4x3x3xf32>
  %1 = nn.relu6 %0 : tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// A leaky slope is taken twice.
// CHECK-LABEL: func @keeps_leaky_relu_of_leaky_relu
func.func @keeps_leaky_relu_of_leaky_relu(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-COUNT-2: nn.leaky_relu
  %0 = nn.leaky_relu %x : tensor<1x4x3x3xf32>
  %1 = nn.leaky_relu %0 : tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @clip_to_six_is_relu6
func.func @clip_to_six_is_relu6(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = nn.relu6
  // CHECK-NEXT: return %[[R]]
  %0 = nn.clip %x {min = 0.0 : f64, max = 6.0 : f64} : tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// The outer interval holds the inner one.
// CHECK-LABEL: func @clip_of_clip
func.func @clip_of_clip(%x: tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) {
  // CHECK-NEXT: %[[C:.*]] = nn.clip %{{.*}} {max = 1.000000e+00 : f64, min = -1.000000e+00 : f64}
  // CHECK-NEXT: %[[R:.*]] = nn.relu6
  // CHECK-NEXT: return %[[C]], %[[C]], %[[R]]
  %0 = nn.clip %x {min = -1.0 : f64, max = 1.0 : f64} : tensor<1x4x3x3xf32>
  %1 = nn.clip %0 {min = -1.0 : f64, max = 1.0 : f64} : tensor<1x4x3x3xf32>
  %2 = nn.clip %0 {min = -2.0 : f64, max = 1.5 : f64} : tensor<1x4x3x3xf32>
  %3 = nn.relu6 %x : tensor<1x4x3x3xf32>
  %4 = nn.clip %3 {min = -1.0 : f64, max = 6.0 : f64} : tensor<1x4x3x3xf32>
  return %1, %2, %4 : tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @keeps_clip_of_a_wider_clip
func.func @keeps_clip_of_a_wider_clip(%x: tensor<1x4x3x3xf32>) -> (tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>) {
  // CHECK-COUNT-2: nn.clip
  // CHECK: nn.relu6
  // CHECK-NEXT: nn.clip
  %0 = nn.clip %x {min = -1.0 : f64, max = 1.0 : f64} : tensor<1x4x3x3xf32>
  %1 = nn.clip %0 {min = 0.0 : f64, max = 1.0 : f64} : tensor<1x4x3x3xf32>
  %2 = nn.relu6 %x : tensor<1x4x3x3xf32>
  %3 = nn.clip %2 {min = 0.0 : f64, max = 5.0 : f64} : tensor<1x4x3x3xf32>
  return %1, %3 : tensor<1x4x3x3xf32>, tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @scale_shift_by_nothing
// CHECK-SAME: (%[[X:.*]]: tensor
func.func @scale_shift_by_nothing(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = nn.scale_shift %x : tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @keeps_scale_shift
func.func @keeps_scale_shift(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-COUNT-2: nn.scale_shift
  %0 = nn.scale_shift %x {scale = 2.0 : f64} : tensor<1x4x3x3xf32>
  %1 = nn.scale_shift %0 {shift = 1.0 : f64} : tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @flatten_and_unflatten
// CHECK-SAME: (%[[M:.*]]: tensor<2x4xf32>, %[[X:.*]]: tensor<2x4x1x1xf32>)
func.func @flatten_and_unflatten(%m: tensor<2x4xf32>, %x: tensor<2x4x1x1xf32>) -> (tensor<2x4xf32>, tensor<2x4x1x1xf32>) {
  // CHECK-NEXT: return %[[M]], %[[X]]
  %0 = nn.unflatten %m : (tensor<2x4xf32>) -> tensor<2x4x1x1xf32>
  %1 = nn.flatten %0 : (tensor<2x4x1x1xf32>) -> tensor<2x4xf32>
  %2 = nn.flatten %x : (tensor<2x4x1x1xf32>) -> tensor<2x4xf32>
  %3 = nn.unflatten %2 : (tensor<2x4xf32>) -> tensor<2x4x1x1xf32>
  return %1, %3 : tensor<2x4xf32>, tensor<2x4x1x1xf32>
}

// CHECK-LABEL: func @keeps_unflatten_of_many_pixels
func.func @keeps_unflatten_of_many_pixels(%x: tensor<1x4x2x2xf32>) -> tensor<1x16x1x1xf32> {
  // CHECK-NEXT: nn.flatten
  // CHECK-NEXT: nn.unflatten
  %0 = nn.flatten %x : (tensor<1x4x2x2xf32>) -> tensor<1x16xf32>
  %1 = nn.unflatten %0 : (tensor<1x16xf32>) -> tensor<1x16x1x1xf32>
  return %1 : tensor<1x16x1x1xf32>
}

// CHECK-LABEL: func @concat_of_concat
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x3x3xf32>, %[[Y:.*]]: tensor<1x2x3x3xf32>)
func.func @concat_of_concat(%x: tensor<1x1x3x3xf32>, %y: tensor<1x2x3x3xf32>) -> tensor<1x6x3x3xf32> {
  // CHECK-NEXT: %[[R:.*]] = nn.concat %[[X]], %[[X]], %[[Y]], %[[Y]] :
  // CHECK-NEXT: return %[[R]]
  %0 = nn.concat %x, %y : (tensor<1x1x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x3x3x3xf32>
  %1 = nn.concat %x, %0, %y : (tensor<1x1x3x3xf32>, tensor<1x3x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x6x3x3xf32>
  return %1 : tensor<1x6x3x3xf32>
}

// What somebody else reads is computed in any case.
// CHECK-LABEL: func @keeps_concat_of_a_shared_concat
func.func @keeps_concat_of_a_shared_concat(%x: tensor<1x1x3x3xf32>) -> (tensor<1x2x3x3xf32>, tensor<1x3x3x3xf32>) {
  // CHECK-COUNT-2: nn.concat
  %0 = nn.concat %x, %x : (tensor<1x1x3x3xf32>, tensor<1x1x3x3xf32>) -> tensor<1x2x3x3xf32>
  %1 = nn.concat %x, %0 : (tensor<1x1x3x3xf32>, tensor<1x2x3x3xf32>) -> tensor<1x3x3x3xf32>
  return %0, %1 : tensor<1x2x3x3xf32>, tensor<1x3x3x3xf32>
}

// CHECK-LABEL: func @pad_channels_by_nothing
// CHECK-SAME: (%[[X:.*]]: tensor
func.func @pad_channels_by_nothing(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = nn.pad_channels %x {before = 0, after = 0} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  return %0 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @keeps_pad_channels_on_one_side
func.func @keeps_pad_channels_on_one_side(%x: tensor<1x4x3x3xf32>) -> (tensor<1x6x3x3xf32>, tensor<1x6x3x3xf32>) {
  // CHECK-COUNT-2: nn.pad_channels
  %0 = nn.pad_channels %x {before = 0, after = 2} : (tensor<1x4x3x3xf32>) -> tensor<1x6x3x3xf32>
  %1 = nn.pad_channels %x {before = 2, after = 0} : (tensor<1x4x3x3xf32>) -> tensor<1x6x3x3xf32>
  return %0, %1 : tensor<1x6x3x3xf32>, tensor<1x6x3x3xf32>
}

// CHECK-LABEL: func @pool_of_one_pixel_at_stride_one
// CHECK-SAME: (%[[X:.*]]: tensor
func.func @pool_of_one_pixel_at_stride_one(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = nn.max_pool %x {kernel = array<i64: 1, 1>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 1, 1>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
  return %1 : tensor<1x4x3x3xf32>
}

// CHECK-LABEL: func @keeps_pool_that_subsamples
func.func @keeps_pool_that_subsamples(%x: tensor<1x4x3x3xf32>) -> (tensor<1x4x2x2xf32>, tensor<1x4x3x2xf32>) {
  // CHECK-NEXT: nn.avg_pool
  // CHECK-NEXT: nn.max_pool
  %0 = nn.avg_pool %x {kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x2x2xf32>
  %1 = nn.max_pool %x {kernel = array<i64: 1, 2>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x2xf32>
  return %0, %1 : tensor<1x4x2x2xf32>, tensor<1x4x3x2xf32>
}

// CHECK-LABEL: func @global_avg_pool_of_one_pixel
// CHECK-SAME: (%[[X:.*]]: tensor
func.func @global_avg_pool_of_one_pixel(%x: tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK-NEXT: return %[[X]]
  %0 = nn.global_avg_pool %x : (tensor<1x4x1x1xf32>) -> tensor<1x4x1x1xf32>
  return %0 : tensor<1x4x1x1xf32>
}

// CHECK-LABEL: func @keeps_global_avg_pool_of_two_pixels
func.func @keeps_global_avg_pool_of_two_pixels(%x: tensor<1x4x1x2xf32>) -> tensor<1x4x1x1xf32> {
  // CHECK-NEXT: nn.global_avg_pool
  %0 = nn.global_avg_pool %x : (tensor<1x4x1x2xf32>) -> tensor<1x4x1x1xf32>
  return %0 : tensor<1x4x1x1xf32>
}

// Nothing in the dialect has an effect: a block whose result is unused goes, with its weights.
// CHECK-LABEL: func @erases_an_unused_block
func.func @erases_an_unused_block(%x: tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK-NEXT: return
  %0 = nn.res_block %x : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> main {
  ^bb0(%in: tensor<1x4x3x3xf32>):
    %w = nn.parameter "conv.weight" : tensor<4x4x1x1xf32>
    %1 = nn.conv2d %in, %w : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32>
    nn.yield %1 : tensor<1x4x3x3xf32>
  } then <relu>
  return %x : tensor<1x4x3x3xf32>
}

// What a shortcut of one pixel at stride 1 and no new channels leaves.
// CHECK-LABEL: func @shortcut_that_hands_its_input_on
func.func @shortcut_that_hands_its_input_on(%x: tensor<1x4x3x3xf32>, %w: tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32> {
  // CHECK: nn.yield
  // CHECK-NOT: shortcut
  // CHECK: } then <relu>
  %0 = nn.res_block %x : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32> main {
  ^bb0(%in: tensor<1x4x3x3xf32>):
    %1 = nn.conv2d %in, %w : (tensor<1x4x3x3xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x3x3xf32>
    nn.yield %1 : tensor<1x4x3x3xf32>
  } shortcut {
  ^bb0(%in: tensor<1x4x3x3xf32>):
    %1 = nn.avg_pool %in {kernel = array<i64: 1, 1>} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
    %2 = nn.pad_channels %1 {before = 0, after = 0} : (tensor<1x4x3x3xf32>) -> tensor<1x4x3x3xf32>
    nn.yield %2 : tensor<1x4x3x3xf32>
  } then #nn.activation<relu>
  return %0 : tensor<1x4x3x3xf32>
}

// A key that is used twice is one tensor.
// CHECK-LABEL: func @merges_parameters_of_one_key
func.func @merges_parameters_of_one_key() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  // CHECK-NEXT: %[[A:.*]] = nn.parameter "a"
  // CHECK-NEXT: %[[B:.*]] = nn.parameter "b"
  // CHECK-NEXT: return %[[A]], %[[A]], %[[B]]
  %0 = nn.parameter "a" : tensor<4xf32>
  %1 = nn.parameter "a" : tensor<4xf32>
  %2 = nn.parameter "b" : tensor<4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
