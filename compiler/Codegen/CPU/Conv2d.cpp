//===- Conv2d.cpp - CPU code of kernel.conv2d -----------------------------===//
//
// Register tiles: pixels x vectors of output channels, kept in registers over
// the whole reduction. One multiply-add takes a broadcast input value and a
// vector of weights; the weights are a stream. Every stride is a constant.
//
//===----------------------------------------------------------------------===//

#include "compiler/Codegen/CPU/Conv2d.h"

#include "compiler/Codegen/CPU/ConvolutionBuffers.h"
#include "compiler/Codegen/CPU/KernelEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cpu;

namespace {

class ConvolutionEmitter {
public:
  ConvolutionEmitter(kernel::Conv2dOp op, KernelEmitter &emitter, ValueRange buffers);

  /// Emits one row of tiles of one panel.
  void emitTileRow(Value item);

private:
  /// Pixels of a tile, in rows.
  struct Tile {
    int64_t rows, columns;
    int64_t pixels() const { return rows * columns; }
  };

  void emitRow(int64_t tileRows, Value firstRow);
  void emitTile(Tile tile, Value firstRow, Value columnTile);
  void prefetchNextPanel(Value filterTap);
  SmallVector<Value> reduce(Tile tile, Value inputAt, ValueRange accumulators);
  bool isPackedByGroup() const { return filterShape[4] != input.lanes; }
  /// One row of taps of a filter that is packed by group.
  SmallVector<Value> emitRowByGroup(Tile tile, Value inputAt, Value filterAt,
                                    ValueRange accumulators);
  /// One filter tap: all channels of an input block.
  SmallVector<Value> emitTap(Tile tile, Value inputAt, Value filterAt, ValueRange accumulators);
  void emitEpilogue(Tile tile, Value firstRow, Value firstColumn, ValueRange accumulators);
  Value firstInputBlock();
  Value outputAt(const Strides &strides, Value row, Value column, int64_t vector);
  Value sumsAt(int64_t vector);

  kernel::Conv2dOp op;
  KernelEmitter &e;
  MemRefType outputType;
  ArrayRef<int64_t> filterShape; // panels, blocks, rows, columns, input block, panel channels
  Strides input, output;
  int64_t vectors; // per panel
  const ConvolutionBuffers buffers;
  Value image, tileRow, panel; // of the work item
  Value pass;                  // number of the tile among the `passes` that read a panel
  int64_t passes = 1;
};

ConvolutionEmitter::ConvolutionEmitter(kernel::Conv2dOp op, KernelEmitter &emitter,
                                       ValueRange buffers)
    : op(op), e(emitter), outputType(op.getOutput().getType()),
      filterShape(op.getFilter().getType().getShape()), input(op.getInput().getType()),
      output(outputType), vectors(filterShape[5] / emitter.lanes), buffers(op, buffers) {}

int64_t tileRowsOf(kernel::Conv2dOp op) {
  return llvm::divideCeil(op.getOutput().getType().getDimSize(2), op.getTile()[0]);
}

void ConvolutionEmitter::emitTileRow(Value item) {
  int64_t batch = outputType.getDimSize(0), panels = filterShape[0], rows = tileRowsOf(op);
  if (op.getLoopOrder() == kernel::LoopOrder::RowsOuter) {
    auto digits = e.split(item, {batch, rows, panels});
    image = digits[0], tileRow = digits[1], panel = digits[2];
  } else {
    auto digits = e.split(item, {panels, batch, rows});
    panel = digits[0], image = digits[1], tileRow = digits[2];
  }
  if (buffers.sums)
    for (int64_t v = 0; v < vectors; ++v)
      e.storeVector(e.constant(e.vectorType(), 0), buffers.sums, sumsAt(v));

  int64_t tileRows = op.getTile()[0], height = outputType.getDimSize(2);
  Value firstRow = e.mul(tileRow, tileRows);
  if (height % tileRows == 0)
    return emitRow(tileRows, firstRow);
  auto branch = scf::IfOp::create(e.builder, e.loc, e.lessThan(tileRow, e.index(height / tileRows)),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPoint(branch.thenYield());
  emitRow(tileRows, firstRow);
  e.builder.setInsertionPoint(branch.elseYield());
  emitRow(height % tileRows, firstRow);
}

void ConvolutionEmitter::emitRow(int64_t tileRows, Value firstRow) {
  int64_t columns = op.getTile()[1], width = outputType.getDimSize(3);
  auto emitFull = [&](Value tile) { emitTile({tileRows, columns}, firstRow, tile); };
  if (width / columns == 1)
    emitFull(e.index(0));
  else
    e.loop(width / columns, emitFull);
  if (int64_t rest = width % columns)
    emitTile({tileRows, rest}, firstRow, e.index(width / columns));
}

Value ConvolutionEmitter::firstInputBlock() {
  // The formula of kernel.weights.
  int64_t channels = op.getInput().getType().getDimSize(1), groups = op.getGroups();
  if (filterShape[1] == input.blocks)
    return e.index(0);
  int64_t outputsPerGroup = outputType.getDimSize(1) / groups;
  Value group = e.div(e.mul(panel, filterShape[5]), outputsPerGroup);
  Value block = e.div(e.mul(group, channels / groups), input.lanes);
  return e.min(block, e.index(input.blocks - filterShape[1]));
}

void ConvolutionEmitter::emitTile(Tile tile, Value firstRow, Value columnTile) {
  Value firstColumn = e.mul(columnTile, op.getTile()[1]);
  int64_t columnTiles = llvm::divideCeil(outputType.getDimSize(3), op.getTile()[1]);
  pass = e.linear({{image, tileRowsOf(op) * columnTiles}, {tileRow, columnTiles}, {columnTile, 1}});
  passes = outputType.getDimSize(0) * tileRowsOf(op) * columnTiles;

  SmallVector<Value> accumulators;
  SmallVector<Value> initial;
  for (int64_t v = 0; v < vectors; ++v) {
    Value channel = e.linear({{panel, filterShape[5]}}, v * e.lanes);
    initial.push_back(buffers.bias ? e.loadVector(buffers.bias, channel)
                                 : e.constant(e.vectorType(), 0));
  }
  for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel)
    llvm::append_range(accumulators, initial);

  // Padding is read from the halo: step back into it.
  int64_t padding = op.getPadding()[0] * input.row + op.getPadding()[1] * input.column;
  Value inputAt = e.linear({{image, input.batch},
                            {firstInputBlock(), input.block},
                            {firstRow, op.getStrides()[0] * input.row},
                            {firstColumn, op.getStrides()[1] * input.column}},
                           input.origin - padding);
  emitEpilogue(tile, firstRow, firstColumn, reduce(tile, inputAt, accumulators));
}

SmallVector<Value> ConvolutionEmitter::reduce(Tile tile, Value inputAt, ValueRange accumulators) {
  int64_t blocks = filterShape[1], rows = filterShape[2], columns = filterShape[3];
  int64_t tapSize = filterShape[4] * filterShape[5];
  int64_t rowStep = op.getDilations()[0] * input.row;
  int64_t columnStep = op.getDilations()[1] * input.column;
  Value filterAt = e.mul(panel, blocks * rows * columns * tapSize);

  return e.loop(blocks, accumulators, [&](Value block, ValueRange carried) {
    return e.loop(rows, carried, [&](Value r, ValueRange carried) {
      if (isPackedByGroup())
        return emitRowByGroup(tile, e.add(inputAt, e.linear({{block, input.block}, {r, rowStep}})),
                              e.add(filterAt, e.mul(r, columns * tapSize)), carried);
      auto emitColumn = [&](Value s, ValueRange carried) {
        Value inputTap =
            e.add(inputAt, e.linear({{block, input.block}, {r, rowStep}, {s, columnStep}}));
        Value filterTap = e.add(filterAt, e.linear({{block, rows * columns * tapSize},
                                                    {r, columns * tapSize},
                                                    {s, tapSize}}));
        prefetchNextPanel(filterTap);
        return emitTap(tile, inputTap, filterTap, carried);
      };
      return e.loop(columns, carried, emitColumn);
    });
  });
}

/// The first tile of a panel would wait for its weights, and the others find them in the
/// cache. So each one fetches a part of the next panel's.
void ConvolutionEmitter::prefetchNextPanel(Value filterTap) {
  constexpr int64_t lineElements = 64 / sizeof(float), pageElements = 4096 / sizeof(float);
  int64_t tapSize = filterShape[4] * filterShape[5];
  // With many tiles the first one does not matter.
  if (op.getLoopOrder() == kernel::LoopOrder::RowsOuter || passes > tapSize / lineElements)
    return;
  int64_t panelSize = filterShape[1] * filterShape[2] * filterShape[3] * tapSize;
  // A single tile reads its weights as one stream, which the processor follows within a page.
  Value next = e.add(filterTap, passes == 1 ? pageElements : panelSize);
  e.prefetchPart(buffers.filter, next, tapSize, pass, passes);
}

SmallVector<Value> ConvolutionEmitter::emitTap(Tile tile, Value inputAt, Value filterAt,
                                               ValueRange accumulators) {
  SmallVector<Value> sums(accumulators);
  for (int64_t channel = 0; channel < filterShape[4]; ++channel) {
    SmallVector<Value> weights;
    for (int64_t v = 0; v < vectors; ++v)
      weights.push_back(
          e.loadVector(buffers.filter, e.add(filterAt, channel * filterShape[5] + v * e.lanes)));
    for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
      int64_t offset = pixel / tile.columns * op.getStrides()[0] * input.row +
                       pixel % tile.columns * op.getStrides()[1] * input.column;
      Value value = e.loadBroadcast(buffers.input, e.add(inputAt, offset + channel));
      for (int64_t v = 0; v < vectors; ++v) {
        Value &sum = sums[pixel * vectors + v];
        sum = e.multiplyAdd(value, weights[v], sum);
      }
    }
  }
  return sums;
}

/// The i-th input of each group, at all places of the group, is a permutation of the input
/// vector. One serves all taps of the row that read its pixel.
SmallVector<Value> ConvolutionEmitter::emitRowByGroup(Tile tile, Value inputAt, Value filterAt,
                                                      ValueRange accumulators) {
  SmallVector<Value> sums(accumulators);
  int64_t taps = filterShape[3], perGroup = filterShape[4], tapSize = perGroup * filterShape[5];
  int64_t stride = op.getStrides()[1], dilation = op.getDilations()[1];
  int64_t lastColumn = (tile.columns - 1) * stride + (taps - 1) * dilation;
  for (int64_t channel = 0; channel < perGroup; ++channel) {
    SmallVector<Value> weights;
    for (int64_t s = 0; s < taps; ++s)
      weights.push_back(e.loadVector(
          buffers.filter, e.add(filterAt, s * tapSize + channel * filterShape[5])));
    for (int64_t row = 0; row < tile.rows; ++row)
      for (int64_t column = 0; column <= lastColumn; ++column) {
        Value value; // of this column, if a tap reads it
        for (int64_t s = 0; s < taps; ++s) {
          int64_t offset = column - s * dilation;
          if (offset < 0 || offset % stride || offset / stride >= tile.columns)
            continue;
          if (!value)
            value = e.spreadInGroups(
                e.loadVector(buffers.input, e.add(inputAt, row * op.getStrides()[0] * input.row +
                                                             column * input.column)),
                channel, perGroup);
          Value &sum = sums[row * tile.columns + offset / stride];
          sum = e.multiplyAdd(value, weights[s], sum);
        }
      }
  }
  return sums;
}

Value ConvolutionEmitter::outputAt(const Strides &strides, Value row, Value column,
                                   int64_t vector) {
  return e.linear({{image, strides.batch},
                   {panel, vectors * strides.block},
                   {row, strides.row},
                   {column, strides.column}},
                  strides.origin + vector * strides.block);
}

Value ConvolutionEmitter::sumsAt(int64_t vector) {
  int64_t channels = output.blocks * e.lanes;
  return e.linear(
      {{image, tileRowsOf(op) * channels}, {tileRow, channels}, {panel, filterShape[5]}},
      vector * e.lanes);
}

void ConvolutionEmitter::emitEpilogue(Tile tile, Value firstRow, Value firstColumn,
                                      ValueRange accumulators) {
  for (int64_t v = 0; v < vectors; ++v) {
    Value at = outputAt(output, firstRow, firstColumn, v);
    Value residualAt;
    std::optional<Strides> residual;
    if (buffers.residual) {
      residual.emplace(op.getResidual().getType());
      residualAt = outputAt(*residual, firstRow, firstColumn, v);
    }
    Value sum;
    for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
      auto offset = [&](const Strides &strides) {
        return pixel / tile.columns * strides.row + pixel % tile.columns * strides.column;
      };
      Value value = accumulators[pixel * vectors + v];
      if (residual)
        value = e.addf(value, e.loadVector(buffers.residual, e.add(residualAt, offset(*residual))));
      value = e.activation(op.getActivation(), value);
      e.storeVector(value, buffers.output, e.add(at, offset(output)));
      sum = sum ? e.addf(sum, value) : value;
    }
    if (buffers.sums) {
      Value total = e.addf(e.loadVector(buffers.sums, sumsAt(v)), sum);
      e.storeVector(total, buffers.sums, sumsAt(v));
    }
  }
}

} // namespace

int64_t cpu::convolutionWorkItems(kernel::Conv2dOp op) {
  return op.getOutput().getType().getDimSize(0) * tileRowsOf(op) *
         op.getFilter().getType().getDimSize(0);
}

void cpu::emitConvolution(kernel::Conv2dOp op, KernelEmitter &emitter, ValueRange buffers,
                          Value item) {
  ConvolutionEmitter(op, emitter, buffers).emitTileRow(item);
}
