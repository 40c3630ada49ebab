// One filter, its batch norm, a classifier of two classes.
func.func @tiny(%image: tensor<1x1x2x2xf32> {nn.name = "image"}) -> (tensor<1x2xf32> {nn.name = "scores"}) {
  %w = nn.parameter "conv.weight" : tensor<1x1x1x1xf32>
  %0 = nn.conv2d %image, %w : (tensor<1x1x2x2xf32>, tensor<1x1x1x1xf32>) -> tensor<1x1x2x2xf32> loc("conv"("tiny.sinter":2:3))
  %gamma = nn.parameter "bn.weight" : tensor<1xf32>
  %beta = nn.parameter "bn.bias" : tensor<1xf32>
  %mean = nn.parameter "bn.running_mean" : tensor<1xf32>
  %var = nn.parameter "bn.running_var" : tensor<1xf32>
  %1 = nn.batch_norm %0, %gamma, %beta, %mean, %var {epsilon = 1.0e-5 : f64} : (tensor<1x1x2x2xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32> loc("bn"("tiny.sinter":3:3))
  %2 = nn.global_avg_pool %1 : (tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  %3 = nn.flatten %2 : (tensor<1x1x1x1xf32>) -> tensor<1x1xf32>
  %fw = nn.parameter "fc.weight" : tensor<2x1xf32>
  %fb = nn.parameter "fc.bias" : tensor<2xf32>
  %4 = nn.linear %3, %fw bias %fb : (tensor<1x1xf32>, tensor<2x1xf32>, tensor<2xf32>) -> tensor<1x2xf32> loc("fc"("tiny.sinter":4:3))
  return %4 : tensor<1x2xf32>
}
