//===- NodeImporter.h - One node of an ONNX graph -----------------*- C++ -*-===//
//
// What the functions that import operators work with: checked access to the node's inputs and
// attributes, and construction of nn operations and their weights. Whatever does not fit is
// reported under the node's name; a function goes on until it needs what it did not get.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_ONNX_NODEIMPORTER_H
#define SINTER_COMPILER_FRONTEND_ONNX_NODEIMPORTER_H

#include "compiler/Frontend/ONNX/Importer.h"

#include "dialects/NN/IR/NN.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter::onnx {

/// A map with zeros around it that the consumer takes into its own padding.
struct PaddedMap {
  mlir::Value map;
  Integers border{0, 0, 0, 0}; ///< [top, left, bottom, right]
  double value = 0;            ///< of the border's pixels

  bool hasBorder() const { return border != Integers{0, 0, 0, 0}; }
};

/// The window of a convolution or pool, by [vertical, horizontal].
struct Window {
  Integers kernel, strides, dilations;
  Integers padding; ///< [top, left, bottom, right]
};

class NodeImporter {
public:
  NodeImporter(Importer &importer, const ::onnx::NodeProto &node, int index);

  llvm::StringRef op() const { return node.op_type(); }
  int64_t opset() const { return importer.opset; }

  /// Reports what the node expects. Returns poison.
  Value fail(const llvm::Twine &message);
  bool hasFailed() const { return failed; }

  // Inputs (NodeImporter.cpp).
  unsigned numInputs() const { return inputs.size(); }
  bool hasInput(unsigned index) const {
    return index < inputs.size() && !node.input(index).empty();
  }
  const Value &input(unsigned index) const { return *inputs[index]; }
  bool allConstant() const;
  /// Input `index` as nn has it: a map NxCxHxW or a matrix NxC. Null after a report.
  mlir::Value map(unsigned index);
  mlir::Value matrix(unsigned index);
  /// Input `index` as a map, a border of constant pixels left to the caller.
  std::optional<PaddedMap> paddedMap(unsigned index);
  /// Input `index` as data, whatever its view; reports a constant.
  bool expectData(unsigned index);
  /// Input `index` as a constant that the operator calls `what`; null after a report.
  ConstantRef constant(unsigned index, llvm::StringRef what);
  /// The integers of a constant input of rank 0 or 1.
  std::optional<Integers> integerInput(unsigned index, llvm::StringRef what);
  /// The only element of a constant floating-point input.
  std::optional<double> scalarInput(unsigned index, llvm::StringRef what);

  // Attributes (Attributes.cpp). What does not fit is reported and read as the default.
  bool hasAttribute(llvm::StringRef name) { return find(name) != nullptr; }
  int64_t integer(llvm::StringRef name, int64_t otherwise);
  /// A finite number; infinity, too, for a bound of what is computed.
  double real(llvm::StringRef name, double otherwise, bool isBound = false);
  llvm::StringRef string(llvm::StringRef name, llvm::StringRef otherwise);
  std::optional<Integers> integers(llvm::StringRef name);
  std::optional<std::vector<double>> reals(llvm::StringRef name);
  const ::onnx::TensorProto *tensor(llvm::StringRef name);
  /// Marks an attribute that makes no difference as known.
  void ignore(llvm::StringRef name) { find(name); }
  /// Reports an attribute whose value is not `expected`.
  void expect(llvm::StringRef name, int64_t otherwise, int64_t expected, llvm::StringRef why);
  /// Reports the attributes that no one has asked for.
  void checkAttributes();
  /// An axis of a tensor of this rank, counted from the front.
  std::optional<int64_t> axis(int64_t value, size_t rank);
  /// Distinct axes, ascending.
  std::optional<Integers> axes(llvm::ArrayRef<int64_t> values, size_t rank);
  /// kernel_shape, strides, dilations, pads and auto_pad over the last two dimensions of `image`,
  /// which has its border already. `kernel` is what the weights say, if they do.
  std::optional<Window> window(llvm::ArrayRef<int64_t> image, llvm::ArrayRef<int64_t> kernel = {});

  // Construction (NodeImporter.cpp).
  /// Names the layer that the next operations make up.
  void begin(llvm::StringRef kind, const Constant *weight = nullptr);
  /// What is built next belongs to the layer of `op`.
  void join(mlir::Operation *op);
  /// The parameter that holds `constant` under `shape`; null after a report.
  mlir::Value weight(const Constant &constant, llvm::ArrayRef<int64_t> shape);
  /// The parameter that holds a matrix I x O as O x I.
  mlir::Value transposedWeight(const Constant &constant);
  /// The parameter "LAYER.KEY" of values that the model does not hold as they are.
  mlir::Value computedWeight(const llvm::Twine &key, llvm::ArrayRef<int64_t> shape,
                             std::vector<float> values);

  /// Appends an operation; its type is inferred, and what the inference reports is reported
  /// here. Null operands stand for optional ones that are absent.
  template <typename Op>
  mlir::Value emit(llvm::ArrayRef<mlir::Value> operands,
                   llvm::function_ref<void(typename Op::Properties &)> fill = {}) {
    mlir::OperationState state(*loc, Op::getOperationName());
    for (mlir::Value operand : operands)
      if (operand)
        state.addOperands(operand);
    auto &properties = state.getOrAddProperties<typename Op::Properties>();
    state.name.populateDefaultProperties(state.getRawProperties());
    if (fill)
      fill(properties);
    return finish(state, [&](llvm::SmallVectorImpl<mlir::Type> &types) {
      return Op::inferReturnTypes(builder.getContext(), *loc, state.operands, {},
                                  state.getRawProperties(), {}, types);
    });
  }
  mlir::DenseI64ArrayAttr array(llvm::ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  }
  mlir::FloatAttr number(double value) { return builder.getF64FloatAttr(value); }

  /// The name of the value that the node makes.
  llvm::StringRef outputName() const { return node.output(0); }
  /// How many times input `index` is read in the whole graph.
  unsigned numUses(unsigned index) const { return importer.index.numUses(node.input(index)); }
  /// True if nothing else in the graph reads the base of input `index`, under whatever name:
  /// nodes that only change the view hand the base on.
  bool isOnlyReader(unsigned index) const;
  /// The constant that `tensor` of the model is, under the name of the node's output.
  llvm::Expected<ConstantRef> read(const ::onnx::TensorProto &tensor) {
    return readConstant(*importer.file, tensor, outputName());
  }
  /// To be called before or after so many numbers are computed from constants: false after a
  /// report that they are too many for one model.
  bool spend(uint64_t numbers);

  mlir::OpBuilder &builder;

private:
  using Infer = llvm::function_ref<mlir::LogicalResult(llvm::SmallVectorImpl<mlir::Type> &)>;
  mlir::Value finish(mlir::OperationState &state, Infer infer);
  mlir::Value parameter(llvm::StringRef key, llvm::ArrayRef<int64_t> shape,
                        llvm::function_ref<bool(llvm::StringRef key)> add);
  const ::onnx::AttributeProto *find(llvm::StringRef name);
  const ::onnx::AttributeProto *find(llvm::StringRef name, int type, llvm::StringRef expected);
  std::optional<Integers> automaticPadding(llvm::StringRef mode, llvm::ArrayRef<int64_t> image,
                                           const Window &window);

  Importer &importer;
  const ::onnx::NodeProto &node;
  int index;
  llvm::SmallVector<const Value *> inputs;
  llvm::SmallVector<const ::onnx::AttributeProto *> known;
  std::string layer;
  std::optional<mlir::Location> loc;
  bool failed = false;
};

/// `value` of the model as a double: 1e-05f is 1e-5 and 0.16666667f is 1/6, as a person who
/// writes the network down would have it.
double widen(float value);

/// "[1, 64, 56, 56]".
std::string describe(llvm::ArrayRef<int64_t> shape);
std::string describe(double value);

} // namespace sinter::onnx

#endif // SINTER_COMPILER_FRONTEND_ONNX_NODEIMPORTER_H
