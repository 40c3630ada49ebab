//===- fuzz_npy.cpp - Hostile .npy files ----------------------------------===//

#include "compiler/Frontend/Weights/Npy.h"
#include "test/fuzz/Fuzz.h"

using namespace sinter;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string path = fuzz::writeFile("x.npy", fuzz::asText(data, size));
  // A byte may become a float; a small file is read, not mapped.
  fuzz::MemoryBound bound(5 * size + (1 << 20));
  auto tensor = readNpy(path);
  if (!tensor)
    fuzz::noteMessage(llvm::toString(tensor.takeError()));
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                          unsigned seed) {
  return fuzz::mutateAroundLength(data, size, maxSize, seed, /*offset=*/8, /*width=*/2);
}
