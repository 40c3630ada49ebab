//===- Source.cpp - Reading files, reporting errors -----------------------===//
//
// Files are read with a bound rather than by their stated size, so that a
// device or a growing file cannot take more memory than the limit.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Text/Source.h"

#include "compiler/Frontend/Text/Limits.h"

#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"

using namespace sinter::text;
using llvm::SMRange;
using llvm::StringRef;
using llvm::Twine;

std::unique_ptr<llvm::MemoryBuffer> sinter::text::readFile(StringRef path, std::string &why) {
  if (llvm::sys::fs::is_directory(path)) {
    why = "is a directory";
    return nullptr;
  }
  auto file = llvm::sys::fs::openNativeFileForRead(path);
  if (!file) {
    why = llvm::toString(file.takeError());
    return nullptr;
  }
  llvm::scope_exit close([&] { llvm::sys::fs::closeFile(*file); });
  llvm::SmallString<0> text;
  constexpr size_t chunk = 64 << 10;
  while (true) {
    size_t size = text.size();
    text.resize_for_overwrite(size + chunk);
    auto count = llvm::sys::fs::readNativeFile(*file, {text.data() + size, chunk});
    if (!count) {
      why = llvm::toString(count.takeError());
      return nullptr;
    }
    text.truncate(size + *count);
    if (*count == 0)
      return llvm::MemoryBuffer::getMemBufferCopy(text, path);
    if (text.size() > limits::fileSize) {
      why = ("is larger than " + Twine(limits::fileSize >> 20) + " MiB").str();
      return nullptr;
    }
  }
}

bool Diagnostics::error(SMRange range, const Twine &message, StringRef fixIt) {
  if (full || !reported.insert(range.Start.getPointer()).second)
    return false;
  ++numErrors;
  print(range, llvm::SourceMgr::DK_Error, message, fixIt);
  if (numErrors == limits::errors) {
    full = true;
    stream << "sinter: error: too many errors, stopping here\n";
  }
  return true;
}

void Diagnostics::note(SMRange range, const Twine &message) {
  if (!full)
    print(range, llvm::SourceMgr::DK_Note, message, "");
}

void Diagnostics::error(const Twine &message) {
  ++numErrors;
  stream << "sinter: error: " << message << "\n";
}

void Diagnostics::print(SMRange range, llvm::SourceMgr::DiagKind kind, const Twine &message,
                        StringRef fixIt) {
  llvm::SmallVector<llvm::SMFixIt, 1> fixIts;
  if (!fixIt.empty())
    fixIts.push_back(llvm::SMFixIt(range, fixIt));
  llvm::SMDiagnostic diagnostic = sources.GetMessage(range.Start, kind, message, range, fixIts);
  StringRef line = diagnostic.getLineContents();
  // A line that no terminal shows, or bytes that none should be sent.
  bool printable = line.size() <= 400 && llvm::all_of(line, [](unsigned char c) {
                     return c >= 0x80 || llvm::isPrint(c) || c == '\t' || c == '\r';
                   });
  const llvm::UTF8 *position = line.bytes_begin();
  if (printable && llvm::isLegalUTF8String(&position, line.bytes_end())) {
    diagnostic.print(nullptr, stream, /*ShowColors=*/false);
    return;
  }
  stream << diagnostic.getFilename() << ":" << diagnostic.getLineNo() << ":"
         << diagnostic.getColumnNo() + 1 << ": "
         << (kind == llvm::SourceMgr::DK_Error ? "error: " : "note: ") << diagnostic.getMessage()
         << "\n";
}

bool sinter::text::checkEncoding(StringRef text, Diagnostics &diagnostics) {
  auto fail = [&](const char *where, const Twine &message) {
    llvm::SMLoc loc = llvm::SMLoc::getFromPointer(where);
    diagnostics.error(SMRange(loc, loc), message);
    return false;
  };
  if (size_t nul = text.find('\0'); nul != StringRef::npos)
    return fail(text.data() + nul, "expects text, got a NUL byte");
  const llvm::UTF8 *position = text.bytes_begin();
  if (!llvm::isLegalUTF8String(&position, text.bytes_end()))
    return fail(reinterpret_cast<const char *>(position),
                "expects UTF-8 text, got an invalid byte");
  return true;
}
