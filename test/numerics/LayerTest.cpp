//===- LayerTest.cpp - Pooling, linear, elementwise, blocks ---------------===//

#include "test/numerics/Harness.h"

#include "fmt/format.h"

using namespace sinter::numerics;

namespace {

struct LayerTest : testing::TestWithParam<Variant> {};

INSTANTIATE_TEST_SUITE_P(Target, LayerTest, testing::ValuesIn(variants()),
                         [](const auto &info) { return info.param.name(); });

/// An operation from one tensor to another: "nn.relu %x : T".
void addUnary(CaseModule &module, const std::string &op, const std::vector<int64_t> &shape,
              const std::vector<int64_t> &result) {
  module.add(tensorType(shape), tensorType(result),
             fmt::format("%out = {} : ({}) -> {}", op, tensorType(shape), tensorType(result)));
}

int64_t poolSize(int64_t size, int64_t kernel, int64_t stride, int64_t padding, bool ceil) {
  int64_t span = size + 2 * padding - kernel;
  int64_t count = (ceil ? (span + stride - 1) / stride : span / stride) + 1;
  return ceil && (count - 1) * stride >= size + padding ? count - 1 : count;
}

} // namespace

TEST_P(LayerTest, Pooling) {
  CaseModule module;
  for (const char *kind : {"max_pool", "avg_pool"})
    for (int64_t kernel : {1, 2, 3})
      for (int64_t stride : {1, 2, 3})
        for (int64_t padding = 0; padding < kernel && padding < 2; ++padding)
          for (bool ceil : {false, true})
            for (bool includePad : {false, true}) {
              if (includePad && std::string(kind) == "max_pool")
                continue;
              int64_t height = poolSize(7, kernel, stride, padding, ceil);
              int64_t width = poolSize(10, kernel, stride, padding, ceil);
              std::string extra =
                  std::string(kind) == "avg_pool"
                      ? fmt::format(", count_include_pad = {}", includePad)
                      : "";
              addUnary(module,
                       fmt::format("nn.{0} %x {{kernel = array<i64: {1}, {1}>, strides = array<i64: "
                                   "{2}, {2}>, padding = array<i64: {3}, {3}, {3}, {3}>, ceil_mode "
                                   "= {4}{5}}}",
                                   kind, kernel, stride, padding, ceil, extra),
                       {2, 19, 7, 10}, {2, 19, height, width});
            }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(LayerTest, GlobalPoolingAndShapes) {
  CaseModule module;
  for (auto [height, width] : {std::pair<int64_t, int64_t>{1, 1}, {7, 7}, {13, 3}, {112, 40}})
    for (int64_t channels : {3, 16, 37})
      addUnary(module, "nn.global_avg_pool %x ", {2, channels, height, width}, {2, channels, 1, 1});
  for (auto [before, after] :
       {std::pair<int64_t, int64_t>{8, 8}, {0, 5}, {3, 0}, {16, 16}, {1, 30}})
    addUnary(module, fmt::format("nn.pad_channels %x {{before = {}, after = {}}}", before, after),
             {2, 19, 5, 4}, {2, 19 + before + after, 5, 4});
  addUnary(module, "nn.flatten %x ", {3, 21, 1, 1}, {3, 21});
  addUnary(module, "nn.flatten %x ", {2, 11, 3, 5}, {2, 165});
  addUnary(module, "nn.unflatten %x ", {3, 21}, {3, 21, 1, 1});
  // A convolution of the map pads it: the matrix has no halo.
  module.add("tensor<2x21xf32>", "tensor<2x5x1x1xf32>", R"(
%w@ = nn.parameter "conv@.weight" : tensor<5x21x3x3xf32>
%map@ = nn.unflatten %x : (tensor<2x21xf32>) -> tensor<2x21x1x1xf32>
%out = nn.conv2d %map@, %w@ {padding = array<i64: 1, 1, 1, 1>} : (tensor<2x21x1x1xf32>, tensor<5x21x3x3xf32>) -> tensor<2x5x1x1xf32>
)");
  expectMatchesReference("", module.text(), GetParam());
}

/// Channels that end within a vector, at its end, and beyond the next one.
TEST_P(LayerTest, Concat) {
  CaseModule module;
  std::string in = tensorType({2, 3, 5, 4});
  for (const std::vector<int64_t> &parts : std::vector<std::vector<int64_t>>{
           {3, 3}, {3, 1}, {16, 16}, {16, 5}, {5, 16}, {1, 30}, {37, 21}, {8, 4, 12},
           {3, 1, 2, 1, 9}, {7, 40, 3, 17}, std::vector<int64_t>(18, 1)}) {
    std::string body, operands, types;
    int64_t channels = 0;
    for (auto [i, part] : llvm::enumerate(parts)) {
      std::string type = tensorType({2, part, 5, 4});
      body += fmt::format("%w{0}_@ = nn.parameter \"conv{0}_@.weight\" : {2}\n"
                          "%m{0}_@ = nn.conv2d %x , %w{0}_@ : ({1}, {2}) -> {3}\n",
                          i, in, tensorType({part, 3, 1, 1}), type);
      operands += fmt::format("{}%m{}_@", i ? ", " : "", i);
      types += (i ? ", " : "") + type;
      channels += part;
    }
    // A convolution behind it multiplies what is in the lanes beyond the last channel.
    std::string map = tensorType({2, channels, 5, 4}), filter = tensorType({9, channels, 3, 3});
    std::string out = tensorType({2, 9, 5, 4});
    body += fmt::format("%c@ = nn.concat {} : ({}) -> {}\n", operands, types, map);
    module.add(in, map, body + fmt::format("%out = nn.relu %c@ : {}", map));
    module.add(
        in, out,
        body + fmt::format("%w@ = nn.parameter \"last@.weight\" : {1}\n%out = nn.conv2d %c@, %w@ "
                           "{{padding = array<i64: 1, 1, 1, 1>}} : ({0}, {1}) -> {2}",
                           map, filter, out));
  }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(LayerTest, LinearAndSoftmax) {
  CaseModule module;
  for (int64_t batch : {1, 3})
    for (int64_t inputs : {1, 10, 64, 100})
      for (int64_t outputs : {1, 10, 64, 1000}) {
        std::string in = tensorType({batch, inputs}), out = tensorType({batch, outputs});
        module.add(in, out,
                   fmt::format(R"(%w@ = nn.parameter "fc@.weight" : {0}
%b@ = nn.parameter "fc@.bias" : {1}
%y@ = nn.linear %x , %w@ bias %b@ : ({2}, {0}, {1}) -> {3}
%out = nn.softmax %y@ : {3})",
                               tensorType({outputs, inputs}), tensorType({outputs}), in, out));
      }
  for (int64_t columns : {2, 10, 64, 1001}) {
    std::string rows = tensorType({3, columns});
    module.add(rows, rows, "%out = nn.log_softmax %x : " + rows);
  }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(LayerTest, Activations) {
  CaseModule module;
  std::string map = tensorType({2, 19, 5, 7}), matrix = tensorType({3, 21});
  for (const char *op : {"relu", "relu6", "sigmoid", "silu", "hard_swish"})
    for (const std::string &type : {map, matrix})
      module.add(type, type, fmt::format("%out = nn.{} %x : {}", op, type));
  module.add(map, map, "%out = nn.leaky_relu %x {negative_slope = 0.3 : f64} : " + map);
  module.add(map, map, "%out = nn.hard_sigmoid %x {alpha = 0.2 : f64} : " + map);
  for (const std::string &type : {map, matrix}) {
    module.add(type, type, "%out = nn.clip %x {min = -0.25 : f64, max = 0.5 : f64} : " + type);
    module.add(type, type, "%out = nn.clip %x {min = 0.25 : f64, max = 0.25 : f64} : " + type);
    module.add(type, type,
               "%out = nn.scale_shift %x {scale = -1.5 : f64, shift = 7.0 : f64} : " + type);
  }
  module.add(map, map, "%a@ = nn.relu %x : " + map + "\n%out = nn.add %x , %a@ : " + map);
  module.add(map, map,
             fmt::format("%a@ = nn.sigmoid %x : {0}\n%out = nn.mul %x , %a@ : ({0}, {0}) -> {0}", map));
  expectMatchesReference("", module.text(), GetParam());
}

/// An activation that makes something of zero does so in the lanes beyond the last channel too:
/// what reads the map behind it must not see them.
TEST_P(LayerTest, LanesBeyondTheLastChannel) {
  CaseModule module;
  std::string in = tensorType({2, 19, 5, 7});
  for (const char *op : {"scale_shift %x {shift = 1.0e3 : f64}",
                         "clip %x {min = 1.0e3 : f64, max = 1.0e4 : f64}", "sigmoid %x"}) {
    std::string body = fmt::format("%a@ = nn.{} : {}\n", op, in);
    auto add = [&](const std::vector<int64_t> &shape, const std::string &text) {
      module.add(in, tensorType(shape),
                 body + fmt::format(fmt::runtime(text), in, tensorType(shape)));
    };
    add({2, 8, 5, 7}, "%w@ = nn.parameter \"c@.weight\" : tensor<8x19x1x1xf32>\n"
                      "%out = nn.conv2d %a@, %w@ : ({0}, tensor<8x19x1x1xf32>) -> {1}");
    add({2, 38, 5, 7}, "%out = nn.concat %a@, %a@ : ({0}, {0}) -> {1}");
    add({2, 24, 5, 7}, "%out = nn.pad_channels %a@ {{before = 2, after = 3}} : ({0}) -> {1}");
    add({2, 665}, "%out = nn.flatten %a@ : ({0}) -> {1}");
    add({2, 19, 1, 1}, "%out = nn.global_avg_pool %a@ : ({0}) -> {1}");
  }
  expectMatchesReference("", module.text(), GetParam());
}

/// A batch norm that no convolution takes in, as in pre-activation blocks.
TEST_P(LayerTest, BatchNormAlone) {
  CaseModule module;
  for (int64_t channels : {3, 16, 37}) {
    std::string map = tensorType({2, channels, 5, 7}), vector = tensorType({channels});
    std::string body;
    for (const char *name : {"weight", "bias", "running_mean", "running_var"})
      body += fmt::format("%{0}@ = nn.parameter \"bn@.{0}\" : {1}\n", name, vector);
    body += fmt::format("%out = nn.batch_norm %x , %weight@, %bias@, %running_mean@, %running_var@ "
                        "{{epsilon = 1.0e-5 : f64}} : ({0}, {1}, {1}, {1}, {1}) -> {0}",
                        map, vector);
    module.add(map, map, body);
  }
  expectMatchesReference("", module.text(), GetParam());
}

TEST_P(LayerTest, SqueezeExcite) {
  CaseModule module;
  for (int64_t channels : {3, 16, 40, 64})
    for (int64_t reduced : {1, 4, 24})
      for (bool hasBias : {false, true}) {
        std::string map = tensorType({2, channels, 6, 5});
        std::string reduce = tensorType({reduced, channels}), expand = tensorType({channels, reduced});
        std::string reduceBias = tensorType({reduced}), expandBias = tensorType({channels});
        module.add(
            map, map,
            fmt::format(R"(%w1@ = nn.parameter "se@.fc1.weight" : {1}
%w2@ = nn.parameter "se@.fc2.weight" : {2}
%b1@ = nn.parameter "se@.fc1.bias" : {3}
%b2@ = nn.parameter "se@.fc2.bias" : {4}
%out = nn.squeeze_excite %x reduce %w1@ {5} expand %w2@ {6}
  {{activation = #nn.activation<relu>, gate = #nn.activation<{7}>}} : ({0}, {1}{8}, {2}{9}) -> {0})",
                        map, reduce, expand, reduceBias, expandBias, hasBias ? "bias %b1@" : "",
                        hasBias ? "bias %b2@" : "",
                        hasBias ? "sigmoid" : "hard_sigmoid, alpha = 0.16666667, beta = 0.5",
                        hasBias ? ", " + reduceBias : "", hasBias ? ", " + expandBias : ""));
      }
  expectMatchesReference("", module.text(), GetParam());
}

/// Whole blocks in the network language: basic and bottleneck, with and without
/// SE, identity and projection shortcuts, odd images and batches.
TEST_P(LayerTest, ResidualBlocks) {
  for (const char *image : {"2, 16, 9, 11", "1, 16, 1, 1", "1, 16, 25, 17"})
    for (const char *reduction : {"none", "4"}) {
      std::string text = fmt::format(R"(
block basic(x, planes, stride = 1, reduction = none) {{
  residual(x) {{
    main {{
      x = relu(bn1: batch_norm(conv1: conv(x, planes, kernel: 3, stride: stride, padding: 1)))
      x = bn2: batch_norm(conv2: conv(x, planes, kernel: 3, padding: 1))
      if reduction != none {{ x = se: squeeze_excite(x, reduction: reduction) }}
    }}
    shortcut if stride != 1 or channels(x) != planes {{
      x = downsample.1: batch_norm(downsample.0: conv(x, planes, kernel: 1, stride: stride))
    }}
  }} then relu
}}

network blocks(image: f32[{0}]) {{
  x = a: basic(image, 16, reduction: {1})
  x = b: basic(x, 24, stride: 2, reduction: {1})
  x = c: basic(x, 24, reduction: {1})
  x
}}
)",
                                     image, reduction);
      SCOPED_TRACE(text);
      expectMatchesReference("blocks.sinter", text, GetParam());
    }
}

/// Bottlenecks with SE, whose gates come before the last convolution where that has no stride:
/// identity and projection shortcuts, channels that end within a vector, odd images and batches.
TEST_P(LayerTest, SqueezedBottlenecks) {
  for (const char *image : {"2, 24, 9, 11", "1, 24, 1, 1", "1, 24, 25, 17"}) {
    std::string text = fmt::format(R"(
block bottleneck(x, planes, stride = 1) {{
  residual(x) {{
    main {{
      x = relu(bn1: batch_norm(conv1: conv(x, planes, kernel: 1)))
      x = relu(bn2: batch_norm(conv2: conv(x, planes, kernel: 3, stride: stride, padding: 1)))
      x = bn3: batch_norm(conv3: conv(x, 4 * planes, kernel: 1))
      x = se: squeeze_excite(x, reduction: 4)
    }}
    shortcut if stride != 1 or channels(x) != 4 * planes {{
      x = downsample.1: batch_norm(downsample.0: conv(x, 4 * planes, kernel: 1, stride: stride))
    }}
  }} then relu
}}

network blocks(image: f32[{0}]) {{
  x = a: bottleneck(image, 6)
  x = b: bottleneck(x, 10, stride: 2)
  x = c: bottleneck(x, 10)
  x
}}
)",
                                   image);
    SCOPED_TRACE(text);
    expectMatchesReference("blocks.sinter", text, GetParam());
  }
}
