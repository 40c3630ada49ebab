//===- Artifact.cpp - A loaded model, ready to run ------------------------===//

#include "compiler/Driver/Artifact.h"

#include "compiler/Driver/StepTimer.h"
#include "compiler/Driver/Values.h"

#include <algorithm>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

static Shape shapeOf(const sinter_tensor_info &tensor) {
  return Shape(tensor.shape, tensor.shape + tensor.rank);
}

/// A damaged descriptor may promise tensors of any size; nothing that is run has such.
static Error checkSize(const sinter_tensor_info &tensor) {
  constexpr size_t maxBytes = size_t(1) << 36;
  if (sinter_tensor_bytes(&tensor) > maxBytes)
    return createStringError(Twine("'") + tensor.name + "' of shape " +
                             shapeToString(shapeOf(tensor)) + " is larger than 64 GiB");
  return Error::success();
}

Expected<Artifact> Artifact::load(const std::string &path, unsigned threads) {
  Artifact artifact;
  sinter_error error;
  sinter_model *model = nullptr;
  if (sinter_model_load(path.c_str(), &model, &error))
    return createStringError(error.message);
  artifact.model.reset(model);
  for (uint32_t i = 0; const sinter_tensor_info *tensor = sinter_model_input(model, i); ++i) {
    if (Error error = checkSize(*tensor))
      return error;
    artifact.inputSpecs.push_back({tensor->name, shapeOf(*tensor)});
  }
  for (uint32_t i = 0; const sinter_tensor_info *tensor = sinter_model_output(model, i); ++i) {
    if (Error error = checkSize(*tensor))
      return error;
    std::vector<float> data(sinter_tensor_elements(tensor));
    artifact.outputTensors.push_back({tensor->name, {shapeOf(*tensor), std::move(data)}});
  }
  for (NamedTensor &output : artifact.outputTensors)
    artifact.outputPointers.push_back(output.tensor.data.data());
  sinter_pool *pool = nullptr;
  if (sinter_pool_create(threads, &pool, &error))
    return createStringError(error.message);
  artifact.pool.reset(pool);
  void *workspace = nullptr;
  if (sinter_workspace_create(model, &workspace, &error))
    return createStringError(error.message);
  artifact.workspace.reset(workspace);
  return artifact;
}

Expected<Artifact> Artifact::loadWithRandomInputs(const std::string &path, unsigned threads) {
  auto artifact = load(path, threads);
  if (!artifact)
    return artifact.takeError();
  RunOptions random;
  random.randomInput = 0;
  auto inputs = readInputs(random, artifact->inputs());
  if (!inputs)
    return inputs.takeError();
  artifact->setInputs(std::move(*inputs));
  return artifact;
}

void Artifact::setInputs(std::vector<Tensor> tensors) {
  inputTensors = std::move(tensors);
  inputPointers.clear();
  for (const Tensor &tensor : inputTensors)
    inputPointers.push_back(tensor.data.data());
}

Error Artifact::run() {
  sinter_status status = sinter_run(model.get(), pool.get(), inputPointers.data(),
                                    outputPointers.data(), workspace.get());
  if (status != SINTER_OK)
    return createStringError(sinter_status_message(status));
  return Error::success();
}

std::vector<std::vector<double>> Artifact::timeSteps(uint64_t runs) {
  return driver::timeSteps(info(), sinter_pool_num_threads(pool.get()), inputPointers.data(),
                           outputPointers.data(), workspace.get(), runs);
}

Expected<unsigned> driver::parseThreads(StringRef text) {
  if (text.empty())
    return std::min(sinter_cpu_count(), SINTER_MAX_THREADS);
  Expected<uint64_t> threads = parseCount("--threads", text, 1, SINTER_MAX_THREADS);
  if (!threads)
    return threads.takeError();
  return static_cast<unsigned>(*threads);
}
