//===- EntryPoints.cpp - The descriptor of an artifact for GPUs -----------===//
//
// Written as LLVM IR text, as that of an artifact for CPUs: constants alone.
//
//===----------------------------------------------------------------------===//

#include "compiler/Target/CUDA/EntryPoints.h"

#include "compiler/Target/Descriptor.h"

#include "sinter/cuda.h"

#include "fmt/format.h"

using namespace sinter;

/// The rows of a table, called NAME_KIND.
static std::string table(const Model &model, llvm::StringRef kind, llvm::StringRef type,
                         const std::vector<std::string> &rows) {
  std::string text = fmt::format("@{}_{} = internal constant [{} x {}] [", model.name, kind.str(),
                                 rows.size(), type.str());
  for (size_t i = 0; i < rows.size(); ++i)
    text += fmt::format("{}\n  {} {{ {} }}", i ? "," : "", type.str(), rows[i]);
  return text + "]\n";
}

static std::string imageTable(const Model &model, llvm::ArrayRef<CUDAImage> images) {
  std::string strings;
  std::vector<std::string> rows;
  for (const CUDAImage &image : images) {
    std::string symbol = fmt::format("{}_image_{}", model.name, rows.size());
    strings += stringConstant(symbol, image.bytes);
    int kind = image.isPTX                      ? SINTER_PTX
               : image.target.isArchitectureSpecific() ? SINTER_CUBIN_EXACT
                                                : SINTER_CUBIN;
    rows.push_back(fmt::format("i32 {}, i32 {}, ptr @{}, i64 {}, i32 {}, i32 0",
                               image.target.architecture(), kind, symbol,
                               image.bytes.size() + (image.isPTX ? 1 : 0),
                               image.target.startsEarly() ? 1 : 0));
  }
  return strings + table(model, "images", "%cuda_image", rows);
}

static std::string launchTable(const Model &model, llvm::ArrayRef<CUDALaunch> launches) {
  std::string strings;
  std::vector<std::string> rows, arguments;
  for (const CUDALaunch &launch : launches) {
    size_t number = rows.size();
    std::string kernel = fmt::format("{}_kernel_{}", model.name, number);
    std::string layers = fmt::format("{}_layers_{}", model.name, number);
    strings += stringConstant(kernel, launch.kernel);
    strings += stringConstant(layers, model.steps[number].layers);
    rows.push_back(fmt::format("ptr @{}, ptr @{}, i64 {}, [3 x i32] [i32 {}, i32 {}, i32 {}], "
                               "i32 {}, i32 {}, i32 {}, i32 {}, i32 0",
                               kernel, layers, model.steps[number].multiplyAdds, launch.grid[0],
                               launch.grid[1], launch.grid[2], launch.threads, launch.sharedBytes,
                               arguments.size(), launch.arguments.size()));
    for (const CUDALaunch::Argument &argument : launch.arguments)
      arguments.push_back(fmt::format("i32 {}, i32 0, i64 {}", argument.buffer, argument.offset));
  }
  return strings + table(model, "launches", "%cuda_launch", rows) +
         table(model, "arguments", "%cuda_argument", arguments);
}

std::string sinter::cudaEntryPointsIR(const Model &model, llvm::StringRef precision,
                                      llvm::ArrayRef<CUDALaunch> launches,
                                      llvm::ArrayRef<CUDAImage> images) {
  size_t arguments = 0;
  for (const CUDALaunch &launch : launches)
    arguments += launch.arguments.size();
  std::string text =
      tensorInfoType() +
      "%cuda_image = type { i32, i32, ptr, i64, i32, i32 }\n"
      "%cuda_argument = type { i32, i32, i64 }\n"
      "%cuda_launch = type { ptr, ptr, i64, [3 x i32], i32, i32, i32, i32, i32 }\n"
      "%cuda_info = type { i32, i32, ptr, ptr, ptr, i64, i64, ptr, i32, i32, ptr, ptr, i32, i32, "
      "i32, i32, ptr, ptr, ptr }\n";
  text += stringConstant(model.name + "_name", model.name);
  text += stringConstant(model.name + "_compiler", "sinter " SINTER_VERSION);
  text += stringConstant(model.name + "_precision", precision);
  text += tensorTable(model, "input", model.inputs);
  text += tensorTable(model, "output", model.outputs);
  text += imageTable(model, images);
  text += launchTable(model, launches);
  return text +
         fmt::format("@{0}_weights = external hidden constant [{1} x i8], align 64\n"
                     "@{0}_cuda_model = constant %cuda_info {{ i32 {2}, i32 {3}, ptr @{0}_name, "
                     "ptr @{0}_compiler, ptr @{0}_precision, i64 {4}, i64 {1}, ptr @{0}_weights, "
                     "i32 {5}, i32 {6}, ptr @{0}_inputs, ptr @{0}_outputs, i32 {7}, i32 {8}, "
                     "i32 {9}, i32 0, ptr @{0}_images, ptr @{0}_launches, ptr @{0}_arguments }}, "
                     "align 8\n",
                     model.name, model.weightsBytes, SINTER_CUDA_MAGIC, SINTER_CUDA_ABI_VERSION,
                     model.workspaceBytes, model.inputs.size(), model.outputs.size(),
                     images.size(), launches.size(), arguments);
}
