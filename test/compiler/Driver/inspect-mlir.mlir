// RUN: sinter inspect %s | FileCheck %s
// RUN: not sinter inspect --batch 2 %s 2>&1 | FileCheck %s --check-prefix=BATCH
// RUN: echo 'func.func @broken() { nn.rule }' > %t.mlir
// RUN: not sinter inspect %t.mlir 2>&1 | FileCheck %s --check-prefix=BROKEN
// RUN: echo 'module {}' > %t.empty.mlir
// RUN: not sinter inspect %t.empty.mlir 2>&1 | FileCheck %s --check-prefix=EMPTY
// RUN: %python -c "print('module { func.func @deep() { ' + '\"a.b\"() ({' * 10000)" > %t.deep.mlir
// RUN: not sinter inspect %t.deep.mlir 2>&1 | FileCheck %s --check-prefix=DEEP

// A weight of two layers counts once, running statistics not at all.
// CHECK: shared: image 1x4x8x8
// CHECK: conv2d      1x4x8x8          16  1,024
// CHECK: conv2d      1x4x8x8           -  1,024
// CHECK: batch_norm  1x4x8x8           8      -
// CHECK: total                        24  2,048

// BATCH: sinter: error: '{{.*}}inspect-mlir.mlir' is MLIR: its batch size is fixed
// BROKEN: {{.*}}.mlir:1:23: error: custom op 'nn.rule' is unknown
// EMPTY: empty.mlir:1:1: error: expects one function, a network, got none
// DEEP: sinter: error: cannot read '{{.*}}': nested deeper than 256 levels

func.func @shared(%image: tensor<1x4x8x8xf32> {nn.name = "image"}) -> (tensor<1x4x8x8xf32> {nn.name = "output"}) {
  %w = nn.parameter "conv.weight" : tensor<4x4x1x1xf32>
  %gamma = nn.parameter "bn.weight" : tensor<4xf32>
  %beta = nn.parameter "bn.bias" : tensor<4xf32>
  %mean = nn.parameter "bn.running_mean" : tensor<4xf32>
  %var = nn.parameter "bn.running_var" : tensor<4xf32>
  %0 = nn.conv2d %image, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %1 = nn.conv2d %0, %w : (tensor<1x4x8x8xf32>, tensor<4x4x1x1xf32>) -> tensor<1x4x8x8xf32>
  %2 = nn.batch_norm %1, %gamma, %beta, %mean, %var {epsilon = 1.0e-5 : f64}
    : (tensor<1x4x8x8xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<1x4x8x8xf32>
  return %2 : tensor<1x4x8x8xf32>
}
