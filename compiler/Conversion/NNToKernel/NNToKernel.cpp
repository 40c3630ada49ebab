//===- NNToKernel.cpp - Conversion of nn to kernel ------------------------===//

#include "compiler/Conversion/NNToKernel/NNToKernel.h"

#include "compiler/Conversion/NNToKernel/CPULowering.h"
#include "compiler/Conversion/NNToKernel/CUDALowering.h"
#include "compiler/Conversion/NNToKernel/GemmSchedule.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace sinter {
#define GEN_PASS_DEF_CONVERTNNTOKERNEL
#include "compiler/Conversion/NNToKernel/Passes.h.inc"
} // namespace sinter

using namespace mlir;
using namespace sinter;

/// Dense NCHW memrefs for the tensors of a signature.
static SmallVector<Type> denseTypes(TypeRange tensors) {
  return llvm::map_to_vector(tensors, [](Type type) -> Type {
    auto tensor = cast<RankedTensorType>(type);
    return MemRefType::get(tensor.getShape(), tensor.getElementType());
  });
}

/// The same, but images are f16 and NHWC.
static SmallVector<Type> halfImageTypes(TypeRange tensors) {
  SmallVector<Type> types = denseTypes(tensors);
  for (Type &type : types) {
    auto dense = cast<MemRefType>(type);
    MLIRContext *context = type.getContext();
    if (dense.getRank() == 4)
      type = MemRefType::get(dense.getShape(), Float16Type::get(context),
                             kernel::BlockedAttr::get(context, dense.getDimSize(1), {0, 0, 0, 0}));
  }
  return types;
}

/// An empty function of `network`'s name that takes inputs, then outputs, as buffers.
static func::FuncOp createKernelFunction(OpBuilder &builder, func::FuncOp network,
                                         bool hasHalfImages) {
  SmallVector<Type> arguments = hasHalfImages ? halfImageTypes(network.getArgumentTypes())
                                              : denseTypes(network.getArgumentTypes());
  llvm::append_range(arguments, denseTypes(network.getResultTypes()));
  auto function = func::FuncOp::create(builder, network.getLoc(), network.getName(),
                                       builder.getFunctionType(arguments, {}));
  unsigned inputs = network.getNumArguments();
  for (unsigned i = 0; i < inputs; ++i)
    if (DictionaryAttr attributes = network.getArgAttrDict(i))
      function.setArgAttrs(i, attributes);
  for (unsigned i = 0; i < network.getNumResults(); ++i)
    if (DictionaryAttr attributes = network.getResultAttrDict(i))
      function.setArgAttrs(inputs + i, attributes);
  function.addEntryBlock();
  return function;
}

/// Emits the kernels of `network` into `function`.
static LogicalResult lowerBody(func::FuncOp network, func::FuncOp function,
                               KernelLowering &lowering) {
  lowering.setSource(network);
  for (auto [tensor, buffer] : llvm::zip(network.getArguments(), function.getArguments()))
    if (!tensor.use_empty())
      lowering.bindDense(tensor, buffer);
  for (Operation &op : network.front()) {
    lowering.setSource(&op);
    if (auto lowerable = dyn_cast<LowerToKernelOpInterface>(op)) {
      lowerable.lowerToKernel(lowering);
    } else if (auto ret = dyn_cast<func::ReturnOp>(op)) {
      auto outputs = function.getArguments().drop_front(network.getNumArguments());
      for (auto [value, output] : llvm::zip_equal(ret.getOperands(), outputs))
        kernel::ConvertLayoutOp::create(lowering.builder, op.getLoc(), lowering.getBuffer(value),
                                        output, lowering.getLayers());
      func::ReturnOp::create(lowering.builder, op.getLoc());
    } else if (!nn::isWeightOp(&op)) {
      return op.emitOpError("has no kernel; expects the fuse stage to have replaced it");
    }
  }
  return success();
}

namespace {

struct ConvertNNToKernel final : sinter::impl::ConvertNNToKernelBase<ConvertNNToKernel> {
  using ConvertNNToKernelBase::ConvertNNToKernelBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    SymbolTable symbols(module);
    const VectorUnit unit{lanes, registers};
    FloatType product = getProductType(&getContext(), precision);
    if (isCUDA() && !product) {
      module.emitError("expects a precision of f32, tf32, f16 or bf16, got '") << precision << "'";
      return signalPassFailure();
    }
    if (inputFormat != "f32-nchw" && !(isCUDA() && inputFormat == "f16-nhwc")) {
      module.emitError("expects inputs of f32-nchw, or on a GPU of f16-nhwc, got '")
          << inputFormat << "'";
      return signalPassFailure();
    }
    for (auto network : llvm::make_early_inc_range(module.getOps<func::FuncOp>())) {
      if (!network.getBody().hasOneBlock()) {
        network.emitOpError("expects a network of one block");
        return signalPassFailure();
      }
      for (Operation &op : network.front())
        if (isScheduled(&op) && failed(schedule(&op, unit)))
          return signalPassFailure();
      OpBuilder weightsBuilder(network);
      func::FuncOp function = createKernelFunction(weightsBuilder, network, inputFormat == "f16-nhwc");
      weightsBuilder.setInsertionPoint(function);
      auto builder = OpBuilder::atBlockBegin(&function.front());
      std::unique_ptr<KernelLowering> lowering;
      if (isCUDA())
        lowering = std::make_unique<CUDALowering>(builder, weightsBuilder, symbols, product);
      else
        lowering = std::make_unique<CPULowering>(builder, weightsBuilder, symbols, unit);
      if (failed(lowerBody(network, function, *lowering)))
        return signalPassFailure();
      network.erase();
    }
  }

private:
  /// Gives a layer a schedule, or checks the one it has. On a GPU its kernel gets the schedule.
  LogicalResult schedule(Operation *op, const VectorUnit &unit) {
    Attribute schedule = op->getAttr(kernel::scheduleAttrName);
    if (schedule && isa<kernel::GemmScheduleAttr>(schedule) != isCUDA())
      return op->emitOpError("has a schedule for ") << (isCUDA() ? "CPUs" : "GPUs");
    if (!isCUDA())
      return assignSchedule(op, {unit, maxError});
    if (auto conv = dyn_cast<nn::FusedConv2dOp>(op); conv && conv.getScale())
      return op->emitOpError("has a scale, which no kernel for GPUs takes in");
    return success();
  }
  bool isCUDA() const { return target == "cuda"; }
};

} // namespace
