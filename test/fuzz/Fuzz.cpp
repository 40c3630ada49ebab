//===- Fuzz.cpp - What the fuzz targets share -----------------------------===//

#include "test/fuzz/Fuzz.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace llvm;
using namespace sinter;

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

/// A folder that is removed when the process ends as it should.
static StringRef ownFolder() {
  struct Folder {
    Folder() {
      if (sys::fs::createUniqueDirectory("sinter-fuzz", path))
        std::abort();
    }
    ~Folder() { sys::fs::remove_directories(path); }
    SmallString<128> path;
  };
  static Folder folder;
  return folder.path;
}

std::string fuzz::writeFile(StringRef name, StringRef bytes) {
  SmallString<128> path(ownFolder());
  sys::path::append(path, name);
  std::error_code error;
  raw_fd_ostream stream(path, error);
  stream << bytes;
  stream.close();
  if (error || stream.has_error())
    std::abort();
  return path.str().str();
}

//===----------------------------------------------------------------------===//
// Messages as coverage
//===----------------------------------------------------------------------===//

/// libFuzzer reads the counters of this section beside those of the compiler.
__attribute__((section("__libfuzzer_extra_counters"))) static volatile uint8_t messages[1 << 14];

void fuzz::noteMessage(StringRef message) {
  if (size_t folder = message.find(ownFolder()); folder != StringRef::npos)
    message = message.drop_front(folder + ownFolder().size());
  std::string kind;
  bool inQuotes = false;
  for (size_t i = 0; i < message.size(); ++i) {
    char c = message[i];
    // What is quoted may have quotes itself.
    bool opens = !inQuotes && (i == 0 || message[i - 1] == ' ');
    bool closes =
        inQuotes && (i + 1 == message.size() || StringRef(" ,:;.)").contains(message[i + 1]));
    if (c == '\'' && (opens || closes))
      inQuotes = opens;
    else if (!inQuotes && !isDigit(c))
      kind += c;
  }
  // LLVM's own hashes differ from process to process.
  uint32_t hash = 2166136261;
  for (unsigned char c : kind)
    hash = (hash ^ c) * 16777619;
  messages[hash % sizeof(messages)] = 1;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

// AddressSanitizer's; null where it is not there.
extern "C" __attribute__((weak)) int
__sanitizer_install_malloc_and_free_hooks(void (*onMalloc)(const volatile void *, size_t),
                                          void (*onFree)(const volatile void *));
extern "C" __attribute__((weak)) size_t __sanitizer_get_allocated_size(const volatile void *);

static std::atomic<int64_t> inUse, peak;

static void onMalloc(const volatile void *, size_t size) {
  int64_t now = inUse += size;
  if (now > peak)
    peak = now;
}

static void onFree(const volatile void *pointer) {
  if (pointer)
    inUse -= __sanitizer_get_allocated_size(pointer);
}

fuzz::MemoryBound::MemoryBound(uint64_t bytes) : bytes(bytes) {
  static bool isInstalled = __sanitizer_install_malloc_and_free_hooks &&
                            __sanitizer_install_malloc_and_free_hooks(onMalloc, onFree);
  (void)isInstalled;
  inUse = peak = 0;
}

fuzz::MemoryBound::~MemoryBound() {
  if (peak <= static_cast<int64_t>(bytes))
    return;
  std::fprintf(stderr, "expects at most %llu bytes in use, got %lld\n",
               static_cast<unsigned long long>(bytes), static_cast<long long>(peak.load()));
  std::abort();
}

//===----------------------------------------------------------------------===//
// Mutation
//===----------------------------------------------------------------------===//

size_t fuzz::mutateAroundLength(uint8_t *data, size_t size, size_t maxSize, unsigned seed,
                                size_t offset, size_t width) {
  size_t begin = offset + width;
  // Now and then the length itself has to suffer.
  if (size < begin || maxSize <= begin || seed % 8 == 0)
    return LLVMFuzzerMutate(data, size, maxSize);
  uint64_t length = 0;
  std::memcpy(&length, data + offset, width);
  size_t end = begin + std::min<uint64_t>(length, size - begin);
  std::string header(data + begin, data + end), rest(data + end, data + size);
  std::string &part = seed % 8 < 6 ? header : rest;
  size_t otherSize = header.size() + rest.size() - part.size();
  size_t room = maxSize - begin - otherSize, used = part.size();
  part.resize(room);
  part.resize(LLVMFuzzerMutate(reinterpret_cast<uint8_t *>(part.data()), used, room));
  length = header.size();
  std::memcpy(data + offset, &length, width);
  std::memcpy(data + begin, header.data(), header.size());
  std::memcpy(data + begin + header.size(), rest.data(), rest.size());
  return begin + header.size() + rest.size();
}
