//===- Names.h - Layers and identifiers from ONNX's names ---------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_NAMES_H
#define SINTER_COMPILER_FRONTEND_ONNX_NAMES_H

#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <onnx/onnx_pb.h>

#include <string>

namespace sinter::onnx {

/// The name of a network for this graph of the file at `path`: its own, unless it is one that
/// exporters give to every graph.
std::string networkName(const ::onnx::GraphProto &graph, llvm::StringRef path);

/// Hands out each name once, whatever its case.
class Names {
public:
  /// The layer that `node` is. A layer with weights has the name of its module, the prefix of
  /// `weight`'s key; others have what of the node's name is a module's: "/layer1/layer1.0/relu/
  /// Relu_1" is "layer1.0.relu_1". Where the name tells nothing it is `kind`.
  std::string layer(const ::onnx::NodeProto &node, llvm::StringRef kind, llvm::StringRef weight);
  /// `name` as a C identifier, with `kind` before it where it begins with a digit.
  std::string identifier(llvm::StringRef name, llvm::StringRef kind);

private:
  std::string claim(const std::string &base);

  llvm::StringSet<> taken;
  llvm::StringMap<unsigned> counts;
};

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_NAMES_H
