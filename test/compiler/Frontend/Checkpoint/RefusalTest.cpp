//===- RefusalTest.cpp - Checkpoints that cannot be described -------------===//

#include "test/compiler/Frontend/Checkpoint/Shapes.h"

using namespace sinter;
using namespace sinter::test;

namespace {

/// Two stages of one block each, with gates.
Shapes gated(const std::string &block) {
  return BuiltNetwork("import \"resnet\"\nnetwork net(image: f32[1, 3, 64, 64]) {\n"
                      "x = resnet_stem(image)\nx = layer1.0: " +
                      block + "(x, 64, reduction: 16)\nx = layer2.0: " + block +
                      "(x, 128, stride: 2, reduction: 16)\n"
                      "fc: linear(flatten(global_avg_pool(x)), 10)\n}\n")
      .shapes();
}

/// `line` after the name of the file.
std::string error(const std::string &line) { return "models/my-net.safetensors: " + line + "\n"; }

const char *const advice =
    "; describe the network in a .sinter file and give the checkpoint with --weights";

/// The one line of a network whose keys give it away.
std::string unknown(const std::string &sign) {
  return error("expects a residual network of a known kind, got another; " + sign + advice);
}

} // namespace

//===----------------------------------------------------------------------===//
// Other architectures
//===----------------------------------------------------------------------===//

TEST(Refusal, NamesWhatIsNoResidualNetwork) {
  Shapes transformer;
  transformer.set("blocks.0.attn.qkv.weight", {576, 192}).set("cls_token", {1, 1, 192});
  EXPECT_EQ(describe(transformer),
            error("expects the names of a residual network, such as 'layer1.0.conv1.weight', got "
                  "'blocks.0.attn.qkv.weight', 'cls_token'; its keys show attention" +
                  std::string(advice)));
  EXPECT_EQ(describe(Shapes()),
            error("expects the names of a residual network, such as 'layer1.0.conv1.weight', got "
                  "none; it has no running statistics, so no batch norm" +
                  std::string(advice)));
}

TEST(Refusal, KnowsTheNamesOfOthers) {
  auto explained = [](const char *key, const char *what) {
    Shapes shapes;
    shapes.set(key, {64, 3, 7, 7}).set("bn.running_mean", {64});
    std::string text = describe(shapes);
    EXPECT_NE(text.find(std::string("; its keys show ") + what), std::string::npos) << text;
  };
  explained("resnet.embedder.embedder.convolution.weight", "the names of Hugging Face's transform");
  explained("stem.conv1.conv.weight", "another naming of timm's");
  explained("features.0.weight", "a network that is not residual");
}

TEST(Refusal, NamesTheAttentionThatItDoesNotKnow) {
  // ECA, and the gate with one layer.
  for (auto [module, what] : {std::pair("se.conv", "efficient channel attention (ECA)"),
                              {"se.fc", "effective squeeze-and-excitation"}}) {
    Shapes shapes = gated("basic_block");
    for (const char *part : {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"})
      shapes.erase(std::string("layer1.0.se.") + part);
    shapes.set(std::string("layer1.0.") + module + ".weight", {1, 1, 3});
    EXPECT_EQ(describe(shapes), unknown(std::string("its keys show ") + what));
  }
  Shapes shapes = gated("basic_block");
  EXPECT_NE(describe(shapes.set("layer1.0.se.bn.weight", {8})).find("a batch norm within the gate"),
            std::string::npos);
}

TEST(Refusal, NamesAntiAliasedPools) {
  Shapes shapes = gated("basic_block");
  EXPECT_EQ(describe(shapes.set("maxpool.1.filt", {64, 1, 3, 3})),
            unknown("its keys show anti-aliased pooling"));
}

TEST(Refusal, NamesNormsWithoutStatistics) {
  Shapes shapes = gated("basic_block");
  for (std::string norm : {"bn1", "layer1.0.bn1", "layer1.0.bn2", "layer2.0.bn1", "layer2.0.bn2",
                           "layer2.0.downsample.1"})
    shapes.erase(norm + ".running_mean").erase(norm + ".running_var");
  EXPECT_EQ(describe(shapes), unknown("it has no running statistics, so no batch norm"));
}

/// Without a batch norm behind the first convolution; the last one is behind all blocks.
TEST(Refusal, NamesPreActivation) {
  Shapes shapes = gated("basic_block");
  for (const char *part : {"weight", "bias", "running_mean", "running_var"})
    shapes.erase(std::string("bn1.") + part);
  EXPECT_EQ(describe(shapes),
            unknown("its keys show batch norms before convolutions (pre-activation)"));
}

/// The first SENets name their gates `se_module`, timm and others `se`.
TEST(Refusal, RefusesMixedNames) {
  std::string text = describe(gated("basic_block").rename("layer2.0.se.", "layer2.0.se_module."));
  EXPECT_NE(text.find(error("expects only tensors of a residual network that it knows, got "
                            "'layer2.0.se_module.fc1.bias', 8")),
            std::string::npos)
      << text;
}

//===----------------------------------------------------------------------===//
// Ambiguity
//===----------------------------------------------------------------------===//

TEST(Refusal, AsksForTheStrideWhereNamesDoNotTell) {
  Shapes shapes = BuiltNetwork("import \"senet\"\nnetwork net(image: f32[1, 3, 64, 64]) {\n"
                               "x = layer0: senet_stem(image)\n"
                               "x = layer1.0: senet_bottleneck(x, 64)\n"
                               "x = layer2.0: senet_bottleneck(x, 128, stride: 2)\n"
                               "last_linear: linear(flatten(global_avg_pool(x)), 10)\n}\n")
                      .shapes();
  for (const char *layer : {"layer1.0", "layer2.0"})
    for (const char *part : {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"})
      shapes.erase(std::string(layer) + ".se_module." + part);
  EXPECT_EQ(describe(shapes),
            error("bottlenecks with the names of the first SENets, but without gates, are "
                  "ambiguous: give --stride-on conv1 (v1) or --stride-on conv2 (v1.5)"));
  for (const char *place : {"conv1", "conv2"}) {
    checkpoint::Options options;
    options.strideOn = place;
    std::string text = describe(shapes, options);
    EXPECT_NE(text.find(std::string(place) + ": conv(x, 128, kernel: " +
                        (options.strideOn == "conv1" ? "1" : "3") + ", stride: 2"),
              std::string::npos)
        << text;
  }
}

TEST(Refusal, RefusesFlagsThatDecideNothing) {
  Shapes plain = gated("basic_block");
  for (const char *part : {"fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"})
    plain.erase(std::string("layer1.0.se.") + part).erase(std::string("layer2.0.se.") + part);
  checkpoint::Options options;
  options.strideOn = "conv1";
  EXPECT_EQ(describe(plain, options), error("--stride-on expects bottlenecks with a stride, got "
                                            "none"));
  options = {};
  options.gate = "sigmoid";
  EXPECT_EQ(describe(plain, options), error("--gate expects squeeze-and-excitation, got none"));
  options = {};
  options.stem = "cifar";
  Shapes legacy = BuiltNetwork("import \"senet\"\nnetwork net(image: f32[1, 3, 64, 64]) {\n"
                               "x = layer0: senet_stem(image)\n"
                               "x = layer1.0: senet_basic_block(x, 64)\n"
                               "last_linear: linear(flatten(global_avg_pool(x)), 10)\n}\n")
                      .shapes();
  EXPECT_EQ(describe(legacy, options),
            error("--stem cifar expects a stem of one convolution, with torchvision's names"));
}

//===----------------------------------------------------------------------===//
// Tensors that do not fit
//===----------------------------------------------------------------------===//

TEST(Refusal, NamesTensorsAndLayers) {
  Shapes shapes = gated("bottleneck");
  shapes.set("layer1.0.bn2.bias", {63})
      .set("layer1.0.conv3.weight", {256, 65, 1, 1})
      .set("layer1.0.se.fc2.weight", {255, 16, 1, 1})
      .set("layer2.0.conv2.weight", {128, 48, 3, 3})
      .set("layer2.0.downsample.0.weight", {500, 256, 1, 1})
      .set("fc.bias", {11})
      .erase("layer2.0.bn3.running_var");
  std::string text = describe(shapes);
  for (const char *line :
       {"expects tensor 'layer1.0.bn2.bias' of layer 'layer1.0.bn2' to be 64, got 63",
        "expects tensor 'layer1.0.conv3.weight' of layer 'layer1.0.conv3' to be Ox64x1x1, got "
        "256x65x1x1",
        "expects layer 'layer1.0.se.fc2' to have as many outputs as its block, 256, got 255",
        "expects tensor 'layer2.0.conv2.weight' of layer 'layer2.0.conv2' to be OxIx3x3 where I "
        "divides 128, and the groups O, got 128x48x3x3",
        "expects layer 'layer2.0.downsample.0' to have as many outputs as its block, 512, got 500",
        "expects tensor 'layer2.0.bn3.running_var' of layer 'layer2.0.bn3' to be 512, got none",
        "expects tensor 'fc.bias' of layer 'fc' to be 10, got 11"})
    EXPECT_NE(text.find(error(line)), std::string::npos) << line << "\n" << text;
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 7) << text;
}

TEST(Refusal, NamesMissingConvolutions) {
  EXPECT_NE(describe(gated("basic_block").erase("layer2.0.downsample.0.weight"))
                .find("expects tensor 'layer2.0.downsample.0.weight' of layer "
                      "'layer2.0.downsample.0' to be Ox64x1x1, got none"),
            std::string::npos);
  EXPECT_NE(describe(gated("basic_block").erase("layer2.0.conv2.weight"))
                .find("expects tensor 'layer2.0.conv2.weight' of layer 'layer2.0.conv2' to be "
                      "Ox128x3x3, got none"),
            std::string::npos);
  EXPECT_NE(describe(gated("basic_block").set("conv1.weight", {64, 3, 5, 5}))
                .find("expects tensor 'conv1.weight' of layer 'conv1' to be Ox3x7x7, got 64x3x5x5"),
            std::string::npos);
}

TEST(Refusal, ExpectsOnePrefix) {
  EXPECT_EQ(describe(gated("basic_block").prefix("body.").set("neck.weight", {1})),
            error("expects all keys to begin with 'body.', as 'body.layer1.0.conv1.weight' does, "
                  "got 'neck.weight'"));
}

/// Sizes of 0, negative or beyond all reason, and shapes of any rank.
TEST(Refusal, BoundsShapes) {
  Shapes good = gated("bottleneck");
  for (llvm::StringRef key : good.keys())
    for (Shape shape :
         {Shape{}, Shape{0}, Shape{int64_t(1) << 62}, Shape{0, 0, 0, 0}, Shape{1, 1, 1, 1, 1},
          Shape{int64_t(1) << 40, 1, 1, 1}, Shape{1 << 20, 1 << 20, 3, 3}})
      EXPECT_NE(describe(Shapes(good).set(key.str(), shape)).find("expects"), std::string::npos)
          << key.str() << " " << shapeToString(shape);
}

/// Every tensor is needed: without it, or with another beside it, there is no description.
TEST(Refusal, NeedsEveryTensor) {
  Shapes good = gated("bottleneck");
  for (llvm::StringRef key : good.keys()) {
    // A gate without biases and a classifier without its own are networks too.
    if (key == "fc.bias")
      continue;
    std::string text = describe(Shapes(good).erase(key.str()));
    EXPECT_NE(text.find("expects"), std::string::npos) << key.str() << "\n" << text;
  }
}

TEST(Refusal, BoundsBlocksAndErrors) {
  Shapes many;
  many.set("conv1.weight", {4, 3, 3, 3});
  auto norm = [&](const std::string &name) {
    for (const char *part : {"weight", "bias", "running_mean", "running_var"})
      many.set(name + "." + part, {4});
  };
  norm("bn1");
  for (int index = 0; index != 2001; ++index) {
    std::string block = "layer1." + std::to_string(index);
    many.set(block + ".conv1.weight", {4, 4, 3, 3}).set(block + ".conv2.weight", {4, 4, 3, 3});
    norm(block + ".bn1");
    norm(block + ".bn2");
  }
  EXPECT_EQ(describe(many), error("expects at most 16 stages and 2000 blocks"));

  Shapes extra = gated("basic_block");
  for (int index = 0; index != 100; ++index)
    extra.set("extra." + std::to_string(index), {1});
  std::string text = describe(extra);
  EXPECT_NE(text.find("too many errors, the rest is not shown"), std::string::npos);
  EXPECT_LE(std::count(text.begin(), text.end(), '\n'), 22);
}

/// What a file says reaches a terminal and a network only as text that cannot do harm.
TEST(Refusal, EscapesKeys) {
  EXPECT_NE(describe(gated("basic_block").set("\x1b[2J\n", {1})).find("'\\1B[2J\\0A', 1"),
            std::string::npos);
  std::string text = describe(gated("basic_block").prefix("a\nb\x1b."));
  EXPECT_NE(text.find("have the prefix 'a\\0Ab\\1B.' in front"), std::string::npos) << text;
}
