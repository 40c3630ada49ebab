//===- ParseExpr.cpp - Expressions ----------------------------------------===//

#include "compiler/Frontend/Text/Limits.h"
#include "compiler/Frontend/Text/ParserImpl.h"

#include "llvm/ADT/STLExtras.h"

using namespace sinter::text;
using llvm::SMRange;
using llvm::Twine;

/// Binding strength of a binary operator, 0 for any other token.
static unsigned precedenceOf(Token::Kind kind) {
  switch (kind) {
  case Token::KwOr:
    return 1;
  case Token::KwAnd:
    return 2;
  case Token::Equal:
  case Token::NotEqual:
  case Token::Less:
  case Token::LessEqual:
  case Token::Greater:
  case Token::GreaterEqual:
    return 4;
  case Token::Plus:
  case Token::Minus:
    return 5;
  case Token::Star:
  case Token::Slash:
  case Token::SlashSlash:
  case Token::Percent:
    return 6;
  default:
    return 0;
  }
}
constexpr unsigned notPrecedence = 3;
constexpr unsigned comparisonPrecedence = 4;

bool Parser::checkHeight(Expr &expr, std::initializer_list<const Expr *> operands) {
  for (const Expr *operand : operands)
    expr.height = std::max(expr.height, operand->height + 1);
  if (expr.height <= limits::nesting)
    return true;
  error(expr.range, "an expression of more than " + Twine(limits::nesting) + " levels");
  diagnostics.giveUp();
  position = tokens.size() - 1;
  return false;
}

ExprPtr Parser::parseExpr() {
  Nesting level(*this);
  if (tooDeep(peek().range()))
    return nullptr;
  ExprPtr value = parseBinary(1);
  if (!value || !peek().is(Token::KwIf) || !continues())
    return value;
  take();
  auto conditional = std::make_unique<ConditionalExpr>(value->range);
  conditional->whenTrue = std::move(value);
  conditional->condition = parseBinary(1);
  if (!conditional->condition || !expect(Token::KwElse, "'else' and the other value"))
    return nullptr;
  conditional->whenFalse = parseExpr();
  if (!conditional->whenFalse)
    return nullptr;
  conditional->range.End = conditional->whenFalse->range.End;
  if (!checkHeight(*conditional, {conditional->whenTrue.get(), conditional->condition.get(),
                                  conditional->whenFalse.get()}))
    return nullptr;
  return conditional;
}

ExprPtr Parser::parseBinary(unsigned minPrecedence) {
  ExprPtr lhs;
  if (peek().is(Token::KwNot) && minPrecedence <= notPrecedence) {
    Nesting level(*this);
    if (tooDeep(peek().range()))
      return nullptr;
    auto unary = std::make_unique<UnaryExpr>(peek().range());
    unary->op = take();
    unary->operand = parseBinary(notPrecedence);
    if (!unary->operand)
      return nullptr;
    unary->range.End = unary->operand->range.End;
    if (!checkHeight(*unary, {unary->operand.get()}))
      return nullptr;
    lhs = std::move(unary);
  } else {
    lhs = parseUnary();
  }
  bool compared = false;
  while (lhs) {
    unsigned precedence = precedenceOf(peek().kind);
    if (precedence < minPrecedence || precedence == 0 || !continues())
      break;
    if (precedence == comparisonPrecedence && std::exchange(compared, true)) {
      error(peek().range(), "comparisons do not chain; join two with 'and'");
      return nullptr;
    }
    auto binary = std::make_unique<BinaryExpr>(lhs->range);
    binary->op = take();
    binary->lhs = std::move(lhs);
    binary->rhs = parseBinary(precedence + 1);
    if (!binary->rhs)
      return nullptr;
    binary->range.End = binary->rhs->range.End;
    if (!checkHeight(*binary, {binary->lhs.get(), binary->rhs.get()}))
      return nullptr;
    lhs = std::move(binary);
  }
  return lhs;
}

ExprPtr Parser::parseUnary() {
  if (!peek().is(Token::Minus))
    return parsePrimary();
  Nesting level(*this);
  if (tooDeep(peek().range()))
    return nullptr;
  auto unary = std::make_unique<UnaryExpr>(peek().range());
  unary->op = take();
  unary->operand = parseUnary();
  if (!unary->operand)
    return nullptr;
  unary->range.End = unary->operand->range.End;
  return checkHeight(*unary, {unary->operand.get()}) ? std::move(unary) : nullptr;
}

ExprPtr Parser::parsePrimary() {
  if (!continues() && position != statementStart) {
    expected("an expression");
    return nullptr;
  }
  if (atLabel()) {
    std::optional<Name> label = takeLabel();
    if (peek().is(Token::Identifier) && peek(1).is(Token::LeftParen) && continues())
      return parseNameOrCall(label);
    expected("a call behind the label '" + label->text + "'");
    return nullptr;
  }
  switch (peek().kind) {
  case Token::Integer:
  case Token::Float:
    return parseNumber();
  case Token::String:
  case Token::KwTrue:
  case Token::KwFalse:
  case Token::KwNone: {
    auto literal = std::make_unique<LiteralExpr>(peek().range());
    literal->token = take();
    return literal;
  }
  case Token::Identifier:
    return parseNameOrCall(std::nullopt);
  case Token::Path:
    error(peek().range(), "expects ':' and a layer behind the name '" + peek().text.take_front(80) +
                              "'; only labels have dots");
    take();
    return nullptr;
  case Token::LeftBracket:
    return parseList();
  case Token::LeftParen:
    return parseParenthesized();
  case Token::SlashSlash:
    error(peek().range(), "expects an expression, got '//'; comments begin with '#'");
    return nullptr;
  default:
    expected("an expression");
    return nullptr;
  }
}

ExprPtr Parser::parseNumber() {
  auto literal = std::make_unique<LiteralExpr>(peek().range());
  literal->token = take();
  bool isInteger = literal->token.is(Token::Integer);
  if (isInteger ? literal->token.text.getAsInteger(10, literal->integer)
                : literal->token.text.getAsDouble(literal->real) || literal->real > 1e308)
    error(literal->range, "expects a number that fits 64 bits, got " + describe(literal->token));
  return literal;
}

ExprPtr Parser::parseList() {
  auto list = std::make_unique<ListExpr>(peek().range());
  bool ok = parseElements(Token::RightBracket, "]", [&] {
    ExprPtr element = parseExpr();
    if (!element || !checkHeight(*list, {element.get()}))
      return false;
    list->elements.push_back(std::move(element));
    return true;
  });
  list->range.End = previousEnd();
  return ok ? std::move(list) : nullptr;
}

ExprPtr Parser::parseParenthesized() {
  Token open = take();
  ++parentheses;
  ExprPtr value = parseExpr();
  --parentheses;
  if (!value || !expectClose(Token::RightParen, open, ")"))
    return nullptr;
  return value;
}

ExprPtr Parser::parseNameOrCall(std::optional<Name> label) {
  Token name = take();
  if (!peek().is(Token::LeftParen) || !continues()) {
    auto reference = std::make_unique<NameExpr>(name.range());
    reference->name = name.text;
    return reference;
  }
  auto call = std::make_unique<CallExpr>(name.range());
  call->label = label;
  call->callee = {name.text, name.range()};
  if (!parseElements(Token::RightParen, ")", [&] { return parseArgument(*call); }))
    return nullptr;
  call->range.End = previousEnd();
  return call;
}

bool Parser::parseArgument(CallExpr &call) {
  Argument argument;
  if (atLabel())
    argument.name = takeLabel();
  else if (peek().is(Token::Identifier) && peek(1).is(Token::Assign)) {
    error(peek(1).range(), "expects ':' behind the name of an argument, got '='", ":");
    take();
    take();
  }
  argument.value = parseExpr();
  if (!argument.value || !checkHeight(call, {argument.value.get()}))
    return false;
  call.arguments.push_back(std::move(argument));
  return true;
}
