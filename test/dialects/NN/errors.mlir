// Every constraint of types, attributes and layers, broken once. A function is named after the
// constraint it breaks: @conv2d_c3 breaks (C3) of nn.conv2d.
// RUN: sinter-opt %s --verify-diagnostics --split-input-file -o /dev/null

//===----------------------------------------------------------------------===//
// Types: static, f32, of the right rank, neither empty nor beyond 2^31 - 1 elements
//===----------------------------------------------------------------------===//

func.func @dynamic_batch(%x: tensor<?x4x3x3xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 tensor of 1 to 2147483647 elements, but got 'tensor<?x4x3x3xf32>'}}
  %0 = nn.relu %x : tensor<?x4x3x3xf32>
  return
}

// -----

func.func @half_precision(%x: tensor<1x4x3x3xf16>) {
  // expected-error @+1 {{operand #0 must be static f32 tensor of 1 to 2147483647 elements, but got 'tensor<1x4x3x3xf16>'}}
  %0 = nn.relu %x : tensor<1x4x3x3xf16>
  return
}

// -----

func.func @empty_tensor(%x: tensor<1x4x0x3xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 tensor of 1 to 2147483647 elements, but got 'tensor<1x4x0x3xf32>'}}
  %0 = nn.relu %x : tensor<1x4x0x3xf32>
  return
}

// -----

func.func @too_many_elements(%x: tensor<2x32768x32768x1xf32>) {
  // expected-error @+1 {{operand #0 must be static NCHW f32 tensor of 1 to 2147483647 elements, but got 'tensor<2x32768x32768x1xf32>'}}
  %0 = nn.global_avg_pool %x : (tensor<2x32768x32768x1xf32>) -> tensor<2x32768x1x1xf32>
  return
}

// -----

func.func @element_count_overflows() {
  // expected-error @+1 {{result #0 must be static f32 tensor of 1 to 2147483647 elements}}
  %0 = nn.parameter "w" : tensor<4294967296x4294967296x4294967296xf32>
  return
}

// -----

func.func @most_elements() {
  %0 = nn.parameter "w" : tensor<2147483647xf32>
  return
}

// -----

func.func @wrong_rank(%x: tensor<4x3x3xf32>) {
  // expected-error @+1 {{operand #0 must be static NCHW f32 tensor}}
  %0 = nn.global_avg_pool %x : (tensor<4x3x3xf32>) -> tensor<4x1x1xf32>
  return
}

// -----

func.func @wrong_filter_rank(%x: tensor<1x4x3x3xf32>, %w: tensor<4x4xf32>) {
  // expected-error @+1 {{operand #1 must be static KCRS f32 filter}}
  %0 = nn.conv2d %x, %w : (tensor<1x4x3x3xf32>, tensor<4x4xf32>) -> tensor<1x4x3x3xf32>
  return
}

// -----

func.func @wrong_matrix_rank(%x: tensor<1x4x1x1xf32>, %w: tensor<4x4xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 matrix}}
  %0 = nn.linear %x, %w : (tensor<1x4x1x1xf32>, tensor<4x4xf32>) -> tensor<1x4xf32>
  return
}

// -----

func.func @wrong_vector_rank(%g: tensor<4x1xf32>, %v: tensor<4xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 vector}}
  %0 = nn.folded_scale %g, %v {epsilon = 0.0 : f64} : (tensor<4x1xf32>, tensor<4xf32>) -> tensor<4x1xf32>
  return
}

// -----

func.func @wrong_result(%x: tensor<1x4x3x3xf32>) {
  // expected-error @+2 {{failed to infer returned types}}
  // expected-error @+1 {{'nn.flatten' op inferred type(s) 'tensor<1x36xf32>' are incompatible with return type(s) of operation 'tensor<1x35xf32>'}}
  %0 = nn.flatten %x : (tensor<1x4x3x3xf32>) -> tensor<1x35xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// #nn.activation
//===----------------------------------------------------------------------===//

// expected-error @+1 {{expects an activation function, got 'gelu'}}
func.func private @activation_unknown() attributes {a = #nn.activation<gelu>}

// -----

// expected-error @+1 {{expects 'alpha' and 'beta' at most once each, got 'gamma'}}
func.func private @activation_unknown_parameter() attributes {a = #nn.activation<leaky_relu, gamma = 0.1>}

// -----

// expected-error @+1 {{expects 'alpha' and 'beta' at most once each, got 'alpha'}}
func.func private @activation_parameter_twice() attributes {a = #nn.activation<leaky_relu, alpha = 0.1, alpha = 0.2>}

// -----

// expected-error @+1 {{expects no 'alpha' for relu}}
func.func private @activation_without_alpha() attributes {a = #nn.activation<relu, alpha = 0.1>}

// -----

// expected-error @+1 {{expects no 'beta' for leaky_relu}}
func.func private @activation_without_beta() attributes {a = #nn.activation<leaky_relu, alpha = 0.1, beta = 0.5>}

// -----

// expected-error @+1 {{expects the parameters of an activation function to be finite in f32}}
func.func private @activation_infinite() attributes {a = #nn.activation<leaky_relu, alpha = 1.0e999>}

// -----

// expected-error @+1 {{expects the parameters of an activation function to be finite in f32}}
func.func private @activation_infinite_in_f32() attributes {a = #nn.activation<scale_shift, beta = 3.5e38>}

// -----

// expected-error @+1 {{expects 'alpha' of clip to be at most 'beta', got 1.000000e+00 and 0.000000e+00}}
func.func private @activation_empty_clip() attributes {a = #nn.activation<clip, alpha = 1.0>}

// -----

//===----------------------------------------------------------------------===//
// Parameters
//===----------------------------------------------------------------------===//

func.func @parameter_c1() {
  // expected-error @+1 {{'nn.parameter' op expects a state-dict key, got an empty string}}
  %0 = nn.parameter "" : tensor<4xf32>
  return
}

// -----

func.func @folded_weight_c1(%w: tensor<8x3x1x1xf32>, %g: tensor<8xf32>, %v: tensor<3xf32>) {
  // expected-error @+2 {{expects 'running_var' to have 8 values, got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_weight %w, %g, %v {epsilon = 0.0 : f64} : (tensor<8x3x1x1xf32>, tensor<8xf32>, tensor<3xf32>) -> tensor<8x3x1x1xf32>
  return
}

// -----

func.func @folded_weight_c1_gamma(%w: tensor<8x3x1x1xf32>, %v: tensor<3xf32>) {
  // expected-error @+2 {{expects 'gamma' to have 8 values, got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_weight %w, %v, %v {epsilon = 0.0 : f64} : (tensor<8x3x1x1xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<8x3x1x1xf32>
  return
}

// -----

func.func @folded_weight_c2(%w: tensor<8x3x1x1xf32>, %v: tensor<8xf32>) {
  // expected-error @+2 {{expects 'epsilon' to be finite and at least 0, got -1.000000e+00}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_weight %w, %v, %v {epsilon = -1.0 : f64} : (tensor<8x3x1x1xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8x3x1x1xf32>
  return
}

// -----

func.func @folded_bias_c1(%v: tensor<8xf32>, %b: tensor<7xf32>) {
  // expected-error @+2 {{expects 'bias' to have 8 values, got 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_bias %v, %v, %v, %v bias %b {epsilon = 0.0 : f64}
    : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<7xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @folded_bias_c2(%v: tensor<8xf32>) {
  // expected-error @+2 {{expects 'epsilon' to be finite and at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_bias %v, %v, %v, %v {epsilon = 0x7FF8000000000000 : f64}
    : (tensor<8xf32>, tensor<8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @composed_weight_c1(%r: tensor<2x8xf32>, %w: tensor<8x4x3x3xf32>) {
  // expected-error @+2 {{expects 'inner' to be the filter of a 1x1 convolution, got 'tensor<8x4x3x3xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.composed_weight %r, %w : (tensor<2x8xf32>, tensor<8x4x3x3xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @composed_weight_c2(%r: tensor<2x7xf32>, %w: tensor<8x4x1x1xf32>) {
  // expected-error @+2 {{expects 'outer' to have 8 columns to match the channels, got 'tensor<2x7xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.composed_weight %r, %w : (tensor<2x7xf32>, tensor<8x4x1x1xf32>) -> tensor<2x4xf32>
  return
}

// -----

func.func @composed_bias_c1(%r: tensor<2x7xf32>, %b: tensor<8xf32>) {
  // expected-error @+2 {{expects 'outer' to have 8 columns to match 'inner_bias', got 'tensor<2x7xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.composed_bias %r, %b : (tensor<2x7xf32>, tensor<8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @composed_bias_c2(%r: tensor<2x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+2 {{expects 'bias' to have 2 values, got 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.composed_bias %r, %b bias %b : (tensor<2x8xf32>, tensor<8xf32>, tensor<8xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @folded_scale_c1(%g: tensor<8xf32>, %v: tensor<7xf32>) {
  // expected-error @+2 {{expects 'running_var' to have 8 values, got 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_scale %g, %v {epsilon = 0.0 : f64} : (tensor<8xf32>, tensor<7xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @folded_scale_c2(%v: tensor<8xf32>) {
  // expected-error @+2 {{expects 'epsilon' to be finite and at least 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.folded_scale %v, %v {epsilon = 0x7FF0000000000000 : f64} : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// nn.conv2d
//===----------------------------------------------------------------------===//

func.func @conv2d_c1_count(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects 'strides' to have 2 entries, got 3}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {strides = array<i64: 1, 1, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c1_zero_stride(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects entries of 'strides' to be 1 to 32767, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {strides = array<i64: 1, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c1_negative_padding(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects entries of 'padding' to be 0 to 32767, got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {padding = array<i64: 0, 0, -1, 0>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c1_huge_dilation(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects entries of 'dilations' to be 1 to 32767, got 9223372036854775807}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {dilations = array<i64: 9223372036854775807, 1>} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c2(%x: tensor<1x4x8x8xf32>, %w: tensor<6x1x3x3xf32>) {
  // expected-error @+2 {{expects 'groups' to divide the input channels 4 and the output channels 6, got 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {groups = 4} : (tensor<1x4x8x8xf32>, tensor<6x1x3x3xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv2d_c2_zero(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects 'groups' to divide the input channels 4 and the output channels 4, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {groups = 0} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c2_negative(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects 'groups' to divide the input channels 4 and the output channels 4, got -1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {groups = -1} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c3(%x: tensor<1x4x8x8xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects 'weight' to have 2 input channels, got 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {groups = 2} : (tensor<1x4x8x8xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv2d_c4(%x: tensor<1x4x8x3xf32>, %w: tensor<4x4x3x3xf32>) {
  // expected-error @+2 {{expects the kernel to fit into the padded input, got a kernel of 5 on a width of 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {dilations = array<i64: 1, 2>, padding = array<i64: 0, 1, 0, 0>} : (tensor<1x4x8x3xf32>, tensor<4x4x3x3xf32>) -> tensor<1x4x6x6xf32>
  return
}

// -----

// The product of the largest dilation and the largest kernel stays within 64 bits.
func.func @conv2d_c4_large(%x: tensor<1x1x1x1xf32>, %w: tensor<1x1x2147483647x1xf32>) {
  // expected-error @+2 {{got a kernel of 70366596628483 on a height of 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {dilations = array<i64: 32767, 1>} : (tensor<1x1x1x1xf32>, tensor<1x1x2147483647x1xf32>) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @conv2d_c4_padded(%x: tensor<1x1x8x8xf32>, %w: tensor<1x1x1x1xf32>) {
  // expected-error @+2 {{expects the padded input to have 1 to 2147483647 elements, got 'tensor<1x1x65542x65542xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w {padding = array<i64: 32767, 32767, 32767, 32767>, strides = array<i64: 32767, 32767>} : (tensor<1x1x8x8xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x3x3xf32>
  return
}

// -----

func.func @conv2d_c5(%x: tensor<1x4x8x8xf32>, %w: tensor<6x4x3x3xf32>, %b: tensor<4xf32>) {
  // expected-error @+2 {{expects 'bias' to have 6 values, got 4}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w bias %b : (tensor<1x4x8x8xf32>, tensor<6x4x3x3xf32>, tensor<4xf32>) -> tensor<1x6x6x6xf32>
  return
}

// -----

func.func @conv2d_result_too_large(%x: tensor<1x1x32768x32768xf32>, %w: tensor<4x1x1x1xf32>) {
  // expected-error @+2 {{expects the result to have 1 to 2147483647 elements, got 'tensor<1x4x32768x32768xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.conv2d %x, %w : (tensor<1x1x32768x32768xf32>, tensor<4x1x1x1xf32>) -> tensor<1x1x8x8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Normalization, pooling, linear, channels
//===----------------------------------------------------------------------===//

func.func @batch_norm_c1(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>, %w: tensor<5xf32>) {
  // expected-error @+2 {{expects 'running_mean' to have 4 values, got 5}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.batch_norm %x, %v, %v, %w, %v {epsilon = 0.0 : f64}
    : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<5xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @batch_norm_c2(%x: tensor<1x4x8x8xf32>, %v: tensor<4xf32>) {
  // expected-error @+2 {{expects 'epsilon' to be finite and at least 0, got -1.000000e-05}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.batch_norm %x, %v, %v, %v, %v {epsilon = -1.0e-5 : f64}
    : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @max_pool_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects entries of 'kernel' to be 1 to 32767, got 0}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool %x {kernel = array<i64: 0, 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @max_pool_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects 'padding' to be less than the kernel of 2, got 2}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool %x {kernel = array<i64: 2, 2>, padding = array<i64: 0, 0, 2, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @max_pool_c3(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects the kernel to fit into the padded input, got a kernel of 11 on a height of 10}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.max_pool %x {kernel = array<i64: 11, 2>, padding = array<i64: 1, 1, 1, 1>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @avg_pool_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects 'kernel' to have 2 entries, got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.avg_pool %x {kernel = array<i64: 2>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x7xf32>
  return
}

// -----

func.func @avg_pool_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects 'padding' to be less than the kernel of 1, got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.avg_pool %x {kernel = array<i64: 2, 1>, padding = array<i64: 0, 1, 0, 0>} : (tensor<1x4x8x8xf32>) -> tensor<1x4x7x8xf32>
  return
}

// -----

func.func @avg_pool_c3(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects the kernel to fit into the padded input, got a kernel of 9 on a width of 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.avg_pool %x {kernel = array<i64: 8, 9>, ceil_mode = true} : (tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @linear_c1(%x: tensor<1x8xf32>, %w: tensor<5x7xf32>) {
  // expected-error @+2 {{expects 'weight' to have 8 columns, got 7}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.linear %x, %w : (tensor<1x8xf32>, tensor<5x7xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<1x8xf32>, %w: tensor<5x8xf32>, %b: tensor<8xf32>) {
  // expected-error @+2 {{expects 'bias' to have 5 values, got 8}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.linear %x, %w bias %b : (tensor<1x8xf32>, tensor<5x8xf32>, tensor<8xf32>) -> tensor<1x5xf32>
  return
}

// -----

func.func @linear_result_too_large(%x: tensor<65536x1xf32>, %w: tensor<65536x1xf32>) {
  // expected-error @+1 {{result #0 must be static f32 matrix of 1 to 2147483647 elements, but got 'tensor<65536x65536xf32>'}}
  %0 = nn.linear %x, %w : (tensor<65536x1xf32>, tensor<65536x1xf32>) -> tensor<65536x65536xf32>
  return
}

// -----

func.func @pad_channels_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects 'before' and 'after' to be 0 to 2147483647, got -1 and 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.pad_channels %x {before = -1, after = 1} : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @pad_channels_c1_huge(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects 'before' and 'after' to be 0 to 2147483647, got 9223372036854775807 and 9223372036854775807}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.pad_channels %x {before = 9223372036854775807, after = 9223372036854775807} : (tensor<1x4x8x8xf32>) -> tensor<1x2x8x8xf32>
  return
}

// -----

func.func @unflatten_of_a_feature_map(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 matrix}}
  %0 = nn.unflatten %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @concat_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+2 {{expects at least two inputs, got 1}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.concat %x : (tensor<1x4x8x8xf32>) -> tensor<1x4x8x8xf32>
  return
}

// -----

func.func @concat_c2(%x: tensor<1x4x8x8xf32>, %y: tensor<1x4x8x7xf32>) {
  // expected-error @+2 {{expects 'inputs' to have the same batch, height and width, got 'tensor<1x4x8x8xf32>' and 'tensor<1x4x8x7xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.concat %x, %x, %y : (tensor<1x4x8x8xf32>, tensor<1x4x8x8xf32>, tensor<1x4x8x7xf32>) -> tensor<1x12x8x8xf32>
  return
}

// -----

func.func @concat_c2_batch(%x: tensor<1x4x8x8xf32>, %y: tensor<2x4x8x8xf32>) {
  // expected-error @+2 {{expects 'inputs' to have the same batch, height and width}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.concat %x, %y : (tensor<1x4x8x8xf32>, tensor<2x4x8x8xf32>) -> tensor<1x8x8x8xf32>
  return
}

// -----

func.func @softmax_of_a_feature_map(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{operand #0 must be static f32 matrix}}
  %0 = nn.softmax %x : tensor<1x4x8x8xf32>
  return
}

// -----

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

func.func @leaky_relu_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.leaky_relu' op expects 'negative_slope' to be finite in f32, got}}
  %0 = nn.leaky_relu %x {negative_slope = 0x7FF0000000000000 : f64} : tensor<1x4x8x8xf32>
  return
}

// -----

func.func @hard_sigmoid_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.hard_sigmoid' op expects 'alpha' and 'beta' to be finite in f32, got 1.666667e-01 and}}
  %0 = nn.hard_sigmoid %x {beta = 0x7FF8000000000000 : f64} : tensor<1x4x8x8xf32>
  return
}

// -----

func.func @clip_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.clip' op expects 'min' and 'max' to be finite in f32, got 0.000000e+00 and}}
  %0 = nn.clip %x {min = 0.0 : f64, max = 0x7FF0000000000000 : f64} : tensor<1x4x8x8xf32>
  return
}

// -----

func.func @clip_c2(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.clip' op expects 'min' to be at most 'max', got 6.000000e+00 and 0.000000e+00}}
  %0 = nn.clip %x {min = 6.0 : f64, max = 0.0 : f64} : tensor<1x4x8x8xf32>
  return
}

// -----

func.func @scale_shift_c1(%x: tensor<1x4x8x8xf32>) {
  // expected-error @+1 {{'nn.scale_shift' op expects 'scale' and 'shift' to be finite in f32, got 1.000000e+39 and 0.000000e+00}}
  %0 = nn.scale_shift %x {scale = 1.0e39 : f64} : tensor<1x4x8x8xf32>
  return
}

// -----

func.func @mul_c1(%x: tensor<1x4x8x8xf32>, %y: tensor<1x4x1x8xf32>) {
  // expected-error @+2 {{expects 'rhs' to have the shape of the input 'tensor<1x4x8x8xf32>' or of its channel means, got 'tensor<1x4x1x8xf32>'}}
  // expected-error @+1 {{failed to infer returned types}}
  %0 = nn.mul %x, %y : (tensor<1x4x8x8xf32>, tensor<1x4x1x8xf32>) -> tensor<1x4x8x8xf32>
  return
}
