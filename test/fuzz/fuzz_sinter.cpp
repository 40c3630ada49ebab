//===- fuzz_sinter.cpp - Hostile .sinter files ----------------------------===//

#include "compiler/Frontend/Text/Text.h"
#include "test/fuzz/Fuzz.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"

using namespace sinter;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  std::string path = fuzz::writeFile("n.sinter", fuzz::asText(data, size));
  // A few characters may become 50000 layers, whatever the size of the file.
  fuzz::MemoryBound bound(64 * size + (256 << 20));
  std::string messages;
  llvm::raw_string_ostream stream(messages);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  text::parseNetworkFile(path, context, {}, stream);
  text::formatNetworkFile(path, stream);
  for (llvm::StringRef line : llvm::split(messages, '\n'))
    if (size_t error = line.find(" error: "); error != llvm::StringRef::npos)
      fuzz::noteMessage(line.drop_front(error));
  return 0;
}
