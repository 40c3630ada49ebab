//===- Formatter.cpp - Canonical layout -----------------------------------===//
//
// Works on tokens, so that comments stay where they are. One statement a line,
// two spaces a level, one space around operators. A body that was written on
// the line of its statement stays there if the line is short enough; lists
// that do not fit their line continue on the next one, four spaces deeper.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Text/Formatter.h"

#include "llvm/ADT/STLExtras.h"

using namespace sinter::text;
using llvm::ArrayRef;
using llvm::StringRef;

namespace {

constexpr size_t lineWidth = 100;

bool opens(const Token &token) {
  return token.is(Token::LeftParen) || token.is(Token::LeftBracket);
}
bool closes(const Token &token) {
  return token.is(Token::RightParen) || token.is(Token::RightBracket);
}

class Formatter {
public:
  explicit Formatter(ArrayRef<Token> tokens) : tokens(tokens), mate(tokens.size(), 0) {}

  std::string run();

private:
  void matchBraces();
  bool isInline(size_t open) const;
  bool fits(size_t begin, size_t end, size_t column) const;
  void formatDefinitions();
  void formatLines(size_t begin, size_t end, unsigned level);
  size_t endOfLine(size_t begin, size_t end) const;
  void formatLine(size_t begin, size_t end, unsigned level);
  void append(size_t index, bool first);
  /// Ends the line and begins the next one.
  void breakLine(unsigned indent);
  /// Width of the tokens from `index` up to the next place to break at.
  size_t widthOfElement(size_t index, size_t end) const;
  bool needsSpace(size_t index) const;
  bool startsStatement(size_t index, unsigned parentheses) const;

  ArrayRef<Token> tokens;
  /// Of each opening brace the index of the closing one.
  std::vector<size_t> mate;
  std::string text;
  size_t column = 0;
};

void Formatter::matchBraces() {
  std::vector<size_t> open;
  for (size_t index = 0; index != tokens.size(); ++index) {
    if (tokens[index].is(Token::LeftBrace))
      open.push_back(index);
    if (tokens[index].is(Token::RightBrace) && !open.empty()) {
      mate[open.back()] = index;
      open.pop_back();
    }
  }
}

/// True if nothing between the braces begins a line.
bool Formatter::isInline(size_t open) const {
  for (size_t index = open + 1; index <= mate[open]; ++index)
    if (tokens[index].is(Token::Comment) ||
        (tokens[index].startsLine() && startsStatement(index, 0)))
      return false;
  return true;
}

/// True if the token is the first of a statement, a comment, or a closing
/// brace on its own line. `else`, `then` and `{` follow what is before them.
bool Formatter::startsStatement(size_t index, unsigned parentheses) const {
  const Token &token = tokens[index];
  return token.startsLine() && parentheses == 0 && !token.is(Token::KwElse) &&
         !token.is(Token::KwThen) && !token.is(Token::LeftBrace) && !closes(token);
}

bool Formatter::needsSpace(size_t index) const {
  const Token &token = tokens[index], &before = tokens[index - 1];
  if (token.is(Token::Comma) || token.is(Token::Colon) || closes(token) || opens(before))
    return false;
  // A sign binds to its operand: it stands where no value ended.
  if (before.is(Token::Minus) && index >= 2) {
    Token::Kind kind = tokens[index - 2].kind;
    bool value = kind == Token::Identifier || kind == Token::Integer || kind == Token::Float ||
                 kind == Token::RightParen || kind == Token::RightBracket ||
                 (kind >= Token::KwNone && kind <= Token::KwFalse);
    if (!value)
      return false;
  }
  if (token.is(Token::LeftParen))
    return !before.is(Token::Identifier) && !before.is(Token::KwResidual);
  if (token.is(Token::LeftBracket))
    // f32[1, 3, 224, 224]
    return !before.is(Token::Identifier);
  if (token.is(Token::RightBrace))
    return !before.is(Token::LeftBrace);
  return true;
}

void Formatter::append(size_t index, bool first) {
  const Token &token = tokens[index];
  StringRef word = token.is(Token::Comment) ? token.text.rtrim() : token.text;
  if (!first) {
    StringRef space = token.is(Token::Comment) ? "  " : needsSpace(index) ? " " : "";
    text += space;
    column += space.size();
  }
  text += word;
  column += word.size();
}

void Formatter::breakLine(unsigned indent) {
  text += "\n";
  text.append(indent, ' ');
  column = indent;
}

/// The line that begins at `begin` ends before the next statement, at the
/// brace that closes its body, or where a body of several lines follows.
size_t Formatter::endOfLine(size_t begin, size_t end) const {
  unsigned parentheses = 0;
  size_t index = begin;
  while (index != end) {
    if (index != begin && startsStatement(index, parentheses))
      return index;
    if (opens(tokens[index]))
      ++parentheses;
    if (closes(tokens[index]))
      --parentheses;
    // Bodies belong to the line of their statement.
    index = tokens[index].is(Token::LeftBrace) ? mate[index] + 1 : index + 1;
  }
  return end;
}

bool Formatter::fits(size_t begin, size_t end, size_t column) const {
  for (size_t index = begin; index != end; ++index) {
    if (tokens[index].is(Token::Comment))
      continue;
    column += tokens[index].text.size() + (index != begin && needsSpace(index));
    if (column > lineWidth)
      return false;
  }
  return true;
}

size_t Formatter::widthOfElement(size_t index, size_t end) const {
  size_t width = 0;
  unsigned depth = 0;
  for (size_t first = index; index != end; ++index) {
    const Token &token = tokens[index];
    width += token.text.size() + (index != first && needsSpace(index));
    if (opens(token))
      ++depth;
    if (closes(token) && depth)
      --depth;
    if (token.is(Token::LeftBrace) || (token.is(Token::Comma) && depth == 0))
      break;
  }
  return width;
}

void Formatter::formatLine(size_t begin, size_t end, unsigned level) {
  column = 0;
  breakLine(2 * level);
  // Bodies of one statement are all on its line or none.
  bool onOneLine = fits(begin, end, column);
  for (size_t index = begin; index != end; ++index)
    if (tokens[index].is(Token::LeftBrace) && mate[index] != index + 1)
      onOneLine &= isInline(index);
  unsigned parentheses = 0;
  bool first = true;
  for (size_t index = begin; index != end; ++index) {
    const Token &token = tokens[index];
    // A body on the same line, or on its own lines.
    if (token.is(Token::LeftBrace) && !onOneLine && mate[index] != index + 1) {
      append(index, first);
      size_t close = mate[index], body = index + 1;
      if (body != close && tokens[body].is(Token::Comment) && !tokens[body].startsLine())
        append(body++, false);
      formatLines(body, close, level + 1);
      breakLine(2 * level);
      append(close, true);
      index = close;
      first = false;
      continue;
    }
    bool ownLine = parentheses && (token.is(Token::Comment) ? token.startsLine()
                                                            : tokens[index - 1].is(Token::Comment));
    bool afterComma =
        parentheses && (tokens[index - 1].is(Token::Comma) || opens(tokens[index - 1]));
    bool tooLong = afterComma && !closes(token) && !token.is(Token::Comment) &&
                   column + 1 + widthOfElement(index, end) > lineWidth && column > 2 * level + 4;
    if (!first && (ownLine || tooLong)) {
      breakLine(2 * level + 4);
      append(index, true);
    } else {
      append(index, first);
    }
    first = false;
    if (opens(token))
      ++parentheses;
    if (closes(token))
      --parentheses;
  }
}

void Formatter::formatLines(size_t begin, size_t end, unsigned level) {
  for (size_t line = begin; line != end;) {
    size_t next = endOfLine(line, end);
    if (line != begin && tokens[line].newlines == 2)
      text += "\n";
    formatLine(line, next, level);
    line = next;
  }
}

/// The lines of the file. A blank line sets off the imports and definitions of
/// several lines, with the comments above them.
void Formatter::formatDefinitions() {
  bool separate = false, imports = false;
  // Where the definition in progress begins, comments included.
  size_t start = 0;
  bool inComments = false;
  for (size_t line = 0, end = tokens.size() - 1; line != end;) {
    size_t next = endOfLine(line, end);
    bool isImport = tokens[line].is(Token::KwImport);
    bool isComment = tokens[line].is(Token::Comment);
    bool blank = tokens[line].newlines == 2 || separate;
    if (line != 0 && blank)
      text += "\n";
    if (!inComments || blank)
      start = text.size();
    size_t before = text.size();
    formatLine(line, next, 0);
    bool isLong = text.find('\n', before + 1) != std::string::npos;
    bool startsGroup = !isComment && (isLong || (imports && !isImport));
    if (startsGroup && start > 1 && text[start - 1] != '\n')
      text.insert(start, "\n");
    separate = isLong;
    inComments = isComment;
    imports = isImport || (imports && isComment);
    line = next;
  }
}

std::string Formatter::run() {
  matchBraces();
  formatDefinitions();
  text += "\n";
  // Every line begins by ending the one before it.
  return text.substr(text.find_first_not_of('\n') == std::string::npos ? text.size() : 1);
}

} // namespace

std::string sinter::text::format(ArrayRef<Token> tokens) { return Formatter(tokens).run(); }
