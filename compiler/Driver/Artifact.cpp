//===- Artifact.cpp - A loaded model, ready to run ------------------------===//

#include "compiler/Driver/Artifact.h"

#include "compiler/Driver/Values.h"
#include "compiler/Support/HalfFloat.h"

#include "sinter/runtime.h"

#include "llvm/ADT/STLExtras.h"

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

/// N x C x H x W, however it lies in memory.
static Shape shapeOf(const sinter_tensor_info &tensor) {
  const int64_t *shape = tensor.shape;
  if (tensor.element_type == SINTER_F16)
    return {shape[0], shape[3], shape[1], shape[2]};
  return Shape(shape, shape + tensor.rank);
}

/// The bits of an NCHW tensor as f16 and NHWC.
static std::vector<uint16_t> toHalfNHWC(const Tensor &tensor) {
  const int64_t channels = tensor.shape[1], pixels = tensor.shape[2] * tensor.shape[3];
  std::vector<uint16_t> bits(tensor.data.size());
  for (size_t i = 0; i < bits.size(); ++i) {
    const int64_t image = i / (channels * pixels), pixel = i / channels % pixels;
    const int64_t channel = i % channels;
    bits[i] = floatToHalf(tensor.data[(image * channels + channel) * pixels + pixel]);
  }
  return bits;
}

/// A damaged descriptor may promise tensors of any size; nothing that is run has such.
static Error checkSize(const sinter_tensor_info &tensor) {
  constexpr size_t maxBytes = size_t(1) << 36;
  if (sinter_tensor_bytes(&tensor) > maxBytes)
    return createStringError(Twine("'") + tensor.name + "' of shape " +
                             shapeToString(shapeOf(tensor)) + " is larger than 64 GiB");
  return Error::success();
}

Error Artifact::addTensors(ArrayRef<sinter_tensor_info> inputs,
                           ArrayRef<sinter_tensor_info> outputs) {
  for (const sinter_tensor_info &tensor : inputs) {
    if (Error error = checkSize(tensor))
      return error;
    inputSpecs.push_back({tensor.name, shapeOf(tensor)});
    isHalf.push_back(tensor.element_type == SINTER_F16);
  }
  for (const sinter_tensor_info &tensor : outputs) {
    if (Error error = checkSize(tensor))
      return error;
    std::vector<float> data(sinter_tensor_elements(&tensor));
    outputTensors.push_back({tensor.name, {shapeOf(tensor), std::move(data)}});
  }
  for (NamedTensor &output : outputTensors)
    outputPointers.push_back(output.tensor.data.data());
  return Error::success();
}

Expected<std::unique_ptr<Artifact>> Artifact::load(const std::string &path, const Place &place) {
  sinter_error error;
  sinter_target target;
  if (sinter_artifact_target(path.c_str(), &target, &error))
    return createStringError(error.message);
  if (target == SINTER_TARGET_CUDA && place.threads)
    return createStringError("'" + path + "' is compiled for GPUs; --threads is for CPUs");
  if (target == SINTER_TARGET_CPU && place.device)
    return createStringError("'" + path + "' is compiled for a CPU; --device is for GPUs");
  return target == SINTER_TARGET_CUDA ? loadCUDAArtifact(path, place)
                                      : loadCPUArtifact(path, place);
}

Expected<std::unique_ptr<Artifact>> Artifact::loadWithRandomInputs(const std::string &path,
                                                                   const Place &place) {
  auto artifact = load(path, place);
  if (!artifact)
    return artifact.takeError();
  RunOptions random;
  random.randomInput = 0;
  auto inputs = readInputs(random, (*artifact)->inputs());
  if (!inputs)
    return inputs.takeError();
  (*artifact)->setInputs(std::move(*inputs));
  return artifact;
}

Expected<std::unique_ptr<Artifact>> Artifact::loadAndRun(const std::string &path,
                                                         const RunOptions &options) {
  auto artifact = load(path, options.place);
  if (!artifact)
    return artifact.takeError();
  std::vector<std::string> names;
  for (const NamedTensor &output : (*artifact)->outputs())
    names.push_back(output.name);
  if (Error error = checkOutputs(options, names))
    return error;
  auto inputs = readInputs(options, (*artifact)->inputs());
  if (!inputs)
    return inputs.takeError();
  (*artifact)->setInputs(std::move(*inputs));
  if (Error error = (*artifact)->run())
    return error;
  return artifact;
}

void Artifact::setInputs(std::vector<Tensor> tensors) {
  inputTensors = std::move(tensors);
  inputPointers.clear();
  halfInputs.assign(inputTensors.size(), {});
  for (auto [i, tensor] : enumerate(inputTensors)) {
    if (isHalf[i])
      halfInputs[i] = toHalfNHWC(tensor);
    inputPointers.push_back(isHalf[i] ? static_cast<const void *>(halfInputs[i].data())
                                      : tensor.data.data());
  }
}

Expected<Place> driver::parsePlace(const boost::program_options::variables_map &values) {
  constexpr uint64_t maxDevices = 1024;
  auto threads = countOf(values, "threads", 1, SINTER_MAX_THREADS);
  if (!threads)
    return threads.takeError();
  auto device = countOf(values, "device", 0, maxDevices);
  if (!device)
    return device.takeError();
  Place place;
  if (*threads)
    place.threads = static_cast<unsigned>(**threads);
  if (*device)
    place.device = static_cast<unsigned>(**device);
  return place;
}
