//===- WriteArtifact.cpp - What code generation left, as a file -----------===//

#include "compiler/Driver/WriteArtifact.h"

#include "compiler/Driver/Options.h"
#include "compiler/Target/CPU/Link.h"
#include "compiler/Target/CPU/MachineCode.h"
#include "compiler/Target/CPU/WeightsObject.h"
#include "compiler/Target/CUDA/Cubin.h"
#include "compiler/Target/CUDA/EntryPoints.h"
#include "compiler/Target/CUDA/PTX.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::driver;
using llvm::Error;
using llvm::Expected;

/// Links the code, which is an object file, with the weights.
static Error linkArtifact(ArtifactParts &parts, llvm::StringRef code, const std::string &product) {
  const Model &model = parts.model;
  std::string codeFile = parts.folder.file(model.name + ".code.o");
  if (Error error = WorkFolder::write(codeFile, code))
    return error;
  parts.progress.begin("weights");
  std::string weightsFile = parts.folder.file(model.name + ".weights.o");
  std::vector<std::string> warnings;
  if (Error error =
          writeWeightsObject(*parts.planned, model, *parts.weights, weightsFile, warnings))
    return error;
  if (!parts.options.quiet)
    for (const std::string &warning : warnings)
      fmt::print(stderr, "sinter: warning: {}\n", warning);
  parts.progress.begin("link");
  bool isCUDA = parts.options.device == Device::CUDA;
  switch (parts.options.output) {
  case Output::SharedObject:
    return linkSharedObject({codeFile, weightsFile}, isCUDA ? "sinter_cuda_model" : "sinter_model",
                            model.name + (isCUDA ? "_cuda_model" : "_model"), product);
  case Output::Archive:
    return writeStaticArchive({codeFile, weightsFile}, product);
  default:
    return linkObject({codeFile, weightsFile}, product);
  }
}

static Error writeMachineCode(ArtifactParts &parts, llvm::Module &module, const CPUTarget &target,
                              const std::string &product) {
  llvm::SmallString<0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  bool isText = parts.options.output == Output::Assembly;
  if (Error error = emitMachineCode(
          module, target, isText ? MachineCodeKind::Assembly : MachineCodeKind::Object, stream))
    return error;
  return isText ? WorkFolder::write(product, bytes) : linkArtifact(parts, bytes, product);
}

static Error writeCPUArtifact(ArtifactParts &parts, const std::string &product) {
  llvm::LLVMContext context;
  auto code = buildLLVMModule(*parts.code, context, parts.model, parts.options.target);
  if (!code)
    return code.takeError();
  parts.code = nullptr;
  if (parts.options.output == Output::LLVMIR) {
    std::string text;
    llvm::raw_string_ostream(text) << **code;
    return WorkFolder::write(product, text);
  }
  return writeMachineCode(parts, **code, parts.options.target, product);
}

//===----------------------------------------------------------------------===//
// GPUs
//===----------------------------------------------------------------------===//

/// The machine code of `ptx`.
static Expected<std::string> assembleImage(ArtifactParts &parts, const std::string &ptx,
                                           const CUDATarget &target) {
  std::string ptxFile = parts.folder.file(target.chip + ".ptx");
  std::string cubinFile = parts.folder.file(target.chip + ".cubin");
  if (Error error = WorkFolder::write(ptxFile, ptx))
    return std::move(error);
  if (Error error = assemble(ptxFile, cubinFile, target))
    return std::move(error);
  auto bytes = llvm::MemoryBuffer::getFile(cubinFile);
  if (!bytes)
    return llvm::errorCodeToError(bytes.getError());
  return (*bytes)->getBuffer().str();
}

/// Cubins, and PTX for GPUs that have none; PTX alone where there is no assembler.
static Expected<std::vector<CUDAImage>> buildImages(ArtifactParts &parts) {
  auto kernels = *parts.code->getOps<gpu::GPUModuleOp>().begin();
  std::vector<CUDAImage> images;
  const CUDATarget *lowest = &parts.options.gpus.front();
  for (const CUDATarget &target : parts.options.gpus) {
    if (target.architecture() < lowest->architecture())
      lowest = &target;
    if (findPtxas().empty())
      continue;
    parts.progress.begin(target.chip);
    auto ptx = emitPTX(kernels, target);
    if (!ptx)
      return ptx.takeError();
    auto cubin = assembleImage(parts, *ptx, target);
    if (!cubin)
      return cubin.takeError();
    images.push_back({target, /*isPTX=*/false, std::move(*cubin)});
  }
  CUDATarget portable = lowest->withoutSpecifics();
  auto ptx = emitPTX(kernels, portable);
  if (!ptx)
    return ptx.takeError();
  images.push_back({portable, /*isPTX=*/true, std::move(*ptx)});
  return images;
}

/// The descriptor with the kernels' images, as an object file of constants.
static Error writeCUDAArtifact(ArtifactParts &parts, const std::string &product) {
  auto images = buildImages(parts);
  if (!images)
    return images.takeError();
  std::vector<CUDALaunch> launches = readLaunches(*parts.code->getOps<func::FuncOp>().begin());
  parts.code = nullptr;
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  std::unique_ptr<llvm::Module> module = llvm::parseAssemblyString(
      cudaEntryPointsIR(parts.model, parts.options.precision, launches, *images), diagnostic,
      context);
  if (!module)
    return llvm::createStringError("descriptor: line " + std::to_string(diagnostic.getLineNo()) +
                                   ": " + diagnostic.getMessage().str());
  return writeMachineCode(parts, *module, parts.options.target, product);
}

/// PTX or a cubin by itself.
static Error writeGPUCode(ArtifactParts &parts, const std::string &product) {
  const CUDATarget &target = parts.options.gpus.front();
  auto ptx = emitPTX(*parts.code->getOps<gpu::GPUModuleOp>().begin(), target);
  if (!ptx)
    return ptx.takeError();
  if (parts.options.output == Output::PTX)
    return WorkFolder::write(product, *ptx);
  parts.progress.begin("ptxas");
  auto cubin = assembleImage(parts, *ptx, target);
  return cubin ? WorkFolder::write(product, *cubin) : cubin.takeError();
}

Error driver::writeArtifact(ArtifactParts &parts, const std::string &product) {
  Output output = parts.options.output;
  if (output == Output::Header)
    return WorkFolder::write(product, parts.header);
  parts.progress.begin("emit");
  if (output == Output::PTX || output == Output::Cubin)
    return writeGPUCode(parts, product);
  return parts.options.device == Device::CUDA ? writeCUDAArtifact(parts, product)
                                              : writeCPUArtifact(parts, product);
}
