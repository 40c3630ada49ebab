//===- Model.cpp - What an artifact says of itself ------------------------===//

#include "compiler/Target/Model.h"

#include "dialects/Kernel/IR/Kernel.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace sinter;

bool sinter::isCIdentifier(StringRef name) {
  return !name.empty() && name.size() < 1024 && !llvm::isDigit(name[0]) &&
         llvm::all_of(name, [](char c) { return llvm::isAlnum(c) || c == '_'; });
}

int64_t TensorDescription::elements() const {
  return std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
}

static TensorDescription describe(Type type, Attribute name, const Twine &fallback) {
  auto string = dyn_cast_or_null<StringAttr>(name);
  return {string ? string.str() : fallback.str(), cast<ShapedType>(type).getShape().vec()};
}

Model Model::fromNetwork(func::FuncOp network) {
  Model model;
  model.name = network.getName().str();
  for (auto [i, type] : llvm::enumerate(network.getArgumentTypes()))
    model.inputs.push_back(describe(type, network.getArgAttr(i, "nn.name"), "input" + Twine(i)));
  for (auto [i, type] : llvm::enumerate(network.getResultTypes()))
    model.outputs.push_back(
        describe(type, network.getResultAttr(i, "nn.name"), "output" + Twine(i)));
  return model;
}

void Model::setSizes(ModuleOp planned) {
  auto function = *planned.getOps<func::FuncOp>().begin();
  workspaceBytes = cast<ShapedType>(function.getArgumentTypes().back()).getDimSize(0);
  weightsBytes = workspaceAlignment;
  for (auto weights : planned.getOps<kernel::WeightsOp>()) {
    int64_t bytes = weights.getMemRefType().getNumElements() * sizeof(float);
    weightsBytes = std::max<int64_t>(
        weightsBytes, llvm::alignTo(weights.getOffset().value_or(0) + bytes, workspaceAlignment));
  }
}
