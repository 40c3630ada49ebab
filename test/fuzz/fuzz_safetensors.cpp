//===- fuzz_safetensors.cpp - Hostile .safetensors files ------------------===//
//
// Reads the values, and the network that the keys and shapes describe.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/Checkpoint.h"
#include "compiler/Frontend/Text/Text.h"
#include "compiler/Frontend/Weights/Safetensors.h"
#include "test/fuzz/Fuzz.h"

#include "mlir/IR/MLIRContext.h"

using namespace sinter;

/// Reads every tensor, one after the other.
static void readAll(const WeightSource &source) {
  for (llvm::StringRef key : source.keys()) {
    const WeightInfo *info = source.lookup(key);
    if (info->type == WeightType::Other)
      continue;
    std::vector<float> values(*numElements(info->shape));
    source.read(key, values);
  }
}

static void describe(std::unique_ptr<WeightSource> source) {
  ErrorList errors;
  auto description = checkpoint::describe(source, {}, errors);
  for (const std::string &error : errors)
    fuzz::noteMessage(error);
  if (!description)
    return;
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  text::parseNetworkText("description", description->text, context, {}, stream);
  fuzz::noteMessage(messages);
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string path = fuzz::writeFile("w.safetensors", fuzz::asText(data, size));
  std::unique_ptr<WeightSource> opened;
  {
    // The values of the JSON header: two characters may become an element of an array.
    fuzz::MemoryBound bound(64 * size + (1 << 20));
    auto source = openSafetensors(path);
    if (!source) {
      fuzz::noteMessage(llvm::toString(source.takeError()));
      return 0;
    }
    readAll(**source);
    opened = std::move(*source);
  }
  // As fuzz_sinter.cpp does: the shape of one tensor may ask for a deep network.
  fuzz::MemoryBound bound(64 * size + (256 << 20));
  describe(std::move(opened));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                          unsigned seed) {
  return fuzz::mutateAroundLength(data, size, maxSize, seed, /*offset=*/0, /*width=*/8);
}
