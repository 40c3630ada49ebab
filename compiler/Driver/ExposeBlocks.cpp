//===- ExposeBlocks.cpp - What blocks compute, as outputs -----------------===//

#include "compiler/Driver/ExposeBlocks.h"

#include "compiler/Driver/Input.h"
#include "compiler/Pipelines/Pipelines.h"
#include "compiler/Support/Location.h"
#include "dialects/NN/IR/NN.h"

#include "mlir/Pass/PassManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace sinter;

/// The layer's name as a C identifier that is not `taken`, in capitals.
static std::string uniqueName(Location layer, llvm::StringSet<> &taken) {
  std::string base = layerOf(layer);
  for (char &c : base)
    if (!llvm::isAlnum(c))
      c = '_';
  if (base.empty() || llvm::isDigit(base.front()))
    base = "block" + base;
  std::string name = base;
  for (int number = 2; !taken.insert(StringRef(name).upper()).second; ++number)
    name = base + "_" + std::to_string(number);
  return name;
}

LogicalResult driver::exposeBlocks(ModuleOp module) {
  PassManager stages(module.getContext());
  buildRaisePipeline(stages);
  if (failed(stages.run(module)))
    return failure();
  func::FuncOp network = networkOf(module);
  Operation *end = network.front().getTerminator();
  auto nameAttr = StringAttr::get(module.getContext(), "nn.name");

  SmallVector<Value> values;
  for (Operation &op : network.front())
    if (isa<nn::ResBlockOp, nn::MaxPoolOp>(op) &&
        !llvm::is_contained(end->getOperands(), op.getResult(0)))
      values.push_back(op.getResult(0));

  SmallVector<DictionaryAttr> own, attributes;
  llvm::StringSet<> taken;
  for (unsigned i = 0; i < network.getNumResults(); ++i) {
    own.push_back(network.getResultAttrDict(i));
    if (auto name = network.getResultAttrOfType<StringAttr>(i, nameAttr))
      taken.insert(name.getValue().upper());
  }
  for (unsigned i = 0; i < network.getNumArguments(); ++i)
    if (auto name = network.getArgAttrOfType<StringAttr>(i, nameAttr))
      taken.insert(name.getValue().upper());
  for (Value value : values)
    attributes.push_back(DictionaryAttr::get(
        module.getContext(),
        {NamedAttribute(nameAttr, StringAttr::get(module.getContext(),
                                                  uniqueName(value.getLoc(), taken)))}));
  llvm::append_range(attributes, own);
  llvm::append_range(values, end->getOperands());
  end->setOperands(values);
  network.setType(FunctionType::get(module.getContext(), network.getArgumentTypes(),
                                    ValueRange(values).getTypes()));
  network.setAllResultAttrs(attributes);
  return success();
}
