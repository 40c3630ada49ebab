//===- KernelLowering.h - State of one conversion of nn to kernel -*- C++ -*-===//

#ifndef SINTER_COMPILER_CONVERSION_NNTOKERNEL_KERNELLOWERING_H
#define SINTER_COMPILER_CONVERSION_NNTOKERNEL_KERNELLOWERING_H

#include "compiler/Conversion/NNToKernel/Schedules.h"
#include "dialects/Kernel/IR/Kernel.h"

namespace sinter {

/// A convolution as its kernel sees it. A linear layer is a 1x1 convolution of
/// a map of one pixel.
struct ConvArguments {
  mlir::Value input;    ///< buffer
  mlir::Value weight;   ///< parameter tensor, K x C/groups [x R x S]
  mlir::Value bias;     ///< parameter tensor or null
  mlir::Value residual; ///< buffer or null
  mlir::Value scale = {}; ///< buffer or null
  llvm::SmallVector<int64_t> strides{1, 1}, padding{0, 0, 0, 0}, dilations{1, 1};
  int64_t groups = 1;
  nn::ActivationAttr activation = {}; ///< null: identity
  std::optional<Schedule> schedule = {};      ///< on a CPU; none: the cost model's
  kernel::GemmScheduleAttr gemmSchedule = {}; ///< on a GPU; null: as chosen for the shape
};

/// Builds the kernels of one network. Each nn operation's model asks for the
/// buffers of its operands, emits kernels and binds its results. What layout maps
/// have and how a convolution is computed is the target's: CPULowering, CUDALowering.
class KernelLowering {
public:
  KernelLowering(mlir::OpBuilder &builder, mlir::OpBuilder &weightsBuilder,
                 mlir::SymbolTable &symbols)
      : builder(builder), weightsBuilder(weightsBuilder), symbols(symbols) {}
  virtual ~KernelLowering() = default;

  mlir::OpBuilder &builder;

  /// The operation being lowered: its location and layer names go to its kernels.
  void setSource(mlir::Operation *op);
  mlir::Location getLoc() const { return source->getLoc(); }
  mlir::ArrayAttr getLayers();

  /// The blocked buffer bound to `value`; a matrix N x C is a map N x C x 1 x 1.
  mlir::Value getBuffer(mlir::Value value) const { return buffers.lookup(value); }
  void bind(mlir::Value value, mlir::Value buffer) { buffers[value] = buffer; }

  /// True if the result of `op` takes the place of its input: that of a convolution which
  /// nothing else reads.
  static bool isInPlace(nn::ScaleAddOp op);
  /// True if a convolution reads padding from the halo of `value`.
  virtual bool needsHalo(mlir::Value value) const = 0;
  /// A new blocked buffer for `value`, bound to it, with the halo its users
  /// need, zeroed by a kernel of its own.
  mlir::Value allocate(mlir::Value value);
  /// The buffer of the result of `op`, bound to it: that of the residual if it may be, else a new one.
  mlir::Value allocateResult(nn::FusedConv2dOp op);
  /// A new blocked buffer of shape N x C x 1 x 1.
  mlir::Value allocatePixel(int64_t batch, int64_t channels);
  mlir::Value allocateDense(llvm::ArrayRef<int64_t> shape);
  /// A buffer for `value` filled from a dense one.
  void bindDense(mlir::Value value, mlir::Value dense);

  /// The packed per-channel vector of a parameter tensor, as long as a map's padded channels.
  mlir::Value packVector(mlir::Value vector);

  /// The convolution of `op`.
  ConvArguments getArguments(nn::FusedConv2dOp op) const;
  /// Emits a convolution into `output`; with `wantsMean`, returns the buffer of
  /// the channel means, N x K x 1 x 1.
  mlir::Value emitConvolution(ConvArguments conv, mlir::Value output, bool wantsMean = false);

protected:
  /// True if the kernel of `op` may write its result over its residual, which `buffer` holds.
  virtual bool mayOverwriteResidual(nn::FusedConv2dOp op, mlir::Value buffer) const {
    return false;
  }
  /// The operation being lowered.
  mlir::Operation *getSource() const { return source; }
  /// N x C is N x C x 1 x 1.
  static llvm::SmallVector<int64_t> mapShape(mlir::Value value);
  /// The type of the buffer of `value`.
  virtual mlir::MemRefType getMapType(mlir::Value value) const = 0;
  virtual mlir::MemRefType getPixelType(int64_t batch, int64_t channels) const = 0;
  /// Returns the buffer of the partial sums, or null.
  virtual mlir::Value emitConvolutionKernel(const ConvArguments &conv, mlir::Value output,
                                            bool wantsSums) = 0;
  mlir::Value packFilter(mlir::Value weight, const kernel::FilterPacking &packing,
                         mlir::Type element);
  mlir::Value packVector(mlir::Value vector, int64_t length);
  mlir::Value getWeights(mlir::Value tensor, mlir::MemRefType type, int64_t groups,
                         int64_t inputChannels);

private:
  /// True if no operation behind `op` reads `buffer`, which is not an argument.
  bool isLastReader(mlir::Operation *op, mlir::Value buffer) const;

  mlir::OpBuilder &weightsBuilder;
  mlir::SymbolTable &symbols;
  mlir::Operation *source = nullptr;
  llvm::DenseMap<mlir::Value, mlir::Value> buffers;
  /// Symbols by tensor, packed type, groups and input channels.
  llvm::DenseMap<std::tuple<mlir::Value, mlir::Type, int64_t, int64_t>, mlir::StringAttr> packed;
};

} // namespace sinter

#include "compiler/Conversion/NNToKernel/LowerToKernelInterface.h.inc"

#endif // SINTER_COMPILER_CONVERSION_NNTOKERNEL_KERNELLOWERING_H
