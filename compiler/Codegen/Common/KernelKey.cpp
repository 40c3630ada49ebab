//===- KernelKey.cpp - Which kernels are the same function ----------------===//

#include "compiler/Codegen/Common/KernelKey.h"

#include "dialects/Kernel/IR/Kernel.h"

using namespace mlir;
using namespace sinter;

std::string sinter::kernelKey(Operation *op) {
  std::string key;
  llvm::raw_string_ostream stream(key);
  stream << op->getName();
  for (NamedAttribute attribute : op->getAttrs())
    if (attribute.getName() != "layers" && attribute.getName() != kernel::queuesAttrName)
      stream << " " << attribute.getName() << "=" << attribute.getValue();
  for (Type type : op->getOperandTypes())
    stream << " " << type;
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (llvm::is_contained(op->getOperands().take_front(i), operand))
      stream << " " << i << "=" << llvm::find(op->getOperands(), operand).getIndex();
  return key;
}
