//===- NNDialect.cpp - Registration and attributes of the nn dialect ------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cmath>

using namespace mlir;
using namespace sinter::nn;

bool sinter::nn::isFiniteF32(const APFloat &value) {
  return std::fabs(value.convertToDouble()) <= std::numeric_limits<float>::max();
}

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

LogicalResult ActivationAttr::verify(llvm::function_ref<InFlightDiagnostic()> emitError,
                                     ActivationKind kind, APFloat alpha, APFloat beta) {
  if (!isFiniteF32(alpha) || !isFiniteF32(beta))
    return emitError() << "expects the parameters of an activation function to be finite in f32";
  bool hasBeta = kind == ActivationKind::HardSigmoid || kind == ActivationKind::Clip ||
                 kind == ActivationKind::ScaleShift;
  bool hasAlpha = hasBeta || kind == ActivationKind::LeakyReLU;
  if (alpha.isNonZero() && !hasAlpha)
    return emitError() << "expects no 'alpha' for " << stringifyActivationKind(kind);
  if (beta.isNonZero() && !hasBeta)
    return emitError() << "expects no 'beta' for " << stringifyActivationKind(kind);
  if (kind == ActivationKind::Clip && alpha > beta)
    return emitError() << "expects 'alpha' of clip to be at most 'beta', got "
                       << alpha.convertToDouble() << " and " << beta.convertToDouble();
  return success();
}

Attribute ActivationAttr::parse(AsmParser &parser, Type) {
  SMLoc loc;
  StringRef keyword;
  if (parser.parseLess() || parser.getCurrentLocation(&loc) || parser.parseKeyword(&keyword))
    return {};
  std::optional<ActivationKind> kind = symbolizeActivationKind(keyword);
  if (!kind) {
    parser.emitError(loc) << "expects an activation function, got '" << keyword << "'";
    return {};
  }
  std::optional<double> alpha, beta;
  while (succeeded(parser.parseOptionalComma())) {
    SMLoc nameLoc;
    if (parser.getCurrentLocation(&nameLoc) || parser.parseKeyword(&keyword))
      return {};
    std::optional<double> *value = keyword == "alpha"  ? &alpha
                                   : keyword == "beta" ? &beta
                                                       : nullptr;
    if (!value || *value) {
      parser.emitError(nameLoc) << "expects 'alpha' and 'beta' at most once each, got '" << keyword
                                << "'";
      return {};
    }
    if (parser.parseEqual() || parser.parseFloat(value->emplace()))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), *kind,
                    alpha.value_or(0), beta.value_or(0));
}

void ActivationAttr::print(AsmPrinter &printer) const {
  printer << "<" << stringifyActivationKind(getKind());
  auto printParameter = [&](StringRef name, const APFloat &value) {
    if (value.isPosZero())
      return;
    printer << ", " << name << " = ";
    printer.printFloat(value);
  };
  printParameter("alpha", getAlpha());
  printParameter("beta", getBeta());
  printer << ">";
}
