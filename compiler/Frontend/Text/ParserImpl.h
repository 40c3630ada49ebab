//===- ParserImpl.h - The parser's state --------------------------*- C++ -*-===//
//
// Recursive descent with one token of lookahead (two for labels). A parse
// function that fails has reported why and returns null or false; the
// statement in progress is then skipped and parsing goes on with the next one.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_PARSERIMPL_H
#define SINTER_COMPILER_FRONTEND_TEXT_PARSERIMPL_H

#include "compiler/Frontend/Text/AST.h"

namespace sinter::text {

class Parser {
public:
  Parser(llvm::StringRef text, Diagnostics &diagnostics)
      : tokens(tokenize(text, lexErrors)), diagnostics(diagnostics) {}

  File parseFile();

private:
  // Definitions and statements (Parser.cpp).
  bool parseImport(File &file);
  std::unique_ptr<Block> parseBlock();
  std::unique_ptr<Network> parseNetwork();
  bool parseParameter(Block &block);
  bool parseInput(Network &network);
  bool parseBody(Body &body);
  bool parseStatements(Body &body);
  std::unique_ptr<Statement> parseStatement();
  std::unique_ptr<Statement> parseRepeat(std::optional<Name> label);
  std::unique_ptr<Statement> parseIf();
  std::unique_ptr<Statement> parseResidual(std::optional<Name> label);
  bool parsePaths(ResidualStatement &residual);
  std::unique_ptr<Statement> parseAssign();
  void skipStatement(size_t start);
  void skipDefinition();

  // Expressions (ParseExpr.cpp).
  ExprPtr parseExpr();
  ExprPtr parseBinary(unsigned minPrecedence);
  ExprPtr parseUnary();
  ExprPtr parsePrimary();
  ExprPtr parseNumber();
  ExprPtr parseList();
  ExprPtr parseParenthesized();
  ExprPtr parseNameOrCall(std::optional<Name> label);
  bool parseArgument(CallExpr &call);
  bool checkHeight(Expr &expr, std::initializer_list<const Expr *> operands);

  // Tokens.
  const Token &peek(size_t ahead = 0) const {
    return tokens[std::min(position + ahead, tokens.size() - 1)];
  }
  Token take() {
    Token token = peek();
    if (token.is(Token::Invalid))
      error(token.range(), lexErrors.lookup(token.text.data()));
    if (position + 1 < tokens.size())
      ++position;
    return token;
  }
  /// True if the next token continues the statement: it is on its line, or in parentheses.
  bool continues() const { return parentheses != 0 || !peek().startsLine(); }
  bool takeIf(Token::Kind kind) {
    if (!peek().is(kind))
      return false;
    take();
    return true;
  }
  /// Takes a token of `kind`, or reports that `what` is expected.
  bool expect(Token::Kind kind, const llvm::Twine &what);
  /// Takes the token that closes `open`.
  bool expectClose(Token::Kind kind, const Token &open, llvm::StringRef text);
  std::optional<Name> expectName(const llvm::Twine &what);
  bool atLabel() const {
    return (peek().is(Token::Identifier) || peek().is(Token::Path) || peek().is(Token::Integer)) &&
           peek(1).is(Token::Colon);
  }
  /// Takes a label and its colon.
  std::optional<Name> takeLabel();
  /// Elements up to `close`, separated by commas; a comma may end the list.
  template <typename Element>
  bool parseElements(Token::Kind close, llvm::StringRef text, Element element) {
    Token open = take();
    ++parentheses;
    bool ok = true;
    while (ok && !peek().is(close)) {
      ok = element();
      if (!ok || !takeIf(Token::Comma))
        break;
    }
    --parentheses;
    return ok && expectClose(close, open, text);
  }

  bool error(llvm::SMRange range, const llvm::Twine &message, llvm::StringRef fixIt = "") {
    return diagnostics.error(range, message, fixIt);
  }
  /// "expects WHAT, got TOKEN" at the next token, or behind the last one if
  /// the next is on another line. Returns false.
  bool expected(const llvm::Twine &what, llvm::StringRef hint = "");
  llvm::SMLoc previousEnd() const {
    return position ? tokens[position - 1].range().End : tokens[0].start();
  }
  /// Counts nesting while it lives; false where there is too much of it.
  struct Nesting;
  bool tooDeep(llvm::SMRange range);

  LexErrors lexErrors;
  std::vector<Token> tokens;
  Diagnostics &diagnostics;
  size_t position = 0;
  /// The first token of the statement in progress.
  size_t statementStart = 0;
  unsigned parentheses = 0;
  unsigned nesting = 0;
};

struct Parser::Nesting {
  explicit Nesting(Parser &parser) : parser(parser) { ++parser.nesting; }
  ~Nesting() { --parser.nesting; }
  Parser &parser;
};

/// How a token is called in "expects ..., got ...".
std::string describe(const Token &token);

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_PARSERIMPL_H
