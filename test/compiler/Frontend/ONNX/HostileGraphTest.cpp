//===- HostileGraphTest.cpp - Graphs that fuzzing has found ---------------===//

#include "compiler/Frontend/ONNX/ONNX.h"

#include "test/compiler/Frontend/ONNX/ModelBuilder.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/StringExtras.h"

#include <numeric>

using namespace sinter;
using namespace sinter::test;

namespace {

class HostileGraph : public InTemporaryFolder {
protected:
  /// The errors of a model whose input `x` is [2, 3, 4, 5] and whose output is `y`.
  std::string errorsOf(::onnx::ModelProto model) {
    ::onnx::GraphProto &graph = *model.mutable_graph();
    graph.add_output()->set_name("y");
    ::onnx::ValueInfoProto &input = *graph.add_input();
    input.set_name("x");
    auto &type = *input.mutable_type()->mutable_tensor_type();
    type.set_elem_type(::onnx::TensorProto::FLOAT);
    for (int64_t size : {2, 3, 4, 5})
      type.mutable_shape()->add_dim()->set_dim_value(size);
    std::string path = write("m.onnx", model.SerializeAsString());
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    ErrorList errors;
    sinter::onnx::importModel(path, context, {}, errors);
    return llvm::StringRef(llvm::join(errors, "\n")).drop_front(folder.size() + 1).str();
  }
};

/// A node that makes `output` of `inputs`.
::onnx::NodeProto &addNode(::onnx::ModelProto &model, const std::string &op,
                           std::initializer_list<std::string> inputs,
                           const std::string &output = "y") {
  ::onnx::NodeProto &node = *model.mutable_graph()->add_node();
  node.set_op_type(op);
  for (const std::string &input : inputs)
    node.add_input(input);
  node.add_output(output);
  return node;
}

void addIntegers(::onnx::ModelProto &model, const std::string &name,
                 const std::vector<int64_t> &values) {
  ::onnx::TensorProto &tensor =
      addTensor(model, ::onnx::TensorProto::INT64, {static_cast<int64_t>(values.size())});
  tensor.set_name(name);
  tensor.mutable_int64_data()->Add(values.begin(), values.end());
}

} // namespace

TEST_F(HostileGraph, PadWithoutPads) {
  ::onnx::ModelProto model = makeModel();
  addNode(model, "Pad", {"x"});
  EXPECT_EQ(errorsOf(model),
            "m.onnx: node that makes 'y' (Pad): expects its pads as input 1, got none");
}

// Nothing converts the elements of such a tensor.
TEST_F(HostileGraph, ConstantOfEightBitFloats) {
  ::onnx::ModelProto model = makeModel();
  addTensor(model, /*FLOAT8E4M3FN=*/17, {2}).set_raw_data("12");
  addIntegers(model, "index", {0});
  addNode(model, "Gather", {"t", "index"}, "number");
  addNode(model, "Mul", {"x", "number"});
  EXPECT_EQ(errorsOf(model), "m.onnx: initializer 't': expects floats of at least 16 bits, "
                             "integers or booleans, got float8e4m3fn");
}

// The product of all dimensions is 0, that of some is no 64-bit integer.
TEST_F(HostileGraph, EmptyConstantOfHugeDimensions) {
  ::onnx::ModelProto model = makeModel();
  addIntegers(model, "shape", {0, 1LL << 40, 1LL << 40});
  addNode(model, "ConstantOfShape", {"shape"}, "empty");
  addNode(model, "Flatten", {"empty"});
  EXPECT_EQ(errorsOf(model),
            "m.onnx: node that makes 'empty' (ConstantOfShape): expects to make a tensor of at "
            "most 16 dimensions and 2147483647 elements, got [0, 1099511627776, 1099511627776]");
  model = makeModel();
  addTensor(model, ::onnx::TensorProto::FLOAT, {0, 1LL << 40, 1LL << 40});
  addNode(model, "Flatten", {"t"});
  EXPECT_EQ(errorsOf(model), "m.onnx: initializer 't': expects at most 2147483647 elements, got "
                             "0x1099511627776x1099511627776");
}

// Each node is a few bytes of the file and eight megabytes of memory.
TEST_F(HostileGraph, ManyComputedConstants) {
  ::onnx::ModelProto model = makeModel();
  addIntegers(model, "shape", {1'000'000});
  addNode(model, "ConstantOfShape", {"shape"}, "c0");
  for (int i = 0; i < 20; ++i)
    addNode(model, "Neg", {"c" + std::to_string(i)}, "c" + std::to_string(i + 1));
  addNode(model, "Relu", {"c20"});
  std::string errors = errorsOf(model);
  EXPECT_TRUE(llvm::StringRef(errors).starts_with("m.onnx: node that makes 'c15' (Neg): expects at "
                                                  "most 1677"))
      << errors;
  EXPECT_TRUE(llvm::StringRef(errors).ends_with(
      " numbers to be computed from the model's constants, got more"))
      << errors;
}

TEST_F(HostileGraph, TooManyDimensions) {
  ::onnx::ModelProto model = makeModel();
  std::vector<int64_t> axes(16), many(17);
  std::iota(axes.begin(), axes.end(), 0);
  std::iota(many.begin(), many.end(), 0);
  addIntegers(model, "axes", axes);
  addIntegers(model, "many", many);
  addNode(model, "Unsqueeze", {"axes", "axes"}, "deep");
  addNode(model, "Unsqueeze", {"axes", "many"}, "deeper");
  addNode(model, "Concat", {"deep", "deeper"});
  EXPECT_EQ(errorsOf(model),
            "m.onnx: node that makes 'deep' (Unsqueeze): expects to make a tensor of at most 16 "
            "dimensions and 2147483647 elements, got [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, "
            "1, ...]\n" +
                path("m.onnx") +
                ": node that makes 'deeper' (Unsqueeze): expects at most 16 axes, got 17");
}

TEST_F(HostileGraph, TooManyIntegers) {
  ::onnx::ModelProto model = makeModel();
  addIntegers(model, "shape", std::vector<int64_t>(33, 1));
  addNode(model, "Reshape", {"x", "shape"});
  EXPECT_EQ(errorsOf(model), "m.onnx: node that makes 'y' (Reshape): expects its shape to be a "
                             "list of at most 32 integers, got int64 [33]");
}

// Three bytes of the file each.
TEST_F(HostileGraph, SumOfManyInputs) {
  ::onnx::ModelProto model = makeModel();
  ::onnx::NodeProto &node = addNode(model, "Sum", {});
  for (int i = 0; i < 200'000; ++i)
    node.add_input("x");
  EXPECT_EQ(errorsOf(model), "m.onnx: node that makes 'y' (Sum): expects a network of at most "
                             "100000 operations, got more");
}
