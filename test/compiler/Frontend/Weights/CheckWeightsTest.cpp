//===- CheckWeightsTest.cpp - Networks and weights that do not fit --------===//

#include "test/compiler/Frontend/Weights/TemporaryFile.h"
#include "test/compiler/Support/Network.h"

#include <cmath>
#include <limits>

using namespace sinter;
using namespace sinter::test;

namespace {

const char *const text = R"(
  func.func @net(%x: tensor<1x2x1x1xf32>) -> tensor<1x1xf32> {
    %w = nn.parameter "layer.conv.weight" : tensor<2x2x1x1xf32>
    %0 = nn.conv2d %x, %w : (tensor<1x2x1x1xf32>, tensor<2x2x1x1xf32>) -> tensor<1x2x1x1xf32> loc("layer.conv"("net.sinter":3:5))
    %1 = nn.flatten %0 : (tensor<1x2x1x1xf32>) -> tensor<1x2xf32>
    %fw = nn.parameter "fc.weight" : tensor<1x2xf32>
    %fb = nn.parameter "fc.bias" : tensor<1xf32>
    %2 = nn.linear %1, %fw bias %fb : (tensor<1x2xf32>, tensor<1x2xf32>, tensor<1xf32>) -> tensor<1x1xf32> loc("fc"("net.sinter":4:7))
    return %2 : tensor<1x1xf32>
  })";

MapWeights goodWeights() {
  MapWeights weights;
  weights.add("layer.conv.weight", {{2, 2, 1, 1}, {1, 2, 3, 4}})
      .add("fc.weight", {{1, 2}, {1, 2}})
      .add("fc.bias", {{1}, {1}});
  return weights;
}

/// All errors of a check, sorted.
ErrorList check(const WeightSource &weights) {
  Network network(text);
  ErrorList errors;
  llvm::LogicalResult result = checkWeights(network.getModule(), weights, errors);
  EXPECT_EQ(succeeded(result), errors.empty());
  return errors;
}

} // namespace

TEST(CheckWeights, AcceptsWhatFits) { EXPECT_EQ(check(goodWeights()), ErrorList()); }

TEST(CheckWeights, TakesMatricesAndOneByOneFiltersForEachOther) {
  MapWeights weights;
  weights.add("layer.conv.weight", {{2, 2}, {1, 2, 3, 4}})
      .add("fc.weight", {{1, 2, 1, 1}, {1, 2}})
      .add("fc.bias", {{1}, {1}});
  EXPECT_EQ(check(weights), ErrorList());
}

TEST(CheckWeights, IgnoresCountersOfTrainingSteps) {
  MapWeights weights = goodWeights();
  weights.add("bn1.num_batches_tracked", {{}, {7}});
  EXPECT_EQ(check(weights), ErrorList());
}

TEST(CheckWeights, ListsEverythingInOneRun) {
  MapWeights weights;
  weights.add("layer.conv.weight", {{2, 1, 3, 3}, std::vector<float>(18)})
      .add("fc.wieght", {{1, 2}, {1, 2}})
      .add("extra.bias", {{5}, std::vector<float>(5)});
  EXPECT_EQ(check(weights),
            (ErrorList{"test.safetensors: expects tensor 'layer.conv.weight' of layer 'layer.conv' "
                       "(net.sinter:3:5) to be 2x2x1x1, got 2x1x3x3",
                       "test.safetensors: expects tensor 'fc.weight' of layer 'fc' "
                       "(net.sinter:4:7), 1x2, got none; did you mean 'fc.wieght'?",
                       "test.safetensors: expects tensor 'fc.bias' of layer 'fc' "
                       "(net.sinter:4:7), 1, got none",
                       "test.safetensors: expects only tensors of the network, got 'extra.bias', 5",
                       "test.safetensors: expects only tensors of the network, got 'fc.wieght', "
                       "1x2"}));
}

TEST(CheckWeights, RefusesOtherTypes) {
  MapWeights weights = goodWeights();
  weights.info("fc.weight").type = WeightType::Other;
  weights.info("fc.weight").typeName = "I8";
  EXPECT_EQ(check(weights), (ErrorList{"test.safetensors: expects tensor 'fc.weight' of layer 'fc' "
                                       "(net.sinter:4:7) to be F32, F16 or BF16, got I8"}));
}

TEST(CheckWeights, RefusesWhatIsNotFinite) {
  MapWeights weights = goodWeights();
  weights.add("fc.weight", {{1, 2}, {1, std::nanf("")}})
      .add("fc.bias", {{1}, {-std::numeric_limits<float>::infinity()}});
  EXPECT_EQ(check(weights),
            (ErrorList{"test.safetensors: expects tensor 'fc.weight' of layer 'fc' "
                       "(net.sinter:4:7) to be finite, got nan at element 1",
                       "test.safetensors: expects tensor 'fc.bias' of layer 'fc' (net.sinter:4:7) "
                       "to be finite, got inf at element 0"}));
}

TEST(CheckWeights, ExplainsAPrefixInOneLine) {
  MapWeights weights, good = goodWeights();
  for (llvm::StringRef key : good.keys())
    weights.add(
        ("module." + key).str(),
        {good.lookup(key)->shape, std::vector<float>(*numElements(good.lookup(key)->shape))});
  ErrorList errors = check(weights);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("expects keys like 'layer.conv.weight', got "
                           "'module.layer.conv.weight': all 3 tensors of the network are there "
                           "behind 'module.'; rename them with: python3 -c"),
            std::string::npos)
      << errors[0];
}

TEST(CheckWeights, ExplainsAPrefixThatIsMissing) {
  Network network(R"(
    func.func @net() -> tensor<1xf32> {
      %0 = nn.parameter "backbone.a.weight" : tensor<1xf32>
      return %0 : tensor<1xf32>
    })");
  ErrorList errors;
  EXPECT_TRUE(
      failed(checkWeights(network.getModule(), MapWeights().add("a.weight", {{1}, {1}}), errors)));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("are there without 'backbone.'"), std::string::npos) << errors[0];
}

TEST(CheckWeights, BoundsWhatAGeneratorIsAskedFor) {
  Network network(R"(
    func.func @net() -> tensor<65536x8192xf32> {
      %0 = nn.parameter "fc.weight" : tensor<65536x8192xf32>
      return %0 : tensor<65536x8192xf32>
    })");
  ErrorList errors;
  auto source = openWeights("random:1", network.getModule(), errors);
  ASSERT_TRUE(source);
  EXPECT_TRUE(failed(checkWeights(network.getModule(), *source, errors)));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors[0].find("to have at most 268435456 elements, got 65536x8192"), std::string::npos)
      << errors[0];
}

TEST(CheckWeights, EscapesWhatAFileSays) {
  MapWeights weights = goodWeights();
  weights.add("\x1b[2J", {{1}, {1}});
  EXPECT_EQ(check(weights),
            (ErrorList{"test.safetensors: expects only tensors of the network, got '\\1B[2J', 1"}));
}

//===----------------------------------------------------------------------===//
// openWeights
//===----------------------------------------------------------------------===//

static std::string openError(llvm::StringRef spec) {
  Network network(text);
  ErrorList errors;
  EXPECT_EQ(openWeights(spec, network.getModule(), errors), nullptr);
  EXPECT_EQ(errors.size(), 1u);
  return errors.empty() ? "" : errors[0];
}

TEST(OpenWeights, TakesASeed) {
  Network network(text);
  ErrorList errors;
  auto source = openWeights("random:18446744073709551615", network.getModule(), errors);
  ASSERT_TRUE(source);
  EXPECT_TRUE(succeeded(checkWeights(network.getModule(), *source, errors)));
  EXPECT_EQ(errors, ErrorList());
  for (llvm::StringRef spec : {"random:", "random:x", "random:-1", "random:18446744073709551616"})
    EXPECT_EQ(openError(spec),
              "expects random:SEED with an integer from 0 to 2^64 - 1, got '" + spec.str() + "'");
}

TEST(OpenWeights, SaysHowToConvertAPickle) {
  std::string error = openError("model.pth");
  EXPECT_NE(error.find("expects --weights to be FILE.safetensors or random:SEED, got 'model.pth'"),
            std::string::npos);
  EXPECT_NE(error.find("d = torch.load('model.pth', map_location='cpu', weights_only=True); "
                       "save_file(d.get('state_dict', d), 'model.safetensors')\""),
            std::string::npos);
}

TEST(OpenWeights, RefusesOtherFiles) {
  EXPECT_EQ(openError("weights.txt"),
            "expects --weights to be FILE.safetensors or random:SEED, got 'weights.txt'");
  EXPECT_NE(openError("absent.safetensors").find("cannot read 'absent.safetensors'"),
            std::string::npos);
}
