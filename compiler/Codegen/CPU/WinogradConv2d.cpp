//===- WinogradConv2d.cpp - CPU code of kernel.winograd_conv2d ------------===//
//
// F(m x m, 3x3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural
// Networks" (2016), for m = 4 with the points 0, +-1, +-2 and for m = 2 with 0, +-1:
// an output tile comes of an input tile of m + 2 rows and columns as
// A^T [(G g G^T) * (B^T d B)] A, the product summed over the channels. For a block of
// tiles that is one product of matrices for each position in the input tile,
// between two transforms.
//
//===----------------------------------------------------------------------===//

#include "compiler/Codegen/CPU/WinogradConv2d.h"

#include "compiler/Codegen/CPU/ConvolutionBuffers.h"
#include "compiler/Codegen/CPU/KernelEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cpu;

namespace {

class WinogradEmitter {
public:
  WinogradEmitter(kernel::WinogradConv2dOp op, KernelEmitter &emitter, ValueRange buffers);

  void emit(Value item);

private:
  /// B^T d B of every tile of the block and every input channel, to the scratch memory.
  void transformInput();
  /// The panel's product for each position, from scratch memory to scratch memory.
  void multiply();
  void multiplyTiles(Value position, Value group, Value firstTile, int64_t tiles);
  int64_t registerTileGroups();
  /// A^T m A of every tile, and the epilogue.
  void transformOutput();
  void emitTile(Value tile, Value inBlock);
  void emitVector(Value tileRow, Value tileColumn, Value inBlock, int64_t vector);

  SmallVector<Value> inputTransform(ArrayRef<Value> d);
  SmallVector<Value> outputTransform(ArrayRef<Value> m);
  /// Row and column, in tiles, of a tile of the image.
  std::pair<Value, Value> position(Value tile);
  Value transformedAt(Value position, Value block, Value tile);
  Value productAt(Value position, Value tile, int64_t vector);
  Value sumsAt(int64_t vector);

  kernel::WinogradConv2dOp op;
  KernelEmitter &e;
  MemRefType outputType;
  ArrayRef<int64_t> filterShape; // panels, positions, blocks, input block, panel channels
  Strides input, output;
  const kernel::WinogradScratch memory;
  const int64_t outputTile, inputTile;          // rows, and columns, of a tile
  const int64_t blocks, panelChannels, vectors; // input blocks; of a panel
  const int64_t tileRows, tileColumns, tiles;   // of an image; tiles of a block
  const ConvolutionBuffers buffers;
  const Value scratch;
  Value image, block, panel, scratchAt; // of the work item
};

WinogradEmitter::WinogradEmitter(kernel::WinogradConv2dOp op, KernelEmitter &emitter,
                                 ValueRange buffers)
    : op(op), e(emitter), outputType(op.getOutput().getType()),
      filterShape(op.getFilter().getType().getShape()), input(op.getInput().getType()),
      output(outputType), memory(op.getScratchLayout()), outputTile(op.getTileSize()),
      inputTile(outputTile + 2), blocks(filterShape[2]), panelChannels(filterShape[4]),
      vectors(panelChannels / emitter.lanes),
      tileRows(llvm::divideCeil(outputType.getDimSize(2), outputTile)),
      tileColumns(llvm::divideCeil(outputType.getDimSize(3), outputTile)), tiles(op.getTiles()),
      buffers(op, buffers), scratch(buffers.back()) {}

void WinogradEmitter::emit(Value item) {
  auto digits = e.split(item, {outputType.getDimSize(0), op.getTileBlocks(), filterShape[0]});
  image = digits[0], block = digits[1], panel = digits[2];
  scratchAt = e.mul(e.thread, memory.elements());

  // The panels of a block share its transformed input, which the thread has from the item
  // before, if that was of the same block.
  Value isFirst = arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::eq, item,
                                        e.firstItem);
  Value previous = arith::SelectOp::create(e.builder, e.loc, isFirst, e.previousItem,
                                           e.sub(item, e.index(1)));
  Value isOther = arith::CmpIOp::create(e.builder, e.loc, arith::CmpIPredicate::ne,
                                        e.div(previous, filterShape[0]), e.div(item, filterShape[0]));
  e.onlyIf(isOther, [&] { transformInput(); });
  multiply();
  transformOutput();
}

std::pair<Value, Value> WinogradEmitter::position(Value tile) {
  auto digits = e.split(tile, {tileRows, tileColumns});
  return {digits[0], digits[1]};
}

Value WinogradEmitter::transformedAt(Value position, Value inputBlock, Value tile) {
  return e.add(scratchAt, e.linear({{position, memory.transformedStride},
                                    {inputBlock, tiles * e.lanes},
                                    {tile, e.lanes}}));
}

Value WinogradEmitter::productAt(Value position, Value tile, int64_t vector) {
  return e.add(scratchAt,
               e.linear({{position, memory.productStride}, {tile, panelChannels}},
                        memory.positions * memory.transformedStride + vector * e.lanes));
}

Value WinogradEmitter::sumsAt(int64_t vector) {
  int64_t channels = output.blocks * e.lanes;
  return e.linear({{image, op.getTileBlocks() * channels}, {block, channels},
                   {panel, panelChannels}},
                  vector * e.lanes);
}

//===----------------------------------------------------------------------===//
// Transforms of one dimension
//===----------------------------------------------------------------------===//

/// B^T d: as many values as there are.
SmallVector<Value> WinogradEmitter::inputTransform(ArrayRef<Value> d) {
  if (outputTile == 2)
    return {e.subf(d[0], d[2]), e.addf(d[1], d[2]), e.subf(d[2], d[1]), e.subf(d[1], d[3])};
  auto scaled = [&](double factor, Value value, Value addend) {
    return e.multiplyAdd(e.constant(e.vectorType(), factor), value, addend);
  };
  Value even = scaled(-4, d[2], d[4]), odd = scaled(-4, d[1], d[3]);
  Value evenDifference = e.subf(d[4], d[2]), oddDifference = e.subf(d[3], d[1]);
  return {scaled(4, d[0], scaled(-5, d[2], d[4])), e.addf(even, odd), e.subf(even, odd),
          scaled(2, oddDifference, evenDifference), scaled(-2, oddDifference, evenDifference),
          scaled(4, d[1], scaled(-5, d[3], d[5]))};
}

/// A^T m: two values less than there are.
SmallVector<Value> WinogradEmitter::outputTransform(ArrayRef<Value> m) {
  if (outputTile == 2)
    return {e.addf(m[0], e.addf(m[1], m[2])), e.subf(e.subf(m[1], m[2]), m[3])};
  auto scaled = [&](double factor, Value value, Value addend) {
    return e.multiplyAdd(e.constant(e.vectorType(), factor), value, addend);
  };
  Value sum1 = e.addf(m[1], m[2]), difference1 = e.subf(m[1], m[2]);
  Value sum2 = e.addf(m[3], m[4]), difference2 = e.subf(m[3], m[4]);
  return {e.addf(m[0], e.addf(sum1, sum2)), scaled(2, difference2, difference1),
          scaled(4, sum2, sum1), e.addf(m[5], scaled(8, difference2, difference1))};
}

//===----------------------------------------------------------------------===//
// The three steps
//===----------------------------------------------------------------------===//

void WinogradEmitter::transformInput() {
  e.loop(blocks, [&](Value inputBlock) {
    e.loop(tiles, [&](Value tile) {
      // Behind the last tile of the image: that one again, which is dropped.
      Value inImage = e.min(e.linear({{block, tiles}, {tile, 1}}),
                            e.index(tileRows * tileColumns - 1));
      auto [tileRow, tileColumn] = position(inImage);
      Value at = e.linear({{image, input.batch},
                           {inputBlock, input.block},
                           {tileRow, outputTile * input.row},
                           {tileColumn, outputTile * input.column}},
                          input.origin - input.row - input.column);
      SmallVector<SmallVector<Value>> rows;
      for (int64_t i = 0; i < inputTile; ++i) {
        SmallVector<Value> row;
        for (int64_t j = 0; j < inputTile; ++j)
          row.push_back(e.loadVector(buffers.input, e.add(at, i * input.row + j * input.column)));
        rows.push_back(inputTransform(row));
      }
      for (int64_t j = 0; j < inputTile; ++j) {
        SmallVector<Value> column;
        for (int64_t i = 0; i < inputTile; ++i)
          column.push_back(rows[i][j]);
        for (auto [i, value] : llvm::enumerate(inputTransform(column)))
          e.storeVector(value, scratch, transformedAt(e.index(i * inputTile + j), inputBlock, tile));
      }
    });
  });
}

int64_t WinogradEmitter::registerTileGroups() {
  return llvm::divideCeil(tiles, static_cast<int64_t>(op.getRegisterTiles()));
}

void WinogradEmitter::multiply() {
  // Register tiles as even as they come: some of `size` + 1 tiles, then some of `size`.
  int64_t groups = registerTileGroups();
  int64_t size = tiles / groups, larger = tiles % groups;
  e.loop(memory.positions, [&](Value position) {
    if (larger)
      e.loop(larger, [&](Value group) {
        multiplyTiles(position, group, e.mul(group, size + 1), size + 1);
      });
    e.loop(groups - larger, [&](Value rest) {
      multiplyTiles(position, e.add(rest, larger), e.linear({{rest, size}}, larger * (size + 1)),
                    size);
    });
  });
}

void WinogradEmitter::multiplyTiles(Value position, Value group, Value firstTile, int64_t count) {
  // A small filter is in the second-level cache, from the run before or soon.
  constexpr int64_t smallBytes = 256 << 10;
  bool fetchesAhead = kernel::getStorageBytes(op.getFilter().getType()) > smallBytes;
  SmallVector<Value> zeros(count * vectors, e.constant(e.vectorType(), 0));
  int64_t blockSize = e.lanes * panelChannels;
  Value positionAt = e.linear({{panel, memory.positions * blocks * blockSize},
                               {position, blocks * blockSize}});
  // Meanwhile the next position's weights come, in the order of their addresses.
  Value nextAt = e.add(positionAt, blocks * blockSize);
  SmallVector<Value> sums = e.loop(blocks, zeros, [&](Value inputBlock, ValueRange carried) {
    SmallVector<Value> sums(carried);
    Value inputAt = transformedAt(position, inputBlock, firstTile);
    Value filterAt = e.add(positionAt, e.mul(inputBlock, blockSize));
    if (fetchesAhead)
      e.prefetchPart(buffers.filter, nextAt, blocks * blockSize,
                     e.linear({{group, blocks}, {inputBlock, 1}}), registerTileGroups() * blocks);
    for (int64_t channel = 0; channel < e.lanes; ++channel) {
      SmallVector<Value> weights;
      for (int64_t v = 0; v < vectors; ++v)
        weights.push_back(
            e.loadVector(buffers.filter, e.add(filterAt, channel * panelChannels + v * e.lanes)));
      for (int64_t tile = 0; tile < count; ++tile) {
        Value value = e.loadBroadcast(scratch, e.add(inputAt, tile * e.lanes + channel));
        for (int64_t v = 0; v < vectors; ++v) {
          Value &sum = sums[tile * vectors + v];
          sum = e.multiplyAdd(value, weights[v], sum);
        }
      }
    }
    return sums;
  });
  Value at = productAt(position, firstTile, 0);
  for (int64_t tile = 0; tile < count; ++tile)
    for (int64_t v = 0; v < vectors; ++v)
      e.storeVector(sums[tile * vectors + v], scratch,
                    e.add(at, tile * panelChannels + v * e.lanes));
}

void WinogradEmitter::transformOutput() {
  if (buffers.sums)
    for (int64_t v = 0; v < vectors; ++v)
      e.storeVector(e.constant(e.vectorType(), 0), buffers.sums, sumsAt(v));
  bool isWhole = tileRows * tileColumns % tiles == 0;
  e.loop(tiles, [&](Value inBlock) {
    Value tile = e.linear({{block, tiles}, {inBlock, 1}});
    Value exists = isWhole ? Value() : e.lessThan(tile, e.index(tileRows * tileColumns));
    e.onlyIf(exists, [&] { emitTile(tile, inBlock); });
  });
}

void WinogradEmitter::emitTile(Value tile, Value inBlock) {
  auto [tileRow, tileColumn] = position(tile);
  for (int64_t v = 0; v < vectors; ++v)
    emitVector(tileRow, tileColumn, inBlock, v);
}

void WinogradEmitter::emitVector(Value tileRow, Value tileColumn, Value inBlock, int64_t vector) {
  SmallVector<SmallVector<Value>> rows;
  for (int64_t i = 0; i < inputTile; ++i) {
    SmallVector<Value> row;
    for (int64_t j = 0; j < inputTile; ++j)
      row.push_back(e.loadVector(scratch, productAt(e.index(i * inputTile + j), inBlock, vector)));
    rows.push_back(outputTransform(row));
  }
  SmallVector<SmallVector<Value>> columns;
  for (int64_t j = 0; j < outputTile; ++j) {
    SmallVector<Value> column;
    for (int64_t i = 0; i < inputTile; ++i)
      column.push_back(rows[i][j]);
    columns.push_back(outputTransform(column));
  }

  auto pixelsAt = [&](const Strides &strides) {
    return e.linear({{image, strides.batch},
                     {panel, vectors * strides.block},
                     {tileRow, outputTile * strides.row},
                     {tileColumn, outputTile * strides.column}},
                    strides.origin + vector * strides.block);
  };
  Value outputAt = pixelsAt(output), residualAt;
  std::optional<Strides> residual;
  if (buffers.residual) {
    residual.emplace(op.getResidual().getType());
    residualAt = pixelsAt(*residual);
  }
  Value bias = buffers.bias ? e.loadVector(buffers.bias, e.linear({{panel, panelChannels}},
                                                              vector * e.lanes))
                          : Value();
  // A tile at the lower or right edge may stand out of the image, by the rest of its size.
  auto isInside = [&](int64_t size, Value tile, int64_t offset) -> Value {
    if (size % outputTile == 0 || offset < size % outputTile)
      return Value();
    return e.lessThan(tile, e.index(size / outputTile));
  };
  int64_t height = outputType.getDimSize(2), width = outputType.getDimSize(3);
  auto storePixel = [&](int64_t i, int64_t j) {
    Value value = columns[j][i];
    if (bias)
      value = e.addf(value, bias);
    if (residual) {
      Value at = e.add(residualAt, i * residual->row + j * residual->column);
      value = e.addf(value, e.loadVector(buffers.residual, at));
    }
    value = e.activation(op.getActivation(), value);
    e.storeVector(value, buffers.output, e.add(outputAt, i * output.row + j * output.column));
    return value;
  };
  SmallVector<Value> sum; // one, if it is wanted
  if (buffers.sums)
    sum.push_back(e.loadVector(buffers.sums, sumsAt(vector)));
  for (int64_t i = 0; i < outputTile; ++i)
    sum = e.onlyIf(isInside(height, tileRow, i), sum, [&](ValueRange carried) {
      SmallVector<Value> sum(carried);
      for (int64_t j = 0; j < outputTile; ++j)
        sum = e.onlyIf(isInside(width, tileColumn, j), sum, [&](ValueRange carried) {
          Value pixel = storePixel(i, j);
          return carried.empty() ? SmallVector<Value>()
                                 : SmallVector<Value>{e.addf(carried[0], pixel)};
        });
      return sum;
    });
  for (Value total : sum)
    e.storeVector(total, buffers.sums, sumsAt(vector));
}

} // namespace

int64_t cpu::winogradWorkItems(kernel::WinogradConv2dOp op) {
  return op.getOutput().getType().getDimSize(0) * op.getTileBlocks() *
         op.getFilter().getType().getDimSize(0);
}

void cpu::emitWinograd(kernel::WinogradConv2dOp op, KernelEmitter &emitter, ValueRange buffers,
                       Value item) {
  WinogradEmitter(op, emitter, buffers).emit(item);
}
