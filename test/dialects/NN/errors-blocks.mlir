// Every constraint of blocks and fused operations, broken once. A function is named after the
// constraint it breaks: @conv2d_c3 breaks (C3) of nn.conv2d.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

//===----------------------------------------------------------------------===//
// nn.res_block
//===----------------------------------------------------------------------===//

func.func @res_block_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the main path to take one argument of type 'tensor<1x4x8x8xf32>', got 'tensor<1x4x4x4xf32>'}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x4x4xf32>):
    nn.yield %x : tensor<1x4x8x8xf32>
  } then <relu>
  return
}

// -----

func.func @res_block_c1_count(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the shortcut to take one argument of type 'tensor<1x4x8x8xf32>', got 0 arguments}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    nn.yield %in : tensor<1x4x8x8xf32>
  } shortcut {
    nn.yield %x : tensor<1x4x8x8xf32>
  } then <relu>
  return
}

// -----

func.func @res_block_c2(%x: tensor<1x4x8x8xf32>, %y: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the main path to yield 'tensor<1x4x8x8xf32>'}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    // expected-note @+1 {{yields 'tensor<1x4x4x4xf32>' here}}
    nn.yield %y : tensor<1x4x4x4xf32>
  } then <relu>
  return
}

// -----

func.func @res_block_c2_without_yield(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the main path to yield 'tensor<1x4x8x8xf32>'}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    %1 = nn.relu %in : tensor<1x4x8x8xf32>
  } then <relu>
  return
}

// -----

func.func @res_block_empty_path(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects a non-empty block}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
  } then <relu>
  return
}

// -----

func.func @res_block_without_main_path(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.res_block' op region #0 ('main') failed to verify constraint: region with 1 blocks}}
  %0 = "nn.res_block"(%x) <{activation = #nn.activation<relu>}> ({}, {}) : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @res_block_c3(%x: tensor<1x4x8x8xf32>, %y: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the shortcut to yield 'tensor<1x4x8x8xf32>'}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    nn.yield %in : tensor<1x4x8x8xf32>
  } shortcut {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    // expected-note @+1 {{yields 'tensor<1x4x4x4xf32>' here}}
    nn.yield %y : tensor<1x4x4x4xf32>
  } then <relu>
  return
}

// -----

func.func @res_block_c3_identity(%x: tensor<1x4x8x8xf32>, %y: tensor<1x4x4x4xf32>) {
  // expected-error @+1 {{'nn.res_block' op expects the identity shortcut to keep the type of the input, got 'tensor<1x4x8x8xf32>' and 'tensor<1x4x4x4xf32>'}}
  %0 = nn.res_block %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x4x4xf32> main {
  ^bb0(%in: tensor<1x4x8x8xf32>):
    nn.yield %y : tensor<1x4x4x4xf32>
  } then <relu>
  return
}

// -----

func.func @yield_outside_a_block(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.yield' op expects parent op 'nn.res_block'}}
  nn.yield %x : tensor<1x4x8x8xf32>
}

// -----

//===----------------------------------------------------------------------===//
// nn.squeeze_excite
//===----------------------------------------------------------------------===//

func.func @squeeze_excite_c1(%x: tensor<1x4x8x8xf32>, %r: tensor<2x5xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'reduce' to have 4 columns to match the channels, got 'tensor<2x5xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x8x8xf32>, tensor<2x5xf32>, tensor<4x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @squeeze_excite_c1_scalar(%x: tensor<1x4x8x8xf32>, %r: tensor<f32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'reduce' to have 4 columns to match the channels, got 'tensor<f32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x8x8xf32>, tensor<f32>, tensor<4x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @squeeze_excite_c1_large_filter(%x: tensor<1x4x8x8xf32>, %r: tensor<2x4x3x3xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'reduce' to have 4 columns to match the channels, got 'tensor<2x4x3x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x8x8xf32>, tensor<2x4x3x3xf32>, tensor<4x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @squeeze_excite_c2(%x: tensor<1x4x8x8xf32>, %r: tensor<2x4xf32>, %e: tensor<2x4xf32>) {
  // expected-error @+2 {{expects 'expand' to be 4 x 2, got 'tensor<2x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x8x8xf32>, tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @squeeze_excite_c3(%x: tensor<1x4x8x8xf32>, %r: tensor<2x4xf32>, %b: tensor<4xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'reduce_bias' to have 2 values, got 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.squeeze_excite %x reduce %r bias %b expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x8x8xf32>, tensor<2x4xf32>, tensor<4xf32>, tensor<4x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @squeeze_excite_without_gate(%x: tensor<1x4x8x8xf32>, %r: tensor<2x4xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+1 {{'nn.squeeze_excite' op requires attribute 'gate'}}
  %0 = nn.squeeze_excite %x reduce %r expand %e {activation = #nn.activation<relu>}
    : (tensor<1x4x8x8xf32>, tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Fused operations
//===----------------------------------------------------------------------===//

func.func @fused_conv2d_c1(%x: tensor<1x4x8x8xf32>, %w: tensor<4x5x1x1xf32>) {
  // expected-error @+2 {{expects 'weight' to have 4 input channels, got 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.fused_conv2d %x, %w {activation = #nn.activation<relu>}
    : (tensor<1x4x8x8xf32>, tensor<4x5x1x1xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x1x1xf32>)
  return
}

// -----

func.func @fused_conv2d_c2(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>, %r: tensor<1x4x4x4xf32>) {
  // expected-error @+2 {{expects 'residual' to be 'tensor<1x4x8x8xf32>', got 'tensor<1x4x4x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.fused_conv2d %x, %w residual %r {activation = #nn.activation<relu>}
    : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>, tensor<1x4x4x4xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x1x1xf32>)
  return
}

// -----

func.func @fused_conv2d_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x1x1xf32>) {
  // expected-error @+2 {{expects 'scale' to be 'tensor<1x4x1x1xf32>', got 'tensor<1x4x8x8xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0:2 = nn.fused_conv2d %x, %w scale %x {activation = #nn.activation<relu>}
    : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>, tensor<1x4x8x8xf32>) -> (tensor<1x4x8x8xf32>, tensor<1x4x1x1xf32>)
  return
}

// -----

func.func @se_gate_c1(%m: tensor<1x4x1x1xf32>, %r: tensor<4xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'reduce' to have 4 columns to match the channels, got 'tensor<4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x1x1xf32>, tensor<4xf32>, tensor<4x2xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @se_gate_c2(%m: tensor<1x4x1x1xf32>, %r: tensor<2x4xf32>, %e: tensor<4x3xf32>) {
  // expected-error @+2 {{expects 'expand' to be 4 x 2, got 'tensor<4x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x1x1xf32>, tensor<2x4xf32>, tensor<4x3xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @se_gate_c2_scalar(%m: tensor<1x4x1x1xf32>, %r: tensor<2x4xf32>, %e: tensor<f32>) {
  // expected-error @+2 {{expects 'expand' to be 0 x 2, got 'tensor<f32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x1x1xf32>, tensor<2x4xf32>, tensor<f32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @se_gate_c3(%m: tensor<1x4x1x1xf32>, %r: tensor<2x4xf32>, %e: tensor<4x2xf32>, %b: tensor<2xf32>) {
  // expected-error @+2 {{expects 'expand_bias' to have 4 values, got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.se_gate %m reduce %r expand %e bias %b {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x1x1xf32>, tensor<2x4xf32>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @se_gate_c4(%m: tensor<1x4x2x2xf32>, %r: tensor<2x4xf32>, %e: tensor<4x2xf32>) {
  // expected-error @+2 {{expects 'mean' to be N x C x 1 x 1, got 'tensor<1x4x2x2xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.se_gate %m reduce %r expand %e {activation = #nn.activation<relu>, gate = #nn.activation<sigmoid>}
    : (tensor<1x4x2x2xf32>, tensor<2x4xf32>, tensor<4x2xf32>) -> tensor<1x4x2x2xf32>
  return
}

// -----

func.func @scale_add_c1(%x: tensor<1x4x8x8xf32>, %s: tensor<1x5x1x1xf32>) {
  // expected-error @+2 {{expects 'scale' to have the shape of the input 'tensor<1x4x8x8xf32>' or of its channel means, got 'tensor<1x5x1x1xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.scale_add %x scale %s {activation = #nn.activation<relu>} : (tensor<1x4x8x8xf32>, tensor<1x5x1x1xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @scale_add_c2(%x: tensor<1x4x8x8xf32>, %r: tensor<1x4x4x4xf32>) {
  // expected-error @+2 {{expects 'residual' to be 'tensor<1x4x8x8xf32>', got 'tensor<1x4x4x4xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.scale_add %x residual %r {activation = #nn.activation<relu>} : (tensor<1x4x8x8xf32>, tensor<1x4x4x4xf32>) -> tensor<1x4x8x8xf32>
  return
}
