//===- TargetOptions.cpp - What code is compiled for ----------------------===//

#include "compiler/Driver/TargetOptions.h"

#include "compiler/Driver/Values.h"
#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"

#include "fmt/format.h"

using namespace sinter;
using namespace sinter::driver;
using llvm::Error;
namespace po = boost::program_options;

void driver::addTargetOptions(po::options_description &options) {
  options.add_options()
      ("target", po::value<std::string>()->default_value("cpu"),
       "cpu, or cuda for NVIDIA GPUs")
      ("gpu", po::value<std::string>()->default_value("sm_80"),
       "with --target cuda: sm_80 or later, with commas between several; later GPUs assemble the "
       "PTX that is there, too")
      ("precision", po::value<std::string>()->default_value("f32"),
       "with --target cuda: f32, tf32 (products by tensor cores, feature maps and filters of f32), f16 "
       "or bf16; sums are f32")
      ("input-format", po::value<std::string>()->default_value("f32-nchw"),
       "with --target cuda: of images, f32-nchw or f16-nhwc")
      ("cpu", po::value<std::string>()->default_value("native"),
       "native, x86-64-v2 (SSE), x86-64-v3 (AVX2), x86-64-v4 (AVX-512), or an LLVM CPU name")
      ("lanes", po::value<std::string>(),
       "f32 values per vector, 4, 8 or 16, if not those of the CPU: a longer vector takes several "
       "registers")
      ("max-error", po::value<std::string>(),
       "do without Winograd's algorithm where rounding may cost more than this share of a layer's "
       "largest output, by a bound (docs/performance.md)");
}

static Error setCPU(CompileOptions &options, const po::variables_map &values) {
  auto target = CPUTarget::get(textOf(values, "cpu"));
  if (!target)
    return llvm::createStringError("--cpu " + llvm::toString(target.takeError()));
  options.target = *target;
  if (values.count("lanes")) {
    std::string lanes = textOf(values, "lanes");
    if (lanes != "4" && lanes != "8" && lanes != "16")
      return llvm::createStringError("--lanes expects 4, 8 or 16, got " + quoted(lanes));
    options.target.vectorLanes = std::stoi(lanes);
  }
  auto maxError = positiveOf(values, "max-error");
  if (!maxError)
    return maxError.takeError();
  options.maxError = maxError->value_or(options.maxError);
  return Error::success();
}

static Error setCUDA(CompileOptions &options, const po::variables_map &values) {
  for (const char *name : {"lanes", "max-error"})
    if (values.count(name))
      return llvm::createStringError(fmt::format("--{} is for --target cpu", name));
  options.device = Device::CUDA;
  llvm::SmallVector<llvm::StringRef> chips;
  std::string list = textOf(values, "gpu");
  llvm::StringRef(list).split(chips, ',');
  for (llvm::StringRef chip : chips) {
    auto gpu = CUDATarget::get(chip);
    if (!gpu)
      return llvm::createStringError("--gpu " + llvm::toString(gpu.takeError()));
    options.gpus.push_back(*gpu);
  }
  options.precision = textOf(values, "precision");
  if (!llvm::is_contained({"f32", "tf32", "f16", "bf16"}, options.precision))
    return llvm::createStringError("--precision expects f32, tf32, f16 or bf16, got " +
                                   quoted(options.precision) +
                                   suggestion(options.precision, {"f32", "tf32", "f16", "bf16"}));
  std::string format = textOf(values, "input-format");
  if (format != "f32-nchw" && format != "f16-nhwc")
    return llvm::createStringError("--input-format expects f32-nchw or f16-nhwc, got " +
                                   quoted(format) + suggestion(format, {"f32-nchw", "f16-nhwc"}));
  options.hasHalfImages = format == "f16-nhwc";
  return Error::success();
}

Error driver::setTarget(CompileOptions &options, const po::variables_map &values) {
  std::string device = textOf(values, "target");
  if (device != "cpu" && device != "cuda")
    return llvm::createStringError("--target expects cpu or cuda, got " + quoted(device) +
                                   suggestion(device, {"cpu", "cuda"}));
  // What a GPU's artifact has for the CPU is its descriptor.
  if (Error error = setCPU(options, values))
    return error;
  if (device == "cuda")
    return setCUDA(options, values);
  for (const char *name : {"gpu", "precision", "input-format"})
    if (!values[name].defaulted())
      return llvm::createStringError(fmt::format("--{} is for --target cuda", name));
  return Error::success();
}
