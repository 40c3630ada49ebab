//===- Loader.h - A file and its imports --------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_LOADER_H
#define SINTER_COMPILER_FRONTEND_TEXT_LOADER_H

#include "compiler/Frontend/Text/AST.h"

#include "llvm/ADT/StringMap.h"

namespace sinter::text {

/// A parsed file, with the files that its imports name.
struct SourceFile {
  std::string name;
  File ast;
  /// By name.
  llvm::StringMap<const Block *> blocks;
  std::vector<const SourceFile *> imports;
};

/// A block library that the compiler carries.
struct LibraryFile {
  llvm::StringRef name;
  llvm::StringRef text;
};

/// The shipped libraries, by name; `builtins` declares the built-in functions.
llvm::ArrayRef<LibraryFile> shippedLibrary();

/// Reads files, each once. `import "resnet"` is a shipped library;
/// `import "blocks/mine.sinter"` a file in the folder of the importing file or
/// below it.
class Loader {
public:
  Loader(llvm::SourceMgr &sources, Diagnostics &diagnostics)
      : sources(sources), diagnostics(diagnostics) {}

  /// The file at `path` with all its imports, or null after a report.
  const SourceFile *load(llvm::StringRef path);
  /// A file that is `text`, called `name`; it imports shipped libraries only.
  const SourceFile *loadText(llvm::StringRef name, llvm::StringRef text);
  /// The shipped library `name`; null if there is none.
  const SourceFile *loadShipped(llvm::StringRef name);

private:
  const SourceFile *add(std::unique_ptr<llvm::MemoryBuffer> buffer, llvm::StringRef folder,
                        bool isShipped, llvm::StringRef key);
  const SourceFile *import(const Import &import, llvm::StringRef folder, bool fromShipped);
  const SourceFile *importFile(const Import &import, llvm::StringRef folder);

  llvm::SourceMgr &sources;
  Diagnostics &diagnostics;
  void index(SourceFile &file, bool isBuiltin);

  /// By real path; null while the file is being loaded.
  llvm::StringMap<std::unique_ptr<SourceFile>> files;
};

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_LOADER_H
