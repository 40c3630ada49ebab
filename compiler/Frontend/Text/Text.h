//===- Text.h - Networks in the network language ------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_TEXT_H
#define SINTER_COMPILER_FRONTEND_TEXT_TEXT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringRef.h"

#include <optional>
#include <string>

namespace sinter::text {

struct Options {
  /// Replaces the leading dimension of every input.
  std::optional<int64_t> batch;
  /// The network to take from a file that has several.
  std::string network;
};

/// Reads a network file (`.sinter`) and returns its nn module: one function,
/// see docs/language.md. Returns null after errors were printed to `errors`,
/// with file, line, column and caret where they have a place.
mlir::OwningOpRef<mlir::ModuleOp> parseNetworkFile(llvm::StringRef path, mlir::MLIRContext &context,
                                                   const Options &options,
                                                   llvm::raw_ostream &errors);

/// The same of a text in memory, which imports shipped libraries only. `name` stands for
/// its path in errors and locations.
mlir::OwningOpRef<mlir::ModuleOp> parseNetworkText(llvm::StringRef name, llvm::StringRef text,
                                                   mlir::MLIRContext &context,
                                                   const Options &options,
                                                   llvm::raw_ostream &errors);

/// The text of `path` in canonical layout, or nothing after errors were printed.
std::optional<std::string> formatNetworkFile(llvm::StringRef path, llvm::raw_ostream &errors);

/// `text`, which has no syntax errors, in canonical layout.
std::string formatNetworkText(llvm::StringRef text);

/// True if `text` can name a network: an identifier and no keyword.
bool isIdentifier(llvm::StringRef text);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_TEXT_H
