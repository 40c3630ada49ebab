//===- Parser.h - Text to syntax tree -----------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_PARSER_H
#define SINTER_COMPILER_FRONTEND_TEXT_PARSER_H

#include "compiler/Frontend/Text/AST.h"

namespace sinter::text {

/// Parses one file. Errors are reported, several per run; what could be parsed
/// is returned, so look at `diagnostics.hasErrors()` before using it.
File parse(llvm::StringRef text, Diagnostics &diagnostics);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_PARSER_H
