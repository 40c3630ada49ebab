//===- AST.h - Syntax trees of the network language ---------------*- C++ -*-===//
//
// Nodes refer to the source text: a tree lives as long as its SourceMgr. The
// height of a tree is bounded by the parser (limits::nesting), so recursion
// over it is safe.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_AST_H
#define SINTER_COMPILER_FRONTEND_TEXT_AST_H

#include "compiler/Frontend/Text/Lexer.h"

#include <optional>

namespace sinter::text {

/// A name with its place: an identifier, or the dotted path of a label.
struct Name {
  llvm::StringRef text;
  llvm::SMRange range;
};

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

struct Expr {
  enum class Kind { Literal, List, Name, Call, Unary, Binary, Conditional };

  const Kind kind;
  llvm::SMRange range;
  /// One more than the height of the highest operand.
  unsigned height = 1;

  virtual ~Expr() = default;

protected:
  Expr(Kind kind, llvm::SMRange range) : kind(kind), range(range) {}
};

using ExprPtr = std::unique_ptr<Expr>;

/// Gives a node its kind, for llvm::isa and friends.
template <Expr::Kind K> struct ExprNode : Expr {
  explicit ExprNode(llvm::SMRange range) : Expr(K, range) {}
  static bool classof(const Expr *expr) { return expr->kind == K; }
};

/// 3, 0.5, "fc1", true, false, none: one token, and its value if a number.
struct LiteralExpr : ExprNode<Expr::Kind::Literal> {
  using ExprNode::ExprNode;
  Token token;
  int64_t integer = 0;
  double real = 0;
};

/// [3, 1]
struct ListExpr : ExprNode<Expr::Kind::List> {
  using ExprNode::ExprNode;
  std::vector<ExprPtr> elements;
};

/// planes
struct NameExpr : ExprNode<Expr::Kind::Name> {
  using ExprNode::ExprNode;
  llvm::StringRef name;
};

/// `kernel: 3`, `conv1: conv(x, 64)` or `x`. Whether the name is that of an
/// argument or the label of a layer depends on the callee.
struct Argument {
  std::optional<Name> name;
  ExprPtr value;
};

/// conv1: conv(x, 64, kernel: 3)
struct CallExpr : ExprNode<Expr::Kind::Call> {
  using ExprNode::ExprNode;
  std::optional<Name> label;
  Name callee;
  std::vector<Argument> arguments;
};

/// -a, not a
struct UnaryExpr : ExprNode<Expr::Kind::Unary> {
  using ExprNode::ExprNode;
  Token op;
  ExprPtr operand;
};

/// a + b, a == b, a and b, ...
struct BinaryExpr : ExprNode<Expr::Kind::Binary> {
  using ExprNode::ExprNode;
  Token op;
  ExprPtr lhs, rhs;
};

/// a if c else b
struct ConditionalExpr : ExprNode<Expr::Kind::Conditional> {
  using ExprNode::ExprNode;
  ExprPtr condition, whenTrue, whenFalse;
};

//===----------------------------------------------------------------------===//
// Statements
//===----------------------------------------------------------------------===//

struct Statement {
  enum class Kind { Expression, Assign, Repeat, If, Residual };

  const Kind kind;
  llvm::SMRange range;

  virtual ~Statement() = default;

protected:
  Statement(Kind kind, llvm::SMRange range) : kind(kind), range(range) {}
};

template <Statement::Kind K> struct StatementNode : Statement {
  explicit StatementNode(llvm::SMRange range) : Statement(K, range) {}
  static bool classof(const Statement *statement) { return statement->kind == K; }
};

struct Body {
  std::vector<std::unique_ptr<Statement>> statements;
  /// From the opening to the closing brace.
  llvm::SMRange range;
};

struct ExprStatement : StatementNode<Statement::Kind::Expression> {
  using StatementNode::StatementNode;
  ExprPtr value;
};

/// x = ...
struct AssignStatement : StatementNode<Statement::Kind::Assign> {
  using StatementNode::StatementNode;
  Name variable;
  ExprPtr value;
};

/// layer1: repeat 3 { ... }
struct RepeatStatement : StatementNode<Statement::Kind::Repeat> {
  using StatementNode::StatementNode;
  std::optional<Name> label;
  ExprPtr count;
  Body body;
};

/// if c { ... } else { ... }; `else if` is an `if` alone in the else body.
struct IfStatement : StatementNode<Statement::Kind::If> {
  using StatementNode::StatementNode;
  ExprPtr condition;
  Body whenTrue, whenFalse;
};

/// residual(x) { main { ... } shortcut if c { ... } } then relu
struct ResidualStatement : StatementNode<Statement::Kind::Residual> {
  using StatementNode::StatementNode;
  std::optional<Name> label;
  Name variable;
  Body main;
  std::optional<Body> shortcut;
  ExprPtr shortcutCondition, activation; // either may be null
};

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

struct Parameter {
  Name name;
  ExprPtr defaultValue; // may be null
};

struct Block {
  Name name;
  std::vector<Parameter> parameters;
  Body body;
};

/// image: f32[1, 3, 224, 224]
struct Input {
  Name name;
  llvm::SMRange typeRange;
  std::vector<int64_t> shape;
};

struct Network {
  Name name;
  std::vector<Input> inputs;
  Body body;
};

struct Import {
  /// Without the quotes.
  llvm::StringRef path;
  llvm::SMRange range;
};

struct File {
  std::vector<Import> imports;
  std::vector<std::unique_ptr<Block>> blocks;
  std::vector<std::unique_ptr<Network>> networks;
};

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_AST_H
