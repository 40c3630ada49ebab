//===- Value.cpp - What an expression of the language is worth ------------===//

#include "compiler/Frontend/Text/Value.h"

#include <fmt/core.h>

using namespace sinter::text;

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
