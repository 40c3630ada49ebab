//===- Elaborator.cpp - Networks, statements, residuals -------------------===//

#include "compiler/Frontend/Text/ElaboratorImpl.h"
#include "compiler/Frontend/Text/Limits.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Verifier.h"
#include "llvm/Support/MathExtras.h"

using namespace sinter;
using namespace sinter::text;
using llvm::cast;
using llvm::dyn_cast;
using llvm::isa;
using llvm::SMRange;
using llvm::StringRef;
using llvm::Twine;

mlir::OwningOpRef<mlir::ModuleOp> sinter::text::elaborate(
    const SourceFile &file, const Network &network, std::optional<int64_t> batch, Loader &loader,
    const llvm::SourceMgr &sources, Diagnostics &diagnostics, mlir::MLIRContext &context) {
  context.loadDialect<nn::NNDialect, mlir::func::FuncDialect>();
  return Elaborator(loader, sources, diagnostics, context).run(file, network, batch);
}

Elaborator::Elaborator(Loader &loader, const llvm::SourceMgr &sources, Diagnostics &diagnostics,
                       mlir::MLIRContext &context)
    : loader(loader), sources(sources), diagnostics(diagnostics), context(context),
      builder(&context), builtins(loader.loadShipped("builtins")) {}

//===----------------------------------------------------------------------===//
// Errors, names, places
//===----------------------------------------------------------------------===//

Value Elaborator::fail(SMRange range, const Twine &message, StringRef fixIt,
                       llvm::ArrayRef<Note> notes) {
  if (stopped || !diagnostics.error(range, message, fixIt))
    return {};
  for (const Note &note : notes)
    diagnostics.note(note.range, note.text);
  // The way here, from the innermost call outwards.
  unsigned shown = 0;
  for (const Frame *frame = current; frame && frame->block && shown != 4;
       frame = frame->caller, ++shown)
    diagnostics.note(frame->call, "in block '" + frame->block->name.text + "', called here");
  stopped |= diagnostics.isFull();
  return {};
}

Value Elaborator::stop(SMRange range, const Twine &message) {
  fail(range, message);
  stopped = true;
  return {};
}

bool Elaborator::step(SMRange range, uint64_t count) {
  if (stopped)
    return false;
  steps += count;
  if (steps <= limits::steps)
    return true;
  stop(range, "the network takes more than " + Twine(limits::steps) + " steps to build");
  return false;
}

mlir::Location Elaborator::locationOf(SMRange range, StringRef layer) {
  unsigned buffer = sources.FindBufferContainingLoc(range.Start);
  auto [line, column] = sources.getLineAndColumn(range.Start, buffer);
  auto place = mlir::FileLineColLoc::get(
      &context, sources.getMemoryBuffer(buffer)->getBufferIdentifier(), line, column);
  if (layer.empty())
    return place;
  return mlir::NameLoc::get(builder.getStringAttr(layer), place);
}

bool Elaborator::reserve(const Name &label) {
  std::string name = fullName(label.text);
  if (name.size() > limits::nameLength) {
    fail(label.range, "a layer name of more than " + Twine(limits::nameLength) + " characters");
    return false;
  }
  auto [entry, isNew] = names.try_emplace(name, label.range);
  if (!isNew) {
    SMRange first = entry->second;
    std::string message = "the name '" + name + "' is taken";
    if (first.isValid() && first.Start != label.range.Start)
      fail(label.range, message, "", Note{first, "it is first used here"});
    else
      fail(label.range, message + (first.isValid() ? " by a call of this block before"
                                                   : " by a layer without a label"));
  }
  return isNew;
}

std::string Elaborator::freeName(StringRef kind) {
  std::string base = fullName(kind);
  std::string name = base;
  unsigned &count = unlabelled[base];
  do {
    name = count ? base + "_" + std::to_string(count) : base;
    ++count;
  } while (!names.try_emplace(name).second);
  return name;
}

bool Elaborator::enterScope(StringRef label, SMRange range) {
  scope = fullName(label);
  if (scope.size() <= limits::nameLength)
    return true;
  stop(range, "a layer name of more than " + Twine(limits::nameLength) + " characters");
  return false;
}

//===----------------------------------------------------------------------===//
// Networks
//===----------------------------------------------------------------------===//

bool Elaborator::addInputs(const Network &network, std::optional<int64_t> batch, Frame &frame,
                           mlir::Block &entry) {
  for (const Input &input : network.inputs) {
    llvm::SmallVector<int64_t> shape(input.shape.begin(), input.shape.end());
    if (shape.size() != 4) {
      fail(input.typeRange, "expects the shape of input '" + input.name.text +
                                "' to be [N, C, H, W], got " + describeShape(shape));
      return false;
    }
    if (batch)
      shape[0] = *batch;
    int64_t elements = 1;
    for (int64_t size : shape)
      if (llvm::MulOverflow(elements, size, elements) || elements > limits::elements) {
        fail(input.typeRange, "expects input '" + input.name.text + "' to have at most " +
                                  Twine(limits::elements) + " elements, got " +
                                  describeShape(shape));
        return false;
      }
    auto type = mlir::RankedTensorType::get(shape, builder.getF32Type());
    frame.variables[input.name.text] =
        Value::of(entry.addArgument(type, locationOf(input.name.range, input.name.text)));
  }
  return true;
}

mlir::OwningOpRef<mlir::ModuleOp> Elaborator::run(const SourceFile &file, const Network &network,
                                                  std::optional<int64_t> batch) {
  mlir::Location loc = locationOf(network.name.range, "");
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(loc);
  builder.setInsertionPointToEnd(module->getBody());
  auto function =
      mlir::func::FuncOp::create(builder, loc, network.name.text, builder.getFunctionType({}, {}));
  mlir::Block *entry = function.addEntryBlock();
  Frame frame{&file, {}, nullptr, nullptr, {}};
  current = &frame;
  if (!addInputs(network, batch, frame, *entry))
    return nullptr;
  builder.setInsertionPointToEnd(entry);
  Value output = runBody(network.body, frame, "");
  if (!output.isPoison() && !output.isTensor())
    fail(network.body.statements.back()->range, "expects network '" + network.name.text +
                                                    "' to end in a tensor, got " +
                                                    output.describe());
  else if (!diagnostics.hasErrors() && isa<mlir::BlockArgument>(output.tensor))
    fail(network.body.statements.back()->range,
         "expects network '" + network.name.text + "' to compute something, got its input");
  if (diagnostics.hasErrors())
    return nullptr;
  assert(output.isTensor() && "an error was not reported");
  mlir::func::ReturnOp::create(builder, loc, output.tensor);
  function.setFunctionType(
      builder.getFunctionType(entry->getArgumentTypes(), output.tensor.getType()));
  for (auto [index, input] : llvm::enumerate(network.inputs))
    function.setArgAttr(index, "nn.name", builder.getStringAttr(input.name.text));
  function.setResultAttr(0, "nn.name", builder.getStringAttr("output"));
  if (failed(mlir::verify(*module))) {
    fail(network.name.range, "network '" + network.name.text + "' is not valid");
    return nullptr;
  }
  return module;
}

//===----------------------------------------------------------------------===//
// Bodies
//===----------------------------------------------------------------------===//

Value Elaborator::runBody(const Body &body, Frame &frame, StringRef resultName) {
  for (const auto &statement : body.statements) {
    if (stopped)
      return {};
    auto *expr = dyn_cast<ExprStatement>(statement.get());
    if (expr && statement == body.statements.back())
      return evaluate(*expr->value, frame);
    execute(*statement, frame);
  }
  return resultOf(body, frame, resultName);
}

/// The value of a body that does not end in an expression: that of the
/// variable it is about, unless its last line speaks of another one.
Value Elaborator::resultOf(const Body &body, Frame &frame, StringRef resultName) {
  StringRef last;
  SMRange range(body.range.End, body.range.End);
  if (!body.statements.empty()) {
    const Statement &statement = *body.statements.back();
    range = statement.range;
    if (auto *assign = dyn_cast<AssignStatement>(&statement))
      last = assign->variable.text;
    else if (auto *residual = dyn_cast<ResidualStatement>(&statement))
      last = residual->variable.text;
  }
  if (resultName.empty() || (!last.empty() && last != resultName)) {
    std::string hint = last.empty() ? "" : ("; add a line '" + last + "'").str();
    return fail(range, "expects the body to end in an expression, its value" + hint);
  }
  return frame.variables.lookup(resultName);
}

void Elaborator::runNested(const Body &body, Frame &frame) {
  for (const auto &statement : body.statements) {
    if (stopped)
      return;
    execute(*statement, frame);
  }
}

void Elaborator::execute(const Statement &statement, Frame &frame) {
  Restore<unsigned> nesting(depth);
  if (!step(statement.range))
    return;
  if (++depth > limits::depth) {
    stop(statement.range, "blocks are nested too deeply");
    return;
  }
  switch (statement.kind) {
  case Statement::Kind::Expression:
    evaluate(*cast<ExprStatement>(statement).value, frame);
    fail(statement.range, "the value of this line is not used; write 'x = ...'");
    return;
  case Statement::Kind::Assign: {
    auto &assign = cast<AssignStatement>(statement);
    frame.variables[assign.variable.text] = evaluate(*assign.value, frame);
    return;
  }
  case Statement::Kind::If: {
    auto &branch = cast<IfStatement>(statement);
    Value condition = evaluate(*branch.condition, frame);
    if (std::optional<bool> taken = truth(condition, branch.condition->range))
      runNested(*taken ? branch.whenTrue : branch.whenFalse, frame);
    return;
  }
  case Statement::Kind::Repeat:
    return repeat(cast<RepeatStatement>(statement), frame);
  case Statement::Kind::Residual: {
    auto &block = cast<ResidualStatement>(statement);
    frame.variables[block.variable.text] = residual(block, frame);
    return;
  }
  }
}

void Elaborator::repeat(const RepeatStatement &statement, Frame &frame) {
  Value count = evaluate(*statement.count, frame);
  if (count.isPoison())
    return;
  if (!count.is(Value::Kind::Integer) || count.integer < 0 || count.integer > limits::repetitions) {
    fail(statement.count->range,
         "expects a count from 0 to " + Twine(limits::repetitions) + ", got " + count.describe());
    return;
  }
  Restore<std::string> outer(scope);
  if (statement.label &&
      (!reserve(*statement.label) || !enterScope(statement.label->text, statement.label->range)))
    return;
  Value outerIndex = frame.variables.lookup("index");
  bool hadIndex = frame.variables.count("index");
  for (int64_t index = 0; index < count.integer && step(statement.range); ++index) {
    Restore<std::string> inner(scope);
    if (!enterScope(std::to_string(index), statement.range))
      return;
    frame.variables["index"] = Value::number(index);
    runNested(statement.body, frame);
  }
  if (hadIndex)
    frame.variables["index"] = outerIndex;
  else
    frame.variables.erase("index");
}

//===----------------------------------------------------------------------===//
// Residuals
//===----------------------------------------------------------------------===//

Value Elaborator::residual(const ResidualStatement &statement, Frame &frame) {
  auto activation = nn::ActivationAttr::get(&context, nn::ActivationKind::Identity);
  if (statement.activation) {
    Value value = evaluate(*statement.activation, frame);
    if (value.isPoison())
      return {};
    if (!value.is(Value::Kind::Activation))
      return fail(statement.activation->range,
                  "expects an activation behind 'then', such as relu, got " + value.describe());
    activation = value.activation;
  }
  NameExpr reference(statement.variable.range);
  reference.name = statement.variable.text;
  Value input = evaluate(reference, frame);
  if (input.isPoison())
    return {};
  if (!input.isTensor() || input.shape().size() != 4)
    return fail(statement.variable.range, "expects '" + statement.variable.text +
                                              "' to be a feature map [N, C, H, W], got " +
                                              input.describe());
  Restore<std::string> outer(scope);
  if (statement.label &&
      (!reserve(*statement.label) || !enterScope(statement.label->text, statement.label->range)))
    return {};
  // The block is called as the scope it fills, "layer1.0".
  bool isScope = !scope.empty() && residualNames.insert(scope).second;
  std::string name = isScope ? scope : freeName("residual");
  Site site{name, statement.range, locationOf(statement.range, name)};
  return join(statement, site, input.tensor, activation, frame);
}

/// Runs one path of a residual in a region of its own. Variables that it sets
/// end with it.
mlir::Value Elaborator::runPath(const Body &body, StringRef variable, mlir::Value input,
                                mlir::Region &region, Frame &frame) {
  mlir::OpBuilder::InsertionGuard guard(builder);
  mlir::Block *block = builder.createBlock(&region, {}, input.getType(), input.getLoc());
  if (!step(body.range, frame.variables.size()))
    return nullptr;
  Frame path{frame.file, frame.variables, frame.caller, frame.block, frame.call};
  path.variables[variable] = Value::of(block->getArgument(0));
  Restore<const Frame *> outer(current);
  current = &path;
  Value result = runBody(body, path, variable);
  if (result.isPoison())
    return nullptr;
  if (!result.isTensor() || result.shape().size() != 4) {
    fail(body.range,
         "expects the path to end in a feature map [N, C, H, W], got " + result.describe());
    return nullptr;
  }
  return result.tensor;
}

Value Elaborator::join(const ResidualStatement &statement, const Site &site, mlir::Value input,
                       nn::ActivationAttr activation, Frame &frame) {
  std::unique_ptr<mlir::Region> regions[2] = {std::make_unique<mlir::Region>(),
                                              std::make_unique<mlir::Region>()};
  bool hasShortcut = statement.shortcut.has_value();
  if (statement.shortcutCondition) {
    Value condition = evaluate(*statement.shortcutCondition, frame);
    std::optional<bool> taken = truth(condition, statement.shortcutCondition->range);
    if (!taken)
      return {};
    hasShortcut = *taken;
  }
  mlir::Value main = runPath(statement.main, statement.variable.text, input, *regions[0], frame);
  mlir::Value shortcut = input;
  if (hasShortcut)
    shortcut = runPath(*statement.shortcut, statement.variable.text, input, *regions[1], frame);
  if (!main || !shortcut || stopped)
    return {};
  if (main.getType() != shortcut.getType()) {
    auto shape = [](mlir::Value value) { return describeShape(Value::of(value).shape()); };
    return fail(site.range, "residual '" + site.name + "' expects equal shapes of its paths, got " +
                                shape(main) + " on main and " + shape(shortcut) +
                                (hasShortcut
                                     ? " on the shortcut" + describeOrigins(main, shortcut)
                                     : " on the identity; add a 'shortcut { ... }'"));
  }
  // A shortcut that only hands its input on is the identity.
  if (isa<mlir::BlockArgument>(shortcut) && hasShortcut)
    regions[1] = std::make_unique<mlir::Region>();
  for (auto [region, value] : {std::pair(regions[0].get(), main), {regions[1].get(), shortcut}}) {
    if (region->empty())
      continue;
    mlir::OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&region->front());
    nn::YieldOp::create(builder, site.loc, value);
  }
  mlir::OperationState state(site.loc, nn::ResBlockOp::getOperationName());
  state.addOperands(input);
  state.addTypes(main.getType());
  state.getOrAddProperties<nn::ResBlockOp::Properties>().activation = activation;
  state.addRegion(std::move(regions[0]));
  state.addRegion(std::move(regions[1]));
  return Value::of(builder.create(state)->getResult(0));
}
