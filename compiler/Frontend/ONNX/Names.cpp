//===- Names.cpp - Layers and identifiers from ONNX's names ---------------===//

#include "compiler/Frontend/ONNX/Names.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;

/// Longer names are cut.
constexpr size_t maxNameLength = 256;

static std::string toIdentifier(StringRef name, StringRef kind) {
  std::string identifier;
  for (char c : name.take_front(maxNameLength)) {
    if (llvm::isAlnum(c) || c == '_')
      identifier += c;
    else if (!identifier.empty() && identifier.back() != '_')
      identifier += '_';
  }
  if (identifier.empty())
    return kind.str();
  return llvm::isDigit(identifier[0]) ? (kind + "_" + identifier).str() : identifier;
}

std::string sinter::onnx::networkName(const ::onnx::GraphProto &graph, StringRef path) {
  StringRef name = graph.name();
  bool isGeneric = llvm::is_contained({"", "graph", "main", "main_graph", "onnx-model", "tf2onnx",
                                       "torch-jit-export", "torch_jit"},
                                      name);
  return toIdentifier(isGeneric ? llvm::sys::path::stem(path) : name, "network");
}

/// True for "Relu" and "Relu_12" of a node whose operator is Relu.
static bool isOperatorName(StringRef name, StringRef op) {
  name.consume_front("node_");
  if (!name.consume_front_insensitive(op))
    return false;
  return name.empty() || (name.consume_front("_") && llvm::all_of(name, llvm::isDigit));
}

/// The module path in a node's name; "" if there is none.
static std::string modulePath(const ::onnx::NodeProto &node) {
  llvm::SmallVector<StringRef, 8> parts;
  StringRef(node.name()).split(parts, '/', -1, /*KeepEmpty=*/false);
  std::string suffix; // of the second call of a module
  if (!parts.empty() && isOperatorName(parts.back(), node.op_type())) {
    auto [rest, number] = parts.pop_back_val().rsplit('_');
    bool isNumbered = !number.empty() && llvm::all_of(number, llvm::isDigit);
    suffix = isNumbered ? "_" + number.str() : "";
  }
  // Each part is the attribute's name, with those of the sequences it is in before it.
  std::string path;
  StringRef previous;
  for (StringRef part : parts) {
    StringRef own = part;
    if (!previous.empty() && own.consume_front(previous) && own.consume_front("."))
      path += ".";
    else if (own = part; !path.empty())
      path += ".";
    path += own;
    previous = part;
  }
  return path.empty() ? path : path + suffix;
}

std::string Names::layer(const ::onnx::NodeProto &node, StringRef kind, StringRef weight) {
  std::string name = weight.consume_back(".weight") ? weight.str() : modulePath(node);
  std::string printable;
  for (char c : StringRef(name).take_front(maxNameLength))
    printable += llvm::isPrint(c) ? c : '_';
  return claim(printable.empty() ? kind.str() : printable);
}

std::string Names::identifier(StringRef name, StringRef kind) {
  return claim(toIdentifier(name, kind));
}

std::string Names::claim(const std::string &base) {
  std::string name = base;
  unsigned &count = counts[StringRef(base).lower()];
  do {
    name = count ? base + "_" + std::to_string(count) : base;
    ++count;
    // Macros of a header spell the names of tensors in capitals.
  } while (!taken.insert(StringRef(name).lower()).second);
  return name;
}
