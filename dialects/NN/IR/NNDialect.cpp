//===- NNDialect.cpp - Registration and attributes of the nn dialect ------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter::nn;

#include "dialects/NN/IR/NNDialect.cpp.inc"
#include "dialects/NN/IR/NNEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/NN/IR/NNAttrs.cpp.inc"

void NNDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/NN/IR/NNAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/NN/IR/NNOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// #nn.activation<kind, alpha = 0.1, beta = 0.5>
//===----------------------------------------------------------------------===//

Attribute ActivationAttr::parse(AsmParser &parser, Type) {
  StringRef keyword;
  if (parser.parseLess())
    return {};
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseKeyword(&keyword))
    return {};
  std::optional<ActivationKind> kind = symbolizeActivationKind(keyword);
  if (!kind) {
    parser.emitError(loc) << "expects an activation function, got '" << keyword << "'";
    return {};
  }
  double alpha = 0, beta = 0;
  while (succeeded(parser.parseOptionalComma())) {
    bool isAlpha = succeeded(parser.parseOptionalKeyword("alpha"));
    if ((!isAlpha && parser.parseKeyword("beta")) || parser.parseEqual() ||
        parser.parseFloat(isAlpha ? alpha : beta))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return get(parser.getContext(), *kind, alpha, beta);
}

void ActivationAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyActivationKind(getKind());
  auto printParameter = [&](StringRef name, const APFloat &value) {
    if (value.isZero())
      return;
    printer << ", " << name << " = ";
    printer.printFloat(value);
  };
  printParameter("alpha", getAlpha());
  printParameter("beta", getBeta());
  printer << ">";
}
