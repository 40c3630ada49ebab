//===- Model.cpp - What an artifact says of itself ------------------------===//

#include "compiler/Target/Model.h"

#include "dialects/Kernel/IR/Kernel.h"

#include "llvm/ADT/SetVector.h"
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

void Model::setHalfImages() {
  for (TensorDescription &input : inputs)
    if (input.shape.size() == 4) {
      input.shape = {input.shape[0], input.shape[2], input.shape[3], input.shape[1]};
      input.isHalf = true;
    }
}

/// The main layer of a kernel, which it names first. Borders, layouts and means are called
/// by their own names: descriptions seldom name the pooling, models do, and the artifact
/// should be the same.
static StringRef layerOf(Operation *kernel) {
  auto layers = kernel->getAttrOfType<ArrayAttr>("layers");
  if (layers.empty() || isa<kernel::ZeroHaloOp, kernel::ConvertLayoutOp, kernel::ChannelMeanOp,
                            kernel::FinishMeanOp>(kernel))
    return kernel->getName().stripDialect();
  return cast<StringAttr>(layers[0]).getValue();
}

/// The step of `kernels`. Where some of them compute convolutions, what else stands
/// beside these (a border of zeros, say) is not worth a name.
static Step stepOf(ArrayRef<Operation *> kernels) {
  Step step;
  for (Operation *kernel : kernels)
    step.multiplyAdds += kernel::countMultiplyAdds(kernel);
  llvm::SetVector<StringRef> names;
  for (Operation *kernel : kernels)
    if (!step.multiplyAdds || kernel::countMultiplyAdds(kernel))
      names.insert(layerOf(kernel));
  step.layers = llvm::join(names, ", ");
  return step;
}

static std::vector<Step> stepsOf(func::FuncOp network) {
  std::vector<Step> steps;
  SmallVector<Operation *> kernels;
  for (Operation &op : network.front()) {
    if (isa<kernel::BarrierOp, func::ReturnOp>(op)) {
      steps.push_back(stepOf(kernels));
      kernels.clear();
    } else if (op.hasAttr("layers")) {
      kernels.push_back(&op);
    }
  }
  return steps;
}

void Model::setPlan(ModuleOp planned) {
  auto function = *planned.getOps<func::FuncOp>().begin();
  workspaceBytes = cast<ShapedType>(function.getArgumentTypes().back()).getDimSize(0);
  steps = stepsOf(function);
  weightsBytes = workspaceAlignment;
  for (auto weights : planned.getOps<kernel::WeightsOp>()) {
    int64_t bytes = kernel::getStorageBytes(weights.getMemRefType());
    weightsBytes = std::max<int64_t>(
        weightsBytes, llvm::alignTo(weights.getOffset().value_or(0) + bytes, workspaceAlignment));
  }
}
