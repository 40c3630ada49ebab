//===- Remarks.cpp - What the nn passes say of their work -----------------===//

#include "dialects/NN/Transforms/Remarks.h"

#include "mlir/IR/Remarks.h"

using namespace mlir;

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
