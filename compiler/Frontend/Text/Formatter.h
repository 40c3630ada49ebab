//===- Formatter.h - Canonical layout -----------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_FORMATTER_H
#define SINTER_COMPILER_FRONTEND_TEXT_FORMATTER_H

#include "compiler/Frontend/Text/Lexer.h"

namespace sinter::text {

/// The text of `tokens` (comments kept) in canonical layout. The tokens are
/// those of a file without syntax errors. Formatting twice changes nothing.
std::string format(llvm::ArrayRef<Token> tokens);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_FORMATTER_H
