//===- CUDAArtifact.cpp - A model that runs on a GPU ----------------------===//

#include "compiler/Driver/Artifact.h"

#include "sinter/cuda.h"

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

namespace {

class CUDAArtifact final : public Artifact {
public:
  Error load(const std::string &path, int gpu);
  Error run() override;
  Expected<Profile> profile(uint64_t runs) override;

private:
  std::unique_ptr<sinter_cuda_model, Releaser<sinter_cuda_unload>> model;
  std::unique_ptr<sinter_cuda_session, Releaser<sinter_cuda_session_destroy>> session;
};

Error CUDAArtifact::load(const std::string &path, int gpu) {
  sinter_error error;
  sinter_cuda_model *loaded = nullptr;
  if (sinter_cuda_load(path.c_str(), gpu, &loaded, &error))
    return createStringError(error.message);
  model.reset(loaded);
  const sinter_cuda_info &from = *sinter_cuda_describe(loaded);
  if (Error error = addTensors({from.inputs, from.num_inputs}, {from.outputs, from.num_outputs}))
    return error;
  sinter_cuda_session *created = nullptr;
  if (sinter_cuda_session_create(loaded, &created, &error))
    return createStringError(error.message);
  session.reset(created);
  artifactInfo.name = from.name;
  artifactInfo.compiler = from.compiler;
  artifactInfo.compiledFor = std::string(sinter_cuda_image_name(loaded)) + ", " + from.precision;
  artifactInfo.processor = sinter_cuda_device_name(loaded);
  artifactInfo.precision = from.precision;
  artifactInfo.isCUDA = true;
  artifactInfo.workspaceBytes = from.workspace_bytes;
  for (const sinter_cuda_launch &launch : ArrayRef(from.launches, from.num_launches))
    artifactInfo.steps.push_back({launch.layers, launch.multiply_adds});
  return Error::success();
}

Error CUDAArtifact::run() {
  sinter_error error;
  if (sinter_cuda_run(session.get(), inputPointers.data(), outputPointers.data(),
                      /*stream=*/nullptr, &error))
    return createStringError(error.message);
  return Error::success();
}

Expected<Profile> CUDAArtifact::profile(uint64_t runs) {
  Profile profile;
  std::vector<float> launches(info().steps.size());
  for (uint64_t run = 0; run < runs; ++run) {
    sinter_error error;
    float graph;
    if (sinter_cuda_profile(session.get(), inputPointers.data(), outputPointers.data(), &graph,
                            launches.data(), &error))
      return createStringError(error.message);
    profile.device.push_back(graph);
    profile.steps.emplace_back(launches.begin(), launches.end());
  }
  return profile;
}

} // namespace

Expected<std::unique_ptr<Artifact>> driver::loadCUDAArtifact(const std::string &path,
                                                             const Place &place) {
  auto artifact = std::make_unique<CUDAArtifact>();
  if (Error error = artifact->load(path, static_cast<int>(place.device.value_or(0))))
    return error;
  return artifact;
}
