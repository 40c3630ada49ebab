//===- Lexer.cpp - Tokens of the network language -------------------------===//
//
// Line breaks are not tokens but a property of the token behind them: inside
// parentheses the parser ignores them, elsewhere they end a statement.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Text/Lexer.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace sinter::text;
using llvm::StringRef;
using llvm::Twine;

namespace {

constexpr StringRef keywords[] = {"import", "block", "network", "repeat", "if",  "else", "residual",
                                  "then",   "none",  "true",    "false",  "and", "or",   "not"};

bool isWordStart(char c) { return llvm::isAlpha(c) || c == '_'; }
bool isWord(char c) { return llvm::isAlnum(c) || c == '_'; }

class Lexer {
public:
  Lexer(StringRef text, LexErrors &errors) : text(text), errors(errors) {
    text.consume_front("\xEF\xBB\xBF"); // A byte order mark says nothing.
    this->text = text;
  }

  Token next();

private:
  /// Drops white space; returns how many lines it ended, at most 2.
  unsigned char skipSpace();
  Token::Kind word(size_t &length);
  Token::Kind number(size_t &length);
  Token::Kind string(size_t &length);
  Token::Kind symbol(size_t &length);

  /// Says why the token in progress is invalid.
  void error(const Twine &message) { errors[text.data()] = message.str(); }
  size_t spanOf(bool (*test)(char), size_t from) const {
    while (from < text.size() && test(text[from]))
      ++from;
    return from;
  }

  StringRef text;
  LexErrors &errors;
  bool first = true;
};

unsigned char Lexer::skipSpace() {
  // The first token of the file starts a line.
  unsigned char newlines = first;
  first = false;
  while (!text.empty() && llvm::isSpace(text.front())) {
    if (text.front() == '\n' && newlines < 2)
      ++newlines;
    text = text.drop_front();
  }
  return newlines;
}

Token::Kind Lexer::word(size_t &length) {
  length = spanOf(isWord, 0);
  bool dotted = false;
  while (length + 1 < text.size() && text[length] == '.' && isWord(text[length + 1])) {
    length = spanOf(isWord, length + 1);
    dotted = true;
  }
  if (dotted)
    return Token::Path;
  const auto *keyword = llvm::find(keywords, text.take_front(length));
  if (keyword == std::end(keywords))
    return Token::Identifier;
  return static_cast<Token::Kind>(Token::KwImport + (keyword - std::begin(keywords)));
}

Token::Kind Lexer::number(size_t &length) {
  auto isDigit = [](char c) { return llvm::isDigit(c); };
  Token::Kind kind = Token::Integer;
  length = spanOf(isDigit, 0);
  if (length + 1 < text.size() && text[length] == '.' && llvm::isDigit(text[length + 1])) {
    kind = Token::Float;
    length = spanOf(isDigit, length + 1);
  }
  if (length < text.size() && (text[length] == 'e' || text[length] == 'E')) {
    size_t digits = length + 1;
    if (digits < text.size() && (text[digits] == '+' || text[digits] == '-'))
      ++digits;
    if (digits < text.size() && llvm::isDigit(text[digits])) {
      kind = Token::Float;
      length = spanOf(isDigit, digits);
    }
  }
  if (size_t end = spanOf([](char c) { return isWord(c) || c == '.'; }, length); end != length) {
    length = end;
    error("expects a number, got '" + text.take_front(std::min<size_t>(length, 40)) + "'");
    return Token::Invalid;
  }
  return kind;
}

Token::Kind Lexer::string(size_t &length) {
  length = std::min(text.find_first_of("\"\n", 1), text.size());
  if (length == text.size() || text[length] == '\n') {
    error("expects a closing '\"' on this line");
    return Token::Invalid;
  }
  ++length;
  return Token::String;
}

Token::Kind Lexer::symbol(size_t &length) {
  length = 2;
  Token::Kind kind = llvm::StringSwitch<Token::Kind>(text.take_front(2))
                         .Case("==", Token::Equal)
                         .Case("!=", Token::NotEqual)
                         .Case("<=", Token::LessEqual)
                         .Case(">=", Token::GreaterEqual)
                         .Case("//", Token::SlashSlash)
                         .Default(Token::Invalid);
  if (kind != Token::Invalid)
    return kind;
  length = 1;
  static constexpr StringRef symbols = "(){}[],:=<>+-*/%";
  static constexpr Token::Kind kinds[] = {
      Token::LeftParen,   Token::RightParen,   Token::LeftBrace, Token::RightBrace,
      Token::LeftBracket, Token::RightBracket, Token::Comma,     Token::Colon,
      Token::Assign,      Token::Less,         Token::Greater,   Token::Plus,
      Token::Minus,       Token::Star,         Token::Slash,     Token::Percent};
  if (size_t index = symbols.find(text.front()); index != StringRef::npos)
    return kinds[index];
  // A character of several bytes is told as one, and a run of them once.
  length = spanOf([](char c) { return static_cast<unsigned char>(c) >= 0x80; }, 0);
  length = std::max<size_t>(length, 1);
  StringRef hint = text.front() == ';'                          ? "; a line end closes a statement"
                   : text.front() == '&' || text.front() == '|' ? "; write 'and' or 'or'"
                   : text.front() == '!'                        ? "; write 'not'"
                                                                : "";
  if (llvm::isPrint(text.front()))
    error("unexpected character '" + text.take_front(1) + "'" + hint);
  else
    error(static_cast<unsigned char>(text.front()) < 0x80
              ? "unexpected control character"
              : "unexpected character; only comments and strings may leave ASCII");
  return Token::Invalid;
}

Token Lexer::next() {
  Token token;
  token.newlines = skipSpace();
  size_t length = 0;
  if (text.empty())
    token.kind = Token::End;
  else if (text.front() == '#') {
    token.kind = Token::Comment;
    length = std::min(text.find('\n'), text.size());
  } else if (isWordStart(text.front()))
    token.kind = word(length);
  else if (llvm::isDigit(text.front()))
    token.kind = number(length);
  else if (text.front() == '"')
    token.kind = string(length);
  else
    token.kind = symbol(length);
  token.text = text.take_front(length);
  text = text.drop_front(length);
  return token;
}

} // namespace

std::vector<Token> sinter::text::tokenize(StringRef text, LexErrors &errors, bool keepComments) {
  Lexer lexer(text, errors);
  std::vector<Token> tokens;
  unsigned char newlines = 0;
  do {
    Token token = lexer.next();
    if (token.is(Token::Comment) && !keepComments) {
      newlines = std::max(newlines, token.newlines);
      continue;
    }
    token.newlines = std::max(newlines, token.newlines);
    newlines = 0;
    tokens.push_back(token);
  } while (!tokens.size() || !tokens.back().is(Token::End));
  return tokens;
}
