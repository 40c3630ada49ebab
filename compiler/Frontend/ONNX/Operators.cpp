//===- Operators.cpp - Which operators are read ---------------------------===//

#include "compiler/Frontend/ONNX/Operators.h"

#include "compiler/Support/Quote.h"

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;

/// Sorted by name.
static constexpr Operator operators[] = {
    {"Abs", 1, 1, nullptr, foldUnary},
    {"Add", 2, 2, importAdd, foldBinary},
    {"And", 2, 2, nullptr, foldBinary},
    {"AveragePool", 1, 1, importAveragePool, nullptr},
    {"BatchNormalization", 5, 5, importBatchNormalization, nullptr},
    {"Cast", 1, 1, importCast, foldCast},
    {"Ceil", 1, 1, nullptr, foldUnary},
    {"Clip", 1, 3, importClip, nullptr},
    {"Concat", 1, anyNumber, importConcat, foldConcat},
    {"Constant", 0, 0, nullptr, foldConstant},
    {"ConstantOfShape", 1, 1, nullptr, foldConstantOfShape},
    {"Conv", 2, 3, importConv, nullptr},
    {"Div", 2, 2, importDiv, foldBinary},
    {"Dropout", 1, 3, importDropout, importDropout},
    {"Equal", 2, 2, nullptr, foldBinary},
    {"Expand", 2, 2, importExpand, foldExpand},
    {"Flatten", 1, 1, importFlatten, foldFlatten},
    {"Floor", 1, 1, nullptr, foldUnary},
    {"Gather", 2, 2, nullptr, foldGather},
    {"Gemm", 2, 3, importGemm, nullptr},
    {"GlobalAveragePool", 1, 1, importGlobalAveragePool, nullptr},
    {"GlobalMaxPool", 1, 1, importGlobalMaxPool, nullptr},
    {"Greater", 2, 2, nullptr, foldBinary},
    {"HardSigmoid", 1, 1, importHardSigmoid, nullptr},
    {"HardSwish", 1, 1, importHardSwish, nullptr},
    {"Identity", 1, 1, importIdentity, importIdentity},
    {"LeakyRelu", 1, 1, importLeakyRelu, nullptr},
    {"Less", 2, 2, nullptr, foldBinary},
    {"LogSoftmax", 1, 1, importLogSoftmax, nullptr},
    {"MatMul", 2, 2, importMatMul, nullptr},
    {"Max", 1, anyNumber, importExtremum, foldBinary},
    {"MaxPool", 1, 1, importMaxPool, nullptr},
    {"Min", 1, anyNumber, importExtremum, foldBinary},
    {"Mul", 2, 2, importMul, foldBinary},
    {"Neg", 1, 1, importNeg, foldUnary},
    {"Not", 1, 1, nullptr, foldUnary},
    {"Or", 2, 2, nullptr, foldBinary},
    {"PRelu", 2, 2, importPRelu, nullptr},
    {"Pad", 1, 4, importPad, nullptr},
    {"Pow", 2, 2, nullptr, foldBinary},
    {"Range", 3, 3, nullptr, foldRange},
    {"Reciprocal", 1, 1, nullptr, foldUnary},
    {"ReduceMean", 1, 2, importReduceMean, nullptr},
    {"ReduceProd", 1, 2, nullptr, foldReduceProd},
    {"Relu", 1, 1, importRelu, nullptr},
    {"Reshape", 2, 2, importReshape, foldReshape},
    {"Shape", 1, 1, importShape, importShape},
    {"Sigmoid", 1, 1, importSigmoid, nullptr},
    {"Size", 1, 1, importSize, importSize},
    {"Slice", 1, 5, importSlice, foldSlice},
    {"Softmax", 1, 1, importSoftmax, nullptr},
    {"Sqrt", 1, 1, nullptr, foldUnary},
    {"Squeeze", 1, 2, importSqueeze, foldSqueeze},
    {"Sub", 2, 2, importSub, foldBinary},
    {"Sum", 1, anyNumber, importSum, foldBinary},
    {"Swish", 1, 1, importSwish, nullptr},
    {"Transpose", 1, 1, importTranspose, foldTranspose},
    {"Unsqueeze", 1, 2, importUnsqueeze, foldUnsqueeze},
    {"Where", 3, 3, nullptr, foldWhere},
};

const Operator *sinter::onnx::findOperator(StringRef name) {
  auto found = llvm::lower_bound(operators, name, [](const Operator &op, StringRef name) {
    return op.name < name;
  });
  return found != std::end(operators) && found->name == name ? found : nullptr;
}

std::string sinter::onnx::explainOperator(StringRef domain, StringRef name) {
  if (!domain.empty())
    return "expects operators of ai.onnx, got one of the domain " + quoted(domain) +
           "; export the model without what one runtime has added";
  if (name.contains("Quant") || name.starts_with("QLinear") || name.ends_with("Integer"))
    return "expects a network of f32, got a quantized one; export the model from before its "
           "quantization";
  if (llvm::is_contained({"ArgMax", "ArgMin", "TopK"}, name))
    return "expects a network that ends in its scores; cut the model before this node, 'sinter run "
           "--top N' sorts";
  if (llvm::is_contained({"If", "Loop", "Scan"}, name))
    return "expects a network without control flow; export it for inference, with its input's size "
           "fixed";
  return "expects an operator that docs/onnx.md lists, got another one; see there for what "
         "networks "
         "may be made of";
}
