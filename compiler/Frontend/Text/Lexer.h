//===- Lexer.h - Tokens of the network language -------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_LEXER_H
#define SINTER_COMPILER_FRONTEND_TEXT_LEXER_H

#include "compiler/Frontend/Text/Source.h"

#include "llvm/ADT/DenseMap.h"

#include <vector>

namespace sinter::text {

struct Token {
  enum Kind {
    // clang-format off
    End, Invalid, Comment,
    Identifier, Path, Integer, Float, String,
    // Keywords, in the order of `keywords` in Lexer.cpp.
    KwImport, KwBlock, KwNetwork, KwRepeat, KwIf, KwElse, KwResidual, KwThen,
    KwNone, KwTrue, KwFalse, KwAnd, KwOr, KwNot,
    LeftParen, RightParen, LeftBrace, RightBrace, LeftBracket, RightBracket,
    Comma, Colon, Assign, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual,
    Plus, Minus, Star, Slash, SlashSlash, Percent,
    // clang-format on
  };

  Kind kind = End;
  /// Line breaks before the token: 0, 1, or 2 for any blank lines.
  unsigned char newlines = 0;
  llvm::StringRef text;

  bool is(Kind other) const { return kind == other; }
  /// True for the first token of a line. Statements end at such a token.
  bool startsLine() const { return newlines != 0; }
  llvm::SMLoc start() const { return llvm::SMLoc::getFromPointer(text.data()); }
  llvm::SMRange range() const { return {start(), llvm::SMLoc::getFromPointer(text.end())}; }
};

/// What is wrong with the invalid tokens, by the start of their text.
using LexErrors = llvm::DenseMap<const char *, std::string>;

/// All tokens of `text`, the last one End. Characters that begin no token
/// become Invalid. Comments are left out unless `keepComments`.
std::vector<Token> tokenize(llvm::StringRef text, LexErrors &errors, bool keepComments = false);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_LEXER_H
