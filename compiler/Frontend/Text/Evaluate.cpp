//===- Evaluate.cpp - Expressions and calls -------------------------------===//

#include "compiler/Frontend/Text/ElaboratorImpl.h"
#include "compiler/Frontend/Text/Layers.h"
#include "compiler/Frontend/Text/Limits.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/MathExtras.h"

#include <cmath>

using namespace sinter::text;
using llvm::cast;
using llvm::dyn_cast;
using llvm::SMRange;
using llvm::StringRef;
using llvm::Twine;
using Kind = Value::Kind;

//===----------------------------------------------------------------------===//
// Expressions
//===----------------------------------------------------------------------===//

Value Elaborator::evaluate(const Expr &expr, Frame &frame) {
  Restore<unsigned> nesting(depth);
  if (!step(expr.range))
    return {};
  if (++depth > limits::depth)
    return stop(expr.range, "blocks are nested too deeply");
  return evaluateNode(expr, frame);
}

Value Elaborator::evaluateNode(const Expr &expr, Frame &frame) {
  switch (expr.kind) {
  case Expr::Kind::Literal:
    return literal(cast<LiteralExpr>(expr));
  case Expr::Kind::List:
    return list(cast<ListExpr>(expr), frame);
  case Expr::Kind::Name:
    return name(cast<NameExpr>(expr), frame);
  case Expr::Kind::Call:
    return call(cast<CallExpr>(expr), frame);
  case Expr::Kind::Unary:
    return unary(cast<UnaryExpr>(expr), frame);
  case Expr::Kind::Binary:
    return binary(cast<BinaryExpr>(expr), frame);
  case Expr::Kind::Conditional: {
    auto &conditional = cast<ConditionalExpr>(expr);
    Value condition = evaluate(*conditional.condition, frame);
    std::optional<bool> taken = truth(condition, conditional.condition->range);
    if (!taken)
      return {};
    return evaluate(*taken ? *conditional.whenTrue : *conditional.whenFalse, frame);
  }
  }
  llvm_unreachable("a kind not covered");
}

Value Elaborator::list(const ListExpr &expr, Frame &frame) {
  if (expr.elements.size() > limits::listLength)
    return fail(expr.range, "expects at most " + Twine(limits::listLength) +
                                " integers in a list, got " + Twine(expr.elements.size()));
  Value list = Value::of(Kind::List);
  for (const ExprPtr &element : expr.elements) {
    Value value = evaluate(*element, frame);
    if (value.isPoison())
      return {};
    if (!value.is(Kind::Integer))
      return fail(element->range, "expects an integer in a list, got " + value.describe() +
                                      (value.is(Kind::Float) ? " ('//' divides integers)" : ""));
    list.list.push_back(value.integer);
  }
  return list;
}

Value Elaborator::literal(const LiteralExpr &expr) {
  switch (expr.token.kind) {
  case Token::Integer:
    return Value::number(expr.integer);
  case Token::Float:
    return Value::number(expr.real);
  case Token::String:
    return Value::text(expr.token.text.drop_front().drop_back());
  case Token::KwNone:
    return Value::none();
  default:
    return Value::boolean(expr.token.is(Token::KwTrue));
  }
}

Value Elaborator::name(const NameExpr &expr, Frame &frame) {
  auto variable = frame.variables.find(expr.name);
  if (variable != frame.variables.end()) {
    Value value = variable->second;
    if (value.isTensor() &&
        value.tensor.getParentRegion() != builder.getInsertionBlock()->getParent())
      return fail(expr.range, "the tensor '" + expr.name +
                                  "' is outside this residual; its paths see only the variable "
                                  "that the residual replaces");
    return value;
  }
  if (Value activation = activationNamed(expr.name, context); !activation.isPoison())
    return activation;
  llvm::SmallVector<StringRef> known(frame.variables.keys());
  llvm::append_range(known, activationNames());
  StringRef near = nearest(expr.name, known);
  auto [file, block] = lookUp({expr.name, expr.range}, frame);
  if (block)
    return fail(expr.range, "expects a value, got the name of the function '" + expr.name +
                                "'; call it as '" + expr.name + "(...)'");
  return fail(expr.range, "unknown name '" + expr.name.take_front(80) + "'" + didYouMean(near),
              near);
}

std::optional<bool> Elaborator::truth(const Value &value, SMRange range) {
  switch (value.kind) {
  case Kind::Poison:
    return std::nullopt;
  case Kind::None:
    return false;
  case Kind::Bool:
  case Kind::Integer:
    return value.integer != 0;
  case Kind::Float:
    return value.real != 0;
  default:
    fail(range, "expects a condition, got " + value.describe());
    return std::nullopt;
  }
}

Value Elaborator::unary(const UnaryExpr &expr, Frame &frame) {
  Value operand = evaluate(*expr.operand, frame);
  if (operand.isPoison())
    return {};
  if (expr.op.is(Token::KwNot)) {
    std::optional<bool> value = truth(operand, expr.operand->range);
    return value ? Value::boolean(!*value) : Value();
  }
  if (operand.is(Kind::Float))
    return Value::number(-operand.real);
  // No literal is the smallest integer, but arithmetic may reach it.
  if (!operand.is(Kind::Integer) || operand.integer == INT64_MIN)
    return fail(expr.range, "expects a number behind '-', got " + operand.describe());
  return Value::number(-operand.integer);
}

Value Elaborator::binary(const BinaryExpr &expr, Frame &frame) {
  Value lhs = evaluate(*expr.lhs, frame);
  if (expr.op.is(Token::KwAnd) || expr.op.is(Token::KwOr)) {
    std::optional<bool> left = truth(lhs, expr.lhs->range);
    if (!left || *left == expr.op.is(Token::KwOr))
      return left ? Value::boolean(*left) : Value();
    std::optional<bool> right = truth(evaluate(*expr.rhs, frame), expr.rhs->range);
    return right ? Value::boolean(*right) : Value();
  }
  Value rhs = evaluate(*expr.rhs, frame);
  if (lhs.isPoison() || rhs.isPoison())
    return {};
  if (lhs.isTensor() && rhs.isTensor()) {
    if (expr.op.is(Token::Plus) || expr.op.is(Token::Star))
      return combine(expr, lhs, rhs);
    return fail(expr.range, "tensors have no '" + expr.op.text + "', only '+' and '*'");
  }
  switch (expr.op.kind) {
  case Token::Equal:
  case Token::NotEqual:
  case Token::Less:
  case Token::LessEqual:
  case Token::Greater:
  case Token::GreaterEqual:
    return compare(expr, lhs, rhs);
  default:
    return arithmetic(expr, lhs, rhs);
  }
}

Value Elaborator::combine(const BinaryExpr &expr, const Value &lhs, const Value &rhs) {
  Arguments operands;
  operands.try_emplace("input", Bound{lhs, expr.lhs->range});
  operands.try_emplace("other", Bound{rhs, expr.rhs->range});
  Name callee{expr.op.is(Token::Plus) ? "add" : "mul", expr.op.range()};
  return Layers(*this, callee, nullptr, operands).build();
}

Value Elaborator::compare(const BinaryExpr &expr, const Value &lhs, const Value &rhs) {
  bool isEquality = expr.op.is(Token::Equal) || expr.op.is(Token::NotEqual);
  auto isSimple = [](const Value &value) { return !value.isTensor() && !value.is(Kind::List); };
  if (isEquality ? !isSimple(lhs) || !isSimple(rhs) : !lhs.isNumber() || !rhs.isNumber())
    return fail(expr.range, "'" + expr.op.text + "' does not compare " + lhs.describe() + " and " +
                                rhs.describe());
  if (isEquality && !(lhs.isNumber() && rhs.isNumber())) {
    bool equal = lhs.kind == rhs.kind && lhs.integer == rhs.integer && lhs.string == rhs.string &&
                 lhs.activation == rhs.activation;
    return Value::boolean(equal == expr.op.is(Token::Equal));
  }
  bool isExact = lhs.is(Kind::Integer) && rhs.is(Kind::Integer);
  bool less = isExact ? lhs.integer < rhs.integer : lhs.asDouble() < rhs.asDouble();
  bool greater = isExact ? lhs.integer > rhs.integer : lhs.asDouble() > rhs.asDouble();
  switch (expr.op.kind) {
  case Token::Equal:
    return Value::boolean(!less && !greater);
  case Token::NotEqual:
    return Value::boolean(less || greater);
  case Token::Less:
    return Value::boolean(less);
  case Token::LessEqual:
    return Value::boolean(!greater);
  case Token::Greater:
    return Value::boolean(greater);
  default:
    return Value::boolean(!less);
  }
}

/// Python's `//` and `%`: towards minus infinity, the sign of the divisor.
static int64_t floorDivide(int64_t a, int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0));
}
static int64_t floorModulo(int64_t a, int64_t b) {
  int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

Value Elaborator::arithmetic(const BinaryExpr &expr, const Value &lhs, const Value &rhs) {
  if (!lhs.isNumber() || !rhs.isNumber()) {
    StringRef want =
        lhs.isTensor() || rhs.isTensor() ? "two tensors or two numbers" : "two numbers";
    return fail(expr.range, "expects " + want + " for '" + expr.op.text + "', got " +
                                lhs.describe() + " and " + rhs.describe());
  }
  Token::Kind op = expr.op.kind;
  bool isDivision = op == Token::Slash || op == Token::SlashSlash || op == Token::Percent;
  if (isDivision && rhs.asDouble() == 0)
    return fail(expr.range, "division by zero");
  if (lhs.is(Kind::Integer) && rhs.is(Kind::Integer) && op != Token::Slash) {
    int64_t a = lhs.integer, b = rhs.integer, result = 0;
    bool overflow = isDivision           ? a == INT64_MIN && b == -1
                    : op == Token::Plus  ? llvm::AddOverflow(a, b, result)
                    : op == Token::Minus ? llvm::SubOverflow(a, b, result)
                                         : llvm::MulOverflow(a, b, result);
    if (overflow)
      return fail(expr.range, "the result of '" + expr.op.text + "' does not fit 64 bits");
    if (isDivision)
      result = op == Token::Percent ? floorModulo(a, b) : floorDivide(a, b);
    return Value::number(result);
  }
  double a = lhs.asDouble(), b = rhs.asDouble();
  double result = op == Token::Plus         ? a + b
                  : op == Token::Minus      ? a - b
                  : op == Token::Star       ? a * b
                  : op == Token::Slash      ? a / b
                  : op == Token::SlashSlash ? std::floor(a / b)
                                            : a - b * std::floor(a / b);
  if (!std::isfinite(result))
    return fail(expr.range, "the result of '" + expr.op.text + "' is not finite");
  return Value::number(result);
}

//===----------------------------------------------------------------------===//
// Calls
//===----------------------------------------------------------------------===//

std::pair<const SourceFile *, const Block *> Elaborator::lookUp(const Name &callee, Frame &frame) {
  for (const SourceFile *file : {frame.file, builtins})
    if (const Block *block = file->blocks.lookup(callee.text))
      return {file, block};
  std::pair<const SourceFile *, const Block *> found = {};
  for (const SourceFile *file : frame.file->imports) {
    const Block *block = file->blocks.lookup(callee.text);
    if (!block || block == found.second)
      continue;
    if (found.second) {
      fail(callee.range, "two imported files define '" + callee.text + "'", "",
           {{found.second->name.range, "one is here"}, {block->name.range, "the other is here"}});
      break;
    }
    found = {file, block};
  }
  return found;
}

/// What users of PyTorch and ONNX may write.
static StringRef translate(StringRef name) {
  return llvm::StringSwitch<StringRef>(name)
      .CasesLower({"conv2d", "convolution"}, "conv")
      .CasesLower({"batchnorm2d", "batchnorm", "batch_norm2d", "bn", "batchnormalization"},
                  "batch_norm")
      .CasesLower({"maxpool2d", "maxpool", "max_pool2d"}, "max_pool")
      .CasesLower({"avgpool2d", "avgpool", "avg_pool2d", "averagepool"}, "avg_pool")
      .CasesLower({"adaptiveavgpool2d", "adaptive_avg_pool2d", "globalaveragepool"},
                  "global_avg_pool")
      .CasesLower({"fc", "dense", "gemm"}, "linear")
      .CasesLower({"swish"}, "silu")
      .CasesLower({"hardswish"}, "hard_swish")
      .CasesLower({"hardsigmoid"}, "hard_sigmoid")
      .CasesLower({"leakyrelu"}, "leaky_relu")
      .CasesLower({"hardtanh", "clamp"}, "clip")
      .CasesLower({"cat"}, "concat")
      .CasesLower({"logsoftmax"}, "log_softmax")
      .CasesLower({"se", "squeezeexcitation", "semodule"}, "squeeze_excite")
      .CasesLower({"kernel_size", "kernel_shape"}, "kernel")
      .CasesLower({"strides"}, "stride")
      .CasesLower({"dilations"}, "dilation")
      .CasesLower({"group"}, "groups")
      .CasesLower({"epsilon"}, "eps")
      .Default("");
}

void Elaborator::reportUnknownCallee(const Name &callee, Frame &frame) {
  llvm::SmallVector<StringRef> known;
  for (const SourceFile *file : {frame.file, builtins})
    llvm::append_range(known, file->blocks.keys());
  for (const SourceFile *file : frame.file->imports)
    llvm::append_range(known, file->blocks.keys());
  StringRef near = translate(callee.text);
  if (near.empty())
    near = nearest(callee.text, known);
  fail(callee.range,
       "unknown block or layer '" + callee.text.take_front(80) + "'" + didYouMean(near), near);
}

/// A variable may hold an activation: act(x).
Value Elaborator::callVariable(const CallExpr &expr, nn::ActivationAttr activation, Frame &frame) {
  if (expr.arguments.size() != 1)
    return fail(expr.range, "expects one argument of the activation '" + expr.callee.text + "'");
  const Argument &argument = expr.arguments.front();
  // act(bn: batch_norm(x)): the name is a label, as in a call of relu.
  if (argument.name && argument.name->text != "input" &&
      !giveLabel(*argument.name, *argument.value, expr, *builtins->blocks.lookup("identity")))
    return {};
  Value input = evaluate(*argument.value, frame);
  if (input.isPoison())
    return {};
  return Layers(*this, expr.callee, labelOf(expr), {})
      .activate(activation, {input, argument.value->range});
}

Value Elaborator::call(const CallExpr &expr, Frame &frame) {
  auto variable = frame.variables.find(expr.callee.text);
  if (variable != frame.variables.end() && variable->second.is(Kind::Activation))
    return callVariable(expr, variable->second.activation, frame);
  auto [file, block] = lookUp(expr.callee, frame);
  if (!block) {
    reportUnknownCallee(expr.callee, frame);
    // Look for mistakes in the arguments all the same.
    for (const Argument &argument : expr.arguments)
      evaluate(*argument.value, frame);
    return {};
  }
  std::optional<Arguments> arguments = bind(expr, *file, *block, frame);
  if (!arguments || stopped)
    return {};
  if (file == builtins)
    return Layers(*this, expr.callee, labelOf(expr), *arguments).build();
  return callBlock(expr, *file, *block, std::move(*arguments), frame);
}

Value Elaborator::callBlock(const CallExpr &expr, const SourceFile &file, const Block &block,
                            Arguments arguments, Frame &frame) {
  for (const Frame *outer = &frame; outer; outer = outer->caller)
    if (outer->block == &block)
      return fail(expr.callee.range, "block '" + block.name.text + "' calls itself");
  Frame inner{&file, {}, &frame, &block, expr.callee.range};
  for (auto &entry : arguments)
    inner.variables[entry.getKey()] = std::move(entry.second.value);
  Restore<std::string> outerScope(scope);
  const Name *label = labelOf(expr);
  if (label && (!reserve(*label) || !enterScope(label->text, label->range)))
    return {};
  Restore<const Frame *> outer(current);
  current = &inner;
  StringRef first = block.parameters.empty() ? "" : block.parameters.front().name.text;
  return runBody(block.body, inner, first);
}

bool Elaborator::giveLabel(const Name &name, const Expr &expr, const CallExpr &callee,
                           const Block &block) {
  const Expr *leftmost = &expr;
  while (!llvm::isa<CallExpr>(leftmost)) {
    if (auto *binary = dyn_cast<BinaryExpr>(leftmost))
      leftmost = binary->lhs.get();
    else if (auto *conditional = dyn_cast<ConditionalExpr>(leftmost))
      leftmost = conditional->whenTrue.get();
    else
      break;
  }
  auto *call = dyn_cast<CallExpr>(leftmost);
  if (call && !call->label && call->range.Start == expr.range.Start) {
    labels[call] = &name;
    return true;
  }
  llvm::SmallVector<StringRef> known;
  for (const Parameter &parameter : block.parameters)
    known.push_back(parameter.name.text);
  StringRef near = translate(name.text);
  if (!llvm::is_contained(known, near))
    near = nearest(name.text, known);
  fail(name.range,
       "'" + callee.callee.text + "' has no argument '" + name.text.take_front(80) + "'" +
           didYouMean(near),
       near);
  return false;
}

const Parameter *Elaborator::parameterFor(const CallExpr &expr, const Argument &argument,
                                          size_t position, const Block &block) {
  if (argument.name) {
    // `eps: 1e-3` names a parameter; `bn1: batch_norm(x)` labels a layer.
    for (const Parameter &parameter : block.parameters)
      if (parameter.name.text == argument.name->text)
        return &parameter;
    if (!giveLabel(*argument.name, *argument.value, expr, block))
      return nullptr;
  }
  if (position < block.parameters.size())
    return &block.parameters[position];
  // The first one too many stands for all.
  if (position == block.parameters.size())
    fail(argument.value->range, "'" + expr.callee.text + "' takes at most " +
                                    Twine(block.parameters.size()) + " arguments, got " +
                                    Twine(expr.arguments.size()));
  return nullptr;
}

std::optional<Arguments> Elaborator::bind(const CallExpr &expr, const SourceFile &file,
                                          const Block &block, Frame &frame) {
  Arguments arguments;
  bool ok = true;
  bool named = false;
  for (auto [position, argument] : llvm::enumerate(expr.arguments)) {
    const Parameter *parameter = parameterFor(expr, argument, position, block);
    Value value = evaluate(*argument.value, frame);
    ok &= parameter && !value.isPoison();
    if (!parameter)
      continue;
    bool byName = argument.name && argument.name->text == parameter->name.text;
    SMRange range = byName ? argument.name->range : argument.value->range;
    named |= byName;
    if (named && !byName)
      ok = !fail(range, "expects arguments without a name before those with one").isPoison();
    else if (!arguments.try_emplace(parameter->name.text, Bound{value, argument.value->range})
                  .second)
      ok = !fail(range,
                 "a second value for '" + parameter->name.text + "' of '" + expr.callee.text + "'")
                .isPoison();
  }
  if (!ok)
    return std::nullopt;
  // Defaults see the parameters before them.
  Frame inner{&file, {}, &frame, &block, expr.callee.range};
  for (const Parameter &parameter : block.parameters) {
    StringRef name = parameter.name.text;
    auto given = arguments.find(name);
    if (given == arguments.end() && !parameter.defaultValue) {
      fail(expr.callee.range, "'" + expr.callee.text + "' expects a value for '" + name + "'", "",
           Note{parameter.name.range, "the parameter is declared here"});
      return std::nullopt;
    }
    if (given == arguments.end()) {
      Value value = evaluate(*parameter.defaultValue, inner);
      if (value.isPoison())
        return std::nullopt;
      given = arguments.try_emplace(name, Bound{value, expr.callee.range}).first;
    }
    inner.variables[name] = given->second.value;
  }
  return arguments;
}
