//===- Remarks.cpp - What the nn passes say of their work -----------------===//

#include "dialects/NN/Transforms/Remarks.h"

#include "dialects/NN/IR/LayerNames.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;

StringRef sinter::nn::layerName(Operation *op) {
  SmallVector<StringRef> names = getLayerNames(op->getLoc());
  return names.empty() ? StringRef() : names.front();
}

std::string sinter::nn::describe(Operation *op) {
  StringRef name = layerName(op);
  return (name.empty() ? op->getName().getStringRef() : "'" + name + "'").str();
}

std::string sinter::nn::describeSource(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op)
    return "an input";
  std::string kind = op->getName().getStringRef().str();
  return layerName(op).empty() ? kind : kind + " " + describe(op);
}

/// The operation's name is the remark's: "nn.res_block".
static remark::RemarkOpts optionsOf(Operation *op, StringRef pass) {
  return remark::RemarkOpts::name(op->getName().getStringRef()).category(pass);
}

void sinter::nn::remarkPassed(Operation *op, StringRef pass, const Twine &text) {
  if (auto remark = remark::passed(op->getLoc(), optionsOf(op, pass)))
    remark << StringRef(text.str());
}

void sinter::nn::remarkMissed(Operation *op, StringRef pass, const Twine &text) {
  if (auto remark = remark::missed(op->getLoc(), optionsOf(op, pass)))
    remark << StringRef(text.str());
}
