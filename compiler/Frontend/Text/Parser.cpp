//===- Parser.cpp - Definitions and statements ----------------------------===//

#include "compiler/Frontend/Text/Parser.h"

#include "compiler/Frontend/Text/Limits.h"
#include "compiler/Frontend/Text/ParserImpl.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringSwitch.h"

using namespace sinter::text;
using llvm::SMRange;
using llvm::StringRef;
using llvm::Twine;

File sinter::text::parse(StringRef text, Diagnostics &diagnostics) {
  if (!checkEncoding(text, diagnostics))
    return {};
  return Parser(text, diagnostics).parseFile();
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

std::string sinter::text::describe(const Token &token) {
  if (token.is(Token::End))
    return "the end of the file";
  if (token.text.size() > 40)
    return ("'" + token.text.take_front(40) + "...'").str();
  return ("'" + token.text + "'").str();
}

bool Parser::expected(const Twine &what, StringRef hint) {
  // An invalid token is an error of its own, reported when it is taken.
  if (peek().is(Token::Invalid)) {
    take();
    return false;
  }
  bool nextLine = peek().startsLine() && position != 0 && position != statementStart;
  SMRange place = nextLine ? SMRange(previousEnd(), previousEnd()) : peek().range();
  error(place, "expects " + what + ", got " +
                   (nextLine && !peek().is(Token::End) ? "the end of the line" : describe(peek())) +
                   hint);
  return false;
}

bool Parser::expect(Token::Kind kind, const Twine &what) { return takeIf(kind) || expected(what); }

bool Parser::expectClose(Token::Kind kind, const Token &open, StringRef text) {
  if (takeIf(kind))
    return true;
  unsigned char newlines = peek().newlines;
  bool separator = kind != Token::RightBrace && !peek().is(Token::End) && !newlines;
  expected((separator ? "',' or '" : "'") + text + "'");
  if (newlines || peek().is(Token::End))
    diagnostics.note(open.range(), "to match this '" + open.text + "'");
  return false;
}

std::optional<Name> Parser::expectName(const Twine &what) {
  if (peek().is(Token::Identifier) && (parentheses || !peek().startsLine())) {
    Token token = take();
    if (token.text.size() > limits::nameLength)
      error(token.range(), "a name of more than " + Twine(limits::nameLength) + " characters");
    return Name{token.text, token.range()};
  }
  StringRef hint;
  if (peek().kind >= Token::KwImport && peek().kind <= Token::KwNot)
    hint = ", a word of the language";
  expected(what, hint);
  return std::nullopt;
}

std::optional<Name> Parser::takeLabel() {
  Token token = take();
  take(); // the colon
  return Name{token.text, token.range()};
}

bool Parser::tooDeep(SMRange range) {
  if (nesting <= limits::nesting)
    return false;
  error(range, "nested deeper than " + Twine(limits::nesting) + " levels");
  // What follows would only repeat the message.
  diagnostics.giveUp();
  position = tokens.size() - 1;
  return true;
}

//===----------------------------------------------------------------------===//
// Definitions
//===----------------------------------------------------------------------===//

File Parser::parseFile() {
  File file;
  while (!peek().is(Token::End) && !diagnostics.isFull()) {
    bool ok = false;
    switch (peek().kind) {
    case Token::KwImport:
      ok = parseImport(file);
      break;
    case Token::KwBlock:
      if (auto block = parseBlock()) {
        file.blocks.push_back(std::move(block));
        ok = true;
      }
      break;
    case Token::KwNetwork:
      if (auto network = parseNetwork()) {
        file.networks.push_back(std::move(network));
        ok = true;
      }
      break;
    default:
      StringRef near = nearest(peek().text, {"import", "block", "network"});
      if (!peek().is(Token::Invalid))
        error(peek().range(),
              "expects 'import', 'block' or 'network', got " + describe(peek()) + didYouMean(near),
              near);
      take();
    }
    if (!ok)
      skipDefinition();
    else if (!peek().startsLine() && !peek().is(Token::End))
      expected("a new line");
  }
  return file;
}

void Parser::skipDefinition() {
  auto starts = [](const Token &token) {
    return token.startsLine() && (token.is(Token::KwImport) || token.is(Token::KwBlock) ||
                                  token.is(Token::KwNetwork) || token.is(Token::End));
  };
  while (!peek().is(Token::End) && !starts(peek()))
    take();
}

bool Parser::parseImport(File &file) {
  take();
  if (!peek().is(Token::String) || peek().startsLine())
    return expected("the name of a library or a file in quotes");
  Token path = take();
  if (!file.blocks.empty() || !file.networks.empty())
    error(path.range(), "expects imports before the first block or network");
  file.imports.push_back({path.text.drop_front().drop_back(), path.range()});
  return true;
}

std::unique_ptr<Block> Parser::parseBlock() {
  take();
  auto block = std::make_unique<Block>();
  auto name = expectName("the name of the block");
  if (!name)
    return nullptr;
  block->name = *name;
  if (!peek().is(Token::LeftParen) || peek().startsLine()) {
    expected("'(' and the parameters");
    return nullptr;
  }
  if (!parseElements(Token::RightParen, ")", [&] { return parseParameter(*block); }))
    return nullptr;
  return parseBody(block->body) ? std::move(block) : nullptr;
}

bool Parser::parseParameter(Block &block) {
  if (block.parameters.size() == limits::parameters) {
    error(peek().range(), "more than " + Twine(limits::parameters) + " parameters of a block");
    return false;
  }
  auto name = expectName("the name of a parameter");
  if (!name)
    return false;
  for (const Parameter &other : block.parameters)
    if (other.name.text == name->text &&
        error(name->range, "a second parameter '" + name->text + "'"))
      diagnostics.note(other.name.range, "the first one is here");
  Parameter parameter{*name, nullptr};
  if (takeIf(Token::Assign)) {
    parameter.defaultValue = parseExpr();
    if (!parameter.defaultValue)
      return false;
  } else if (!block.parameters.empty() && block.parameters.back().defaultValue) {
    error(name->range,
          "expects a default for '" + name->text + "', as the parameter before it has one");
  }
  block.parameters.push_back(std::move(parameter));
  return true;
}

std::unique_ptr<Network> Parser::parseNetwork() {
  take();
  auto network = std::make_unique<Network>();
  auto name = expectName("the name of the network");
  if (!name)
    return nullptr;
  network->name = *name;
  if (!peek().is(Token::LeftParen) || peek().startsLine()) {
    expected("'(' and the inputs");
    return nullptr;
  }
  if (!parseElements(Token::RightParen, ")", [&] { return parseInput(*network); }))
    return nullptr;
  if (network->inputs.empty())
    error(network->name.range, "expects an input such as '(image: f32[1, 3, 224, 224])'");
  return parseBody(network->body) ? std::move(network) : nullptr;
}

bool Parser::parseInput(Network &network) {
  if (network.inputs.size() == limits::parameters) {
    error(peek().range(), "more than " + Twine(limits::parameters) + " inputs of a network");
    return false;
  }
  auto name = expectName("the name of an input");
  if (!name || !expect(Token::Colon, "':' and the type, such as f32[1, 3, 224, 224]"))
    return false;
  for (const Input &other : network.inputs)
    if (other.name.text == name->text && error(name->range, "a second input '" + name->text + "'"))
      diagnostics.note(other.name.range, "the first one is here");
  Input input{*name, peek().range(), {}};
  auto type = expectName("'f32', the type of the elements");
  if (!type)
    return false;
  if (type->text != "f32") {
    error(type->range, "expects 'f32', the one type of inputs, got '" + type->text + "'", "f32");
  }
  if (!peek().is(Token::LeftBracket))
    return expected("'[' and the shape");
  bool ok = parseElements(Token::RightBracket, "]", [&] {
    Token token = peek();
    int64_t size = 0;
    if (!token.is(Token::Integer))
      return expected("a size, a positive integer");
    take();
    if (token.text.getAsInteger(10, size) || size < 1 || size > limits::elements)
      error(token.range(),
            "expects a size from 1 to " + Twine(limits::elements) + ", got " + describe(token));
    input.shape.push_back(size);
    return true;
  });
  input.typeRange.End = previousEnd();
  if (!ok)
    return false;
  network.inputs.push_back(std::move(input));
  return true;
}

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

bool Parser::parseBody(Body &body) {
  Nesting level(*this);
  if (tooDeep(peek().range()))
    return false;
  Token open = peek();
  if (!expect(Token::LeftBrace, "'{'"))
    return false;
  // Parentheses around a body do not reach into it.
  unsigned outer = std::exchange(parentheses, 0);
  bool ok = parseStatements(body);
  parentheses = outer;
  body.range = {open.start(), peek().range().End};
  return ok && expectClose(Token::RightBrace, open, "}");
}

bool Parser::parseStatements(Body &body) {
  while (!peek().is(Token::RightBrace) && !peek().is(Token::End) && !diagnostics.isFull()) {
    // A definition cannot stand in a body: a brace is missing above.
    if (peek().startsLine() &&
        (peek().is(Token::KwBlock) || peek().is(Token::KwNetwork) || peek().is(Token::KwImport)))
      break;
    size_t start = statementStart = position;
    auto statement = parseStatement();
    if (!statement) {
      skipStatement(start);
      if (position == start)
        take();
      continue;
    }
    body.statements.push_back(std::move(statement));
    if (!peek().startsLine() && !peek().is(Token::RightBrace) && !peek().is(Token::End)) {
      expected("the end of the line");
      skipStatement(start);
    }
  }
  return true;
}

void Parser::skipStatement(size_t start) {
  // Braces that the statement has opened.
  int braces = 0;
  for (size_t index = start; index != position; ++index)
    braces += tokens[index].is(Token::LeftBrace) - tokens[index].is(Token::RightBrace);
  while (!peek().is(Token::End)) {
    if (peek().is(Token::RightBrace) && braces-- == 0)
      return;
    if (peek().is(Token::LeftBrace))
      ++braces;
    if (peek().startsLine() && braces == 0 && position != start && !peek().is(Token::RightParen))
      return;
    take();
  }
}

std::unique_ptr<Statement> Parser::parseStatement() {
  std::optional<Name> label;
  if (atLabel() && (peek(2).is(Token::KwRepeat) || peek(2).is(Token::KwResidual)))
    label = takeLabel();
  switch (peek().kind) {
  case Token::KwRepeat:
    return parseRepeat(label);
  case Token::KwIf:
    return parseIf();
  case Token::KwResidual:
    return parseResidual(label);
  case Token::Identifier:
    if (peek(1).is(Token::Assign) && !peek(1).startsLine())
      return parseAssign();
    break;
  default:
    break;
  }
  // Words of other languages that look like a name here.
  StringRef hint =
      llvm::StringSwitch<StringRef>(peek().text)
          .Case("return", "the value of a body is its last expression; leave out 'return'")
          .Cases({"for", "while"}, "write 'repeat COUNT { ... }'")
          .Cases({"def", "class", "func", "fn"}, "blocks stand at the top level of a file")
          .Case("elif", "write 'else if'")
          .Default("");
  if (!hint.empty() && peek().is(Token::Identifier) && !peek(1).startsLine() &&
      !peek(1).is(Token::LeftParen)) {
    error(peek().range(), "expects a statement, got '" + peek().text + "'; " + hint);
    take();
    return nullptr;
  }
  if (peek().is(Token::KwElse)) {
    error(peek().range(), "an 'else' without its 'if'");
    take();
    return nullptr;
  }
  auto statement = std::make_unique<ExprStatement>(peek().range());
  statement->value = parseExpr();
  if (!statement->value)
    return nullptr;
  statement->range = statement->value->range;
  if (peek().is(Token::Assign) && !peek().startsLine()) {
    error(statement->range, "expects the name of a variable before '='");
    return nullptr;
  }
  return statement;
}

std::unique_ptr<Statement> Parser::parseAssign() {
  Token name = take();
  take(); // the equal sign
  auto statement = std::make_unique<AssignStatement>(name.range());
  statement->variable = {name.text, name.range()};
  statement->value = parseExpr();
  return statement->value ? std::move(statement) : nullptr;
}

std::unique_ptr<Statement> Parser::parseRepeat(std::optional<Name> label) {
  auto statement = std::make_unique<RepeatStatement>(take().range());
  statement->label = label;
  statement->count = parseExpr();
  if (!statement->count || !parseBody(statement->body))
    return nullptr;
  return statement;
}

std::unique_ptr<Statement> Parser::parseIf() {
  Nesting level(*this);
  if (tooDeep(peek().range()))
    return nullptr;
  auto statement = std::make_unique<IfStatement>(take().range());
  statement->condition = parseExpr();
  if (!statement->condition || !parseBody(statement->whenTrue))
    return nullptr;
  if (!takeIf(Token::KwElse))
    return statement;
  if (!peek().is(Token::KwIf))
    return parseBody(statement->whenFalse) ? std::move(statement) : nullptr;
  statement->whenFalse.range = peek().range();
  auto nested = parseIf();
  if (!nested)
    return nullptr;
  statement->whenFalse.statements.push_back(std::move(nested));
  return statement;
}

std::unique_ptr<Statement> Parser::parseResidual(std::optional<Name> label) {
  auto statement = std::make_unique<ResidualStatement>(take().range());
  statement->label = label;
  if (!peek().is(Token::LeftParen) || peek().startsLine()) {
    expected("'(' and the variable that the residual replaces");
    return nullptr;
  }
  take();
  auto variable = expectName("a variable, the one that the residual replaces");
  if (!variable || !expect(Token::RightParen, "')'") || !parsePaths(*statement))
    return nullptr;
  statement->variable = *variable;
  if (takeIf(Token::KwThen)) {
    statement->activation = parseExpr();
    if (!statement->activation)
      return nullptr;
  }
  return statement;
}

bool Parser::parsePaths(ResidualStatement &residual) {
  Nesting level(*this);
  Token open = peek();
  if (tooDeep(open.range()) || !expect(Token::LeftBrace, "'{' and the paths of the block"))
    return false;
  bool hasMain = false;
  while (!peek().is(Token::RightBrace)) {
    bool isMain = peek().text == "main";
    if (!isMain && peek().text != "shortcut")
      return expected("'main { ... }' or 'shortcut { ... }'",
                      didYouMean(nearest(peek().text, {"main", "shortcut"})));
    Token path = take();
    if (isMain ? hasMain : residual.shortcut.has_value()) {
      error(path.range(), "a second '" + path.text + "' of one residual");
      return false;
    }
    if (!isMain && takeIf(Token::KwIf) && !(residual.shortcutCondition = parseExpr()))
      return false;
    if (!parseBody(isMain ? residual.main : residual.shortcut.emplace()))
      return false;
    hasMain |= isMain;
  }
  if (!hasMain)
    error(open.range(), "expects a 'main { ... }' in a residual");
  return expectClose(Token::RightBrace, open, "}");
}
