//===- RaisingTest.cpp - Flat networks become what they were --------------===//
//
// Writes networks out as an exporter would, raises them, and expects the IR of the
// description and the values of the reference interpreter.
//
//===----------------------------------------------------------------------===//

#include "test/dialects/NN/Transforms/Flatten.h"

#include "compiler/Driver/Input.h"
#include "compiler/Driver/Register.h"
#include "compiler/Frontend/Text/Text.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Reference/Reference.h"
#include "compiler/Support/Location.h"
#include "dialects/NN/IR/NN.h"

#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

using namespace mlir;
using namespace sinter;
using namespace sinter::test;

namespace {

struct RaisingTest : testing::Test {
  RaisingTest() {
    DialectRegistry registry;
    registerAllSinter(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  OwningOpRef<ModuleOp> parse(llvm::StringRef text) {
    return text::parseNetworkText("test.sinter", text, context, {}, llvm::errs());
  }

  MLIRContext context{MLIRContext::Threading::DISABLED};
};

std::string print(ModuleOp module) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  module.print(stream);
  return text;
}

void raise(ModuleOp module) {
  PassManager pm(module.getContext());
  buildRaisePipeline(pm);
  ASSERT_TRUE(succeeded(pm.run(module)));
}

OwningOpRef<ModuleOp> flattened(ModuleOp module, const FlattenOptions &options) {
  OwningOpRef<ModuleOp> flat(module.clone());
  flatten(driver::networkOf(*flat), options);
  EXPECT_TRUE(succeeded(mlir::verify(*flat)));
  flat->walk([](Operation *op) {
    EXPECT_FALSE((isa<nn::ResBlockOp, nn::SqueezeExciteOp>(op))) << "is not flat";
  });
  return flat;
}

/// The layers' names of blocks and gates, in order.
std::vector<std::string> blockNames(ModuleOp module) {
  std::vector<std::string> names;
  module.walk([&](Operation *op) {
    if (isa<nn::ResBlockOp, nn::SqueezeExciteOp>(op))
      names.push_back(layerOf(op->getLoc()));
  });
  return names;
}

std::vector<std::string> shippedNetworks() {
  std::vector<std::string> paths;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator it(SINTER_NETWORKS_DIR, code), end; it != end && !code;
       it.increment(code))
    if (llvm::sys::path::extension(it->path()) == ".sinter")
      paths.push_back(it->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Random weights; what they are depends on the operations that read them, so all forms
/// of a network take those of one.
std::unique_ptr<WeightSource> weightsOf(ModuleOp module) {
  ErrorList errors;
  return openWeights("random:5", module, errors);
}

/// What the reference computes from fixed random inputs.
std::vector<double> evaluate(ModuleOp module, const WeightSource &weights) {
  func::FuncOp network = driver::networkOf(module);
  std::mt19937 generator(7);
  std::uniform_real_distribution<double> uniform(-1, 1);
  std::vector<DoubleTensor> inputs;
  for (Type type : network.getArgumentTypes()) {
    auto shaped = cast<ShapedType>(type);
    DoubleTensor input{Shape(shaped.getShape()), std::vector<double>(shaped.getNumElements())};
    for (double &value : input.data)
      value = uniform(generator);
    inputs.push_back(std::move(input));
  }
  auto results = interpret(network, inputs, weights);
  if (!results) {
    ADD_FAILURE() << llvm::toString(results.takeError());
    return {};
  }
  return results->front().data;
}

void expectClose(const std::vector<double> &got, const std::vector<double> &wanted,
                 double tolerance) {
  ASSERT_EQ(got.size(), wanted.size());
  double largest = 0;
  for (double value : wanted)
    largest = std::max(largest, std::fabs(value));
  EXPECT_GT(largest, 0);
  for (size_t i = 0; i < got.size(); ++i)
    EXPECT_LE(std::fabs(got[i] - wanted[i]), tolerance * largest) << "at " << i;
}

} // namespace

//===----------------------------------------------------------------------===//
// Shipped networks
//===----------------------------------------------------------------------===//

TEST_F(RaisingTest, ShippedNetworksComeBack) {
  std::vector<std::string> paths = shippedNetworks();
  EXPECT_GE(paths.size(), 19u);
  for (const std::string &path : paths) {
    SCOPED_TRACE(path);
    OwningOpRef<ModuleOp> module = text::parseNetworkFile(path, context, {}, llvm::errs());
    ASSERT_TRUE(module);
    // A description has nothing to raise.
    std::string wanted = print(*module);
    OwningOpRef<ModuleOp> raised(module->clone());
    raise(*raised);
    EXPECT_EQ(print(*raised), wanted);
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      OwningOpRef<ModuleOp> flat = flattened(*module, {seed});
      raise(*flat);
      EXPECT_EQ(print(*flat), wanted);
      EXPECT_EQ(blockNames(*flat), blockNames(*module));
    }
  }
}

//===----------------------------------------------------------------------===//
// Variants
//===----------------------------------------------------------------------===//

namespace {

struct Variant {
  const char *name;
  const char *body; ///< from `x`, 8 channels of 12 x 12, to `x`, of any shape
};

const Variant variants[] = {
    {"basic", "x = a: basic_block(x, 8)\n x = b: basic_block(x, 16, 2)"},
    {"bottleneck", "x = a: bottleneck(x, 4, reduction: 2)\n"
                   "x = b: bottleneck(x, 8, 2, reduction: 2)"},
    {"option_a", "x = a: cifar_block(x, 8, reduction: 2)\n x = b: cifar_block(x, 16, 2, 4)"},
    // Of one pixel from the third block on, whose mean folds.
    {"one_pixel", "x = a: cifar_block(x, 16, 4, 4)\n x = b: cifar_block(x, 32, 4, 4)\n"
                  "x = c: cifar_block(x, 32, 1, 4)"},
    {"legacy", "x = a: senet_basic_block(x, 8, reduction: 2)\n"
               "x = b: senet_bottleneck(x, 8, 2, reduction: 2)"},
    {"pre_activation", R"(
      a: residual(x) {
        main {
          x = relu(bn1: batch_norm(x))
          x = relu(bn2: batch_norm(conv1: conv(x, 8, kernel: 3, padding: 1)))
          x = conv2: conv(x, 8, kernel: 3, padding: 1)
        }
      }
      x = relu(b.bn1: batch_norm(x))
      b: residual(x) {
        main {
          x = relu(bn2: batch_norm(conv1: conv(x, 16, kernel: 3, stride: 2, padding: 1)))
          x = conv2: conv(x, 16, kernel: 3, padding: 1)
        }
        shortcut { x = shortcut.0: conv(x, 16, kernel: 1, stride: 2) }
      } then relu)"},
    {"average_pool_shortcut", R"(
      a: residual(x) {
        main { x = bn1: batch_norm(conv1: conv(x, 16, kernel: 3, stride: 2, padding: 1)) }
        shortcut {
          x = avg_pool(x, kernel: 2, stride: 2, ceil_mode: true, count_include_pad: false)
          x = downsample.2: batch_norm(downsample.1: conv(x, 16, kernel: 1))
        }
      } then relu)"},
    {"gates_in_other_places", R"(
      a: residual(x) {
        main {
          x = pre: squeeze_excite(x, 2, gate: hard_sigmoid)
          x = relu(conv1: conv(x, 8, kernel: 3, padding: 1))
          x = inner: squeeze_excite(x, 4, linear: true, bias: false, activation: silu)
          x = conv2: conv(x, 8, kernel: 3, padding: 1)
        }
        shortcut { x = identity.se: squeeze_excite(x, 2, activation: hard_swish) }
      }
      x = relu(post: squeeze_excite(x, 2, gate: relu6)))"},
    {"activations", R"(
      x = hard_swish(conv0: conv(x, 8, kernel: 3))
      a: residual(x) {
        main {
          x = silu(conv1: conv(x, 8, kernel: 3, padding: 1))
          x = se: squeeze_excite(x, 2, activation: silu, gate: hard_sigmoid(alpha: 0.2))
          x = conv2: conv(hard_sigmoid(x), 8, kernel: 1)
        }
      } then hard_swish
      b: residual(x) { main { x = conv1: conv(hard_swish(x), 8, kernel: 1) } } then silu
      c: residual(x) { main { x = conv1: conv(relu6(x), 8, kernel: 1) } } then hard_sigmoid
      x = leaky_relu(x))"},
    {"nested", R"(
      a: residual(x) {
        main {
          x = conv1: conv(x, 8, kernel: 3, padding: 1)
          b: residual(x) {
            main { x = conv1: conv(relu(x), 8, kernel: 1) }
            shortcut { x = relu(x) }
          } then relu
          x = conv2: conv(x, 8, kernel: 1)
        }
        shortcut {
          c: residual(x) { main { x = conv1: conv(x, 8, kernel: 1) } } then relu
        }
      }
      x = sigmoid(x))"},
};

std::string networkText(const Variant &variant) {
  return std::string("import \"resnet\"\nimport \"cifar\"\nimport \"senet\"\n"
                     "network variant(image: f32[2, 3, 14, 14]) {\n"
                     "x = stem: conv(image, 8, kernel: 3)\n") +
         variant.body + "\nfc: linear(flatten(x), 5)\n}\n";
}

struct VariantTest : RaisingTest, testing::WithParamInterface<Variant> {};

INSTANTIATE_TEST_SUITE_P(Raising, VariantTest, testing::ValuesIn(variants),
                         [](const auto &info) { return info.param.name; });

} // namespace

/// Without a change to an activation, raising is exact to the bit.
TEST_P(VariantTest, ComesBackBitByBit) {
  OwningOpRef<ModuleOp> module = parse(networkText(GetParam()));
  ASSERT_TRUE(module);
  raise(*module);
  std::unique_ptr<WeightSource> weights = weightsOf(*module);
  std::vector<double> results = evaluate(*module, *weights);
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    OwningOpRef<ModuleOp> flat = flattened(*module, {seed});
    std::vector<double> flatResults = evaluate(*flat, *weights);
    raise(*flat);
    EXPECT_EQ(print(*flat), print(*module));
    EXPECT_EQ(blockNames(*flat), blockNames(*module));
    EXPECT_EQ(evaluate(*flat, *weights), flatResults);
    expectClose(flatResults, results, 1e-12);
  }
}

/// Activations that are written out come back, and change values by rounding alone.
TEST_P(VariantTest, ComesBackFromWrittenActivations) {
  OwningOpRef<ModuleOp> module = parse(networkText(GetParam()));
  ASSERT_TRUE(module);
  raise(*module);
  std::unique_ptr<WeightSource> weights = weightsOf(*module);
  std::vector<double> results = evaluate(*module, *weights);
  for (bool rounds : {false, true})
    for (uint64_t seed = 1; seed <= 8; ++seed) {
      OwningOpRef<ModuleOp> flat = flattened(*module, {seed, /*writesActivations=*/true, rounds});
      expectClose(evaluate(*flat, *weights), results, rounds ? 1e-6 : 1e-12);
      raise(*flat);
      EXPECT_EQ(print(*flat), print(*module));
    }
}
