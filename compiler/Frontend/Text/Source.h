//===- Source.h - Reading files, reporting errors -----------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_SOURCE_H
#define SINTER_COMPILER_FRONTEND_TEXT_SOURCE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"

#include <memory>
#include <string>

namespace sinter::text {

/// Reads at most limits::fileSize bytes of `path`. After a failure returns
/// null and sets `why` to a phrase such as "is a directory".
std::unique_ptr<llvm::MemoryBuffer> readFile(llvm::StringRef path, std::string &why);

/// Prints errors as `file:line:col: error: ...`, the source line and a caret.
/// A place is reported once, so that a mistake inside a repeated body is not
/// told at every repetition.
class Diagnostics {
public:
  Diagnostics(const llvm::SourceMgr &sources, llvm::raw_ostream &stream)
      : sources(sources), stream(stream) {}

  /// Returns true if the error was printed, and notes may follow.
  bool error(llvm::SMRange range, const llvm::Twine &message, llvm::StringRef fixIt = "");
  void note(llvm::SMRange range, const llvm::Twine &message);
  /// An error that has no place in a file.
  void error(const llvm::Twine &message);

  /// Drops what else would be reported: the input is given up.
  void giveUp() { full = true; }
  bool hasErrors() const { return numErrors != 0; }
  /// True once the input is given up: stop.
  bool isFull() const { return full; }

private:
  void print(llvm::SMRange range, llvm::SourceMgr::DiagKind kind, const llvm::Twine &message,
             llvm::StringRef fixIt);

  const llvm::SourceMgr &sources;
  llvm::raw_ostream &stream;
  llvm::DenseSet<const char *> reported;
  unsigned numErrors = 0;
  bool full = false;
};

/// Reports the first NUL byte or invalid UTF-8 sequence of `text`; true if there is none.
bool checkEncoding(llvm::StringRef text, Diagnostics &diagnostics);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_SOURCE_H
