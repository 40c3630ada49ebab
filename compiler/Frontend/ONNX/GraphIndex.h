//===- GraphIndex.h - Who makes and who reads a value -------------*- C++ -*-===//
//
// Names are all that connects the nodes of an ONNX graph. The index resolves them, finds
// the nodes that the outputs depend on, and puts those into an order to import them in.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_GRAPHINDEX_H
#define SINTER_COMPILER_FRONTEND_ONNX_GRAPHINDEX_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"

#include <onnx/onnx_pb.h>

namespace sinter::onnx {

class GraphIndex {
public:
  /// Takes an error about a node, or about the graph where the node is -1.
  using Report = llvm::function_ref<void(int node, const llvm::Twine &message)>;

  explicit GraphIndex(const ::onnx::GraphProto &graph) : graph(graph) {}

  /// Resolves the names; false after a report.
  bool build(Report report);

  /// The nodes that an output depends on, each behind those that it reads from.
  llvm::ArrayRef<int> order() const { return sorted; }
  /// The stored tensor of this name, or null.
  const ::onnx::TensorProto *initializer(llvm::StringRef name) const {
    return initializers.lookup(name);
  }
  /// The node that makes this value; -1 for inputs and initializers.
  int maker(llvm::StringRef name) const {
    auto found = makers.find(name);
    return found == makers.end() ? -1 : found->second;
  }
  /// How many inputs of nodes of the order, and outputs of the graph, are this value.
  unsigned numUses(llvm::StringRef name) const { return uses.lookup(name); }

private:
  bool collect(Report report);
  bool define(llvm::StringRef name, int maker, Report report);
  bool sort(Report report);

  const ::onnx::GraphProto &graph;
  llvm::StringMap<const ::onnx::TensorProto *> initializers;
  llvm::StringMap<int> makers; ///< of each value: a node, or -1 for inputs and initializers
  llvm::StringMap<unsigned> uses;
  llvm::SmallVector<int, 0> sorted;
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_GRAPHINDEX_H
