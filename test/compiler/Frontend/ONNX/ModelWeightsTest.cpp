//===- ModelWeightsTest.cpp - The weights of an imported ONNX model -------===//

#include "compiler/Frontend/ONNX/ModelWeights.h"

#include "test/compiler/Frontend/ONNX/ModelBuilder.h"

#include <cmath>

using namespace sinter;
using namespace sinter::test;
using ::onnx::TensorProto;
using sinter::onnx::ModelWeights;
using sinter::onnx::TensorData;

namespace {

class Weights : public InTemporaryFolder {
protected:
  ModelWeights make() const {
    std::string file = write("m.onnx", makeModel().SerializeAsString());
    return ModelWeights(llvm::cantFail(sinter::onnx::ModelFile::open(file)));
  }
};

std::vector<float> valuesOf(const WeightSource &source, llvm::StringRef key) {
  std::vector<float> values(*numElements(source.lookup(key)->shape));
  source.read(key, values);
  return values;
}

} // namespace

TEST_F(Weights, ReadsEveryFloatType) {
  ModelWeights weights = make();
  EXPECT_EQ(weights.name(), path("m.onnx"));
  // From an odd address, as external data may be.
  std::string single = "!" + littleEndian(0x3f800000u) + littleEndian(0xc0200000u);
  std::string half = littleEndian<uint16_t>(0x3800) + littleEndian<uint16_t>(0xfbff);
  std::string brain = littleEndian<uint16_t>(0x4049);
  TensorData data{{2}, TensorProto::FLOAT, llvm::StringRef(single).drop_front()};
  EXPECT_TRUE(weights.addStored("single", data, {2, 1}));
  EXPECT_TRUE(weights.addStored("half", {{2}, TensorProto::FLOAT16, half}, {2}));
  EXPECT_TRUE(weights.addStored("brain", {{}, TensorProto::BFLOAT16, brain}, {}));
  EXPECT_EQ(weights.keys(), (std::vector<llvm::StringRef>{"brain", "half", "single"}));
  EXPECT_EQ(weights.lookup("single")->shape, (Shape{2, 1}));
  EXPECT_EQ(valuesOf(weights, "single"), (std::vector<float>{1, -2.5f}));
  EXPECT_EQ(valuesOf(weights, "half"), (std::vector<float>{0.5f, -65504}));
  EXPECT_EQ(valuesOf(weights, "brain"), (std::vector<float>{3.140625f}));
  EXPECT_EQ(weights.lookup("half")->typeName, "float16");
  EXPECT_EQ(weights.lookup("nothing"), nullptr);
}

TEST_F(Weights, KnowsWhatIsNotExactInF32) {
  ModelWeights weights = make();
  EXPECT_TRUE(weights.addStored("d", {{1}, TensorProto::DOUBLE, "12345678"}, {1}));
  EXPECT_EQ(weights.lookup("d")->type, WeightType::Other);
  EXPECT_EQ(weights.lookup("d")->typeName, "double");
}

TEST_F(Weights, Transposes) {
  ModelWeights weights = make();
  std::string bytes;
  for (uint16_t value : {0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0x4600}) // 1 to 6
    bytes += littleEndian(value);
  EXPECT_TRUE(weights.addTransposed("w", {{2, 3}, TensorProto::FLOAT16, bytes}));
  EXPECT_EQ(weights.lookup("w")->shape, (Shape{3, 2}));
  EXPECT_EQ(valuesOf(weights, "w"), (std::vector<float>{1, 4, 2, 5, 3, 6}));
}

TEST_F(Weights, KeepsComputedValues) {
  ModelWeights weights = make();
  EXPECT_TRUE(weights.addComputed("c", {1, 2}, {1, NAN}));
  EXPECT_EQ(weights.lookup("c")->shape, (Shape{1, 2}));
  EXPECT_EQ(valuesOf(weights, "c")[0], 1);
  EXPECT_TRUE(std::isnan(valuesOf(weights, "c")[1]));
}

TEST_F(Weights, RefusesOtherContentsUnderOneKey) {
  ModelWeights weights = make();
  std::string bytes = "1234567812345678";
  TensorData data{{2, 2}, TensorProto::FLOAT, bytes};
  EXPECT_TRUE(weights.addStored("k", data, {4}));
  EXPECT_TRUE(weights.addStored("k", data, {4}));
  EXPECT_FALSE(weights.addStored("k", data, {2, 2}));
  EXPECT_FALSE(weights.addTransposed("k", data));
  EXPECT_FALSE(weights.addComputed("k", {4}, {1, 2, 3, 4}));
  EXPECT_FALSE(weights.addStored("k", {{4}, TensorProto::FLOAT, "1234567812345679"}, {4}));
  EXPECT_EQ(weights.lookup("k")->shape, Shape{4});

  EXPECT_TRUE(weights.addTransposed("t", data));
  EXPECT_FALSE(weights.addStored("t", data, {2, 2}));
  EXPECT_TRUE(weights.addComputed("c", {1}, {NAN}));
  EXPECT_TRUE(weights.addComputed("c", {1}, {NAN}));
  EXPECT_FALSE(weights.addComputed("c", {1}, {1}));
}
