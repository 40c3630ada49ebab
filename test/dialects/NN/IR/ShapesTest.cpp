//===- ShapesTest.cpp - Shape inference on what no verifier has seen ------===//
//
// The parser verifies operand types before shapes are inferred; a frontend
// that builds as it reads does not. Inference must refuse such operands with
// a diagnostic, and must never overflow or read beyond a shape. Attributes and
// results of verified operations are test/dialects/NN/errors.mlir's business.
//
//===----------------------------------------------------------------------===//

#include "dialects/NN/IR/NN.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace sinter::nn;

namespace {

class NNShapes : public testing::Test {
protected:
  NNShapes()
      : builder(&context), handler(&context, [&](Diagnostic &diag) { message = diag.str(); }) {
    context.loadDialect<NNDialect>();
    builder.setInsertionPointToEnd(&block);
  }

  /// A value of type f32 x `shape` that nothing has verified.
  Value value(ArrayRef<int64_t> shape) {
    return block.addArgument(RankedTensorType::get(shape, builder.getF32Type()),
                             builder.getUnknownLoc());
  }

  /// The first result type of `Op`, or null with the diagnostic in `message`.
  template <typename Op> Type infer(ValueRange operands, ArrayRef<NamedAttribute> attributes = {}) {
    message.clear();
    Location loc = builder.getUnknownLoc();
    OperationName name(Op::getOperationName(), &context);
    typename Op::template InferredProperties<Op> storage;
    OpaqueProperties properties(&storage);
    name.populateDefaultProperties(properties);
    DictionaryAttr dictionary = builder.getDictionaryAttr(attributes);
    auto emit = [&] { return emitError(loc); };
    if (!attributes.empty() &&
        failed(name.setOpPropertiesFromAttribute(name, properties, dictionary, emit)))
      return {};
    SmallVector<Type> types;
    if (failed(Op::inferReturnTypes(&context, loc, operands, dictionary, properties, RegionRange(),
                                    types)))
      return {};
    return types.front();
  }

  NamedAttribute array(StringRef name, ArrayRef<int64_t> values) {
    return builder.getNamedAttr(name, builder.getDenseI64ArrayAttr(values));
  }

  MLIRContext context;
  OpBuilder builder;
  Block block;
  std::string message;
  ScopedDiagnosticHandler handler;
};

constexpr int64_t huge = std::numeric_limits<int64_t>::max();

TEST_F(NNShapes, InfersTheStemOfResNet) {
  Type type = infer<Conv2dOp>({value({1, 3, 224, 224}), value({64, 3, 7, 7})},
                              {array("strides", {2, 2}), array("padding", {3, 3, 3, 3})});
  EXPECT_EQ(type, RankedTensorType::get({1, 64, 112, 112}, builder.getF32Type())) << message;
}

TEST_F(NNShapes, RefusesOperandsOfTheWrongRank) {
  Value vector = value({4}), matrix = value({4, 4}), map = value({1, 4, 8, 8});
  EXPECT_FALSE(infer<Conv2dOp>({matrix, map}));
  EXPECT_EQ(message, "expects 'input' to be a tensor of rank 4 with 1 to 2147483647 elements, got "
                     "'tensor<4x4xf32>'");
  EXPECT_FALSE(infer<Conv2dOp>({map, matrix}));
  EXPECT_NE(message.find("'weight'"), std::string::npos) << message;
  EXPECT_FALSE(infer<LinearOp>({map, matrix}));
  EXPECT_FALSE(infer<LinearOp>({matrix, vector}));
  EXPECT_FALSE(infer<FlattenOp>({matrix}));
  EXPECT_FALSE(infer<GlobalAvgPoolOp>({vector}));
  EXPECT_FALSE(infer<MaxPoolOp>({vector}, {array("kernel", {1, 1})}));
  EXPECT_FALSE(infer<MulOp>({vector, map}));
  EXPECT_FALSE(infer<UnflattenOp>({map}));
  EXPECT_FALSE(infer<ConcatOp>({map, matrix}));
  EXPECT_NE(message.find("'inputs'"), std::string::npos) << message;
}

TEST_F(NNShapes, RefusesScalarsWhereVectorsBelong) {
  NamedAttribute epsilon = builder.getNamedAttr("epsilon", builder.getF64FloatAttr(0));
  Value scalar = value({}), vector = value({4}), map = value({1, 4, 8, 8});
  EXPECT_FALSE(infer<BatchNormOp>({map, vector, vector, vector, scalar}, {epsilon}));
  EXPECT_NE(message.find("'running_var'"), std::string::npos) << message;
  EXPECT_FALSE(infer<BatchNormOp>({scalar, vector, vector, vector, vector}, {epsilon}));
  EXPECT_FALSE(infer<FoldedWeightOp>({scalar, vector, vector}, {epsilon}));
  EXPECT_FALSE(infer<FoldedScaleOp>({scalar, vector}, {epsilon}));
}

TEST_F(NNShapes, RefusesEmptyAndDynamicOperands) {
  EXPECT_FALSE(infer<FlattenOp>({value({1, 0, 2, 2})}));
  EXPECT_FALSE(infer<FlattenOp>({value({ShapedType::kDynamic, 4, 2, 2})}));
}

TEST_F(NNShapes, RefusesElementCountsThatOverflow) {
  EXPECT_FALSE(infer<FlattenOp>({value({huge, huge, huge, huge})}));
  EXPECT_FALSE(infer<Conv2dOp>({value({1, 1, 8, 8}), value({1, 1, huge, 1})},
                               {array("dilations", {maxWindow, 1})}));
  Value largest = value({1, maxSize, 1, 1});
  EXPECT_FALSE(infer<ConcatOp>({largest, largest, largest}));
  EXPECT_FALSE(infer<LinearOp>({value({1 << 16, 1}), value({1 << 16, 1})}));
  EXPECT_EQ(message,
            "expects the result to have 1 to 2147483647 elements, got 'tensor<65536x65536xf32>'");
}

TEST_F(NNShapes, CountsLargeNumbersOfMultiplyAccumulates) {
  constexpr int64_t side = 46340;
  Value image = value({1, 1, side, side}), weight = value({side, 1, 215, 215});
  auto conv = Conv2dOp::create(builder, builder.getUnknownLoc(), value({1, 1, 429, 429}), weight,
                               Value(), {1, 1}, {0, 0, 0, 0}, {1, 1}, 1);
  EXPECT_EQ(conv.getMacs(), side * 215 * 215 * 215 * 215);
  auto linear = LinearOp::create(builder, builder.getUnknownLoc(), value({side, side}),
                                 value({side, side}), Value());
  EXPECT_EQ(linear.getMacs(), side * side * side);
  // One pixel under a filter of the size of the image, and the other way round.
  auto single = Conv2dOp::create(builder, builder.getUnknownLoc(), image, image, Value(), {1, 1},
                                 {0, 0, 0, 0}, {1, 1}, 1);
  EXPECT_EQ(single.getMacs(), side * side);
}

} // namespace
