// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=8 registers=16' | FileCheck %s
// RUN: sinter-opt %s --convert-nn-to-kernel='lanes=16 registers=32' | FileCheck %s --check-prefix=WIDE

#relu = #nn.activation<relu>
#identity = #nn.activation<identity>
!map = tensor<1x16x8x8xf32>
!means = tensor<1x16x1x1xf32>

// Inputs, then outputs, are dense arguments; a convolution reads its padding from the halo of its input.
// An image's 3 channels are not padded to a vector.
// CHECK-LABEL: kernel.weights @conv1.weight : memref<1x1x3x3x3x16xf32>
// CHECK-SAME:    groups = 1 : i64, inputChannels = 3 : i64
// CHECK-NEXT:    %[[P:.*]] = nn.parameter "conv1.weight" : tensor<16x3x3x3xf32>
// CHECK-NEXT:    kernel.yield %[[P]]
// CHECK-LABEL: func @convolution_of_an_image
// CHECK-SAME: (%[[IMAGE:.*]]: memref<1x3x8x8xf32> {nn.name = "image"}, %[[OUTPUT:.*]]: memref<1x16x8x8xf32> {nn.name = "output"})
// CHECK-NEXT: %[[X:.*]] = memref.alloc() : memref<1x3x8x8xf32, #kernel.blocked<3, halo = [1, 1, 1, 1]>>
// CHECK-NEXT: kernel.zero_halo outs(%[[X]])
// CHECK-NEXT: kernel.convert_layout ins(%[[IMAGE]]) outs(%[[X]])
// CHECK-NEXT: %[[Y:.*]] = memref.alloc() : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
// CHECK-NEXT: %[[W:.*]] = kernel.get_weights @conv1.weight
// CHECK-NEXT: kernel.conv2d ins(%[[X]], %[[W]]) outs(%[[Y]]) {{.*}}layers = ["conv1"]
// CHECK-NEXT: kernel.convert_layout ins(%[[Y]]) outs(%[[OUTPUT]])
// CHECK-NEXT: return
// WIDE-LABEL: func @convolution_of_an_image
// WIDE: memref<1x16x8x8xf32, #kernel.blocked<16, halo = [0, 0, 0, 0]>>
func.func @convolution_of_an_image(%image: tensor<1x3x8x8xf32> {nn.name = "image"}) -> (!map {nn.name = "output"}) {
  %w = nn.parameter "conv1.weight" : tensor<16x3x3x3xf32>
  %0:2 = nn.fused_conv2d %image, %w {padding = array<i64: 1, 1, 1, 1>, activation = #relu}
    : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> (!map, !means) loc("conv1")
  return %0#0 : !map
}

// The mean comes from the sums of the convolution, and only where something reads it.
// CHECK-LABEL: func @channel_mean
// CHECK: %[[SUMS:.*]] = memref.alloc() : memref<1x{{[0-9]+}}x16xf32>
// CHECK: kernel.conv2d ins({{.*}}) outs(%{{.*}} sums %[[SUMS]])
// CHECK: kernel.finish_mean ins(%[[SUMS]]) outs(%[[MEAN:.*]]) {{.*}}pixels = 64
// CHECK: kernel.convert_layout ins(%[[MEAN]])
func.func @channel_mean(%x: !map) -> !means {
  %w = nn.parameter "conv.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w {activation = #identity} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  return %0#1 : !means
}

// A gate is two convolutions of the means.
// CHECK-LABEL: func @se_gate
// CHECK: kernel.conv2d {{.*}}activation = #nn.activation<relu>
// CHECK-NOT: kernel.convert_layout
// CHECK: kernel.conv2d {{.*}}activation = #nn.activation<sigmoid>
// CHECK: kernel.scale_add ins(%[[X:.*]] scale %{{.*}} residual %[[X]])
func.func @se_gate(%x: !map) -> !map {
  %mean = nn.global_avg_pool %x : (!map) -> !means
  %r = nn.parameter "se.fc1.weight" : tensor<4x16xf32>
  %e = nn.parameter "se.fc2.weight" : tensor<16x4x1x1xf32>
  %gate = nn.se_gate %mean reduce %r expand %e {activation = #relu, gate = #nn.activation<sigmoid>}
    : (!means, tensor<4x16xf32>, tensor<16x4x1x1xf32>) -> !means
  %0 = nn.scale_add %x scale %gate residual %x {activation = #relu} : (!map, !means, !map) -> !map
  return %0 : !map
}

// The scaled map takes the place of the convolution's, which has the halo that the next one needs, and is
// gone through in the order in which it was written.
// CHECK-LABEL: func @scale_in_place
// CHECK: %[[X:.*]] = memref.alloc() : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
// CHECK: %[[Y:.*]] = memref.alloc() : memref<1x16x8x8xf32, #kernel.blocked<8, halo = [1, 1, 1, 1]>>
// CHECK: kernel.zero_halo outs(%[[Y]])
// CHECK: kernel.conv2d ins(%[[X]], {{.*}}) outs(%[[Y]])
// CHECK: kernel.scale_add ins(%[[Y]] residual %[[X]]) outs(%[[Y]]) {{.*}}loop_order = #kernel.loop_order<rows_outer>
// CHECK: ins(%[[Y]], {{.*}}padding = array<i64: 1, 1, 1, 1>
func.func @scale_in_place(%x: !map) -> tensor<1x16x4x4xf32> {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %v = nn.parameter "second.weight" : tensor<16x16x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {activation = #identity} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  %1 = nn.scale_add %0#0 residual %x {activation = #relu} : (!map, !map) -> !map
  %2:2 = nn.fused_conv2d %1, %v {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (!map, tensor<16x16x3x3xf32>) -> (tensor<1x16x4x4xf32>, !means)
  return %2#0 : tensor<1x16x4x4xf32>
}

// A result takes the place of the residual, if nothing reads that one any more.
// CHECK-LABEL: func @residual_in_place
// CHECK: %[[X:.*]] = memref.alloc()
// CHECK: %[[Y:.*]] = memref.alloc()
// CHECK: kernel.conv2d ins(%[[X]], {{.*}}) outs(%[[Y]])
// CHECK-NOT: memref.alloc
// CHECK: kernel.conv2d ins(%[[Y]], %{{[0-9]+}} residual %[[X]]) outs(%[[X]])
// CHECK: kernel.convert_layout ins(%[[X]])
func.func @residual_in_place(%x: !map) -> !map {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w {activation = #relu} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  %1:2 = nn.fused_conv2d %0#0, %w residual %x {activation = #relu} : (!map, tensor<16x16x1x1xf32>, !map) -> (!map, !means)
  return %1#0 : !map
}

// CHECK-LABEL: func @residual_read_later
// CHECK: kernel.conv2d ins(%{{.*}}, %{{[0-9]+}} residual %[[X:[a-z0-9_]+]]) outs(%[[Z:[a-z0-9_]+]])
// CHECK: kernel.convert_layout ins(%[[Z]])
// CHECK: kernel.convert_layout ins(%[[X]])
func.func @residual_read_later(%x: !map) -> (!map, !map) {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w {activation = #relu} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  %1:2 = nn.fused_conv2d %0#0, %w residual %x {activation = #relu} : (!map, tensor<16x16x1x1xf32>, !map) -> (!map, !means)
  return %1#0, %x : !map, !map
}

// CHECK-LABEL: func @residual_is_input
// CHECK: kernel.conv2d ins(%[[X:[a-z0-9_]+]], %{{[0-9]+}} residual %[[X]]) outs(%[[Z:[a-z0-9_]+]])
// CHECK: kernel.convert_layout ins(%[[Z]])
func.func @residual_is_input(%x: !map) -> !map {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w residual %x {activation = #relu} : (!map, tensor<16x16x1x1xf32>, !map) -> (!map, !means)
  return %0#0 : !map
}

// Where each panel reads the input again, the pixels that a stride leaves out are dropped once.
// CHECK-LABEL: func @subsampled
// CHECK: memref.alloc() : memref<1x16x4x4xf32
// CHECK-NEXT: %[[PIXELS:.*]] = memref.alloc() : memref<1x16x4x4xf32, #kernel.blocked<8, halo = [0, 0, 0, 0]>>
// CHECK-NEXT: kernel.pool ins(%[[X:.*]]) outs(%[[PIXELS]]) {{.*}}kernel = array<i64: 1, 1>, kind = #kernel.pool_kind<max>{{.*}}strides = array<i64: 2, 2>
// CHECK: kernel.conv2d ins(%[[PIXELS]], {{.*}}strides = array<i64: 1, 1>
// CHECK: kernel.conv2d ins(%[[X]], {{.*}}loop_order = #kernel.loop_order<rows_outer>{{.*}}strides = array<i64: 2, 2>
func.func @subsampled(%x: !map) -> (tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>) {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w {strides = array<i64: 2, 2>, activation = #identity,
      kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 4, loop_order = panels_outer>}
    : (!map, tensor<16x16x1x1xf32>) -> (tensor<1x16x4x4xf32>, tensor<1x16x1x1xf32>)
  %1:2 = nn.fused_conv2d %x, %w {strides = array<i64: 2, 2>, activation = #identity,
      kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 4, loop_order = rows_outer>}
    : (!map, tensor<16x16x1x1xf32>) -> (tensor<1x16x4x4xf32>, tensor<1x16x1x1xf32>)
  return %0#0, %1#0 : tensor<1x16x4x4xf32>, tensor<1x16x4x4xf32>
}

// The residual behind a scale is read last: sums of parts of the reduction must not overwrite it.
// CHECK-LABEL: func @scale
// CHECK: kernel.conv2d ins(%[[X:[a-z0-9_]+]], %{{[0-9]+}} scale %{{.*}} residual %[[R:[a-z0-9_]+]]) outs(%[[R]])
// CHECK: kernel.conv2d ins(%[[R]], %{{[0-9]+}} scale %{{.*}} residual %[[X]]) outs(%[[Z:[a-z0-9_]+]]) {{.*}}depth = 1
// CHECK: kernel.convert_layout ins(%[[Z]])
func.func @scale(%x: !map, %r: !map, %s: !means) -> !map {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %0:2 = nn.fused_conv2d %x, %w scale %s residual %r {activation = #relu}
    : (!map, tensor<16x16x1x1xf32>, !means, !map) -> (!map, !means)
  %1:2 = nn.fused_conv2d %0#0, %w scale %s residual %x {activation = #relu,
      kernel.schedule = #kernel.direct<panel_vectors = 1, tile_rows = 1, tile_columns = 8, loop_order = panels_outer, depth = 1>}
    : (!map, tensor<16x16x1x1xf32>, !means, !map) -> (!map, !means)
  return %1#0 : !map
}

// A residual without the halo that the result needs stays what it is.
// CHECK-LABEL: func @residual_without_halo
// CHECK: kernel.zero_halo outs(%[[Z:.*]]) {{.*}} halo = [1, 1, 1, 1]
// CHECK: kernel.conv2d ins(%{{.*}}, %{{[0-9]+}} residual %{{.*}}) outs(%[[Z]])
func.func @residual_without_halo(%x: !map) -> tensor<1x16x4x4xf32> {
  %w = nn.parameter "first.weight" : tensor<16x16x1x1xf32>
  %v = nn.parameter "second.weight" : tensor<16x16x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {activation = #relu} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  %1:2 = nn.fused_conv2d %0#0, %w residual %x {activation = #relu} : (!map, tensor<16x16x1x1xf32>, !map) -> (!map, !means)
  %2:2 = nn.fused_conv2d %1#0, %v {strides = array<i64: 2, 2>, padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (!map, tensor<16x16x3x3xf32>) -> (tensor<1x16x4x4xf32>, !means)
  return %2#0 : tensor<1x16x4x4xf32>
}

// The folded weights of a convolution are computed when they are packed.
// CHECK-LABEL: kernel.weights @folded.weight
// CHECK:         nn.folded_weight
// CHECK-NEXT:    kernel.yield
// CHECK-LABEL: func @folded_weights
// CHECK-NOT: = nn.
// CHECK: return
func.func @folded_weights(%x: !map) -> !map {
  %w = nn.parameter "folded.weight" : tensor<16x16x1x1xf32>
  %v = nn.parameter "bn.weight" : tensor<16xf32>
  %0 = nn.folded_weight %w, %v, %v {epsilon = 1.0e-5 : f64} : (tensor<16x16x1x1xf32>, tensor<16xf32>, tensor<16xf32>) -> tensor<16x16x1x1xf32>
  %1:2 = nn.fused_conv2d %x, %0 {activation = #identity} : (!map, tensor<16x16x1x1xf32>) -> (!map, !means)
  return %1#0 : !map
}

// A batch norm that stands alone is a scale and a shift by channel.
// CHECK-LABEL: func @batch_norm_alone
// CHECK: kernel.scale_add ins(%{{.*}} scale %{{.*}} residual %{{.*}}) outs({{.*}}) {{.*}} : {{.*}}, memref<16xf32>, memref<16xf32>,
func.func @batch_norm_alone(%x: !map) -> !map {
  %v = nn.parameter "alone.weight" : tensor<16xf32>
  %0 = nn.batch_norm %x, %v, %v, %v, %v {epsilon = 1.0e-5 : f64} : (!map, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>, tensor<16xf32>) -> !map
  return %0 : !map
}

// A vector of 8 channels is two groups of 4: each panel has the 4 inputs of both, and no zeros.
// CHECK-LABEL: kernel.weights @grouped.weight
// CHECK-SAME: memref<2x1x3x3x4x8xf32> attributes {groups = 4 : i64, inputChannels = 16 : i64}
// CHECK-LABEL: func @groups
// CHECK: kernel.conv2d {{.*}}groups = 4
func.func @groups(%x: !map) -> !map {
  %w = nn.parameter "grouped.weight" : tensor<16x4x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {groups = 4, padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (!map, tensor<16x4x3x3xf32>) -> (!map, !means)
  return %0#0 : !map
}

// Winograd's F(4x4, 3x3) takes 3x3 convolutions of stride 1: 13 rows and columns are 4 x 4 tiles, in one block,
// and the last tiles reach 4 pixels out of the input.
// CHECK-LABEL: kernel.weights @winograd.weight : memref<4x36x8x8x16xf32> attributes {groups = 1 : i64, inputChannels = 64 : i64}
// CHECK-LABEL: func @winograd
// CHECK: memref.alloc() : memref<2x64x13x13xf32, #kernel.blocked<8, halo = [1, 1, 4, 4]>>
// CHECK: %[[SUMS:.*]] = memref.alloc() : memref<2x1x64xf32>
// CHECK: %[[SCRATCH:.*]] = memref.alloc() : memref<377856xf32>
// CHECK: kernel.winograd_conv2d ins({{.*}}) outs(%{{.*}} sums %[[SUMS]] scratch %[[SCRATCH]]) {{.*}}registerTiles = 6 : i64, tiles = 16 : i64
// CHECK: kernel.finish_mean ins(%[[SUMS]])
func.func @winograd(%x: tensor<2x64x13x13xf32>) -> tensor<2x64x1x1xf32> {
  %w = nn.parameter "winograd.weight" : tensor<64x64x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<2x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<2x64x13x13xf32>, tensor<2x64x1x1xf32>)
  return %0#1 : tensor<2x64x1x1xf32>
}

// Many channels of few pixels: reading the weights of F(4x4, 3x3) would take longer than what it saves.
// WIDE-LABEL: kernel.weights @small_tiles.weight : memref<8x16x16x16x32xf32>
// WIDE-LABEL: func @winograd_of_small_tiles
// WIDE: memref.alloc() : memref<1x256x14x14xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>
// WIDE: kernel.winograd_conv2d {{.*}}registerTiles = 13 : i64, tiles = 49 : i64
func.func @winograd_of_small_tiles(%x: tensor<1x256x14x14xf32>) -> tensor<1x256x14x14xf32> {
  %w = nn.parameter "small_tiles.weight" : tensor<256x256x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<1x256x14x14xf32>, tensor<256x256x3x3xf32>) -> (tensor<1x256x14x14xf32>, tensor<1x256x1x1xf32>)
  return %0#0 : tensor<1x256x14x14xf32>
}

// One block and one panel would be work for one thread alone: the 16 tiles become two blocks.
// WIDE-LABEL: func @winograd_of_a_single_item
// WIDE: kernel.winograd_conv2d {{.*}}registerTiles = 8 : i64, tiles = 8 : i64{{.*}}memref<1x36x2x16x32xf32>
func.func @winograd_of_a_single_item(%x: tensor<1x32x16x16xf32>) -> tensor<1x32x16x16xf32> {
  %w = nn.parameter "single_item.weight" : tensor<32x32x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<1x32x16x16xf32>, tensor<32x32x3x3xf32>) -> (tensor<1x32x16x16xf32>, tensor<1x32x1x1xf32>)
  return %0#0 : tensor<1x32x16x16xf32>
}

// Two images are two items.
// WIDE-LABEL: func @winograd_of_two_images
// WIDE: kernel.winograd_conv2d {{.*}}registerTiles = 8 : i64, tiles = 16 : i64{{.*}}memref<1x36x2x16x32xf32>
func.func @winograd_of_two_images(%x: tensor<2x32x16x16xf32>) -> tensor<2x32x16x16xf32> {
  %w = nn.parameter "two_images.weight" : tensor<32x32x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (tensor<2x32x16x16xf32>, tensor<32x32x3x3xf32>) -> (tensor<2x32x16x16xf32>, tensor<2x32x1x1xf32>)
  return %0#0 : tensor<2x32x16x16xf32>
}

// Of stride 2, of dilation 2, of padding on one side, of other sizes or of groups, it is direct.
// CHECK-LABEL: func @not_winograd
// CHECK-NOT: kernel.winograd_conv2d
// CHECK: return
func.func @not_winograd(%x: tensor<1x64x13x13xf32>) -> tensor<1x64x7x7xf32> {
  %w = nn.parameter "direct.weight" : tensor<64x64x3x3xf32>
  %g = nn.parameter "groups.weight" : tensor<64x32x3x3xf32>
  %0:2 = nn.fused_conv2d %x, %w {padding = array<i64: 2, 2, 2, 2>, dilations = array<i64: 2, 2>, activation = #identity}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  %1:2 = nn.fused_conv2d %0#0, %w {padding = array<i64: 0, 1, 2, 1>, activation = #identity}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  %2:2 = nn.fused_conv2d %1#0, %g {padding = array<i64: 1, 1, 1, 1>, groups = 2, activation = #identity}
    : (tensor<1x64x13x13xf32>, tensor<64x32x3x3xf32>) -> (tensor<1x64x13x13xf32>, tensor<1x64x1x1xf32>)
  %3:2 = nn.fused_conv2d %2#0, %w {padding = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>, activation = #identity}
    : (tensor<1x64x13x13xf32>, tensor<64x64x3x3xf32>) -> (tensor<1x64x7x7xf32>, tensor<1x64x1x1xf32>)
  return %3#0 : tensor<1x64x7x7xf32>
}

// CHECK-LABEL: func @pools_and_head
// CHECK: kernel.pool {{.*}}kind = #kernel.pool_kind<max>
// CHECK: kernel.pool {{.*}}kind = #kernel.pool_kind<avg>
// CHECK: kernel.pad_channels {{.*}}before = 8
// CHECK: kernel.channel_mean
// CHECK: kernel.conv2d {{.*}}layers = ["fc"]
// CHECK: kernel.softmax
func.func @pools_and_head(%x: !map) -> tensor<1x10xf32> {
  %0 = nn.max_pool %x {kernel = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (!map) -> tensor<1x16x4x4xf32>
  %1 = nn.avg_pool %0 {kernel = array<i64: 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x16x4x4xf32>) -> tensor<1x16x2x2xf32>
  %2 = nn.pad_channels %1 {before = 8, after = 8} : (tensor<1x16x2x2xf32>) -> tensor<1x32x2x2xf32>
  %3 = nn.global_avg_pool %2 : (tensor<1x32x2x2xf32>) -> tensor<1x32x1x1xf32>
  %4 = nn.flatten %3 : (tensor<1x32x1x1xf32>) -> tensor<1x32xf32>
  %w = nn.parameter "fc.weight" : tensor<10x32xf32>
  %5 = nn.linear %4, %w : (tensor<1x32xf32>, tensor<10x32xf32>) -> tensor<1x10xf32> loc("fc")
  %6 = nn.softmax %5 : tensor<1x10xf32>
  return %6 : tensor<1x10xf32>
}

// CHECK-LABEL: func @concat_and_log_softmax
// CHECK: kernel.concat ins(%[[X:.*]], %[[Y:.*]], %[[X]]) outs
// CHECK: kernel.softmax {{.*}}log
func.func @concat_and_log_softmax(%x: !map, %m: tensor<1x10xf32>) -> (tensor<1x48x8x8xf32>, tensor<1x10xf32>) {
  %0 = nn.relu %x : !map
  %1 = nn.concat %x, %0, %x : (!map, !map, !map) -> tensor<1x48x8x8xf32>
  %2 = nn.log_softmax %m : tensor<1x10xf32>
  return %1, %2 : tensor<1x48x8x8xf32>, tensor<1x10xf32>
}

// A matrix is the map of one pixel; only a padded convolution needs a copy, with a halo.
// CHECK-LABEL: func @unflatten
// CHECK: kernel.conv2d ins({{.*}}) outs(%[[FC:.*]]) {
// CHECK-NOT: kernel.scale_add
// CHECK: kernel.zero_halo outs(%[[COPY:.*]]) {
// CHECK-NEXT: kernel.scale_add ins(%[[FC]]) outs(%[[COPY]])
// CHECK: kernel.conv2d ins(%[[COPY]],
// CHECK: kernel.convert_layout ins(%[[FC]])
func.func @unflatten(%m: tensor<1x16xf32>) -> (!means, !means) {
  %w = nn.parameter "fc.weight" : tensor<16x16xf32>
  %0 = nn.linear %m, %w : (tensor<1x16xf32>, tensor<16x16xf32>) -> tensor<1x16xf32>
  %1 = nn.unflatten %0 : (tensor<1x16xf32>) -> !means
  %2 = nn.unflatten %0 : (tensor<1x16xf32>) -> !means
  %f = nn.parameter "conv.weight" : tensor<16x16x3x3xf32>
  %3:2 = nn.fused_conv2d %2, %f {padding = array<i64: 1, 1, 1, 1>, activation = #identity}
    : (!means, tensor<16x16x3x3xf32>) -> (!means, !means)
  return %1, %3#0 : !means, !means
}
