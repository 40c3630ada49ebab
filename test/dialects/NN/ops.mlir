// Every operation survives printing and parsing, in each optional form.
// RUN: sinter-opt %s --verify-roundtrip | FileCheck %s

// CHECK-LABEL: func @parameter
func.func @parameter() -> tensor<64x3x7x7xf32> {
  // CHECK: nn.parameter "conv1.weight" : tensor<64x3x7x7xf32>
  %w = nn.parameter "conv1.weight" : tensor<64x3x7x7xf32>
  return %w : tensor<64x3x7x7xf32>
}
