//===- RunReference.cpp - sinter run --reference --------------------------===//
//
// Runs a network, not an artifact, through the reference interpreter.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Input.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Register.h"
#include "compiler/Driver/Run.h"
#include "compiler/Reference/Reference.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::driver;

/// The name that the frontend gave an argument or result, or "KIND<index>".
static std::string nameOf(DictionaryAttr attributes, StringRef kind, size_t index) {
  if (auto name = attributes ? attributes.getAs<StringAttr>("nn.name") : StringAttr())
    return name.str();
  return (kind + Twine(index)).str();
}

static std::vector<TensorSpec> inputsOf(func::FuncOp network) {
  std::vector<TensorSpec> specs;
  for (auto [index, type] : llvm::enumerate(network.getArgumentTypes()))
    specs.push_back({nameOf(network.getArgAttrDict(index), "input", index),
                     Shape(cast<ShapedType>(type).getShape())});
  return specs;
}

int driver::runReference(const RunOptions &options, std::vector<NamedTensor> &outputs) {
  DialectRegistry registry;
  registerAllSinter(registry);
  MLIRContext context(registry);
  LoadedNetwork loaded = loadNetwork(options.reference, context,
                                     {options.batch, options.network, options.checkpoint,
                                      options.exposeBlocks});
  if (!loaded.module)
    return 1;
  func::FuncOp network = networkOf(*loaded.module);
  std::unique_ptr<WeightSource> weights = takeWeights(loaded, options.weights);
  if (!weights)
    return 1;

  llvm::Expected<std::vector<Tensor>> inputs = readInputs(options, inputsOf(network));
  if (!inputs)
    return fail(llvm::toString(inputs.takeError()));
  std::vector<DoubleTensor> values;
  for (const Tensor &input : *inputs)
    values.push_back(toDouble(input));
  auto results = interpret(network, values, *weights);
  if (!results)
    return fail(llvm::toString(results.takeError()));
  for (auto [index, result] : llvm::enumerate(*results))
    outputs.push_back({nameOf(network.getResultAttrDict(index), "output", index), toFloat(result)});
  return 0;
}
