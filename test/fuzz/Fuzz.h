//===- Fuzz.h - What the fuzz targets share -----------------------*- C++ -*-===//
//
// A target hands each input to a reader as a file, which is what readers take.
// That a reader neither crashes nor hangs is libFuzzer's to see; how much memory
// it takes is measured here, in a build with AddressSanitizer.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_FUZZ_FUZZ_H
#define SINTER_TEST_FUZZ_FUZZ_H

#include "llvm/ADT/StringRef.h"

#include <cstddef>
#include <cstdint>
#include <string>

namespace sinter::fuzz {

/// The input of a target as text.
inline llvm::StringRef asText(const uint8_t *data, size_t size) {
  return {reinterpret_cast<const char *>(data), size};
}

/// Writes `bytes` to the file `name` in a folder of this process; returns its path.
std::string writeFile(llvm::StringRef name, llvm::StringRef bytes);

/// Tells libFuzzer which message an input led to, as if messages were branches: inputs that
/// lead to a new one are kept, even where the readers are built without instrumentation.
/// Numbers and what stands in quotes make no difference.
void noteMessage(llvm::StringRef message);

/// Aborts if more than `bytes` of memory are in use at once while this exists, apart from
/// what was in use before. Does nothing in a build without AddressSanitizer.
class MemoryBound {
public:
  explicit MemoryBound(uint64_t bytes);
  ~MemoryBound();

private:
  uint64_t bytes;
};

/// A mutation for formats with a length in `width` bytes at `offset`, little-endian, and so
/// many bytes behind it: changes what lies before or behind the end of those, and corrects
/// the length. Returns the new size.
size_t mutateAroundLength(uint8_t *data, size_t size, size_t maxSize, unsigned seed, size_t offset,
                          size_t width);

} // namespace sinter::fuzz

/// libFuzzer's own mutation.
extern "C" size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t maxSize);

#endif // SINTER_TEST_FUZZ_FUZZ_H
