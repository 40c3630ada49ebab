//===- ElaboratorImpl.h - The elaborator's state ------------------*- C++ -*-===//
//
// A direct evaluator of the syntax tree. Values of the language are known at
// once, except tensors, which are results of operations appended at the
// builder's insertion point.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_ELABORATORIMPL_H
#define SINTER_COMPILER_FRONTEND_TEXT_ELABORATORIMPL_H

#include "compiler/Frontend/Text/Elaborator.h"
#include "compiler/Frontend/Text/Value.h"

#include "llvm/ADT/StringSet.h"

namespace sinter::text {

/// The variables of a block in progress.
struct Frame {
  const SourceFile *file;
  llvm::StringMap<Value> variables;
  const Frame *caller = nullptr;
  /// What is executed, and where it was called; null in a network.
  const Block *block = nullptr;
  llvm::SMRange call;
};

/// An argument of a call, with the place to blame.
struct Bound {
  Value value;
  llvm::SMRange range;
};
using Arguments = llvm::StringMap<Bound>;

/// A layer under construction.
struct Site {
  std::string name;
  llvm::SMRange range;
  mlir::Location loc;
};

class Layers;

class Elaborator {
public:
  Elaborator(Loader &loader, const llvm::SourceMgr &sources, Diagnostics &diagnostics,
             mlir::MLIRContext &context);

  mlir::OwningOpRef<mlir::ModuleOp> run(const SourceFile &file, const Network &network,
                                        std::optional<int64_t> batch);

private:
  friend class Layers;

  // Statements (Elaborator.cpp).
  bool addInputs(const Network &network, std::optional<int64_t> batch, Frame &frame,
                 mlir::Block &entry);
  Value runBody(const Body &body, Frame &frame, llvm::StringRef resultName);
  Value resultOf(const Body &body, Frame &frame, llvm::StringRef resultName);
  void runNested(const Body &body, Frame &frame);
  void execute(const Statement &statement, Frame &frame);
  void repeat(const RepeatStatement &statement, Frame &frame);
  Value residual(const ResidualStatement &statement, Frame &frame);
  Value join(const ResidualStatement &statement, const Site &site, mlir::Value input,
             nn::ActivationAttr activation, Frame &frame);
  mlir::Value runPath(const Body &body, llvm::StringRef variable, mlir::Value input,
                      mlir::Region &region, Frame &frame);

  // Expressions and calls (Evaluate.cpp).
  Value evaluate(const Expr &expr, Frame &frame);
  Value evaluateNode(const Expr &expr, Frame &frame);
  Value list(const ListExpr &expr, Frame &frame);
  Value literal(const LiteralExpr &expr);
  Value name(const NameExpr &expr, Frame &frame);
  Value unary(const UnaryExpr &expr, Frame &frame);
  Value binary(const BinaryExpr &expr, Frame &frame);
  Value arithmetic(const BinaryExpr &expr, const Value &lhs, const Value &rhs);
  Value combine(const BinaryExpr &expr, const Value &lhs, const Value &rhs);
  Value compare(const BinaryExpr &expr, const Value &lhs, const Value &rhs);
  /// Python's truth: none, false and 0 are false; nothing for a tensor, after a report.
  std::optional<bool> truth(const Value &value, llvm::SMRange range);
  Value call(const CallExpr &expr, Frame &frame);
  Value callVariable(const CallExpr &expr, nn::ActivationAttr activation, Frame &frame);
  Value callBlock(const CallExpr &expr, const SourceFile &file, const Block &block,
                  Arguments arguments, Frame &frame);
  /// The block `callee` of `frame`'s file: its own, an imported one, a built-in.
  std::pair<const SourceFile *, const Block *> lookUp(const Name &callee, Frame &frame);
  void reportUnknownCallee(const Name &callee, Frame &frame);
  std::optional<Arguments> bind(const CallExpr &expr, const SourceFile &file, const Block &block,
                                Frame &frame);
  /// The parameter that an argument is for; null after a report.
  const Parameter *parameterFor(const CallExpr &expr, const Argument &argument, size_t position,
                                const Block &block);
  const Name *labelOf(const CallExpr &call) const {
    return call.label ? &*call.label : labels.lookup(&call);
  }
  /// Hands the label `name` to the call that the expression begins with.
  bool giveLabel(const Name &name, const Expr &expr, const CallExpr &callee, const Block &block);

  // Names.
  std::string fullName(llvm::StringRef label) const {
    return scope.empty() ? label.str() : scope + "." + label.str();
  }
  /// Reserves the full name of a label; false after a report that it is taken.
  bool reserve(const Name &label);
  /// The name of an unlabelled layer: KIND, KIND_1, ...
  std::string freeName(llvm::StringRef kind);
  bool enterScope(llvm::StringRef label, llvm::SMRange range);
  mlir::Location locationOf(llvm::SMRange range, llvm::StringRef layer);

  // Errors. Each returns poison.
  /// A place that an error refers to.
  struct Note {
    llvm::SMRange range;
    llvm::StringRef text;
  };
  Value fail(llvm::SMRange range, const llvm::Twine &message, llvm::StringRef fixIt = "",
             llvm::ArrayRef<Note> notes = {});
  /// Ends the elaboration as a whole.
  Value stop(llvm::SMRange range, const llvm::Twine &message);
  bool step(llvm::SMRange range, uint64_t count = 1);

  Loader &loader;
  const llvm::SourceMgr &sources;
  Diagnostics &diagnostics;
  mlir::MLIRContext &context;
  mlir::OpBuilder builder;
  const SourceFile *builtins;

  /// The name of the layer that contains what is executed: "layer1.0".
  std::string scope;
  /// Names of layers and scopes, with the places that gave them.
  llvm::StringMap<llvm::SMRange> names;
  llvm::StringMap<unsigned> unlabelled;
  llvm::StringSet<> residualNames, keys;
  /// Labels given as an argument's name; see parameterFor.
  llvm::DenseMap<const CallExpr *, const Name *> labels;
  const Frame *current = nullptr;
  unsigned depth = 0;
  uint64_t steps = 0;
  size_t numLayers = 0;
  bool stopped = false;
};

/// Restores a variable when it dies.
template <typename T> struct Restore {
  explicit Restore(T &variable) : variable(variable), saved(variable) {}
  ~Restore() { variable = saved; }
  T &variable;
  T saved;
};

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_ELABORATORIMPL_H
