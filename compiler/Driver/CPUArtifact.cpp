//===- CPUArtifact.cpp - A model that runs on the CPU ---------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/PeakRate.h"
#include "compiler/Driver/StepTimer.h"

#include "sinter/runtime.h"

#include "llvm/TargetParser/Host.h"

#include <algorithm>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

/// What the processor calls itself.
static std::string cpuName() {
#if defined(__x86_64__)
  uint32_t text[12];
  bool known = true;
  for (unsigned i = 0; i < 3; ++i)
    known &= __get_cpuid(0x80000002 + i, &text[4 * i], &text[4 * i + 1], &text[4 * i + 2],
                         &text[4 * i + 3]) != 0;
  if (known) {
    StringRef name(reinterpret_cast<const char *>(text), sizeof(text));
    return name.take_until([](char c) { return c == 0; }).trim().str();
  }
#endif
  return sys::getHostCPUName().str();
}

namespace {

class CPUArtifact final : public Artifact {
public:
  Error load(const std::string &path, unsigned threads);
  Error run() override;
  Expected<Profile> profile(uint64_t runs) override;
  double measurePeak() const override {
    return measurePeakRate(info().threads, descriptor().cpu_features);
  }

private:
  const sinter_model_info &descriptor() const { return *sinter_model_describe(model.get()); }

  std::unique_ptr<sinter_model, Releaser<sinter_model_unload>> model;
  std::unique_ptr<sinter_pool, Releaser<sinter_pool_destroy>> pool;
  std::unique_ptr<void, Releaser<sinter_workspace_destroy>> workspace;
};

Error CPUArtifact::load(const std::string &path, unsigned threads) {
  sinter_error error;
  sinter_model *loaded = nullptr;
  if (sinter_model_load(path.c_str(), &loaded, &error))
    return createStringError(error.message);
  model.reset(loaded);
  const sinter_model_info &from = descriptor();
  if (Error error = addTensors({from.inputs, from.num_inputs}, {from.outputs, from.num_outputs}))
    return error;
  sinter_pool *created = nullptr;
  if (sinter_pool_create(threads, &created, &error))
    return createStringError(error.message);
  pool.reset(created);
  void *memory = nullptr;
  if (sinter_workspace_create(model.get(), &memory, &error))
    return createStringError(error.message);
  workspace.reset(memory);
  artifactInfo.name = from.name;
  artifactInfo.compiler = from.compiler;
  artifactInfo.compiledFor = from.cpu;
  artifactInfo.processor = cpuName();
  artifactInfo.threads = sinter_pool_num_threads(created);
  artifactInfo.workspaceBytes = from.workspace_bytes;
  artifactInfo.steps.assign(from.steps, from.steps + from.num_steps);
  return Error::success();
}

Error CPUArtifact::run() {
  sinter_status status = sinter_run(model.get(), pool.get(), inputPointers.data(),
                                    outputPointers.data(), workspace.get());
  if (status != SINTER_OK)
    return createStringError(sinter_status_message(status));
  return Error::success();
}

Expected<Profile> CPUArtifact::profile(uint64_t runs) {
  Profile profile;
  profile.steps = timeSteps(descriptor(), info().threads, inputPointers.data(),
                            outputPointers.data(), workspace.get(), runs);
  return profile;
}

} // namespace

Expected<std::unique_ptr<Artifact>> driver::loadCPUArtifact(const std::string &path,
                                                            const Place &place) {
  auto artifact = std::make_unique<CPUArtifact>();
  unsigned threads = place.threads.value_or(std::min(sinter_cpu_count(), SINTER_MAX_THREADS));
  if (Error error = artifact->load(path, threads))
    return error;
  return artifact;
}
