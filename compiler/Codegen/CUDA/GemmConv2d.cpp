//===- GemmConv2d.cpp - GPU code of kernel.gemm_conv2d --------------------===//
//
// A block of threads walks over the filter's taps and input channels. In each
// step it multiplies one stage of shared memory while the copies of the next
// ones are on their way (cp.async): pixels are gathered from the input, with
// zeros where they lie in the padding, and the filter is one stream. With splits, a
// block has some of the steps and stores what they add up to.
//
//===----------------------------------------------------------------------===//

#include "compiler/Codegen/CUDA/GemmConv2d.h"

#include "compiler/Codegen/CUDA/GemmTiles.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cuda;

static constexpr int64_t threads = kernel::GemmConv2dOp::threads;

/// Pixels that tiles are made of: those of one image where its sums are wanted, else of all.
static int64_t pixelsOf(kernel::GemmConv2dOp op) {
  ArrayRef<int64_t> shape = op.getOutput().getType().getShape();
  return shape[2] * shape[3] * (op.getSums() ? 1 : op.getImages());
}

Launch cuda::launchGemm(kernel::GemmConv2dOp op) {
  int64_t depth = op.getSums() ? op.getImages() : op.getSchedule().getSplits();
  int64_t tiles = llvm::divideCeil(pixelsOf(op), op.getSchedule().getPixels());
  Launch launch{{tiles, op.getFilter().getType().getDimSize(0), depth}, threads};
  launch.sharedBytes = GemmStage::of(op).bytes() * op.getSchedule().getStages();
  // Three blocks on a multiprocessor. Left alone, ptxas spills some registers to have more; with
  // tensor cores it does so where it is told a number.
  if (op.getProductType().isF32())
    launch.maxRegisters = 168;
  return launch;
}

namespace {

class GemmEmitter {
public:
  GemmEmitter(kernel::GemmConv2dOp op, KernelEmitter &emitter, ValueRange buffers);
  void emit();

private:
  /// What a thread copies of the input in each step: 16 bytes of a pixel that stays the same.
  struct InputCopy {
    Value exists;      // null: always
    Value sharedAt;    // bytes, in a stage
    Value at;          // elements, of the filter's first tap
    Value row, column; // of that tap in the input; negative in the padding
  };

  void prepareInputCopies();
  void copyFirstStages(Value begin, Value end);
  void copyInputs(Value step, Value stageAt);
  void copyInput(const InputCopy &copy, ArrayRef<Value> blockTap, Value stageAt);
  void copyFilter(Value step, Value stageAt);
  /// 16 bytes, or zeros where `exists` does not hold.
  void copyAsync(Value sharedAt, Value pointer, Value at, Value exists);
  void commitCopies() { NVVM::CpAsyncCommitGroupOp::create(e.builder, e.loc); }
  /// The first step of the block that is `number` of those that share them.
  Value firstStep(Value number) { return e.div(e.mul(number, steps), splits); }
  SmallVector<Value> multiplyAll(GemmTiles &tiles);
  SmallVector<Value> finishAll(ArrayRef<GemmTiles::Output> outputs);
  /// Bias, residual, activation, store; zeros for what lies outside of the output.
  Value finish(const GemmTiles::Output &output, Value addend);
  Value loadResidual(const GemmTiles::Output &output);
  Value isStored(const GemmTiles::Output &output); // null: always
  Value outputAt(const GemmTiles::Output &output);
  void storeSum(Value part, Value column, Value sum);
  Value stageOffset(Value turn);

  kernel::GemmConv2dOp op;
  KernelEmitter &e;
  const GemmStage stage;
  const int64_t stages, splits, steps, pixels;
  Type element;
  ArrayRef<int64_t> filterShape; // panels, blocks, rows, columns, depth, channels
  const Strides input, output;
  Value inputs, filter, bias, residual, outputs, sums; // pointers
  Value thread, firstPixel, panel, image, split, firstChannel;
  SmallVector<InputCopy> inputCopies;
};

GemmEmitter::GemmEmitter(kernel::GemmConv2dOp op, KernelEmitter &emitter, ValueRange buffers)
    : op(op), e(emitter), stage(GemmStage::of(op)), stages(op.getSchedule().getStages()),
      splits(op.getSchedule().getSplits()), steps(op.getSteps()), pixels(pixelsOf(op)),
      element(op.getFilter().getType().getElementType()),
      filterShape(op.getFilter().getType().getShape()), input(op.getInput().getType()),
      output(op.getOutput().getType()) {
  auto take = [&, next = 0u](bool exists) mutable { return exists ? buffers[next++] : Value(); };
  inputs = take(true), filter = take(true);
  bias = take(static_cast<bool>(op.getBias()));
  residual = take(static_cast<bool>(op.getResidual()));
  outputs = take(true);
  sums = take(static_cast<bool>(op.getSums()));
}

void GemmEmitter::emit() {
  thread = e.threadIndex();
  firstPixel = e.mul(e.blockIndex(0), stage.pixels);
  panel = e.blockIndex(1);
  image = op.getSums() ? e.blockIndex(2) : e.index(0);
  split = splits > 1 ? e.blockIndex(2) : e.index(0);
  firstChannel = e.mul(panel, stage.channels);
  prepareInputCopies();
  auto tiles = GemmTiles::create(e, stage);
  SmallVector<Value> products = multiplyAll(*tiles);
  SmallVector<Value> finished = finishAll(tiles->getOutputs(products));
  if (sums)
    tiles->sumColumns(finished, [&](Value part, Value column, Value sum) {
      storeSum(part, column, sum);
    });
}

//===----------------------------------------------------------------------===//
// Copies
//===----------------------------------------------------------------------===//

Value GemmEmitter::stageOffset(Value turn) { return e.mul(e.rem(turn, stages), stage.bytes()); }

void GemmEmitter::prepareInputCopies() {
  ArrayRef<int64_t> shape = op.getOutput().getType().getShape();
  int64_t perRow = stage.depth / stage.loadElements(), copies = stage.pixels * perRow;
  for (int64_t first = 0; first < copies; first += threads) {
    Value number = e.add(thread, first);
    InputCopy copy;
    if (first + threads > copies)
      copy.exists = e.lessThan(number, e.index(copies));
    Value row = e.div(number, perRow), part = e.rem(number, perRow);
    copy.sharedAt = e.linear({{row, stage.inputRowBytes()}, {part, GemmStage::loadBytes}});
    // Rows behind the last pixel copy that one; what comes of them is not stored.
    Value pixel = e.min(e.add(firstPixel, row), e.index(pixels - 1));
    auto place = e.split(pixel, {shape[0], shape[2], shape[3]});
    if (sums)
      place[0] = image;
    copy.row = e.sub(e.mul(place[1], op.getStrides()[0]), e.index(op.getPadding()[0]));
    copy.column = e.sub(e.mul(place[2], op.getStrides()[1]), e.index(op.getPadding()[1]));
    copy.at = e.linear({{place[0], input.batch},
                        {copy.row, input.row},
                        {copy.column, input.column},
                        {part, stage.loadElements()}});
    inputCopies.push_back(copy);
  }
}

void GemmEmitter::copyAsync(Value sharedAt, Value pointer, Value at, Value exists) {
  Value bytes;
  if (exists)
    bytes = e.select(exists, e.constantI32(GemmStage::loadBytes), e.constantI32(0));
  NVVM::CpAsyncOp::create(e.builder, e.loc, e.sharedAt(sharedAt),
                          e.elementAt(pointer, element, at), GemmStage::loadBytes,
                          NVVM::LoadCacheModifierKind::CG, bytes);
}

void GemmEmitter::copyInput(const InputCopy &copy, ArrayRef<Value> blockTap, Value stageAt) {
  ArrayRef<int64_t> shape = op.getInput().getType().getShape();
  Value down = e.mul(blockTap[1], op.getDilations()[0]);
  Value right = e.mul(blockTap[2], op.getDilations()[1]);
  Value firstInput = e.mul(blockTap[0], stage.depth);
  Value at = e.add(copy.at, e.linear({{down, input.row}, {right, input.column}, {firstInput, 1}}));
  Value exists;
  bool isPadded = llvm::any_of(op.getPadding(), [](int64_t side) { return side != 0; });
  if (isPadded)
    exists = e.both(e.isBetween(e.add(copy.row, down), 0, shape[2] - 1),
                    e.isBetween(e.add(copy.column, right), 0, shape[3] - 1));
  if (input.lanes % stage.depth) {
    int64_t perRow = stage.depth / stage.loadElements();
    Value part = e.mul(e.rem(thread, perRow), stage.loadElements());
    exists = e.both(exists, e.lessThan(e.add(firstInput, part), e.index(input.lanes)));
  }
  copyAsync(e.add(stageAt, copy.sharedAt), inputs, at, exists);
}

void GemmEmitter::copyFilter(Value step, Value stageAt) {
  int64_t perRow = stage.channels / stage.loadElements(), copies = stage.depth * perRow;
  Value stepAt = e.mul(e.linear({{panel, steps}, {step, 1}}), stage.depth * stage.channels);
  for (int64_t first = 0; first < copies; first += threads) {
    Value number = e.add(thread, first);
    Value exists = first + threads > copies ? e.lessThan(number, e.index(copies)) : Value();
    e.onlyIf(exists, [&] {
      Value sharedAt = e.linear({{e.div(number, perRow), stage.filterRowBytes()},
                                 {e.rem(number, perRow), GemmStage::loadBytes}},
                                stage.filterOffset());
      copyAsync(e.add(stageAt, sharedAt), filter,
                e.add(stepAt, e.mul(number, stage.loadElements())), Value());
    });
  }
}

void GemmEmitter::copyInputs(Value step, Value stageAt) {
  auto blockTap = e.split(step, {filterShape[1], filterShape[2], filterShape[3]});
  // Of a convolution with groups a panel reads only some input channels.
  auto packing = kernel::FilterPacking::get(op.getOutput().getType().getDimSize(1),
                                            op.getInput().getType().getDimSize(1), op.getGroups(),
                                            stage.depth, stage.channels);
  if (op.getGroups() > 1) {
    Value group = e.div(firstChannel, packing.outputChannels / packing.groups);
    Value block = e.div(e.mul(group, packing.inputChannels / packing.groups), stage.depth);
    int64_t last = llvm::divideCeil(packing.inputChannels, stage.depth) - packing.blocks;
    blockTap[0] = e.add(blockTap[0], e.min(block, e.index(last)));
  }
  for (const InputCopy &copy : inputCopies)
    e.onlyIf(copy.exists, [&] { copyInput(copy, blockTap, stageAt); });
}

/// All stages but one, each a group of copies. No launch writes filters, so that those of all
/// stages are on their way, in the first group, while the launch that writes the input ends.
void GemmEmitter::copyFirstStages(Value begin, Value end) {
  using Copy = void (GemmEmitter::*)(Value step, Value stageAt);
  auto copyOne = [&](int64_t turn, Copy copy) {
    Value step = e.add(begin, turn);
    bool isSure = turn < steps / splits; // shares differ by a step
    if (turn * splits < steps)
      e.onlyIf(isSure ? Value() : e.lessThan(step, end),
               [&] { (this->*copy)(step, e.index(turn * stage.bytes())); });
  };
  for (int64_t turn = 0; turn < stages - 1; ++turn)
    copyOne(turn, &GemmEmitter::copyFilter);
  e.waitForLaunches();
  for (int64_t turn = 0; turn < stages - 1; ++turn) {
    copyOne(turn, &GemmEmitter::copyInputs);
    commitCopies(); // of nothing, too: groups are counted
  }
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

SmallVector<Value> GemmEmitter::multiplyAll(GemmTiles &tiles) {
  Value begin = firstStep(split);
  Value end = splits > 1 ? firstStep(e.add(split, 1)) : e.index(steps);
  copyFirstStages(begin, end);
  return e.loop(begin, end, tiles.zeros(), [&](Value step, ValueRange carried) {
    Value turn = e.sub(step, begin);
    NVVM::CpAsyncWaitGroupOp::create(e.builder, e.loc, stages - 2);
    // All copies of the stage are there, and the stage before has been read.
    e.barrier();
    Value next = e.add(step, stages - 1);
    e.onlyIf(e.lessThan(next, end), [&] {
      Value stageAt = stageOffset(e.add(turn, stages - 1));
      copyInputs(next, stageAt);
      copyFilter(next, stageAt);
    });
    commitCopies();
    return tiles.multiply(stageOffset(turn), carried);
  });
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

Value GemmEmitter::isStored(const GemmTiles::Output &part) {
  Value exists;
  if (pixels % stage.pixels)
    exists = e.lessThan(e.add(firstPixel, part.row), e.index(pixels));
  // Padded channels come in whole vectors.
  if (filterShape[0] * filterShape[5] > output.lanes)
    exists = e.both(exists, e.lessThan(e.add(firstChannel, part.column), e.index(output.lanes)));
  return exists;
}

/// Without a halo, pixels follow each other through all images.
Value GemmEmitter::outputAt(const GemmTiles::Output &part) {
  return e.linear({{image, output.batch},
                   {split, op.getImages() * output.batch},
                   {e.add(firstPixel, part.row), output.lanes},
                   {e.add(firstChannel, part.column), 1}});
}

Value GemmEmitter::loadResidual(const GemmTiles::Output &part) {
  auto type = cast<VectorType>(part.values.getType());
  return e.valueIf(isStored(part), type, [&] {
    return e.load(residual, element, outputAt(part), type.getNumElements());
  });
}

Value GemmEmitter::finish(const GemmTiles::Output &part, Value addend) {
  auto type = cast<VectorType>(part.values.getType());
  Value value = part.values, channel = e.add(firstChannel, part.column);
  if (bias) // which has the channels of whole panels
    value = e.addf(value, e.load(bias, e.builder.getF32Type(), channel, type.getNumElements()));
  return e.valueIf(isStored(part), type, [&] {
    if (addend)
      value = e.addf(value, addend);
    value = e.activation(op.getActivation(), value);
    e.store(value, outputs, op.getOutput().getType().getElementType(), outputAt(part));
    return value;
  });
}

SmallVector<Value> GemmEmitter::finishAll(ArrayRef<GemmTiles::Output> parts) {
  // A load cannot pass a store that might be to the same place: those that come before it are on
  // their way together. So many bytes of each thread find room in registers.
  constexpr size_t bytesTogether = 64;
  auto type = cast<VectorType>(parts.front().values.getType());
  size_t batch = bytesTogether / (type.getNumElements() * stage.elementBytes());
  SmallVector<Value> finished;
  for (; !parts.empty(); parts = parts.drop_front(std::min(batch, parts.size()))) {
    auto together = parts.take_front(batch);
    SmallVector<Value> residuals = llvm::map_to_vector(together, [&](const auto &part) {
      return residual ? loadResidual(part) : Value();
    });
    for (auto [part, addend] : llvm::zip_equal(together, residuals))
      finished.push_back(finish(part, addend));
  }
  return finished;
}

void GemmEmitter::storeSum(Value part, Value column, Value sum) {
  ArrayRef<int64_t> shape = op.getSums().getType().getShape(); // images, parts, channels
  int64_t parts = kernel::GemmConv2dOp::getPartsPerTile(stage.product, op.getSchedule());
  Value at = e.linear({{image, shape[1] * shape[2]},
                       {e.blockIndex(0), parts * shape[2]},
                       {part, shape[2]},
                       {firstChannel, 1},
                       {column, 1}});
  e.store(sum, sums, e.builder.getF32Type(), at);
}

} // namespace

void cuda::emitGemm(kernel::GemmConv2dOp op, KernelEmitter &emitter, ValueRange buffers) {
  GemmEmitter(op, emitter, buffers).emit();
}
