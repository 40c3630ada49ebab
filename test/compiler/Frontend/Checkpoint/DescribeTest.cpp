//===- DescribeTest.cpp - Checkpoints of every naming and shape -----------===//

#include "test/compiler/Frontend/Checkpoint/Shapes.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

#include <algorithm>

using namespace sinter;
using namespace sinter::test;

namespace {

std::vector<std::string> shippedNetworks() {
  std::vector<std::string> paths;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(SINTER_NETWORKS_DIR, code), end; it != end && !code;
       it.increment(code))
    if (llvm::sys::path::extension(it->path()) == ".sinter")
      paths.push_back(it->path());
  // More of the first SENets.
  paths.push_back("Inputs/legacy_seresnet18.sinter");
  paths.push_back("Inputs/legacy_seresnext50_32x4d.sinter");
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string readFile(const std::string &path) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  EXPECT_TRUE(buffer) << path;
  return buffer ? (*buffer)->getBuffer().str() : "";
}

/// `body` as a network for ImageNet, with the imports of both libraries.
std::string network(const std::string &name, const std::string &body) {
  return "import \"resnet\"\nimport \"senet\"\nnetwork " + name +
         "(image: f32[1, 3, 224, 224]) {\n" + body + "\n}\n";
}

/// Four stages of one block each, small and quick to build.
std::string small(const std::string &stem, const std::string &block, const std::string &arguments) {
  std::string body = stem + "\n";
  for (int stage = 0; stage != 4; ++stage)
    body += "x = layer" + std::to_string(stage + 1) + ".0: " + block + "(x, " +
            std::to_string(64 << stage) + (stage ? ", stride: 2" : "") + arguments + ")\n";
  return network("small", body + "fc: linear(flatten(global_avg_pool(x)), 10)");
}

/// Expects that the description of a network's tensors builds the same module, but for the
/// network's name, and returns the description.
std::string expectRoundTrip(const std::string &text, const checkpoint::Options &options = {}) {
  BuiltNetwork expected(text);
  std::string description = describe(expected.shapes().addCounters(), options);
  BuiltNetwork found(description);
  auto renamed = [](std::string ir) {
    size_t at = ir.find('@');
    return ir.substr(0, at) + ir.substr(ir.find('(', at));
  };
  EXPECT_EQ(renamed(found.ir()), renamed(expected.ir())) << description;
  EXPECT_EQ(text::formatNetworkText(description), description);
  return withoutComments(description);
}

Shapes shapesOf(const std::string &text) { return BuiltNetwork(text).shapes(); }

bool contains(const std::string &text, const std::string &part) {
  return text.find(part) != std::string::npos;
}

struct ShippedCheckpoint : testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Networks, ShippedCheckpoint, testing::ValuesIn(shippedNetworks()),
                         [](const auto &info) { return llvm::sys::path::stem(info.param).str(); });

} // namespace

/// The description of a shipped network's tensors is the file itself, name included.
TEST_P(ShippedCheckpoint, IsDescribedAsItsFile) {
  std::string text = withoutComments(readFile(GetParam()));
  BuiltNetwork network(text);
  std::string description = describe(network.shapes());
  EXPECT_EQ(withoutComments(description), text);
  EXPECT_EQ(BuiltNetwork(description).ir(), network.ir());
}

TEST(Describe, SaysWhatWasAssumed) {
  std::string text = readFile(SINTER_NETWORKS_DIR "/seresnet50.sinter");
  EXPECT_EQ(assumptions(describe(shapesOf(text))),
            "images of 224x224; --image-size HxW changes it.\n"
            "bottlenecks have their stride on conv2 (v1.5) as in torchvision; --stride-on conv1 "
            "changes it.\n"
            "the gates are sigmoid; --gate hard_sigmoid changes it.\n");
  EXPECT_EQ(assumptions(describe(shapesOf(text), {{{160, 288}}, "conv2", "", "sigmoid"})), "");
  EXPECT_TRUE(contains(describe(shapesOf(text)), "# Inferred from the names and shapes of the "
                                                 "tensors in 'my-net.safetensors'.\n"));
}

//===----------------------------------------------------------------------===//
// Keys
//===----------------------------------------------------------------------===//

TEST(Describe, IgnoresCountersOfTrainingSteps) {
  std::string text = readFile(SINTER_NETWORKS_DIR "/resnet18.sinter");
  EXPECT_EQ(withoutComments(describe(shapesOf(text).addCounters())), withoutComments(text));
}

TEST(Describe, TakesPrefixesOff) {
  Shapes shapes = shapesOf(readFile(SINTER_NETWORKS_DIR "/resnet20.sinter")).addCounters();
  std::string plain = describe(shapes);
  for (const char *prefix : {"module.", "state_dict.module.", "model."}) {
    std::unique_ptr<WeightSource> weights = std::make_unique<Shapes>(Shapes(shapes).prefix(prefix));
    ErrorList errors;
    auto description = checkpoint::describe(weights, {}, errors);
    ASSERT_TRUE(description) << prefix;
    EXPECT_EQ(withoutComments(description->text), withoutComments(plain));
    EXPECT_TRUE(contains(description->text, "# Its keys have the prefix '" + std::string(prefix) +
                                                "' in front of these names.\n"));
    EXPECT_EQ(weights->keys(), shapes.keys());
    EXPECT_TRUE(weights->lookup("conv1.weight"));
    EXPECT_FALSE(weights->lookup(std::string(prefix) + "conv1.weight"));
  }
}

/// Names that are no identifiers, and networks that have no name of their own.
TEST(Describe, NamesNetworks) {
  auto nameOf = [](const std::string &text) {
    std::string description = describe(shapesOf(text));
    size_t at = description.find("network ") + 8;
    return description.substr(at, description.find('(', at) - at);
  };
  std::string plain = "x = resnet_stem(image)", deep = "x = deep_stem(image)";
  EXPECT_EQ(nameOf(small(plain, "basic_block", "")), "resnet10");
  EXPECT_EQ(nameOf(small(plain, "bottleneck", ", reduction: 16")), "seresnet14");
  EXPECT_EQ(nameOf(small(deep, "bottleneck", ", avg_down: true")), "resnet14d");
  EXPECT_EQ(nameOf(small("x = deep_stem(image, 24)", "bottleneck",
                         ", avg_down: true, groups: 32, base_width: 4, reduction: 16")),
            "seresnext14t_32x4d");
  EXPECT_EQ(nameOf(small(plain, "bottleneck", ", base_width: 128")), "wide_resnet14_2");
  // None of these has a name of its own.
  for (const char *arguments : {", base_width: 96", ", base_width: 128, reduction: 16"})
    EXPECT_EQ(nameOf(small(plain, "bottleneck", arguments)), "my_net") << arguments;
  EXPECT_EQ(nameOf(small(deep, "bottleneck", "")), "my_net");
  EXPECT_EQ(nameOf(small("x = resnet_stem(image, 32)", "bottleneck", "")), "my_net");
}

//===----------------------------------------------------------------------===//
// torchvision and timm
//===----------------------------------------------------------------------===//

/// Depths, widths and cardinalities of no named network.
TEST(Describe, WritesStagesOfAnyDepthAndWidth) {
  EXPECT_EQ(expectRoundTrip(network("odd", R"(
    x = resnet_stem(image, 40)
    x = layer1: basic_stage(x, 40, 1, stride: 1)
    x = layer2: bottleneck_stage(x, 24, 5, base_width: 96)
    x = layer3: bottleneck_stage(x, 48, 2, groups: 6, base_width: 16, reduction: 4)
    fc: linear(flatten(global_avg_pool(x)), 7, bias: false))")),
            R"(import "resnet"

network my_net(image: f32[1, 3, 224, 224]) {
  x = resnet_stem(image, 40)
  x = layer1: basic_stage(x, 40, 1, stride: 1)
  x = layer2: bottleneck_stage(x, 24, 5, base_width: 96)
  x = layer3: bottleneck_stage(x, 48, 2, groups: 6, base_width: 16, reduction: 4)
  fc: linear(flatten(global_avg_pool(x)), 7, bias: false)
}
)");
}

/// timm rounds the gate of 64 channels up to 8 hidden ones; any other number is written.
TEST(Describe, WritesGateWidthsThatFollowNoRule) {
  Shapes shapes = shapesOf(small("x = resnet_stem(image)", "basic_block", ", reduction: 16"));
  shapes.set("layer1.0.se.fc1.weight", {5, 64, 1, 1})
      .set("layer1.0.se.fc1.bias", {5})
      .set("layer1.0.se.fc2.weight", {64, 5, 1, 1});
  std::string description = describe(shapes);
  EXPECT_TRUE(contains(description, "layer1: basic_stage(x, 64, 1, stride: 1, se_width: 5)"))
      << description;
  EXPECT_TRUE(contains(description, "layer2: basic_stage(x, 128, 1, reduction: 16)"));
  expectRoundTrip(description);
}

TEST(Describe, WritesResNetD) {
  for (const char *block : {"basic_block", "bottleneck"})
    expectRoundTrip(small("x = deep_stem(image)", block, ", avg_down: true"));
  std::string description =
      expectRoundTrip(small("x = deep_stem(image, 24, 40, 64)", "bottleneck", ", avg_down: true"));
  EXPECT_TRUE(contains(description, "x = deep_stem(image, 24, 40, 64)"));
  EXPECT_TRUE(contains(description, "layer2: bottleneck_stage(x, 128, 1, avg_down: true)"));
}

/// timm keeps the name `maxpool` for the convolution that ResNet-RS has in its place.
TEST(Describe, WritesAConvolutionInPlaceOfThePool) {
  std::string description = expectRoundTrip(network("rs", R"(
    x = relu(conv1.1: batch_norm(conv1.0: conv(image, 32, kernel: 3, stride: 2, padding: 1)))
    x = relu(conv1.4: batch_norm(conv1.3: conv(x, 32, kernel: 3, padding: 1)))
    x = relu(bn1: batch_norm(conv1.6: conv(x, 64, kernel: 3, padding: 1)))
    x = relu(maxpool.1: batch_norm(maxpool.0: conv(x, 64, kernel: 3, stride: 2, padding: 1)))
    x = layer1: bottleneck_stage(x, 64, 2, stride: 1, reduction: 4, avg_down: true)
    x = layer2: bottleneck_stage(x, 128, 2, reduction: 4, avg_down: true)
    fc: linear(flatten(global_avg_pool(x)), 1000))"));
  EXPECT_TRUE(contains(description, "x = relu(maxpool.1: batch_norm(maxpool.0: conv(x, 64"))
      << description;
}

TEST(Describe, PutsTheStrideWhereItIsTold) {
  std::string text = small("x = resnet_stem(image)", "bottleneck", ", stride_on: \"conv1\"");
  checkpoint::Options options;
  options.strideOn = "conv1";
  EXPECT_TRUE(contains(expectRoundTrip(text, options),
                       "layer2: bottleneck_stage(x, 128, 1, stride_on: \"conv1\")"));
}

TEST(Describe, TakesHardSigmoidGates) {
  checkpoint::Options options;
  options.gate = "hard_sigmoid";
  std::string description = expectRoundTrip(
      small("x = resnet_stem(image)", "basic_block", ", reduction: 16, gate: hard_sigmoid"),
      options);
  EXPECT_TRUE(contains(description, "reduction: 16, gate: hard_sigmoid)")) << description;
}

/// Matrices stand for 1x1 convolutions, in gates and in the classifier.
TEST(Describe, TakesGatesOfEitherForm) {
  Shapes shapes = shapesOf(small("x = resnet_stem(image)", "basic_block", ", reduction: 16"));
  std::string expected = describe(shapes);
  shapes.set("layer1.0.se.fc1.weight", {8, 64})
      .set("layer1.0.se.fc2.weight", {64, 8})
      .set("fc.weight", {10, 512, 1, 1});
  EXPECT_EQ(describe(shapes), expected);
}

/// A gate without biases, or in a Sequential, is written out.
TEST(Describe, WritesOtherGatesInFull) {
  Shapes shapes = shapesOf(small("x = resnet_stem(image)", "basic_block", ", reduction: 16"));
  shapes.erase("layer2.0.se.fc1.bias").erase("layer2.0.se.fc2.bias");
  std::string description = describe(shapes);
  EXPECT_TRUE(contains(description, "x = se: squeeze_excite(x, width: 8, bias: false)\n"))
      << description;
  expectRoundTrip(description);
  description = describe(shapes.rename("layer2.0.se.fc1", "layer2.0.se.fc.0")
                             .rename("layer2.0.se.fc2", "layer2.0.se.fc.2"));
  EXPECT_TRUE(contains(description, "squeeze_excite(x, width: 8, bias: false, linear: true, "
                                    "reduce: \"fc.0\", expand: \"fc.2\")"))
      << description;
  expectRoundTrip(description);
}

TEST(Describe, TakesNetworksWithoutAClassifier) {
  Shapes shapes = shapesOf(readFile(SINTER_NETWORKS_DIR "/resnet18.sinter"));
  std::string description = describe(shapes.erase("fc.weight").erase("fc.bias"));
  EXPECT_TRUE(contains(description, "\n  flatten(global_avg_pool(x))\n}\n")) << description;
  EXPECT_TRUE(contains(assumptions(description),
                       "no classifier, since there is none here: the output is the mean of each "
                       "channel.\n"));
  expectRoundTrip(description);
}

/// Blocks whose channels differ, as pruning leaves them, and a gate in one of them only.
TEST(Describe, WritesIrregularBlocksInFull) {
  EXPECT_EQ(expectRoundTrip(network("pruned", R"(
    x = resnet_stem(image)
    layer1.0: residual(x) {
      main {
        x = relu(bn1: batch_norm(conv1: conv(x, 48, kernel: 1)))
        x = relu(bn2: batch_norm(conv2: conv(x, 40, kernel: 3, padding: 1)))
        x = bn3: batch_norm(conv3: conv(x, 100, kernel: 1))
      }
      shortcut { x = downsample.1: batch_norm(downsample.0: conv(x, 100, kernel: 1)) }
    } then relu
    x = layer1.1: bottleneck(x, 25)
    x = layer2.0: basic_block(x, 32, stride: 2, reduction: 8)
    x = layer2.1: basic_block(x, 32)
    fc: linear(flatten(global_avg_pool(x)), 10))")),
            R"(import "resnet"

block layer1_0(x) {
  residual(x) {
    main {
      x = relu(bn1: batch_norm(conv1: conv(x, 48, kernel: 1)))
      x = relu(bn2: batch_norm(conv2: conv(x, 40, kernel: 3, padding: 1)))
      x = bn3: batch_norm(conv3: conv(x, 100, kernel: 1))
    }
    shortcut {
      x = downsample.1: batch_norm(downsample.0: conv(x, 100, kernel: 1))
    }
  } then relu
}

network my_net(image: f32[1, 3, 224, 224]) {
  x = resnet_stem(image)
  x = layer1.0: layer1_0(x)
  x = layer1.1: bottleneck(x, 25)
  x = layer2.0: basic_block(x, 32, stride: 2, reduction: 16)
  x = layer2.1: basic_block(x, 32)
  fc: linear(flatten(global_avg_pool(x)), 10)
}
)");
}

//===----------------------------------------------------------------------===//
// CIFAR
//===----------------------------------------------------------------------===//

TEST(Describe, WritesCifarShortcutsWithWeights) {
  // "Option B", with moskomule's names and those of akamaster.
  Shapes shapes = shapesOf(R"(import "resnet"
network resnet14(image: f32[1, 3, 32, 32]) {
  x = relu(bn1: batch_norm(conv1: conv(image, 16, kernel: 3, padding: 1)))
  x = layer1: basic_stage(x, 16, 3, stride: 1)
  x = layer2: basic_stage(x, 32, 3)
  x = layer3: basic_stage(x, 64, 3)
  linear: linear(flatten(global_avg_pool(x)), 10)
}
)");
  std::string description = describe(shapes);
  EXPECT_TRUE(contains(description, "network resnet20(image: f32[1, 3, 32, 32])")) << description;
  EXPECT_TRUE(contains(description, "x = layer2: basic_stage(x, 32, 3)"));
  EXPECT_FALSE(contains(description, "option A"));
  expectRoundTrip(description);
  description = describe(
      shapes.rename("2.0.downsample", "2.0.shortcut").rename("3.0.downsample", "3.0.shortcut"));
  EXPECT_TRUE(contains(description, "layer2: repeat 3 { x = layer2_0(x) if index == 0 else "
                                    "basic_block(x, 32) }"))
      << description;
  expectRoundTrip(description);
}

/// Four stages behind a 3x3 stem are CIFAR's where the names say so.
TEST(Describe, TakesFourStagesForCifarByTheirNames) {
  std::string text = R"(import "resnet"
network wide(image: f32[1, 3, 32, 32]) {
  x = relu(bn1: batch_norm(conv1: conv(image, 64, kernel: 3, padding: 1)))
  x = layer1: basic_stage(x, 64, 2, stride: 1)
  x = layer2: basic_stage(x, 128, 2)
  x = layer3: basic_stage(x, 256, 2)
  x = layer4: basic_stage(x, 512, 2)
  linear: linear(flatten(global_avg_pool(x)), 10)
}
)";
  expectRoundTrip(text);
  Shapes shapes = shapesOf(text).rename("linear.", "fc.");
  EXPECT_EQ(describe(shapes), "models/my-net.safetensors: a 3x3 stem before four stages is "
                              "ambiguous: give --stem cifar (stride 1, no max pool) or --stem "
                              "imagenet (stride 2 and a max pool)\n");
  checkpoint::Options options;
  options.stem = "cifar";
  EXPECT_TRUE(contains(describe(shapes, options), "network my_net(image: f32[1, 3, 32, 32])"));
  options.stem = "imagenet";
  std::string description = describe(shapes, options);
  EXPECT_TRUE(contains(description, "conv(image, 64, kernel: 3, stride: 2, padding: 1)))\n"
                                    "  x = maxpool: max_pool(x, kernel: 3, stride: 2, padding: 1)"))
      << description;
  expectRoundTrip(description, options);
}

/// The network of examples/digits, which no library has.
TEST(Describe, TakesTheDigits) {
  checkpoint::Options options;
  options.imageSize = {8, 8};
  expectRoundTrip(readFile(SINTER_NETWORKS_DIR "/../digits/digits.sinter"), options);
}

//===----------------------------------------------------------------------===//
// The first SENets
//===----------------------------------------------------------------------===//

TEST(Describe, PutsAReluBeforeTheGatesOfLegacyBasicBlocks) {
  BuiltNetwork network(describe(shapesOf(readFile("Inputs/legacy_seresnet18.sinter"))));
  size_t gates = 0;
  network.getModule().walk([&](nn::SqueezeExciteOp gate) {
    ++gates;
    EXPECT_TRUE(gate.getInput().getDefiningOp<nn::ReLUOp>());
  });
  EXPECT_EQ(gates, 8u);
}

TEST(Describe, KnowsThePoolOfLegacyStems) {
  for (const char *name :
       {"Inputs/legacy_seresnet18.sinter", SINTER_NETWORKS_DIR "/legacy_seresnet50.sinter",
        SINTER_NETWORKS_DIR "/senet154.sinter"}) {
    BuiltNetwork network(describe(shapesOf(readFile(name))));
    size_t pools = 0;
    network.getModule().walk([&](nn::MaxPoolOp pool) {
      ++pools;
      EXPECT_TRUE(pool.getCeilMode());
      EXPECT_TRUE(llvm::all_of(pool.getPadding(), [](int64_t side) { return side == 0; }));
      EXPECT_EQ(llvm::cast<mlir::ShapedType>(pool.getType()).getDimSize(2), 56);
    });
    EXPECT_EQ(pools, 1u) << name;
  }
}

TEST(Describe, KnowsWhereLegacyNetworksHaveTheirStride) {
  auto assumed = [](const std::string &path) {
    return assumptions(describe(shapesOf(readFile(path))));
  };
  EXPECT_TRUE(contains(assumed(SINTER_NETWORKS_DIR "/legacy_seresnet50.sinter"),
                       "their stride on conv1 as in SE-ResNet"));
  EXPECT_TRUE(contains(assumed("Inputs/legacy_seresnext50_32x4d.sinter"),
                       "their stride on conv2 as in SE-ResNeXt"));
  EXPECT_TRUE(contains(assumed(SINTER_NETWORKS_DIR "/senet154.sinter"), "their stride on conv2"));
  checkpoint::Options options;
  options.strideOn = "conv2";
  std::string text = readFile(SINTER_NETWORKS_DIR "/legacy_seresnet50.sinter");
  EXPECT_TRUE(contains(describe(shapesOf(text), options),
                       "layer2: senet_bottleneck_stage(x, 128, 4, stride_on: \"conv2\")"));
}
