// RUN: sinter-opt %s --cpu-lower-kernels --verify-diagnostics -o /dev/null

!map = memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>

kernel.weights @conv.weight : memref<1x2x1x1x8x16xf32> attributes {groups = 1, inputChannels = 16, offset = 0} {
  %0 = nn.parameter "conv.weight" : tensor<16x16x1x1xf32>
  kernel.yield %0 : tensor<16x16x1x1xf32>
}

func.func @queues_behind_the_workspace(%image: memref<1x16x8x8xf32>, %output: memref<1x16x8x8xf32>, %workspace: memref<8640xi8>) {
  %a = kernel.slot %workspace[0] : memref<8640xi8> to !map
  %b = kernel.slot %workspace[4096] : memref<8640xi8> to !map
  %w = kernel.get_weights @conv.weight : memref<1x2x1x1x8x16xf32>
  kernel.barrier
  // expected-error @+1 {{expects its 'kernel.queues' in the workspace, which ends before them}}
  kernel.conv2d ins(%a, %w) outs(%b) {
    strides = array<i64: 1, 1>, padding = array<i64: 0, 0, 0, 0>, dilations = array<i64: 1, 1>, groups = 1,
    activation = #nn.activation<relu>, tile = array<i64: 1, 4>, loop_order = #kernel.loop_order<rows_outer>,
    layers = ["conv"], kernel.queues = 8192} : !map, memref<1x2x1x1x8x16xf32>, !map
  return
}
