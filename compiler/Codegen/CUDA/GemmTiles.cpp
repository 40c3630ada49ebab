//===- GemmTiles.cpp - What a thread multiplies of a matrix product -------===//

#include "compiler/Codegen/CUDA/GemmTiles.h"

#include "compiler/Codegen/CUDA/CUDA.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cuda;

static constexpr int64_t threads = kernel::GemmConv2dOp::threads;

static Value elementOf(KernelEmitter &e, Value vector, int64_t index) {
  return vector::ExtractOp::create(e.builder, e.loc, vector, index);
}

static Value vectorOf(KernelEmitter &e, ValueRange elements) {
  return vector::FromElementsOp::create(e.builder, e.loc, e.f32Vector(elements.size()), elements);
}

/// The sum of `value` over the lanes whose numbers differ in `bits`.
static Value sumOverLanes(KernelEmitter &e, Value value, ArrayRef<int32_t> bits) {
  for (int32_t bit : bits)
    value = e.addf(value, e.shuffleXor(value, bit));
  return value;
}

namespace {

//===----------------------------------------------------------------------===//
// Tensor cores
//===----------------------------------------------------------------------===//

/// mma.sync.m16n8k16 of f16 or bf16, m16n8k8 of tf32. Warps stand in two columns where there are 64
/// channels or more, else in one; a warp's tile is rows of 16 pixels by columns of 8 channels. Lane
/// 4 g + t has of each the elements (g, 2 t), (g, 2 t + 1), (g + 8, 2 t), (g + 8, 2 t + 1); see the
/// PTX ISA.
class TensorCoreTiles final : public GemmTiles {
public:
  /// The depth of an instruction: 32 bytes of a row.
  static int64_t getDepth(const GemmStage &stage) { return 32 / stage.elementBytes(); }

  TensorCoreTiles(KernelEmitter &emitter, const GemmStage &stage) : e(emitter), stage(stage) {
    warpColumns = stage.channels >= 64 ? 2 : 1;
    int64_t warpRows = threads / warpSize / warpColumns;
    rows = stage.pixels / warpRows, columns = stage.channels / warpColumns;
    Value thread = e.threadIndex(), warp = e.div(thread, warpSize);
    lane = e.rem(thread, warpSize);
    warpRow = e.div(warp, warpColumns);
    firstRow = e.mul(warpRow, rows);
    firstColumn = e.mul(e.rem(warp, warpColumns), columns);
  }

  SmallVector<Value> zeros() override {
    return SmallVector<Value>(rows / 16 * (columns / 8) * 4, e.constant(e.builder.getF32Type(), 0));
  }

  SmallVector<Value> multiply(Value stageAt, ValueRange sums) override {
    SmallVector<Value> result(sums);
    for (int64_t depth = 0; depth < stage.depth; depth += getDepth(stage)) {
      SmallVector<SmallVector<Value>> inputs, filters;
      for (int64_t row = 0; row < rows; row += 16)
        inputs.push_back(loadInput(stageAt, row, depth));
      for (int64_t column = 0; column < columns; column += 16)
        filters.push_back(stage.product.isTF32() ? readFilter(stageAt, depth, column)
                                                 : loadFilter(stageAt, depth, column));
      for (size_t i = 0; i < inputs.size(); ++i)
        for (int64_t j = 0; j < columns / 8; ++j)
          multiplyTile(inputs[i], ArrayRef(filters[j / 2]).slice(j % 2 * 2, 2),
                       MutableArrayRef(result).slice((i * (columns / 8) + j) * 4, 4));
    }
    return result;
  }

  SmallVector<Output> getOutputs(ValueRange sums) override {
    SmallVector<Output> outputs;
    Value group = e.div(lane, 4), pair = e.mul(e.rem(lane, 4), 2);
    for (int64_t i = 0; i < static_cast<int64_t>(sums.size()); i += 2) {
      int64_t tile = i / 4, half = i / 2 % 2;
      Value row = e.add(e.add(firstRow, group), tile / (columns / 8) * 16 + half * 8);
      Value column = e.add(e.add(firstColumn, pair), tile % (columns / 8) * 8);
      outputs.push_back({row, column, vectorOf(e, {sums[i], sums[i + 1]})});
    }
    return outputs;
  }

  void sumColumns(ValueRange values, StoreSum store) override {
    Value group = e.div(lane, 4), pair = e.mul(e.rem(lane, 4), 2);
    Value isFirst = arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq, group, e.index(0));
    for (int64_t j = 0; j < columns / 8; ++j)
      for (int64_t k = 0; k < 2; ++k) {
        Value sum;
        for (int64_t i = 0; i < rows / 16; ++i)
          for (int64_t half = 0; half < 2; ++half) {
            Value value = elementOf(e, values[(i * (columns / 8) + j) * 2 + half], k);
            sum = sum ? e.addf(sum, value) : value;
          }
        sum = sumOverLanes(e, sum, {4, 8, 16});
        e.onlyIf(isFirst, [&] {
          store(warpRow, e.add(e.add(firstColumn, pair), j * 8 + k), sum);
        });
      }
  }

private:
  /// The four matrices of 8x8 whose rows' addresses the lanes give.
  SmallVector<Value> loadMatrices(Value at, NVVM::MMALayout layout) {
    MLIRContext *context = e.builder.getContext();
    Type i32 = e.builder.getI32Type();
    auto type = LLVM::LLVMStructType::getLiteral(context, SmallVector<Type>(4, i32));
    Value matrices = NVVM::LdMatrixOp::create(
        e.builder, e.loc, type, e.sharedAt(at), 4, layout,
        NVVM::LdStMatrixShapeAttr::get(context, 8, 8), NVVM::LdStMatrixEltType::B16);
    SmallVector<Value> registers;
    for (int64_t i = 0; i < 4; ++i) {
      Value bits = LLVM::ExtractValueOp::create(e.builder, e.loc, matrices, i);
      registers.push_back(toOperand(bits));
    }
    return registers;
  }

  /// 32 bits from shared memory as an operand of mma.sync.
  Value toOperand(Value bits) {
    if (stage.product.isBF16())
      return bits;
    if (stage.product.isTF32())
      return roundToTF32(LLVM::BitcastOp::create(e.builder, e.loc, e.builder.getF32Type(), bits));
    return LLVM::BitcastOp::create(e.builder, e.loc, VectorType::get({2}, stage.product), bits);
  }

  /// Left alone, the tensor core would drop bits: twice the error, and always towards zero.
  Value roundToTF32(Value value) {
    return NVVM::ConvertFloatToTF32Op::create(e.builder, e.loc, e.builder.getI32Type(), value,
                                              NVVM::FPRoundingMode::RNA);
  }

  /// 16 pixels x 32 bytes of inputs: lanes 0 to 15 point to the rows' first halves, the others to
  /// the second. A pair of 16 bits may as well be a tf32: lane 4 g + t gets word t of row g.
  SmallVector<Value> loadInput(Value stageAt, int64_t row, int64_t depth) {
    Value at = e.linear({{e.add(firstRow, e.rem(lane, 16)), stage.inputRowBytes()},
                         {e.div(lane, 16), GemmStage::loadBytes}},
                        row * stage.inputRowBytes() + depth * stage.elementBytes());
    return loadMatrices(e.add(stageAt, at), NVVM::MMALayout::row);
  }

  /// 16 inputs x 16 channels, transposed: two registers for each column of 8.
  SmallVector<Value> loadFilter(Value stageAt, int64_t depth, int64_t column) {
    Value at = e.linear(
        {{e.rem(lane, 16), stage.filterRowBytes()},
         {e.linear({{e.div(lane, 16), 8}, {firstColumn, 1}}), stage.elementBytes()}},
        stage.filterOffset() + depth * stage.filterRowBytes() + column * stage.elementBytes());
    return loadMatrices(e.add(stageAt, at), NVVM::MMALayout::col);
  }

  /// 8 inputs x 16 channels of tf32: of each column of 8, lane 4 g + t has (t, g) and (t + 4, g).
  SmallVector<Value> readFilter(Value stageAt, int64_t depth, int64_t column) {
    Value at =
        e.add(stageAt, e.linear({{e.rem(lane, 4), stage.filterRowBytes()},
                                 {e.add(firstColumn, e.div(lane, 4)), stage.elementBytes()}}));
    SmallVector<Value> registers;
    for (int64_t right : {0, 8})
      for (int64_t down : {0, 4}) {
        int64_t offset = stage.filterOffset() + (depth + down) * stage.filterRowBytes() +
                         (column + right) * stage.elementBytes();
        registers.push_back(
            roundToTF32(LLVM::LoadOp::create(e.builder, e.loc, e.builder.getF32Type(),
                                             e.sharedAt(e.add(at, offset)), /*alignment=*/4)));
      }
    return registers;
  }

  void multiplyTile(ArrayRef<Value> input, ArrayRef<Value> filter, MutableArrayRef<Value> sums) {
    Type f32 = e.builder.getF32Type();
    auto type = LLVM::LLVMStructType::getLiteral(e.builder.getContext(), SmallVector<Type>(4, f32));
    NVVM::MMATypes multiplied = stage.product.isF16()    ? NVVM::MMATypes::f16
                                : stage.product.isBF16() ? NVVM::MMATypes::bf16
                                                         : NVVM::MMATypes::tf32;
    Value result = NVVM::MmaOp::create(
        e.builder, e.loc, type, ValueRange(input), ValueRange(filter), ValueRange(sums),
        ArrayRef<int64_t>{16, 8, getDepth(stage)}, /*b1Op=*/std::nullopt,
        /*intOverflow=*/std::nullopt, std::array{multiplied, multiplied},
        std::array{NVVM::MMALayout::row, NVVM::MMALayout::col});
    for (int64_t i = 0; i < 4; ++i)
      sums[i] = LLVM::ExtractValueOp::create(e.builder, e.loc, result, i);
  }

  KernelEmitter &e;
  const GemmStage stage;
  int64_t warpColumns, rows, columns; // of a warp
  Value lane, warpRow, firstRow, firstColumn;
};

//===----------------------------------------------------------------------===//
// Multiply-adds
//===----------------------------------------------------------------------===//

/// Each thread computes four adjacent channels of every `threadRows`-th row.
class MultiplyAddTiles final : public GemmTiles {
public:
  MultiplyAddTiles(KernelEmitter &emitter, const GemmStage &stage) : e(emitter), stage(stage) {
    threadColumns = stage.channels / width, threadRows = threads / threadColumns;
    Value thread = e.threadIndex();
    warp = e.div(thread, warpSize);
    lane = e.rem(thread, warpSize);
    row = e.div(thread, threadColumns);
    column = e.mul(e.rem(thread, threadColumns), width);
  }

  SmallVector<Value> zeros() override {
    return SmallVector<Value>(stage.pixels / threadRows, e.constant(e.f32Vector(width), 0));
  }

  SmallVector<Value> multiply(Value stageAt, ValueRange sums) override {
    SmallVector<Value> result(sums);
    for (int64_t depth = 0; depth < stage.depth; depth += width) {
      SmallVector<Value> filter;
      for (int64_t k = 0; k < width; ++k)
        filter.push_back(loadVector(
            e.add(stageAt, e.linear({{column, stage.elementBytes()}},
                                    stage.filterOffset() + (depth + k) * stage.filterRowBytes()))));
      for (auto [i, sum] : llvm::enumerate(result)) {
        Value input = loadVector(e.add(stageAt, e.linear({{row, stage.inputRowBytes()}},
                                                         i * threadRows * stage.inputRowBytes() +
                                                             depth * stage.elementBytes())));
        for (int64_t k = 0; k < width; ++k)
          sum = e.multiplyAdd(vector::BroadcastOp::create(e.builder, e.loc, e.f32Vector(width),
                                                          elementOf(e, input, k)),
                              filter[k], sum);
      }
    }
    return result;
  }

  SmallVector<Output> getOutputs(ValueRange sums) override {
    SmallVector<Output> outputs;
    for (auto [i, sum] : llvm::enumerate(sums))
      outputs.push_back({e.add(row, i * threadRows), column, sum});
    return outputs;
  }

  void sumColumns(ValueRange values, StoreSum store) override {
    Value sum = values.front();
    for (Value value : values.drop_front())
      sum = e.addf(sum, value);
    Value isFirst = e.lessThan(lane, e.index(std::min(threadColumns, warpSize)));
    SmallVector<int32_t> bits; // of lanes that have the same columns
    for (int64_t bit = threadColumns; bit < warpSize; bit *= 2)
      bits.push_back(bit);
    for (int64_t k = 0; k < width; ++k) {
      Value total = sumOverLanes(e, elementOf(e, sum, k), bits);
      e.onlyIf(isFirst, [&] { store(warp, e.add(column, k), total); });
    }
  }

private:
  static constexpr int64_t width = 4;

  Value loadVector(Value at) {
    return LLVM::LoadOp::create(e.builder, e.loc, e.f32Vector(width), e.sharedAt(at),
                                GemmStage::loadBytes);
  }

  KernelEmitter &e;
  const GemmStage stage;
  int64_t threadColumns, threadRows;
  Value warp, lane, row, column;
};

} // namespace

GemmStage GemmStage::get(kernel::GemmScheduleAttr schedule, Type product) {
  return {schedule.getPixels(), schedule.getChannels(), schedule.getDepth(), product};
}

std::string cuda::whyUnusable(kernel::GemmScheduleAttr schedule, Type product) {
  constexpr int64_t maxSharedBytes = 99 * 1024; // of sm_86, sm_89 and sm_120; others have more
  GemmStage stage = GemmStage::get(schedule, product);
  std::string reason = GemmTiles::whyUnusable(stage);
  int64_t sharedBytes = stage.bytes() * schedule.getStages();
  if (reason.empty() && sharedBytes > maxSharedBytes)
    return llvm::formatv("stages of {0} bytes of shared memory together; expects at most {1}",
                         sharedBytes, maxSharedBytes);
  return reason;
}

std::string GemmTiles::whyUnusable(const GemmStage &stage) {
  constexpr int64_t maxSums = 128; // of 255 registers
  if (stage.pixels * stage.channels / threads > maxSums)
    return llvm::formatv("tiles of {0} x {1}, more than {2} sums for each thread", stage.pixels,
                         stage.channels, maxSums);
  if (stage.product.isF32()) {
    // A warp has whole rows, and every thread at least one.
    if (stage.channels > 4 * warpSize || stage.pixels * stage.channels < threads * 4)
      return llvm::formatv("tiles of {0} x {1}, which {2} threads cannot share", stage.pixels,
                           stage.channels, threads);
    return "";
  }
  int64_t warpRows = threads / warpSize / (stage.channels >= 64 ? 2 : 1);
  int64_t depth = TensorCoreTiles::getDepth(stage);
  if (stage.pixels % (16 * warpRows) || stage.channels % 16 || stage.depth % depth)
    return llvm::formatv("tiles of {0} x {1} and a depth of {2}; expects {3} rows of 16 pixels, "
                         "channels in sixteens and a depth in {4}s",
                         stage.pixels, stage.channels, stage.depth, warpRows, depth);
  return "";
}

std::unique_ptr<GemmTiles> GemmTiles::create(KernelEmitter &emitter, const GemmStage &stage) {
  if (stage.product.isF32())
    return std::make_unique<MultiplyAddTiles>(emitter, stage);
  return std::make_unique<TensorCoreTiles>(emitter, stage);
}
