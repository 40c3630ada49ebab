//===- Conv2d.cpp - CPU code of kernel.conv2d -----------------------------===//
//
// Register tiles: pixels x vectors of output channels, kept in registers over a
// part of the reduction, which may be all of it. One multiply-add takes a
// broadcast input value and a vector of weights; the weights are a stream. Every
// stride is a constant.
//
// The tiles of a band of rows go through one part together, so that its weights
// stay in the first-level cache, then through the next. Between the parts their
// sums are in the output.
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

  /// Emits one band of rows of tiles of one panel.
  void emitBand(Value item);

private:
  /// Pixels of a tile, in rows.
  struct Tile {
    int64_t rows, columns;
    int64_t pixels() const { return rows * columns; }
  };

  void clearSums();
  void emitTileRow();
  void emitRow(int64_t pixelRows, Value firstRow);
  void emitTile(Tile tile, Value firstRow, Value columnTile);
  /// What a tile's sums are before this part of the reduction: the bias, or those of the last part.
  SmallVector<Value> emitInitial(Tile tile, Value firstRow, Value firstColumn);
  /// One part of the reduction.
  SmallVector<Value> reduce(Tile tile, Value inputAt, ValueRange accumulators);
  void prefetchWeights(Value block, Value r, Value s);
  bool isPackedByGroup() const { return filterShape[4] != input.lanes; }
  /// One row of taps of a filter that is packed by group.
  SmallVector<Value> emitRowByGroup(Tile tile, Value inputAt, Value filterAt,
                                    ValueRange accumulators);
  /// One filter tap: all channels of an input block.
  SmallVector<Value> emitTap(Tile tile, Value inputAt, Value filterAt, ValueRange accumulators);
  /// Stores a tile's sums: after the first part with the residual, after the last activated. With
  /// a scale the residual comes after the last one, too.
  void emitFinal(Tile tile, Value firstRow, Value firstColumn, ValueRange accumulators);
  SmallVector<Value> scaled(ValueRange sums);
  SmallVector<Value> addResidual(Tile tile, Value firstRow, Value firstColumn, ValueRange sums);
  SmallVector<Value> finish(ValueRange sums);
  Value firstInputBlock();
  Value outputAt(const Strides &strides, Value row, Value column, int64_t vector);
  Value outputAt(Value row, Value column, int64_t vector) {
    return outputAt(output, row, column, vector);
  }
  Value sumsAt(int64_t vector);
  int64_t pixelOffset(const Strides &strides, Tile tile, int64_t pixel) {
    return pixel / tile.columns * strides.row + pixel % tile.columns * strides.column;
  }

  kernel::Conv2dOp op;
  KernelEmitter &e;
  MemRefType outputType;
  ArrayRef<int64_t> filterShape; // panels, blocks, rows, columns, input block, panel channels
  Strides input, output;
  int64_t vectors; // per panel
  const ConvolutionBuffers buffers;
  const int64_t tileRows, columnTiles;   // tiles of an image
  const int64_t band, bands;             // rows of tiles of a band, bands of an image
  const int64_t depth, parts;            // input blocks of a part of the reduction, parts
  Value image, bandNumber, panel;        // of the work item
  Value part, rowOfBand, tileRow;        // of the loops over it; tileRow in the image
  Value tileOfBand;                      // number of the tile
};

int64_t tileRowsOf(kernel::Conv2dOp op) {
  return llvm::divideCeil(op.getOutput().getType().getDimSize(2), op.getTile()[0]);
}

int64_t bandsOf(kernel::Conv2dOp op) { return llvm::divideCeil(tileRowsOf(op), op.getBand()); }

ConvolutionEmitter::ConvolutionEmitter(kernel::Conv2dOp op, KernelEmitter &emitter,
                                       ValueRange buffers)
    : op(op), e(emitter), outputType(op.getOutput().getType()),
      filterShape(op.getFilter().getType().getShape()), input(op.getInput().getType()),
      output(outputType), vectors(filterShape[5] / emitter.lanes), buffers(op, buffers),
      tileRows(tileRowsOf(op)),
      columnTiles(llvm::divideCeil(outputType.getDimSize(3), op.getTile()[1])), band(op.getBand()),
      bands(bandsOf(op)), depth(op.getDepth() ? op.getDepth() : filterShape[1]),
      parts(filterShape[1] / depth) {}

void ConvolutionEmitter::emitBand(Value item) {
  int64_t batch = outputType.getDimSize(0), panels = filterShape[0];
  if (op.getLoopOrder() == kernel::LoopOrder::RowsOuter) {
    auto digits = e.split(item, {batch, bands, panels});
    image = digits[0], bandNumber = digits[1], panel = digits[2];
  } else {
    auto digits = e.split(item, {panels, batch, bands});
    panel = digits[0], image = digits[1], bandNumber = digits[2];
  }
  Value first = e.mul(bandNumber, band);
  Value rows = e.index(band);
  if (tileRows % band)
    rows = e.min(rows, e.sub(e.index(tileRows), first));
  auto forEachRow = [&](auto emit) {
    e.loop(e.index(0), rows, [&](Value row) {
      rowOfBand = row, tileRow = e.add(first, row);
      emit();
    });
  };
  if (buffers.sums)
    forEachRow([&] { clearSums(); });
  e.loop(parts, [&](Value number) {
    part = number;
    forEachRow([&] { emitTileRow(); });
  });
}

void ConvolutionEmitter::clearSums() {
  for (int64_t v = 0; v < vectors; ++v)
    e.storeVector(e.constant(e.vectorType(), 0), buffers.sums, sumsAt(v));
}

void ConvolutionEmitter::emitTileRow() {
  int64_t pixelRows = op.getTile()[0], height = outputType.getDimSize(2);
  Value firstRow = e.mul(tileRow, pixelRows);
  if (height % pixelRows == 0)
    return emitRow(pixelRows, firstRow);
  auto branch = scf::IfOp::create(e.builder, e.loc, e.lessThan(tileRow, e.index(height / pixelRows)),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPoint(branch.thenYield());
  emitRow(pixelRows, firstRow);
  e.builder.setInsertionPoint(branch.elseYield());
  emitRow(height % pixelRows, firstRow);
}

void ConvolutionEmitter::emitRow(int64_t pixelRows, Value firstRow) {
  int64_t columns = op.getTile()[1], width = outputType.getDimSize(3);
  auto emitFull = [&](Value tile) { emitTile({pixelRows, columns}, firstRow, tile); };
  if (width / columns == 1)
    emitFull(e.index(0));
  else
    e.loop(width / columns, emitFull);
  if (int64_t rest = width % columns)
    emitTile({pixelRows, rest}, firstRow, e.index(width / columns));
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
  tileOfBand = e.linear({{rowOfBand, columnTiles}, {columnTile, 1}});

  // Padding is read from the halo: step back into it.
  int64_t padding = op.getPadding()[0] * input.row + op.getPadding()[1] * input.column;
  Value inputAt = e.linear({{image, input.batch},
                            {e.add(firstInputBlock(), e.mul(part, depth)), input.block},
                            {firstRow, op.getStrides()[0] * input.row},
                            {firstColumn, op.getStrides()[1] * input.column}},
                           input.origin - padding);
  SmallVector<Value> accumulators = emitInitial(tile, firstRow, firstColumn);
  emitFinal(tile, firstRow, firstColumn, reduce(tile, inputAt, accumulators));
}

SmallVector<Value> ConvolutionEmitter::emitInitial(Tile tile, Value firstRow, Value firstColumn) {
  SmallVector<Value> biases, initial, partial;
  for (int64_t v = 0; v < vectors; ++v) {
    Value channel = e.linear({{panel, filterShape[5]}}, v * e.lanes);
    biases.push_back(buffers.bias ? e.loadVector(buffers.bias, channel)
                                  : e.constant(e.vectorType(), 0));
  }
  for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel)
    llvm::append_range(initial, biases);
  if (parts == 1)
    return initial;
  SmallVector<Type> types(initial.size(), e.vectorType());
  auto branch = scf::IfOp::create(e.builder, e.loc, types, e.lessThan(part, e.index(1)),
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(e.builder);
  e.builder.setInsertionPointToEnd(branch.thenBlock());
  scf::YieldOp::create(e.builder, e.loc, initial);
  e.builder.setInsertionPointToEnd(branch.elseBlock());
  for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel)
    for (int64_t v = 0; v < vectors; ++v)
      partial.push_back(e.loadVector(buffers.output, e.add(outputAt(firstRow, firstColumn, v),
                                                           pixelOffset(output, tile, pixel))));
  scf::YieldOp::create(e.builder, e.loc, partial);
  return branch.getResults();
}

void ConvolutionEmitter::emitFinal(Tile tile, Value firstRow, Value firstColumn,
                                   ValueRange accumulators) {
  SmallVector<Value> values(accumulators);
  if (buffers.residual && !buffers.scale) { // the output may overwrite it
    Value isFirst = parts > 1 ? e.lessThan(part, e.index(1)) : Value();
    values = e.onlyIf(isFirst, values, [&](ValueRange sums) {
      return addResidual(tile, firstRow, firstColumn, sums);
    });
  }
  Value isLast = parts > 1 ? e.lessThan(e.index(parts - 2), part) : Value();
  values = e.onlyIf(isLast, values, [&](ValueRange sums) {
    SmallVector<Value> values = buffers.scale ? scaled(sums) : SmallVector<Value>(sums);
    if (buffers.residual && buffers.scale)
      values = addResidual(tile, firstRow, firstColumn, values);
    return finish(values);
  });
  for (int64_t v = 0; v < vectors; ++v) {
    Value at = outputAt(firstRow, firstColumn, v);
    for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel)
      e.storeVector(values[pixel * vectors + v], buffers.output,
                    e.add(at, pixelOffset(output, tile, pixel)));
  }
}

SmallVector<Value> ConvolutionEmitter::reduce(Tile tile, Value inputAt, ValueRange accumulators) {
  int64_t blocks = filterShape[1], rows = filterShape[2], columns = filterShape[3];
  int64_t tapSize = filterShape[4] * filterShape[5];
  int64_t rowStep = op.getDilations()[0] * input.row;
  int64_t columnStep = op.getDilations()[1] * input.column;
  int64_t blockSize = rows * columns * tapSize;
  Value filterAt = e.linear({{panel, blocks * blockSize}, {part, depth * blockSize}});

  return e.loop(depth, accumulators, [&](Value block, ValueRange carried) {
    return e.loop(rows, carried, [&](Value r, ValueRange carried) {
      Value inputRow = e.add(inputAt, e.linear({{block, input.block}, {r, rowStep}}));
      Value filterRow =
          e.add(filterAt, e.linear({{block, blockSize}, {r, columns * tapSize}}));
      if (isPackedByGroup())
        return emitRowByGroup(tile, inputRow, filterRow, carried);
      return e.loop(columns, carried, [&](Value s, ValueRange carried) {
        prefetchWeights(block, r, s);
        return emitTap(tile, e.add(inputRow, e.mul(s, columnStep)),
                       e.add(filterRow, e.mul(s, tapSize)), carried);
      });
    });
  });
}

/// The first tile that reads weights would wait for them, and the others find them in the cache.
/// So each one fetches some of those that come next: of the next part of the reduction where the item
/// is a whole map, and of the next panel otherwise.
void ConvolutionEmitter::prefetchWeights(Value block, Value r, Value s) {
  constexpr int64_t lineElements = 64 / sizeof(float), pageElements = 4096 / sizeof(float);
  int64_t tapSize = filterShape[4] * filterShape[5];
  int64_t partTaps = depth * filterShape[2] * filterShape[3];
  int64_t partSize = partTaps * tapSize, panelSize = parts * partSize;
  int64_t items = outputType.getDimSize(0) * bands;
  int64_t tiles = band * columnTiles, passes = items * tiles;
  // With many tiles the first one does not matter.
  if (op.getLoopOrder() == kernel::LoopOrder::RowsOuter || passes > tapSize / lineElements)
    return;
  Value tap = e.linear({{block, filterShape[2] * filterShape[3]}, {r, filterShape[3]}, {s, 1}});
  Value next = e.linear({{panel, panelSize}, {part, partSize}}, partSize);
  if (passes == 1) {
    // A single tile reads its weights as one stream: those a page ahead.
    Value ahead = e.add(next, e.linear({{tap, tapSize}}, pageElements - partSize));
    for (int64_t at = 0; at < tapSize; at += lineElements)
      e.prefetch(buffers.filter, e.add(ahead, at));
  } else if (items == 1) {
    e.prefetchPart(buffers.filter, next, partSize, e.linear({{tileOfBand, partTaps}, {tap, 1}}),
                   tiles * partTaps);
  } else {
    next = e.linear({{panel, panelSize}}, panelSize);
    Value item = e.linear({{image, bands}, {bandNumber, 1}});
    Value turn = e.linear({{item, parts * tiles}, {part, tiles}, {tileOfBand, 1}});
    e.prefetchPart(buffers.filter, next, panelSize, e.linear({{turn, partTaps}, {tap, 1}}),
                   passes * parts * partTaps);
  }
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
            value = e.loadSpread(buffers.input,
                                 e.add(inputAt, row * op.getStrides()[0] * input.row +
                                                    column * input.column),
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
      {{image, tileRows * channels}, {tileRow, channels}, {panel, filterShape[5]}},
      vector * e.lanes);
}

SmallVector<Value> ConvolutionEmitter::scaled(ValueRange sums) {
  SmallVector<Value> values(sums);
  Strides strides(op.getScale().getType());
  for (int64_t v = 0; v < vectors; ++v) {
    Value scale = e.loadVector(buffers.scale, outputAt(strides, e.index(0), e.index(0), v));
    for (size_t i = v; i < values.size(); i += vectors)
      values[i] = e.mulf(values[i], scale);
  }
  return values;
}

SmallVector<Value> ConvolutionEmitter::addResidual(Tile tile, Value firstRow, Value firstColumn,
                                                   ValueRange sums) {
  SmallVector<Value> values(sums);
  Strides residual(op.getResidual().getType());
  for (int64_t v = 0; v < vectors; ++v) {
    Value at = outputAt(residual, firstRow, firstColumn, v);
    for (int64_t pixel = 0; pixel < tile.pixels(); ++pixel) {
      Value &value = values[pixel * vectors + v];
      value = e.addf(value, e.loadVector(buffers.residual,
                                         e.add(at, pixelOffset(residual, tile, pixel))));
    }
  }
  return values;
}

SmallVector<Value> ConvolutionEmitter::finish(ValueRange sums) {
  SmallVector<Value> values(sums);
  for (int64_t v = 0; v < vectors; ++v) {
    Value sum;
    for (size_t i = v; i < values.size(); i += vectors) {
      values[i] = e.activation(op.getActivation(), values[i]);
      sum = sum ? e.addf(sum, values[i]) : values[i];
    }
    if (buffers.sums) {
      Value total = e.addf(e.loadVector(buffers.sums, sumsAt(v)), sum);
      e.storeVector(total, buffers.sums, sumsAt(v));
    }
  }
  return values;
}

} // namespace

int64_t cpu::convolutionWorkItems(kernel::Conv2dOp op) {
  return op.getOutput().getType().getDimSize(0) * bandsOf(op) *
         op.getFilter().getType().getDimSize(0);
}

void cpu::emitConvolution(kernel::Conv2dOp op, KernelEmitter &emitter, ValueRange buffers,
                          Value item) {
  ConvolutionEmitter(op, emitter, buffers).emitBand(item);
}
