//===- Value.cpp - What an expression of the language is worth ------------===//

#include "compiler/Frontend/Text/Value.h"

#include "compiler/Support/Location.h"

#include <fmt/core.h>

using namespace sinter::text;

/// The layer that a tensor comes from, with its place.
static std::string describeOrigin(mlir::Value tensor) {
  if (!tensor.getDefiningOp())
    return "the input";
  std::string layer = sinter::layerOf(tensor.getLoc()), place = sinter::placeOf(tensor.getLoc());
  return "layer '" + layer + "'" + (place.empty() ? "" : " (" + place + ")");
}

std::string sinter::text::describeOrigins(mlir::Value first, mlir::Value second) {
  return "; they come from " + describeOrigin(first) + " and " + describeOrigin(second);
}

std::string sinter::text::describeShape(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (auto [index, size] : llvm::enumerate(shape))
    text += (index ? ", " : "") + std::to_string(size);
  return text + "]";
}

std::string Value::describe() const {
  switch (kind) {
  case Kind::Poison:
    return "an error";
  case Kind::None:
    return "none";
  case Kind::Bool:
    return integer ? "true" : "false";
  case Kind::Integer:
    return std::to_string(integer);
  case Kind::Float:
    return fmt::format("{:#}", real);
  case Kind::String:
    return ("\"" + string.take_front(40) + "\"").str();
  case Kind::List:
    return fmt::format("a list of {}", list.size());
  case Kind::Activation:
    return nn::stringifyActivationKind(activation.getKind()).str();
  case Kind::Tensor:
    return "a tensor " + describeShape(shape());
  }
  llvm_unreachable("a kind not covered");
}
