//===- Importer.h - A graph becomes a function --------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_IMPORTER_H
#define SINTER_COMPILER_FRONTEND_ONNX_IMPORTER_H

#include "compiler/Frontend/ONNX/GraphIndex.h"
#include "compiler/Frontend/ONNX/ModelWeights.h"
#include "compiler/Frontend/ONNX/Names.h"
#include "compiler/Frontend/ONNX/ONNX.h"
#include "compiler/Frontend/ONNX/Value.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace sinter::onnx {

class NodeImporter;

/// Nodes of a graph, and operations that they become: far more than a network of the family has.
constexpr int maxNodes = 100'000;

/// Imports one operator. Returns the value of its first output; poison after a report.
using ImportFunction = Value (*)(NodeImporter &node);

/// The most inputs of an operator that takes any number of them.
constexpr unsigned anyNumber = ~0u;

/// What is known of an operator of the domain ai.onnx.
struct Operator {
  llvm::StringRef name;
  unsigned minInputs, maxInputs;
  ImportFunction import; ///< of data
  ImportFunction fold;   ///< where all inputs are constants; null if there is no need
};

/// The operator called `name`; null if it is not supported.
const Operator *findOperator(llvm::StringRef name);
/// What to do about an operator that is not supported.
std::string explainOperator(llvm::StringRef domain, llvm::StringRef name);

class Importer {
public:
  Importer(std::shared_ptr<ModelFile> file, mlir::MLIRContext &context, const Options &options,
           ErrorList &errors);

  ImportedModel run();

private:
  friend class NodeImporter;

  // Each returns false after a report.
  bool checkModel();
  bool addInputs(mlir::Block &entry);
  bool addInput(const ::onnx::ValueInfoProto &input, mlir::Block &entry);
  std::optional<Shape> inputShape(const ::onnx::ValueInfoProto &input);
  void importNode(int index);
  Value importOperator(NodeImporter &importer, const ::onnx::NodeProto &node);
  Value fold(NodeImporter &importer, const Operator &op);
  bool addOutputs(mlir::func::FuncOp function);
  void eraseUnused(mlir::Block &block);

  /// The value of this name. A stored tensor is opened where it is first read.
  const Value &lookup(llvm::StringRef name);

  void report(const llvm::Twine &message);
  void reportNode(int index, const llvm::Twine &message);
  mlir::Location locationOf(int node, llvm::StringRef name);

  std::shared_ptr<ModelFile> file;
  const ::onnx::GraphProto &graph;
  mlir::OpBuilder builder;
  const Options &options;
  ErrorList &errors;
  unsigned numErrors = 0;
  int64_t opset = 0;
  int numOperations = 0;
  /// Numbers computed from constants, and how many may be: see NodeImporter::spend.
  uint64_t spent = 0, maxSpent;
  GraphIndex index;
  Names layers, tensors;
  std::unique_ptr<ModelWeights> weights;
  llvm::StringMap<Value> values;
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_IMPORTER_H
