//===- Models.cpp - GPU code of kernel operations -------------------------===//
//
// All but the products of a convolution: a thread computes one item, mostly 16 bytes of
// adjacent channels of a pixel.
//
//===----------------------------------------------------------------------===//

#include "compiler/Codegen/CUDA/CUDA.h"
#include "compiler/Codegen/CUDA/GemmConv2d.h"
#include "compiler/Codegen/CUDA/KernelEmitter.h"
#include "compiler/Codegen/Common/PoolWindow.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cuda;

namespace {

MemRefType typeOf(Value memref) { return cast<MemRefType>(memref.getType()); }

int64_t dim(Value memref, int64_t index) { return typeOf(memref).getDimSize(index); }

struct GemmConv2dModel
    : CUDAKernelOpInterface::ExternalModel<GemmConv2dModel, kernel::GemmConv2dOp> {
  Launch getLaunch(Operation *op) const { return launchGemm(cast<kernel::GemmConv2dOp>(op)); }
  void emitThread(Operation *op, KernelEmitter &emitter, ValueRange buffers) const {
    emitGemm(cast<kernel::GemmConv2dOp>(op), emitter, buffers);
  }
};

/// Base of a model of items: ConcreteModel::items(op) and ConcreteModel::emit(op, emitter,
/// buffers, item) with the operation's own type.
template <typename ConcreteModel, typename OpTy>
struct ItemModel : CUDAKernelOpInterface::ExternalModel<ConcreteModel, OpTy> {
  static constexpr int64_t threads = 256;

  Launch getLaunch(Operation *op) const {
    constexpr int64_t threads = ConcreteModel::threads;
    int64_t blocks = llvm::divideCeil(ConcreteModel::items(cast<OpTy>(op)), threads);
    return {{blocks, 1, 1}, threads};
  }
  void emitThread(Operation *op, KernelEmitter &e, ValueRange buffers) const {
    constexpr int64_t threads = ConcreteModel::threads;
    int64_t items = ConcreteModel::items(cast<OpTy>(op));
    e.waitForLaunches();
    Value item = e.linear({{e.blockIndex(0), threads}, {e.threadIndex(), 1}});
    Value exists = items % threads ? e.lessThan(item, e.index(items)) : Value();
    e.onlyIf(exists, [&] { ConcreteModel::emit(cast<OpTy>(op), e, buffers, item); });
  }
};

/// Vectors of adjacent channels of an NHWC map.
struct MapVectors {
  explicit MapVectors(Value map)
      : type(typeOf(map)), strides(type), element(type.getElementType()),
        width(128 / type.getElementTypeBitWidth()) {}

  MemRefType type;
  Strides strides;
  Type element;
  int64_t width; ///< channels of a vector

  int64_t perPixel() const { return strides.lanes / width; }
  int64_t items() const {
    return type.getDimSize(0) * type.getDimSize(2) * type.getDimSize(3) * perPixel();
  }
  /// Image, row, column and vector of an item.
  SmallVector<Value> split(KernelEmitter &e, Value item) const {
    return e.split(item, {type.getDimSize(0), type.getDimSize(2), type.getDimSize(3), perPixel()});
  }
  Value at(KernelEmitter &e, ArrayRef<Value> place) const {
    return e.linear({{place[0], strides.batch},
                     {place[1], strides.row},
                     {place[2], strides.column},
                     {place[3], width}},
                    strides.origin);
  }
  Value load(KernelEmitter &e, Value pointer, ArrayRef<Value> place) const {
    return e.load(pointer, element, at(e, place), width);
  }
  void store(KernelEmitter &e, Value value, Value pointer, ArrayRef<Value> place) const {
    e.store(value, pointer, element, at(e, place));
  }
  /// One channel of a pixel.
  Value loadChannel(KernelEmitter &e, Value pointer, ArrayRef<Value> pixel, Value channel) const {
    Value at = e.linear({{pixel[0], strides.batch},
                         {pixel[1], strides.row},
                         {pixel[2], strides.column},
                         {channel, 1}},
                        strides.origin);
    return e.load(pointer, element, at, 1);
  }
  /// The vector of what `lane` makes of each channel.
  Value fromLanes(KernelEmitter &e, Value vector, llvm::function_ref<Value(Value)> lane) const {
    SmallVector<Value> lanes;
    for (int64_t i = 0; i < width; ++i)
      lanes.push_back(lane(e.linear({{vector, width}}, i)));
    return vector::FromElementsOp::create(e.builder, e.loc, e.f32Vector(width), lanes);
  }
};

//===----------------------------------------------------------------------===//
// The end of a convolution
//===----------------------------------------------------------------------===//

/// An item is a vector of channels of a pixel or, where sums are wanted, of each pixel of a part.
struct FinishGemmModel : ItemModel<FinishGemmModel, kernel::FinishGemmOp> {
  static constexpr int64_t threads = 64; // of small maps, to have more blocks
  static constexpr int64_t pixelsPerPart = kernel::FinishGemmOp::pixelsPerPart;

  struct Buffers {
    Value partials, bias, residual, output, sums;
  };

  Launch getLaunch(Operation *op) const {
    Launch launch = ItemModel::getLaunch(op);
    launch.maxRegisters = 128; // left alone, ptxas spills some to have more blocks
    return launch;
  }

  static int64_t items(kernel::FinishGemmOp op) {
    MapVectors output(op.getOutput());
    return op.getSums() ? dim(op.getSums(), 0) * dim(op.getSums(), 1) * output.perPixel()
                        : output.items();
  }

  static Buffers take(kernel::FinishGemmOp op, ValueRange buffers) {
    auto next = buffers.begin();
    auto take = [&](bool exists) { return exists ? *next++ : Value(); };
    Value partials = take(true);
    Value bias = take(static_cast<bool>(op.getBias()));
    Value residual = take(static_cast<bool>(op.getResidual()));
    Value output = take(true);
    return {partials, bias, residual, output, take(static_cast<bool>(op.getSums()))};
  }

  /// The output of the vector that begins at element `at`, stored.
  static Value finish(kernel::FinishGemmOp op, KernelEmitter &e, const Buffers &buffers, Value at,
                      Value firstChannel) {
    MapVectors output(op.getOutput());
    Type f32 = e.builder.getF32Type();
    int64_t distance = output.strides.batch * output.type.getDimSize(0);
    // Without a loop: all loads are on their way at once.
    Value value = e.load(buffers.partials, f32, at, output.width);
    for (int64_t split = 1; split < op.getSplits(); ++split)
      value =
          e.addf(value, e.load(buffers.partials, f32, e.add(at, split * distance), output.width));
    if (buffers.bias)
      value = e.addf(value, e.load(buffers.bias, f32, firstChannel, output.width));
    if (buffers.residual)
      value = e.addf(value, e.load(buffers.residual, output.element, at, output.width));
    value = e.activation(op.getActivation(), value);
    e.store(value, buffers.output, output.element, at);
    return value;
  }

  static void emit(kernel::FinishGemmOp op, KernelEmitter &e, ValueRange operands, Value item) {
    Buffers buffers = take(op, operands);
    MapVectors output(op.getOutput());
    // Without a halo, pixels follow each other.
    auto at = [&](Value image, Value pixel, Value channel) {
      return e.linear({{image, output.strides.batch}, {pixel, output.strides.lanes}, {channel, 1}});
    };
    if (!op.getSums()) {
      Value channel = e.mul(e.rem(item, output.perPixel()), output.width);
      finish(op, e, buffers, at(e.index(0), e.div(item, output.perPixel()), channel), channel);
      return;
    }
    int64_t parts = dim(op.getSums(), 1), channels = dim(op.getSums(), 2);
    int64_t pixels = output.type.getDimSize(2) * output.type.getDimSize(3);
    auto place = e.split(item, {output.type.getDimSize(0), parts, output.perPixel()});
    Value channel = e.mul(place[2], output.width);
    Value first = e.mul(place[1], pixelsPerPart);
    Value end = e.min(e.add(first, pixelsPerPart), e.index(pixels));
    Value zero = e.constant(e.f32Vector(output.width), 0);
    Value sum = e.loop(first, end, zero, [&](Value pixel, ValueRange carried) {
      Value value = finish(op, e, buffers, at(place[0], pixel, channel), channel);
      return SmallVector<Value>{e.addf(carried[0], value)};
    })[0];
    e.store(sum, buffers.sums, e.builder.getF32Type(),
            e.linear({{place[0], parts * channels}, {place[1], channels}, {channel, 1}}));
  }
};

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

struct PoolModel : ItemModel<PoolModel, kernel::PoolOp> {
  static int64_t items(kernel::PoolOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::PoolOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors input(op.getInput()), output(op.getOutput());
    auto place = output.split(e, item);
    bool isMax = op.getKind() == kernel::PoolKind::Max;
    PoolWindow rows = clipWindow(op, e, 0, place[1]), columns = clipWindow(op, e, 1, place[2]);
    Value initial = e.constant(e.f32Vector(output.width),
                               isMax ? -std::numeric_limits<double>::infinity() : 0);
    Value result = e.loop(rows.begin, rows.end, initial, [&](Value y, ValueRange carried) {
      return e.loop(columns.begin, columns.end, carried, [&](Value x, ValueRange carried) {
        Value value = input.load(e, buffers[0], {place[0], y, x, place[3]});
        return SmallVector<Value>{isMax ? e.maximum(value, carried[0])
                                        : e.addf(carried[0], value)};
      });
    })[0];
    if (!isMax) {
      Value count = e.mul(windowLength(op, e, 0, rows), windowLength(op, e, 1, columns));
      result = e.divf(result, broadcast(e, e.toFloat(count), output.width));
    }
    output.store(e, result, buffers[1], place);
  }

  static Value broadcast(KernelEmitter &e, Value scalar, int64_t width) {
    return vector::BroadcastOp::create(e.builder, e.loc, e.f32Vector(width), scalar);
  }
};

struct ChannelMeanModel : ItemModel<ChannelMeanModel, kernel::ChannelMeanOp> {
  static int64_t items(kernel::ChannelMeanOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::ChannelMeanOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors input(op.getInput()), output(op.getOutput());
    auto place = output.split(e, item);
    int64_t height = dim(op.getInput(), 2), width = dim(op.getInput(), 3);
    Value zero = e.constant(e.f32Vector(output.width), 0);
    // Row sums first: shorter chains round less.
    Value sum = e.loop(height, zero, [&](Value y, ValueRange total) {
      Value row = e.loop(width, zero, [&](Value x, ValueRange carried) {
        Value value = input.load(e, buffers[0], {place[0], y, x, place[3]});
        return SmallVector<Value>{e.addf(carried[0], value)};
      })[0];
      return SmallVector<Value>{e.addf(total[0], row)};
    })[0];
    Value mean = e.mulf(sum, e.constant(e.f32Vector(output.width), 1.0 / (height * width)));
    output.store(e, mean, buffers[1], place);
  }
};

struct FinishMeanModel : ItemModel<FinishMeanModel, kernel::FinishMeanOp> {
  static int64_t items(kernel::FinishMeanOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::FinishMeanOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors output(op.getOutput());
    auto place = output.split(e, item);
    int64_t parts = dim(op.getSums(), 1), channels = dim(op.getSums(), 2);
    Value first = e.linear({{place[0], parts * channels}, {place[3], output.width}});
    Value zero = e.constant(e.f32Vector(output.width), 0);
    Value sum = e.loop(parts, zero, [&](Value part, ValueRange carried) {
      Value at = e.add(first, e.mul(part, channels));
      return SmallVector<Value>{
          e.addf(carried[0], e.load(buffers[0], e.builder.getF32Type(), at, output.width))};
    })[0];
    Value mean = e.mulf(sum, e.constant(e.f32Vector(output.width), 1.0 / op.getPixels()));
    output.store(e, mean, buffers[1], place);
  }
};

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

/// A scale or residual: by pixel, by image and channel, or by channel.
Value loadOperand(KernelEmitter &e, Value memref, Value pointer, ArrayRef<Value> place,
                  int64_t width) {
  MemRefType type = typeOf(memref);
  if (type.getRank() == 1)
    return e.load(pointer, type.getElementType(), e.mul(place[3], width), width);
  bool isPixel = type.getDimSize(2) == 1 && type.getDimSize(3) == 1;
  Value zero = e.index(0);
  return MapVectors(memref).load(
      e, pointer, {place[0], isPixel ? zero : place[1], isPixel ? zero : place[2], place[3]});
}

struct ScaleAddModel : ItemModel<ScaleAddModel, kernel::ScaleAddOp> {
  static int64_t items(kernel::ScaleAddOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::ScaleAddOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors input(op.getInput()), output(op.getOutput());
    auto place = output.split(e, item);
    unsigned next = 0;
    Value value = input.load(e, buffers[next++], place), scale, residual;
    if (op.getScale())
      scale = loadOperand(e, op.getScale(), buffers[next++], place, output.width);
    if (op.getResidual())
      residual = loadOperand(e, op.getResidual(), buffers[next++], place, output.width);
    if (scale && residual)
      value = e.multiplyAdd(value, scale, residual);
    else if (scale)
      value = e.mulf(value, scale);
    else if (residual)
      value = e.addf(value, residual);
    output.store(e, e.activation(op.getActivation(), value), buffers[next], place);
  }
};

struct PadChannelsModel : ItemModel<PadChannelsModel, kernel::PadChannelsOp> {
  static int64_t items(kernel::PadChannelsOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::PadChannelsOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors input(op.getInput()), output(op.getOutput());
    auto place = output.split(e, item);
    int64_t before = op.getBefore(), channels = dim(op.getInput(), 1);
    Value value = output.fromLanes(e, place[3], [&](Value channel) {
      return e.valueIf(e.isBetween(channel, before, before + channels - 1), e.builder.getF32Type(),
                       [&] {
                         return input.loadChannel(e, buffers[0], place,
                                                  e.sub(channel, e.index(before)));
                       });
    });
    output.store(e, value, buffers[1], place);
  }
};

struct ConcatModel : ItemModel<ConcatModel, kernel::ConcatOp> {
  static int64_t items(kernel::ConcatOp op) { return MapVectors(op.getOutput()).items(); }

  static void emit(kernel::ConcatOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors output(op.getOutput());
    auto place = output.split(e, item);
    Value value = output.fromLanes(e, place[3], [&](Value channel) {
      Value result = e.constant(e.builder.getF32Type(), 0);
      int64_t first = 0;
      for (size_t i = 0; i < op.getInputs().size(); ++i) {
        MapVectors input(op.getInputs()[i]);
        int64_t channels = input.type.getDimSize(1);
        Value inside = e.isBetween(channel, first, first + channels - 1);
        Value here = e.valueIf(inside, e.builder.getF32Type(), [&] {
          return input.loadChannel(e, buffers[i], place, e.sub(channel, e.index(first)));
        });
        result = e.select(inside, here, result);
        first += channels;
      }
      return result;
    });
    output.store(e, value, buffers.back(), place);
  }
};

/// An item is a row of the matrix.
struct SoftmaxModel : ItemModel<SoftmaxModel, kernel::SoftmaxOp> {
  static int64_t items(kernel::SoftmaxOp op) { return dim(op.getInput(), 0); }

  static void emit(kernel::SoftmaxOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    int64_t columns = dim(op.getInput(), 1);
    Type f32 = e.builder.getF32Type();
    Value row = e.mul(item, columns);
    auto loadFrom = [&](Value buffer, Value i) { return e.load(buffer, f32, e.add(row, i), 1); };
    Value lowest = e.constant(f32, -std::numeric_limits<double>::infinity());
    Value max = e.loop(e.index(0), e.index(columns), lowest, [&](Value i, ValueRange carried) {
      return SmallVector<Value>{e.maxf(loadFrom(buffers[0], i), carried[0])};
    })[0];
    // First the powers, or with `log` the exponents.
    Value zero = e.constant(f32, 0);
    Value sum = e.loop(e.index(0), e.index(columns), zero, [&](Value i, ValueRange carried) {
      Value exponent = e.subf(loadFrom(buffers[0], i), max);
      Value value = e.exp(exponent);
      e.store(op.getLog() ? exponent : value, buffers[1], f32, e.add(row, i));
      return SmallVector<Value>{e.addf(carried[0], value)};
    })[0];
    Value logarithm = op.getLog() ? e.log(sum) : Value();
    e.loop(columns, [&](Value i) {
      Value value = loadFrom(buffers[1], i);
      value = logarithm ? e.subf(value, logarithm) : e.divf(value, sum);
      e.store(value, buffers[1], f32, e.add(row, i));
    });
  }
};

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

/// The dense side is N x C x H x W, or a matrix with the same elements in the same order.
/// Threads side by side have pixels side by side, which are adjacent there.
struct ConvertLayoutModel : ItemModel<ConvertLayoutModel, kernel::ConvertLayoutOp> {
  static bool isMap(Value buffer) { return isa<kernel::BlockedAttr>(typeOf(buffer).getLayout()); }
  /// The side that has whole vectors of channels.
  static Value mapOf(kernel::ConvertLayoutOp op) {
    return isMap(op.getOutput()) ? op.getOutput() : op.getInput();
  }
  static int64_t items(kernel::ConvertLayoutOp op) { return MapVectors(mapOf(op)).items(); }

  static void emit(kernel::ConvertLayoutOp op, KernelEmitter &e, ValueRange buffers, Value item) {
    MapVectors map(mapOf(op));
    ArrayRef<int64_t> shape = map.type.getShape();
    auto digits = e.split(item, {shape[0], map.perPixel(), shape[2], shape[3]});
    SmallVector<Value> place{digits[0], digits[2], digits[3], digits[1]};
    auto exists = [&](Value channel) {
      return shape[1] % map.width ? e.lessThan(channel, e.index(shape[1])) : Value();
    };
    auto denseAt = [&](Value channel) {
      return e.linear({{place[0], shape[1] * shape[2] * shape[3]},
                       {channel, shape[2] * shape[3]},
                       {place[1], shape[3]},
                       {place[2], 1}});
    };
    Type f32 = e.builder.getF32Type();
    auto load = [&](Value channel) {
      return isMap(op.getInput())
                 ? MapVectors(op.getInput()).loadChannel(e, buffers[0], place, channel)
                 : e.load(buffers[0], f32, denseAt(channel), 1);
    };
    if (mapOf(op) == op.getOutput()) {
      Value value = map.fromLanes(e, place[3], [&](Value channel) {
        return e.valueIf(exists(channel), f32, [&] { return load(channel); });
      });
      return map.store(e, value, buffers[1], place);
    }
    Value value = map.load(e, buffers[0], place);
    for (int64_t lane = 0; lane < map.width; ++lane) {
      Value channel = e.linear({{place[3], map.width}}, lane);
      e.onlyIf(exists(channel), [&] {
        Value element = vector::ExtractOp::create(e.builder, e.loc, value, lane);
        e.store(element, buffers[1], f32, denseAt(channel));
      });
    }
  }
};

} // namespace

void cuda::registerCUDAKernelModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, kernel::KernelDialect *) {
    kernel::GemmConv2dOp::attachInterface<GemmConv2dModel>(*context);
    kernel::FinishGemmOp::attachInterface<FinishGemmModel>(*context);
    kernel::PoolOp::attachInterface<PoolModel>(*context);
    kernel::ChannelMeanOp::attachInterface<ChannelMeanModel>(*context);
    kernel::FinishMeanOp::attachInterface<FinishMeanModel>(*context);
    kernel::ScaleAddOp::attachInterface<ScaleAddModel>(*context);
    kernel::PadChannelsOp::attachInterface<PadChannelsModel>(*context);
    kernel::ConcatOp::attachInterface<ConcatModel>(*context);
    kernel::SoftmaxOp::attachInterface<SoftmaxModel>(*context);
    kernel::ConvertLayoutOp::attachInterface<ConvertLayoutModel>(*context);
  });
}
