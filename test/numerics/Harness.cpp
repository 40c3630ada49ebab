//===- Harness.cpp - Compiled code against the reference ------------------===//

#include "test/numerics/Harness.h"

#include "compiler/Driver/Register.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Reference/Reference.h"
#include "compiler/Target/Model.h"
#include "compiler/Target/PackWeights.h"
#include "runtime/cpu/Internal.h"
#include "test/emulator/Emulator.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <cfenv>
#include <cmath>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <random>

using namespace mlir;
using namespace sinter;
using namespace sinter::numerics;

std::string numerics::tensorType(const std::vector<int64_t> &shape) {
  std::string text = "tensor<";
  for (int64_t size : shape)
    text += std::to_string(size) + "x";
  return text + "f32>";
}

void CaseModule::add(const std::string &inputType, const std::string &outputType,
                     const std::string &caseBody) {
  std::string number = std::to_string(count++), separator = number == "0" ? "" : ", ";
  arguments += separator + "%x" + number + ": " + inputType;
  results += separator + outputType;
  returned += separator + "%out" + number;
  for (size_t i = 0; i < caseBody.size(); ++i) {
    // %x and %out belong to the case.
    if (caseBody.compare(i, 4, "%out") == 0 || caseBody.compare(i, 3, "%x ") == 0 ||
        caseBody.compare(i, 3, "%x,") == 0) {
      size_t length = caseBody[i + 1] == 'o' ? 4 : 2;
      body += caseBody.substr(i, length) + number;
      i += length - 1;
    } else {
      body += caseBody[i] == '@' ? number : std::string(1, caseBody[i]);
    }
  }
  body += "\n";
}

std::string CaseModule::text() const {
  return "func.func @cases(" + arguments + ") -> (" + results + ") {\n" + body + "return " +
         returned + " : " + results + "\n}\n";
}

namespace {

constexpr const char *weightsSpec = "random:11";

/// A folder for one test's files, removed with it.
struct TemporaryFolder {
  TemporaryFolder() {
    if (llvm::sys::fs::createUniqueDirectory("sinter-numerics", path))
      ADD_FAILURE() << "no temporary folder";
  }
  ~TemporaryFolder() { (void)llvm::sys::fs::remove_directories(path); }
  std::string file(llvm::StringRef name) const {
    llvm::SmallString<128> result(path);
    llvm::sys::path::append(result, name);
    return result.str().str();
  }
  llvm::SmallString<128> path;
};

/// Inputs and what the reference makes of them.
struct Expected {
  std::vector<std::vector<float>> inputs;
  std::vector<DoubleTensor> outputs;
};

Expected computeReference(const std::string &path) {
  DialectRegistry registry;
  registerAllSinter(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  Expected expected;
  driver::LoadedNetwork loaded = driver::loadNetwork(path, context, {});
  if (!loaded.module) {
    ADD_FAILURE() << "cannot load " << path;
    return expected;
  }
  auto weights = driver::takeWeights(loaded, weightsSpec);
  auto network = driver::networkOf(*loaded.module);
  std::mt19937 generator(5);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<DoubleTensor> inputs;
  for (Type type : network.getArgumentTypes()) {
    auto shaped = cast<ShapedType>(type);
    std::vector<float> values(shaped.getNumElements());
    for (float &value : values)
      value = uniform(generator);
    inputs.push_back({Shape(shaped.getShape()), {values.begin(), values.end()}});
    expected.inputs.push_back(std::move(values));
  }
  auto outputs = interpret(network, inputs, *weights);
  if (outputs)
    expected.outputs = std::move(*outputs);
  else
    ADD_FAILURE() << llvm::toString(outputs.takeError());
  return expected;
}

/// Runs the artifact on `threads` threads; the workspace starts as NaN.
std::vector<std::vector<float>> runArtifact(const sinter_model *model, const Expected &expected,
                                            unsigned threads) {
  std::vector<std::vector<float>> outputs;
  std::vector<const void *> inputPointers;
  std::vector<void *> outputPointers;
  for (const std::vector<float> &input : expected.inputs)
    inputPointers.push_back(input.data());
  for (const DoubleTensor &output : expected.outputs)
    outputs.emplace_back(output.data.size(), NAN);
  for (std::vector<float> &output : outputs)
    outputPointers.push_back(output.data());

  void *workspace = nullptr;
  sinter_pool *pool = nullptr;
  sinter_error error;
  EXPECT_EQ(sinter_workspace_create(model, &workspace, &error), SINTER_OK) << error.message;
  std::memset(workspace, 0xff, sinter_model_workspace_bytes(model));
  if (threads > 1)
    EXPECT_EQ(sinter_pool_create_exactly(threads, &pool, &error), SINTER_OK) << error.message;
  EXPECT_EQ(sinter_run(model, pool, inputPointers.data(), outputPointers.data(), workspace),
            SINTER_OK);
  sinter_pool_destroy(pool);
  sinter_workspace_destroy(workspace);
  return outputs;
}

void expectClose(const std::vector<float> &actual, const DoubleTensor &expected, size_t index,
                 double tolerance) {
  double largest = 0, difference = 0;
  for (double value : expected.data)
    largest = std::max(largest, std::fabs(value));
  for (size_t i = 0; i < actual.size(); ++i) {
    double error = std::fabs(actual[i] - expected.data[i]);
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
  }
  EXPECT_GT(largest, 0) << "output " << index << " is all zero and shows nothing";
  EXPECT_LE(difference, tolerance * largest) << "output " << index;
}

void expectSame(const std::vector<std::vector<float>> &actual,
                const std::vector<std::vector<float>> &expected, const std::string &condition) {
  for (size_t i = 0; i < actual.size(); ++i)
    EXPECT_EQ(std::memcmp(actual[i].data(), expected[i].data(), actual[i].size() * sizeof(float)),
              0)
        << "output " << i << " differs with " << condition;
}

} // namespace

/// What the emulator makes of a network's code for a GPU.
static std::vector<std::vector<float>> emulate(const std::string &path, const Expected &expected,
                                               const std::string &precision) {
  DialectRegistry registry;
  registerAllSinter(registry);
  MLIRContext context(registry);
  context.loadAllAvailableDialects();
  driver::LoadedNetwork loaded = driver::loadNetwork(path, context, {});
  auto weights = driver::takeWeights(loaded, weightsSpec);
  std::string name = driver::networkOf(*loaded.module).getName().str();
  PipelineOptions options;
  options.target = "cuda";
  options.precision = precision;
  std::vector<char> workspace, section;
  for (const Stage &stage : getStages()) {
    PassManager pm(&context);
    stage.build(pm, options);
    if (failed(pm.run(*loaded.module))) {
      ADD_FAILURE() << "stage " << stage.name.str() << " fails";
      return {};
    }
    if (stage.name == "plan") {
      Model model = Model::fromNetwork(driver::networkOf(*loaded.module));
      model.setPlan(*loaded.module);
      workspace.resize(model.workspaceBytes, -1);
      section.resize(model.weightsBytes);
      for (auto packed : loaded.module->getOps<kernel::WeightsOp>())
        EXPECT_TRUE(packWeights(packed, evaluateParameter(packed.getValue(), *weights),
                                section.data() + *packed.getOffset()));
    }
  }
  std::vector<std::vector<float>> outputs;
  std::vector<emulator::Buffer> buffers;
  for (const std::vector<float> &input : expected.inputs)
    buffers.push_back({const_cast<float *>(input.data()), input.size() * sizeof(float), true});
  for (const DoubleTensor &output : expected.outputs)
    outputs.emplace_back(output.data.size(), NAN);
  for (std::vector<float> &output : outputs)
    buffers.push_back({output.data(), output.size() * sizeof(float), false});
  buffers.push_back({workspace.data(), workspace.size(), false});
  buffers.push_back({section.data(), section.size(), true});
  for (const std::string &error : emulator::run(*loaded.module, name, buffers))
    ADD_FAILURE() << error;
  return outputs;
}

void numerics::expectMatchesReference(const std::string &path, const std::string &text,
                                      const Variant &variant) {
  TemporaryFolder folder;
  driver::CompileOptions options;
  options.input = path;
  if (!text.empty()) {
    options.input = folder.file(path.empty() ? "cases.mlir" : path);
    std::ofstream(options.input) << text;
  }
  // The reference is slow; a network is interpreted once for all its variants.
  static std::map<std::string, Expected> references;
  std::string key = text.empty() ? path : text;
  if (!references.count(key))
    references[key] = computeReference(options.input);
  const Expected &expected = references[key];
  if (!variant.precision.empty()) {
    auto outputs = emulate(options.input, expected, variant.precision);
    for (size_t i = 0; i < outputs.size(); ++i)
      expectClose(outputs[i], expected.outputs[i], i, variant.tolerance);
    return;
  }
  options.path = folder.file("network.so");
  options.weights = weightsSpec;
  options.quiet = true;
  options.target = llvm::cantFail(CPUTarget::get(variant.cpu));
  options.target.vectorLanes = variant.lanes;
  ASSERT_EQ(driver::compile(options, {}), 0) << text;

  sinter_model *model = nullptr;
  sinter_error error;
  ASSERT_EQ(sinter_model_load(options.path.c_str(), &model, &error), SINTER_OK) << error.message;
  auto single = runArtifact(model, expected, 1);
  for (size_t i = 0; i < single.size(); ++i)
    expectClose(single[i], expected.outputs[i], i, variant.tolerance);
  for (unsigned threads : {2u, 3u})
    expectSame(runArtifact(model, expected, threads), single, std::to_string(threads) + " threads");
  // The caller's rounding mode changes nothing, and is the caller's again afterwards.
  std::fesetround(FE_UPWARD);
  auto upward = runArtifact(model, expected, 1);
  EXPECT_EQ(std::fegetround(), FE_UPWARD);
  std::fesetround(FE_TONEAREST);
  expectSame(upward, single, "another rounding mode");
  sinter_model_unload(model);
}
