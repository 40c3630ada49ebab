//===- Models.cpp - CPU code of kernel operations -------------------------===//
//
// One model per operation: how many work items it has and what one computes.
// Convolution has a file of its own.
//
//===----------------------------------------------------------------------===//

#include "compiler/Codegen/CPU/CPU.h"
#include "compiler/Codegen/CPU/Conv2d.h"
#include "compiler/Codegen/CPU/KernelEmitter.h"
#include "compiler/Codegen/CPU/WinogradConv2d.h"
#include "compiler/Codegen/Common/PoolWindow.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cpu;

namespace {

/// Base of a model: ConcreteModel::workItems(op) and ConcreteModel::emit(op, ...)
/// with the operation's own type, and maxThreads(op) where it matters.
template <typename ConcreteModel, typename OpTy>
struct Model : CPUKernelOpInterface::ExternalModel<ConcreteModel, OpTy> {
  int64_t getWorkItems(Operation *op) const { return ConcreteModel::workItems(cast<OpTy>(op)); }
  std::optional<int64_t> getMaxThreads(Operation *op) const {
    return ConcreteModel::maxThreads(cast<OpTy>(op));
  }
  void emitWorkItem(Operation *op, KernelEmitter &emitter, ValueRange buffers, Value item) const {
    ConcreteModel::emit(cast<OpTy>(op), emitter, buffers, item);
  }
  static std::optional<int64_t> maxThreads(OpTy) { return std::nullopt; }
};

int64_t dim(Value memref, int64_t index) {
  return cast<MemRefType>(memref.getType()).getDimSize(index);
}

MemRefType typeOf(Value memref) { return cast<MemRefType>(memref.getType()); }

/// Work items of a kernel that takes a row of one channel block at a time.
int64_t blockRows(Value featureMap) {
  Strides strides(typeOf(featureMap));
  return dim(featureMap, 0) * strides.blocks * dim(featureMap, 2);
}

/// Image, channel block and row of such a work item.
SmallVector<Value> splitBlockRow(KernelEmitter &e, Value item, Value featureMap) {
  Strides strides(typeOf(featureMap));
  return e.split(item, {dim(featureMap, 0), strides.blocks, dim(featureMap, 2)});
}

/// The place of a row's first pixel.
Value rowAt(KernelEmitter &e, const Strides &strides, ArrayRef<Value> imageBlockRow) {
  return e.linear({{imageBlockRow[0], strides.batch},
                   {imageBlockRow[1], strides.block},
                   {imageBlockRow[2], strides.row}},
                  strides.origin);
}

struct Conv2dModel : Model<Conv2dModel, kernel::Conv2dOp> {
  static int64_t workItems(kernel::Conv2dOp op) { return convolutionWorkItems(op); }
  static void emit(kernel::Conv2dOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    emitConvolution(op, e, buffers, item);
  }
};

struct WinogradConv2dModel : Model<WinogradConv2dModel, kernel::WinogradConv2dOp> {
  static int64_t workItems(kernel::WinogradConv2dOp op) { return winogradWorkItems(op); }
  static std::optional<int64_t> maxThreads(kernel::WinogradConv2dOp op) {
    return op.getMaxThreads();
  }
  static void emit(kernel::WinogradConv2dOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    emitWinograd(op, e, buffers, item);
  }
};

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

/// One item is a row of output pixels of one channel block.
struct PoolModel : Model<PoolModel, kernel::PoolOp> {
  static int64_t workItems(kernel::PoolOp op) { return blockRows(op.getOutput()); }

  static void emit(kernel::PoolOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Strides input(op.getInput().getType()), output(op.getOutput().getType());
    bool isMax = op.getKind() == kernel::PoolKind::Max;
    auto place = splitBlockRow(e, item, op.getOutput());
    PoolWindow rows = clipWindow(op, e, 0, place[2]);
    Value inputAt =
        e.linear({{place[0], input.batch}, {place[1], input.block}}, input.origin);
    Value outputAt = rowAt(e, output, place);
    Value initial = e.constant(e.vectorType(), isMax ? -std::numeric_limits<double>::infinity() : 0);

    e.loop(dim(op.getOutput(), 3), [&](Value column) {
      PoolWindow columns = clipWindow(op, e, 1, column);
      Value result =
          e.loop(rows.begin, rows.end, initial, [&](Value y, ValueRange carried) {
             return e.loop(columns.begin, columns.end, carried, [&](Value x, ValueRange carried) {
               Value at = e.add(inputAt, e.linear({{y, input.row}, {x, input.column}}));
               Value value = e.loadVector(buffers[0], at);
               Value next = isMax ? e.maximum(value, carried[0]) : e.addf(carried[0], value);
               return SmallVector<Value>{next};
             });
           })[0];
      if (!isMax) {
        Value count = e.mul(windowLength(op, e, 0, rows), windowLength(op, e, 1, columns));
        result = e.divf(result, e.broadcast(e.toFloat(count)));
      }
      e.storeVector(result, buffers[1], e.add(outputAt, e.mul(column, output.column)));
    });
  }
};

/// One item is one channel block of one image.
struct ChannelMeanModel : Model<ChannelMeanModel, kernel::ChannelMeanOp> {
  static int64_t workItems(kernel::ChannelMeanOp op) {
    return dim(op.getInput(), 0) * Strides(op.getInput().getType()).blocks;
  }
  static void emit(kernel::ChannelMeanOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Strides input(op.getInput().getType()), output(op.getOutput().getType());
    int64_t height = dim(op.getInput(), 2), width = dim(op.getInput(), 3);
    auto place = e.split(item, {dim(op.getInput(), 0), input.blocks});
    Value inputAt =
        e.linear({{place[0], input.batch}, {place[1], input.block}}, input.origin);
    Value zero = e.constant(e.vectorType(), 0);
    // Row sums first: shorter chains round less.
    Value sum = e.loop(height, zero, [&](Value y, ValueRange total) {
      Value row = e.loop(width, zero, [&](Value x, ValueRange carried) {
        Value at = e.add(inputAt, e.linear({{y, input.row}, {x, input.column}}));
        return SmallVector<Value>{e.addf(carried[0], e.loadVector(buffers[0], at))};
      })[0];
      return SmallVector<Value>{e.addf(total[0], row)};
    })[0];
    Value mean = e.mulf(sum, e.constant(e.vectorType(), 1.0 / (height * width)));
    Value outputAt =
        e.linear({{place[0], output.batch}, {place[1], output.block}}, output.origin);
    e.storeVector(mean, buffers[1], outputAt);
  }
};

/// One item is one channel block of one image.
struct FinishMeanModel : Model<FinishMeanModel, kernel::FinishMeanOp> {
  static int64_t workItems(kernel::FinishMeanOp op) {
    return dim(op.getOutput(), 0) * Strides(op.getOutput().getType()).blocks;
  }
  static void emit(kernel::FinishMeanOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Strides output(op.getOutput().getType());
    int64_t tiles = dim(op.getSums(), 1), channels = dim(op.getSums(), 2);
    auto place = e.split(item, {dim(op.getOutput(), 0), output.blocks});
    Value sumsAt = e.linear({{place[0], tiles * channels}, {place[1], e.lanes}});
    Value zero = e.constant(e.vectorType(), 0);
    Value sum = e.loop(tiles, zero, [&](Value tile, ValueRange carried) {
      Value at = e.add(sumsAt, e.mul(tile, channels));
      return SmallVector<Value>{e.addf(carried[0], e.loadVector(buffers[0], at))};
    })[0];
    Value mean = e.mulf(sum, e.constant(e.vectorType(), 1.0 / op.getPixels()));
    Value outputAt =
        e.linear({{place[0], output.batch}, {place[1], output.block}}, output.origin);
    e.storeVector(mean, buffers[1], outputAt);
  }
};

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// A scale or residual: by pixel, by image and channel, or by channel.
class ChannelOperand {
public:
  ChannelOperand(KernelEmitter &e, Value memref, Value buffer, ArrayRef<Value> place)
      : e(e), buffer(buffer) {
    MemRefType type = typeOf(memref);
    if (type.getRank() == 1) {
      fixed = e.loadVector(buffer, e.mul(place[1], e.lanes));
      return;
    }
    Strides strides(type);
    if (type.getDimSize(2) == 1 && type.getDimSize(3) == 1) {
      Value at = e.linear({{place[0], strides.batch}, {place[1], strides.block}}, strides.origin);
      fixed = e.loadVector(buffer, at);
      return;
    }
    row = rowAt(e, strides, place);
    columnStride = strides.column;
  }

  Value load(Value column) const {
    return fixed ? fixed : e.loadVector(buffer, e.add(row, e.mul(column, columnStride)));
  }

private:
  KernelEmitter &e;
  Value buffer, row, fixed;
  int64_t columnStride = 0;
};

/// One item is a row of one channel block.
struct ScaleAddModel : Model<ScaleAddModel, kernel::ScaleAddOp> {
  static int64_t workItems(kernel::ScaleAddOp op) { return blockRows(op.getOutput()); }

  /// Image, channel block and row of a work item: the thread's last one first.
  static SmallVector<Value> placeOf(kernel::ScaleAddOp op, KernelEmitter &e, Value item) {
    Value reversed = e.sub(e.sub(e.add(e.firstItem, e.endItem), e.index(1)), item);
    if (op.getLoopOrder() == kernel::LoopOrder::PanelsOuter)
      return splitBlockRow(e, reversed, op.getOutput());
    Strides strides(op.getOutput().getType());
    auto place = e.split(reversed, {dim(op.getOutput(), 0), dim(op.getOutput(), 2), strides.blocks});
    std::swap(place[1], place[2]);
    return place;
  }

  static void emit(kernel::ScaleAddOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Strides input(op.getInput().getType()), output(op.getOutput().getType());
    auto place = placeOf(op, e, item);
    Value inputAt = rowAt(e, input, place), outputAt = rowAt(e, output, place);
    std::optional<ChannelOperand> scale, residual;
    unsigned next = 1;
    if (op.getScale())
      scale.emplace(e, op.getScale(), buffers[next++], place);
    if (op.getResidual())
      residual.emplace(e, op.getResidual(), buffers[next++], place);

    e.loop(dim(op.getOutput(), 3), [&](Value column) {
      Value value = e.loadVector(buffers[0], e.add(inputAt, e.mul(column, input.column)));
      if (scale && residual)
        value = e.multiplyAdd(value, scale->load(column), residual->load(column));
      else if (scale)
        value = e.mulf(value, scale->load(column));
      else if (residual)
        value = e.addf(value, residual->load(column));
      value = e.activation(op.getActivation(), value);
      e.storeVector(value, buffers[next], e.add(outputAt, e.mul(column, output.column)));
    });
  }
};

/// One item is a row of one output channel block.
struct PadChannelsModel : Model<PadChannelsModel, kernel::PadChannelsOp> {
  static int64_t workItems(kernel::PadChannelsOp op) { return blockRows(op.getOutput()); }
  static void emit(kernel::PadChannelsOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Strides input(op.getInput().getType()), output(op.getOutput().getType());
    int64_t channels = dim(op.getInput(), 1);
    auto place = splitBlockRow(e, item, op.getOutput());
    Value outputAt = rowAt(e, output, place);
    Value zero = e.constant(e.builder.getF32Type(), 0);
    for (int64_t lane = 0; lane < output.lanes; ++lane) {
      Value channel = e.sub(e.linear({{place[1], output.lanes}}, lane), e.index(op.getBefore()));
      Value clamped = e.max(e.min(channel, e.index(channels - 1)), e.index(0));
      Value exists = arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq, channel,
                                           clamped);
      Value inputAt = e.linear({{place[0], input.batch},
                                {e.div(clamped, input.lanes), input.block},
                                {place[2], input.row},
                                {e.rem(clamped, input.lanes), 1}},
                               input.origin);
      e.loop(dim(op.getOutput(), 3), [&](Value column) {
        Value value = e.loadScalar(buffers[0], e.add(inputAt, e.mul(column, input.column)));
        value = arith::SelectOp::create(e.builder, e.loc, exists, value, zero);
        e.storeScalar(value, buffers[1],
                      e.linear({{outputAt, 1}, {column, output.column}}, lane));
      });
    }
  }
};

/// One item is a row of one output channel block.
struct ConcatModel : Model<ConcatModel, kernel::ConcatOp> {
  static int64_t workItems(kernel::ConcatOp op) { return blockRows(op.getOutput()); }

  static void emit(kernel::ConcatOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    auto place = splitBlockRow(e, item, op.getOutput());
    int64_t first = 0;
    for (auto [input, buffer] : llvm::zip_equal(op.getInputs(), buffers.drop_back())) {
      int64_t last = first + dim(input, 1) - 1;
      // The output blocks that this input has channels in.
      int64_t firstBlock = first / e.lanes, lastBlock = last / e.lanes;
      Value inside = e.isBetween(place[1], firstBlock, lastBlock);
      e.onlyIf(inside, [&, input = input, buffer = buffer] {
        emitInput(op, e, input, buffer, buffers.back(), place, first);
      });
      first = last + 1;
    }
  }

  /// Copies what `input`, whose channels start at `first`, has of a row of an
  /// output block. In the block that it shares with the input before it, the
  /// lanes below `first` are kept; those beyond its last channel become zero.
  static void emitInput(kernel::ConcatOp op, KernelEmitter &e, Value input, Value buffer,
                        Value result, ArrayRef<Value> place, int64_t first) {
    Strides from(typeOf(input)), to(typeOf(op.getOutput()));
    int64_t shift = first % e.lanes, end = first + dim(input, 1);
    // Output lane l is lane l - shift of input block `high`, or of the one before it.
    Value high = e.sub(place[1], e.index(first / e.lanes));
    Value low = e.max(e.sub(high, e.index(1)), e.index(0));
    high = e.min(high, e.index(from.blocks - 1));
    Value highAt = rowAt(e, from, {place[0], high, place[2]});
    Value lowAt = rowAt(e, from, {place[0], low, place[2]});
    Value outputAt = rowAt(e, to, place);
    Value outputLane = e.mul(place[1], e.lanes);
    Value kept = shift ? e.lanesBelow(e.sub(e.index(first), outputLane)) : Value();
    Value filled = end % e.lanes ? e.lanesBelow(e.sub(e.index(end), outputLane)) : Value();

    e.loop(dim(op.getOutput(), 3), [&](Value column) {
      Value value = e.loadVector(buffer, e.add(highAt, e.mul(column, from.column)));
      Value at = e.add(outputAt, e.mul(column, to.column));
      if (shift) {
        Value before = e.loadVector(buffer, e.add(lowAt, e.mul(column, from.column)));
        value = e.join(before, value, shift);
      }
      if (filled)
        value = e.select(filled, value, e.constant(e.vectorType(), 0));
      if (kept)
        value = e.select(kept, e.loadVector(result, at), value);
      e.storeVector(value, result, at);
    });
  }
};

/// One item is a row of the matrix.
struct SoftmaxModel : Model<SoftmaxModel, kernel::SoftmaxOp> {
  static int64_t workItems(kernel::SoftmaxOp op) { return dim(op.getInput(), 0); }
  static void emit(kernel::SoftmaxOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    int64_t columns = dim(op.getInput(), 1);
    Value row = e.mul(item, columns);
    Value lowest = e.constant(e.builder.getF32Type(), -std::numeric_limits<double>::infinity());
    Value zero = e.constant(e.builder.getF32Type(), 0);
    Value max = e.loop(e.index(0), e.index(columns), lowest, [&](Value i, ValueRange carried) {
      return SmallVector<Value>{e.maxf(e.loadScalar(buffers[0], e.add(row, i)), carried[0])};
    })[0];
    // First the powers, or with `log` the exponents.
    Value sum = e.loop(e.index(0), e.index(columns), zero, [&](Value i, ValueRange carried) {
      Value exponent = e.subf(e.loadScalar(buffers[0], e.add(row, i)), max);
      Value value = e.exp(exponent);
      e.storeScalar(op.getLog() ? exponent : value, buffers[1], e.add(row, i));
      return SmallVector<Value>{e.addf(carried[0], value)};
    })[0];
    Value logarithm = op.getLog() ? e.log(sum) : Value();
    e.loop(columns, [&](Value i) {
      Value value = e.loadScalar(buffers[1], e.add(row, i));
      value = logarithm ? e.subf(value, logarithm) : e.divf(value, sum);
      e.storeScalar(value, buffers[1], e.add(row, i));
    });
  }
};

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// One item is a row of one channel block. The dense side is N x C x H x W, or
/// a matrix with the same elements in the same order.
struct ConvertLayoutModel : Model<ConvertLayoutModel, kernel::ConvertLayoutOp> {
  static Value blockedSide(kernel::ConvertLayoutOp op) {
    return isa<kernel::BlockedAttr>(typeOf(op.getInput()).getLayout()) ? op.getInput()
                                                                       : op.getOutput();
  }
  static int64_t workItems(kernel::ConvertLayoutOp op) { return blockRows(blockedSide(op)); }

  static void emit(kernel::ConvertLayoutOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    Value blocked = blockedSide(op);
    Strides strides(typeOf(blocked));
    int64_t channels = dim(blocked, 1), height = dim(blocked, 2), width = dim(blocked, 3);
    bool toBlocked = blocked == op.getOutput();
    auto place = splitBlockRow(e, item, blocked);
    Value blockedAt = rowAt(e, strides, place);
    Value zero = e.constant(e.builder.getF32Type(), 0);

    for (int64_t lane = 0; lane < strides.lanes; ++lane) {
      Value channel = e.linear({{place[1], strides.lanes}}, lane);
      bool isPadded = channels % strides.lanes != 0;
      Value exists = isPadded ? e.lessThan(channel, e.index(channels)) : Value();
      Value clamped = isPadded ? e.min(channel, e.index(channels - 1)) : channel;
      Value denseAt = e.linear({{place[0], channels * height * width},
                                {clamped, height * width},
                                {place[2], width}});
      auto copyRow = [&] {
        e.loop(width, [&](Value column) {
          Value inBlocked = e.linear({{blockedAt, 1}, {column, strides.column}}, lane);
          Value inDense = e.add(denseAt, column);
          Value value = e.loadScalar(buffers[0], toBlocked ? inDense : inBlocked);
          if (toBlocked && exists)
            value = arith::SelectOp::create(e.builder, e.loc, exists, value, zero);
          e.storeScalar(value, buffers[1], toBlocked ? inBlocked : inDense);
        });
      };
      e.onlyIf(toBlocked ? Value() : exists, copyRow);
    }
  }
};

/// One item is one channel block of one image.
struct ZeroHaloModel : Model<ZeroHaloModel, kernel::ZeroHaloOp> {
  static int64_t workItems(kernel::ZeroHaloOp op) {
    return dim(op.getOutput(), 0) * Strides(op.getOutput().getType()).blocks;
  }

  static void fill(KernelEmitter &e, Value buffer, Value at, int64_t count) {
    bool isVector = count % e.lanes == 0;
    int64_t step = isVector ? e.lanes : 1;
    e.loop(count / step, [&](Value i) {
      Value place = e.add(at, e.mul(i, step));
      if (isVector)
        e.storeVector(e.constant(e.vectorType(), 0), buffer, place);
      else
        e.storeScalar(e.constant(e.builder.getF32Type(), 0), buffer, place);
    });
  }

  static void emit(kernel::ZeroHaloOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MemRefType type = op.getOutput().getType();
    auto layout = cast<kernel::BlockedAttr>(type.getLayout());
    Strides strides(type);
    int64_t height = type.getDimSize(2), width = type.getDimSize(3);
    Value blockAt = e.mul(item, strides.block);
    // The rows above with the left edge of the first row, then between the
    // rows their right edge and the next one's left edge, which are adjacent.
    int64_t gap = (layout.getLeft() + layout.getRight()) * strides.column;
    fill(e, buffers[0], blockAt, strides.origin);
    int64_t rowEnd = strides.origin + width * strides.column;
    if (gap && height > 1)
      e.loop(height - 1, [&](Value y) {
        fill(e, buffers[0], e.add(blockAt, e.linear({{y, strides.row}}, rowEnd)), gap);
      });
    int64_t lastEnd = rowEnd + (height - 1) * strides.row;
    fill(e, buffers[0], e.add(blockAt, lastEnd), strides.block - lastEnd);
  }
};

} // namespace

void cpu::registerCPUKernelModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, kernel::KernelDialect *) {
    kernel::Conv2dOp::attachInterface<Conv2dModel>(*context);
    kernel::WinogradConv2dOp::attachInterface<WinogradConv2dModel>(*context);
    kernel::PoolOp::attachInterface<PoolModel>(*context);
    kernel::ChannelMeanOp::attachInterface<ChannelMeanModel>(*context);
    kernel::FinishMeanOp::attachInterface<FinishMeanModel>(*context);
    kernel::ScaleAddOp::attachInterface<ScaleAddModel>(*context);
    kernel::PadChannelsOp::attachInterface<PadChannelsModel>(*context);
    kernel::ConcatOp::attachInterface<ConcatModel>(*context);
    kernel::SoftmaxOp::attachInterface<SoftmaxModel>(*context);
    kernel::ConvertLayoutOp::attachInterface<ConvertLayoutModel>(*context);
    kernel::ZeroHaloOp::attachInterface<ZeroHaloModel>(*context);
  });
}
