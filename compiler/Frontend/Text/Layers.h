//===- Layers.h - The built-in functions --------------------------*- C++ -*-===//
//
// One function per layer: takes its arguments, names itself, appends its
// weights and its nn operation. Which shapes fit is nn's to say: its messages
// are reported at the call, under the layer's full name.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_FRONTEND_TEXT_LAYERS_H
#define SINTER_COMPILER_FRONTEND_TEXT_LAYERS_H

#include "compiler/Frontend/Text/ElaboratorImpl.h"

#include "llvm/ADT/STLFunctionalExtras.h"

namespace sinter::text {

/// The names of the activations, in the order of nn::ActivationKind.
llvm::ArrayRef<llvm::StringRef> activationNames();
/// `relu` as a value; poison if `name` is no activation.
Value activationNamed(llvm::StringRef name, mlir::MLIRContext &context);

using Integers = llvm::SmallVector<int64_t, 4>;

/// One call of a built-in function.
class Layers {
public:
  /// `callee` is the built-in's name and the place to blame; `label` may be null.
  Layers(Elaborator &elaborator, const Name &callee, const Name *label, const Arguments &arguments)
      : elaborator(elaborator), builder(elaborator.builder), callee(callee), label(label),
        arguments(arguments) {}

  /// What the call is worth; poison after a report.
  Value build();
  /// Applies an activation that a variable holds.
  Value activate(nn::ActivationAttr activation, const Bound &input);

private:
  // Layers (Layers.cpp).
  Value conv();
  Value batchNorm();
  Value linear();
  Value squeezeExcite();
  std::optional<int64_t> squeezeWidth(int64_t channels);
  Value maxPool();
  Value avgPool();
  Value globalAvgPool();
  Value flatten();
  Value unflatten();
  Value softmax();
  Value logSoftmax();
  Value concat();
  Value add();
  Value mul();
  Value padChannels();
  Value subsample();
  Value activation();
  Value emitActivation(nn::ActivationAttr activation, mlir::Value input);
  // Functions of tensors and numbers.
  Value dimension();
  Value extremum();
  Value toInteger();

  // Arguments (LayerArguments.cpp). Each reports what does not fit and returns nothing.
  const Bound &argument(llvm::StringRef name) const { return arguments.find(name)->second; }
  bool isNone(llvm::StringRef name) const { return argument(name).value.isNone(); }
  mlir::Value tensor(llvm::StringRef name, size_t rank = 0);
  std::optional<int64_t> integer(llvm::StringRef name, int64_t minimum, int64_t maximum);
  std::optional<double> real(llvm::StringRef name, double minimum);
  /// A number that an f32 can hold.
  std::optional<double> f32(llvm::StringRef name);
  std::optional<bool> boolean(llvm::StringRef name);
  std::optional<nn::ActivationAttr> function(llvm::StringRef name);
  std::optional<llvm::StringRef> key(llvm::StringRef name);
  /// An integer or a pair, as [vertical, horizontal].
  std::optional<Integers> pair(llvm::StringRef name, int64_t minimum);
  /// An integer, a pair, or all of [top, left, bottom, right].
  std::optional<Integers> padding();
  std::optional<Integers> integers(llvm::StringRef name, int64_t minimum);
  Value reject(llvm::StringRef name, const llvm::Twine &expects);

  // Construction (LayerArguments.cpp).
  Value fail(const llvm::Twine &message);
  /// Names the layer, by its label if it has one; a layer with weights must.
  bool begin(llvm::StringRef kind, bool hasWeights = false);
  /// The parameter "LAYER.KEY"; null after a report that it is too large.
  mlir::Value weight(const llvm::Twine &key, llvm::ArrayRef<int64_t> shape);
  bool checkSize(llvm::ArrayRef<int64_t> shape, const llvm::Twine &what);

  /// Appends an operation; its type is inferred, and what the inference
  /// reports is reported here. Null operands stand for optional ones that are absent.
  template <typename Op>
  Value emit(llvm::ArrayRef<mlir::Value> operands,
             llvm::function_ref<void(typename Op::Properties &)> fill = {}) {
    mlir::OperationState state(site->loc, Op::getOperationName());
    for (mlir::Value operand : operands)
      if (operand)
        state.addOperands(operand);
    auto &properties = state.getOrAddProperties<typename Op::Properties>();
    state.name.populateDefaultProperties(state.getRawProperties());
    if (fill)
      fill(properties);
    return finish(state, [&](llvm::SmallVectorImpl<mlir::Type> &types) {
      return Op::inferReturnTypes(builder.getContext(), site->loc, state.operands, {},
                                  state.getRawProperties(), {}, types);
    });
  }
  using Infer = llvm::function_ref<mlir::LogicalResult(llvm::SmallVectorImpl<mlir::Type> &)>;
  Value finish(mlir::OperationState &state, Infer infer);
  mlir::DenseI64ArrayAttr array(llvm::ArrayRef<int64_t> values) {
    return builder.getDenseI64ArrayAttr(values);
  }

  Elaborator &elaborator;
  mlir::OpBuilder &builder;
  Name callee;
  const Name *label;
  const Arguments &arguments;
  std::optional<Site> site;
};

} // namespace sinter::text

#endif // SINTER_COMPILER_FRONTEND_TEXT_LAYERS_H
