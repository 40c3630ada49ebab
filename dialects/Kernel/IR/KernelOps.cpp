//===- KernelOps.cpp - Verifiers of kernel operations ---------------------===//

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/IR/OpImplementation.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

#define GET_OP_CLASSES
#include "dialects/Kernel/IR/KernelOps.cpp.inc"

static MemRefType typeOf(Value value) { return cast<MemRefType>(value.getType()); }

static bool isOnePixel(MemRefType type) {
  return type.getDimSize(2) == 1 && type.getDimSize(3) == 1;
}

/// Channels rounded up to whole blocks.
static int64_t paddedChannels(Value featureMap) {
  MemRefType storage = getStorageType(typeOf(featureMap));
  return storage.getDimSize(1) * storage.getDimSize(4);
}

//===----------------------------------------------------------------------===//
// Weights and slots
//===----------------------------------------------------------------------===//

LogicalResult WeightsOp::verify() {
  // kernel.weights C1
  int64_t rank = getMemRefType().getRank();
  if (rank != 1 && rank != 5 && rank != 6)
    return emitOpError("expects a packed vector (rank 1) or filter (rank 5 or 6), got rank ")
           << rank;
  // kernel.weights C2
  if (rank != 1 && (!getGroups() || !getInputChannels()))
    return emitOpError("expects a filter to have 'groups' and 'inputChannels'");
  // kernel.weights C3
  if (getBody().front().empty() || !isa<YieldOp>(getBody().front().back()))
    return emitOpError("expects its region to end in 'kernel.yield'");
  return success();
}

LogicalResult GetWeightsOp::verifySymbolUses(SymbolTableCollection &symbols) {
  // kernel.get_weights C1
  auto weights = symbols.lookupNearestSymbolFrom<WeightsOp>(*this, getNameAttr());
  if (!weights)
    return emitOpError("expects '") << getName() << "' to be a 'kernel.weights'";
  if (weights.getType() != getResult().getType()) {
    InFlightDiagnostic diag = emitOpError("expects the type of the weights, got ")
                              << getResult().getType();
    diag.attachNote(weights.getLoc()) << "weights of type " << weights.getType();
    return diag;
  }
  return success();
}

LogicalResult SlotOp::verify() {
  // kernel.slot C1
  int64_t bytes = getStorageBytes(typeOf(getResult()));
  int64_t size = typeOf(getWorkspace()).getDimSize(0), offset = getOffset();
  if (offset < 0 || offset % 64 || offset > size || bytes > size - offset)
    return emitOpError("expects ") << bytes << " bytes at a multiple of 64 within a workspace of "
                                   << size << ", got offset " << offset;
  return success();
}

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

/// True if `values` are `count` numbers from `minimum` on that do not overflow.
static bool isWindow(ArrayRef<int64_t> values, size_t count, int64_t minimum) {
  return values.size() == count && llvm::all_of(values, [&](int64_t value) {
           return value >= minimum && value <= sinter::nn::maxWindow;
         });
}

/// True if the filter has the rows of `FilterPacking::getByGroup`.
static bool isPackedByGroup(Conv2dOp op) {
  MemRefType input = typeOf(op.getInput()), output = typeOf(op.getOutput());
  int64_t block = getLayout(op.getInput()).getBlock(), groups = op.getGroups();
  ArrayRef<int64_t> filter = typeOf(op.getFilter()).getShape();
  if (filter[5] != block || input.getDimSize(1) % groups)
    return false;
  auto packing =
      FilterPacking::getByGroup(output.getDimSize(1), input.getDimSize(1), groups, block);
  return packing && packing->inputBlock == filter[4];
}

/// kernel.conv2d C7: the shape of a filter follows from the channels it joins.
static LogicalResult verifyPacking(Conv2dOp op) {
  MemRefType filter = typeOf(op.getFilter());
  int64_t inputs = typeOf(op.getInput()).getDimSize(1), groups = op.getGroups();
  int64_t outputs = typeOf(op.getOutput()).getDimSize(1);
  if (inputs % groups || outputs % groups)
    return op.emitOpError("expects groups that divide the channels, got ") << groups;
  int64_t block = getLayout(op.getInput()).getBlock(), panelChannels = filter.getDimSize(5);
  auto packing = FilterPacking::get(outputs, inputs, groups, block, panelChannels);
  if (isPackedByGroup(op))
    packing = *FilterPacking::getByGroup(outputs, inputs, groups, panelChannels);
  if (filter.getDimSize(0) != packing.panels || filter.getDimSize(1) != packing.blocks)
    return op.emitOpError("expects a filter of ")
           << packing.panels << " panels and " << packing.blocks << " input blocks, got " << filter;
  return success();
}

/// kernel.conv2d C8, kernel.winograd_conv2d C7: what the epilogue reads fits the output.
template <typename ConvolutionOp>
static LogicalResult verifyEpilogue(ConvolutionOp op) {
  MemRefType output = typeOf(op.getOutput());
  if (typeOf(op.getInput()).getDimSize(0) != output.getDimSize(0))
    return op.emitOpError("expects input and output with the same batch");
  int64_t channels = paddedChannels(op.getOutput());
  if (op.getBias() && typeOf(op.getBias()).getShape() != ArrayRef<int64_t>(channels))
    return op.emitOpError("expects 'bias' to have ")
           << channels << " values, got " << op.getBias().getType();
  if (Value residual = op.getResidual())
    if (typeOf(residual).getShape() != output.getShape() ||
        getLayout(residual).getBlock() != getLayout(op.getOutput()).getBlock())
      return op.emitOpError("expects 'residual' in the shape and block of the output, got ")
             << residual.getType();
  return success();
}

/// kernel.conv2d C6, kernel.gemm_conv2d C5.
template <typename ConvolutionOp>
static LogicalResult verifyWindow(ConvolutionOp op) {
  if (!isWindow(op.getStrides(), 2, 1) || !isWindow(op.getDilations(), 2, 1) ||
      !isWindow(op.getPadding(), 4, 0) || static_cast<int64_t>(op.getGroups()) < 1 ||
      typeOf(op.getFilter()).getRank() != 6)
    return op.emitOpError(
        "expects 2 strides, 2 dilations, 4 paddings, a group and a filter of rank 6");
  return success();
}

/// kernel.conv2d C3, kernel.gemm_conv2d C3.
template <typename ConvolutionOp>
static LogicalResult verifyOutputSize(ConvolutionOp op) {
  MemRefType input = typeOf(op.getInput()), output = typeOf(op.getOutput());
  for (int dim : {0, 1}) {
    int64_t reach = op.getDilations()[dim] * (typeOf(op.getFilter()).getDimSize(2 + dim) - 1);
    int64_t span = input.getDimSize(2 + dim) + op.getPadding()[dim] + op.getPadding()[2 + dim] -
                   reach - 1;
    if (span < 0 || span / op.getStrides()[dim] + 1 != output.getDimSize(2 + dim))
      return op.emitOpError("expects the output size that the convolution gives, got ") << output;
  }
  return success();
}

/// kernel.conv2d C9.
static LogicalResult verifyScale(Conv2dOp op) {
  if (!op.getScale())
    return success();
  MemRefType scale = typeOf(op.getScale()), output = typeOf(op.getOutput());
  BlockedAttr layout = getLayout(op.getScale());
  SmallVector<int64_t> shape{output.getDimSize(0), output.getDimSize(1), 1, 1};
  if (scale.getShape() != ArrayRef<int64_t>(shape) || layout.hasHalo() ||
      layout.getBlock() != getLayout(op.getOutput()).getBlock())
    return op.emitOpError("expects 'scale' to have one value per image and channel in the block of "
                          "the output, got ")
           << scale;
  int64_t depth = op.getDepth();
  if (depth && depth < typeOf(op.getFilter()).getDimSize(1) && op.getResidual() == op.getOutput())
    return op.emitOpError("expects a residual apart from the output, with a scale and a depth of ")
           << depth;
  return success();
}

LogicalResult Conv2dOp::verify() {
  MemRefType output = typeOf(getOutput()), filter = typeOf(getFilter());
  // kernel.conv2d C6
  if (failed(verifyWindow(*this)))
    return failure();
  // kernel.conv2d C1
  BlockedAttr layout = getLayout(getInput());
  for (auto [padding, halo] : llvm::zip_equal(getPadding(), layout.getHalo()))
    if (padding > halo)
      return emitOpError("expects the input's halo to cover the padding of ")
             << padding << ", got " << halo;
  // kernel.conv2d C2
  if ((filter.getDimSize(4) != layout.getBlock() && !isPackedByGroup(*this)) ||
      filter.getDimSize(5) % getLayout(getOutput()).getBlock())
    return emitOpError("expects the filter's blocks to match those of input and output, got ")
           << filter;
  // kernel.conv2d C3
  if (failed(verifyOutputSize(*this)))
    return failure();
  // kernel.conv2d C5
  if (getTile().size() != 2 || getTile()[0] < 1 || getTile()[1] < 1)
    return emitOpError("expects a tile of rows and columns");
  if (int64_t depth = getDepth(), blocks = filter.getDimSize(1);
      getBand() < 1 || depth < 0 || (depth && blocks % depth))
    return emitOpError("expects a band of at least 1, and a depth that divides the ")
           << blocks << " input blocks, got " << getBand() << " and " << depth;
  // kernel.conv2d C4
  SmallVector<int64_t> sums{
      output.getDimSize(0),
      static_cast<int64_t>(llvm::divideCeil(output.getDimSize(2), getTile()[0])),
      paddedChannels(getOutput())};
  if (getSums() && typeOf(getSums()).getShape() != ArrayRef<int64_t>(sums))
    return emitOpError("expects 'sums' to be images x tile rows x padded channels, got ")
           << getSums().getType();
  return failure(failed(verifyPacking(*this)) || failed(verifyEpilogue(*this)) ||
                 failed(verifyScale(*this)));
}

int64_t WinogradConv2dOp::getTileSize() { return winogradTile(typeOf(getFilter()).getDimSize(1)); }

int64_t WinogradConv2dOp::getTileBlocks() {
  MemRefType output = typeOf(getOutput());
  int64_t rows = llvm::divideCeil(output.getDimSize(2), getTileSize());
  int64_t columns = llvm::divideCeil(output.getDimSize(3), getTileSize());
  return llvm::divideCeil(rows * columns, static_cast<int64_t>(getTiles()));
}

WinogradScratch WinogradScratch::get(ArrayRef<int64_t> shape, int64_t tiles) {
  // An odd number of lines: with a power of two, what belongs to one tile would fall into
  // a few sets of the cache.
  auto padded = [](int64_t elements) -> int64_t {
    constexpr int64_t lineElements = 64 / sizeof(float);
    return (llvm::divideCeil(elements, lineElements) | 1) * lineElements;
  };
  return {shape[1], padded(tiles * shape[2] * shape[3]), padded(tiles * shape[4])};
}

int64_t WinogradConv2dOp::getMaxThreads() {
  return typeOf(getScratch()).getNumElements() / getScratchLayout().elements();
}

WinogradScratch WinogradConv2dOp::getScratchLayout() {
  return WinogradScratch::get(typeOf(getFilter()).getShape(), getTiles());
}

LogicalResult WinogradConv2dOp::verify() {
  MemRefType input = typeOf(getInput()), output = typeOf(getOutput()), filter = typeOf(getFilter());
  // kernel.winograd_conv2d C5
  int64_t maxTiles = sinter::nn::maxWindow, tiles = getTiles(), registerTiles = getRegisterTiles();
  if (tiles < 1 || tiles > maxTiles || registerTiles < 1 || registerTiles > maxTiles)
    return emitOpError("expects 1 to ") << maxTiles << " tiles and register tiles";
  // kernel.winograd_conv2d C3
  ArrayRef<int64_t> from = input.getShape(), to = output.getShape();
  if (from[0] != to[0] || from.take_back(2) != to.take_back(2))
    return emitOpError("expects input and output of the same batch and size, got ") << output;
  // kernel.winograd_conv2d C2
  int64_t block = getLayout(getInput()).getBlock();
  int64_t inputBlocks = getStorageType(input).getDimSize(1);
  if (filter.getRank() != 5 || !getTileSize() || filter.getDimSize(2) != inputBlocks ||
      filter.getDimSize(3) != block || filter.getDimSize(4) % getLayout(getOutput()).getBlock() ||
      filter.getDimSize(0) * filter.getDimSize(4) != paddedChannels(getOutput()))
    return emitOpError("expects a filter of panels x 36 or 16 x ")
           << inputBlocks << " x " << block << " x panel that has "
           << paddedChannels(getOutput()) << " output channels, got " << filter;
  // kernel.winograd_conv2d C1
  for (auto [side, halo] : llvm::enumerate(getLayout(getInput()).getHalo())) {
    int64_t size = output.getDimSize(2 + side % 2);
    int64_t needed = side < 2 ? 1 : llvm::alignTo(size, getTileSize()) + 1 - size;
    if (halo < needed)
      return emitOpError("expects an input's halo of at least ") << needed << ", got " << halo;
  }
  // kernel.winograd_conv2d C4
  SmallVector<int64_t> sums{output.getDimSize(0), getTileBlocks(), paddedChannels(getOutput())};
  if (getSums() && typeOf(getSums()).getShape() != ArrayRef<int64_t>(sums))
    return emitOpError("expects 'sums' to be images x tile blocks x padded channels, got ")
           << getSums().getType();
  // kernel.winograd_conv2d C6
  int64_t perThread = getScratchLayout().elements();
  if (typeOf(getScratch()).getRank() != 1 || typeOf(getScratch()).getNumElements() % perThread)
    return emitOpError("expects 'scratch' to have a multiple of ")
           << perThread << " elements, got " << getScratch().getType();
  return verifyEpilogue(*this);
}

//===----------------------------------------------------------------------===//
// Convolution as a matrix product
//===----------------------------------------------------------------------===//

Type GemmConv2dOp::getProductType() {
  return getTf32() ? Type(FloatTF32Type::get(getContext())) : typeOf(getFilter()).getElementType();
}

int64_t GemmConv2dOp::getPartsPerTile(Type product, GemmScheduleAttr schedule) {
  // Tensor cores: warps stand in two columns, or in one where the channels are few. Otherwise a
  // warp computes whole rows of the tile.
  bool isTwoColumns = !product.isF32() && schedule.getChannels() >= 64;
  return threads / 32 / (isTwoColumns ? 2 : 1);
}

int64_t GemmConv2dOp::getImageTiles() {
  MemRefType output = typeOf(getOutput());
  return llvm::divideCeil(output.getDimSize(2) * output.getDimSize(3), getSchedule().getPixels());
}

int64_t GemmConv2dOp::getImages() { return typeOf(getInput()).getDimSize(0); }

int64_t GemmConv2dOp::getSteps() {
  ArrayRef<int64_t> filter = typeOf(getFilter()).getShape();
  return filter[1] * filter[2] * filter[3];
}

/// One block of channels, and no halo.
static bool isNHWC(Value map) {
  return getStorageType(typeOf(map)).getDimSize(1) == 1 && !getLayout(map).hasHalo();
}

LogicalResult GemmConv2dOp::verify() {
  MemRefType input = typeOf(getInput()), output = typeOf(getOutput()), filter = typeOf(getFilter());
  // kernel.gemm_conv2d C5
  if (failed(verifyWindow(*this)))
    return failure();
  // kernel.gemm_conv2d C1
  auto isOfElement = [&](Value map) {
    return typeOf(map).getElementType() == filter.getElementType() && isNHWC(map);
  };
  auto isF32 = [](Value vector) { return !vector || typeOf(vector).getElementType().isF32(); };
  int64_t splits = getSchedule().getSplits();
  bool isOutput = splits > 1 ? isF32(getOutput()) && isNHWC(getOutput()) : isOfElement(getOutput());
  if (!isOfElement(getInput()) || !isOutput || !isF32(getBias()) || !isF32(getSums()))
    return emitOpError("expects NHWC maps without a halo, of the filter's elements, and a bias and "
                       "sums of f32");
  // kernel.gemm_conv2d C7
  if (getTf32() && !filter.getElementType().isF32())
    return emitOpError("expects maps and a filter of f32 to multiply in tf32, got ") << filter;
  // kernel.gemm_conv2d C2
  int64_t inputs = input.getDimSize(1), outputs = output.getDimSize(1), groups = getGroups();
  if (inputs % groups || outputs % groups)
    return emitOpError("expects groups that divide the channels, got ") << groups;
  auto packing = FilterPacking::get(outputs, inputs, groups, getSchedule().getDepth(),
                                    getSchedule().getChannels());
  if (filter.getDimSize(0) != packing.panels || filter.getDimSize(1) != packing.blocks ||
      filter.getDimSize(4) != packing.inputBlock || filter.getDimSize(5) != packing.panelChannels)
    return emitOpError("expects a filter of ")
           << packing.panels << " panels of " << packing.panelChannels << " channels and "
           << packing.blocks << " input blocks of " << packing.inputBlock << ", got " << filter;
  // kernel.gemm_conv2d C3
  if (failed(verifyOutputSize(*this)))
    return failure();
  // kernel.gemm_conv2d C6
  int64_t channels = packing.panels * packing.panelChannels;
  if (splits * getImages() != output.getDimSize(0) ||
      (getBias() && typeOf(getBias()).getShape() != ArrayRef<int64_t>(channels)) ||
      (getResidual() && getResidual().getType() != getOutput().getType()))
    return emitOpError("expects one batch, a bias of ")
           << channels << " values and a residual of the output's type";
  // kernel.gemm_conv2d C8
  bool hasEpilogue = getBias() || getResidual() || getSums() ||
                     getActivation().getKind() != sinter::nn::ActivationKind::Identity;
  if (splits > 1 && (splits > getSteps() || hasEpilogue))
    return emitOpError("expects at most ")
           << getSteps() << " splits, and none beside an epilogue, got " << splits;
  // kernel.gemm_conv2d C4
  SmallVector<int64_t> sums{output.getDimSize(0),
                            getImageTiles() * getPartsPerTile(getProductType(), getSchedule()),
                            channels};
  if (getSums() && typeOf(getSums()).getShape() != ArrayRef<int64_t>(sums))
    return emitOpError("expects 'sums' to be images x parts of tiles x padded channels, got ")
           << getSums().getType();
  return success();
}

int64_t FinishGemmOp::getSplits() {
  return typeOf(getPartials()).getDimSize(0) / typeOf(getOutput()).getDimSize(0);
}

LogicalResult FinishGemmOp::verify() {
  MemRefType partials = typeOf(getPartials()), output = typeOf(getOutput());
  // kernel.finish_gemm C1
  int64_t images = output.getDimSize(0);
  if (!partials.getElementType().isF32() || partials.getDimSize(0) % images ||
      partials.getShape().drop_front() != output.getShape().drop_front() ||
      getLayout(getPartials()) != getLayout(getOutput()) || !isNHWC(getOutput()))
    return emitOpError("expects partial sums of f32 for ")
           << images << " images in the layout of the output, NHWC, got " << partials;
  // kernel.finish_gemm C2
  int64_t channels = paddedChannels(getOutput());
  auto isF32 = [](Value vector) { return !vector || typeOf(vector).getElementType().isF32(); };
  if ((getBias() && typeOf(getBias()).getShape() != ArrayRef<int64_t>(channels)) ||
      !isF32(getBias()) || (getResidual() && getResidual().getType() != getOutput().getType()))
    return emitOpError("expects a bias of f32 with ")
           << channels << " values and a residual of the output's type";
  // kernel.finish_gemm C3
  int64_t pixels = output.getDimSize(2) * output.getDimSize(3);
  SmallVector<int64_t> sums{images, static_cast<int64_t>(llvm::divideCeil(pixels, pixelsPerPart)),
                            channels};
  if (getSums() && (typeOf(getSums()).getShape() != ArrayRef<int64_t>(sums) || !isF32(getSums())))
    return emitOpError("expects 'sums' of f32 to be images x parts x padded channels, got ")
           << getSums().getType();
  return success();
}

int64_t sinter::kernel::countMultiplyAdds(Operation *op) {
  if (auto conv = dyn_cast<Conv2dOp>(op)) {
    ArrayRef<int64_t> filter = typeOf(conv.getFilter()).getShape();
    int64_t perGroup = typeOf(conv.getInput()).getDimSize(1) / conv.getGroups();
    return typeOf(conv.getOutput()).getNumElements() * perGroup * filter[2] * filter[3];
  }
  if (auto conv = dyn_cast<GemmConv2dOp>(op)) {
    ArrayRef<int64_t> filter = typeOf(conv.getFilter()).getShape();
    int64_t perGroup = typeOf(conv.getInput()).getDimSize(1) / conv.getGroups();
    return typeOf(conv.getOutput()).getNumElements() / conv.getSchedule().getSplits() * perGroup *
           filter[2] * filter[3];
  }
  if (auto conv = dyn_cast<WinogradConv2dOp>(op))
    return typeOf(conv.getOutput()).getNumElements() * typeOf(conv.getInput()).getDimSize(1) * 9;
  return 0;
}

//===----------------------------------------------------------------------===//
// Pooling
//===----------------------------------------------------------------------===//

static bool sameBatchChannelsBlock(Value lhs, Value rhs) {
  return typeOf(lhs).getShape().take_front(2) == typeOf(rhs).getShape().take_front(2) &&
         getLayout(lhs).getBlock() == getLayout(rhs).getBlock();
}

LogicalResult PoolOp::verify() {
  // kernel.pool C1
  if (!sameBatchChannelsBlock(getInput(), getOutput()))
    return emitOpError("expects input and output with the same batch, channels and block");
  // kernel.pool C2
  if (!isWindow(getKernel(), 2, 1) || !isWindow(getStrides(), 2, 1) ||
      !isWindow(getPadding(), 4, 0))
    return emitOpError("expects a kernel of 2 sizes, 2 strides and 4 paddings");
  // kernel.pool C3
  for (int dim : {0, 1}) {
    int64_t last = (typeOf(getOutput()).getDimSize(2 + dim) - 1) * getStrides()[dim];
    if (getKernel()[dim] <= getPadding()[dim] ||
        last - getPadding()[dim] >= typeOf(getInput()).getDimSize(2 + dim))
      return emitOpError("expects every window to meet the image, got an output ")
             << getOutput().getType();
  }
  return success();
}

LogicalResult ChannelMeanOp::verify() {
  // kernel.channel_mean C1
  if (!sameBatchChannelsBlock(getInput(), getOutput()) || !isOnePixel(typeOf(getOutput())))
    return emitOpError("expects an output of one pixel in the input's block, got ")
           << getOutput().getType();
  return success();
}

LogicalResult FinishMeanOp::verify() {
  // kernel.finish_mean C1
  MemRefType sums = typeOf(getSums());
  if (sums.getRank() != 3 || sums.getDimSize(0) != typeOf(getOutput()).getDimSize(0) ||
      sums.getDimSize(2) < paddedChannels(getOutput()) || !isOnePixel(typeOf(getOutput())))
    return emitOpError("expects sums of images x tile rows x padded channels, got ") << sums;
  return success();
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

LogicalResult ScaleAddOp::verify() {
  // kernel.scale_add C1
  MemRefType input = typeOf(getInput());
  if (input.getShape() != typeOf(getOutput()).getShape() ||
      getLayout(getInput()).getBlock() != getLayout(getOutput()).getBlock())
    return emitOpError("expects input and output of the same shape and block");
  // kernel.scale_add C2
  for (Value operand : {getScale(), getResidual()}) {
    if (!operand)
      continue;
    MemRefType type = typeOf(operand);
    bool isMap = isa<BlockedAttr>(type.getLayout()) &&
                 sameBatchChannelsBlock(operand, getInput()) &&
                 (isOnePixel(type) || type.getShape() == input.getShape());
    bool isVector = type.getRank() == 1 && type.getDimSize(0) == paddedChannels(getInput());
    if (!isMap && !isVector)
      return emitOpError("expects an operand by pixel, by image and channel, or by channel, got ")
             << type;
  }
  return success();
}

/// Maps of one block each (NHWC) may have blocks of different size.
static bool sameBatchPixelsBlock(Value lhs, Value rhs) {
  auto isOneBlock = [](Value map) { return getStorageType(typeOf(map)).getDimSize(1) == 1; };
  return typeOf(lhs).getDimSize(0) == typeOf(rhs).getDimSize(0) &&
         typeOf(lhs).getShape().drop_front(2) == typeOf(rhs).getShape().drop_front(2) &&
         (getLayout(lhs).getBlock() == getLayout(rhs).getBlock() ||
          (isOneBlock(lhs) && isOneBlock(rhs)));
}

LogicalResult PadChannelsOp::verify() {
  // kernel.pad_channels C1
  if (!sameBatchPixelsBlock(getInput(), getOutput()))
    return emitOpError("expects input and output with the same batch, pixels and block");
  return success();
}

LogicalResult ConcatOp::verify() {
  int64_t channels = 0;
  for (Value input : getInputs()) {
    // kernel.concat C1
    if (!sameBatchPixelsBlock(input, getOutput()))
      return emitOpError("expects inputs with the batch, pixels and block of the output, got ")
             << input.getType();
    channels += typeOf(input).getDimSize(1);
  }
  // kernel.concat C2
  if (getInputs().size() < 2 || channels != typeOf(getOutput()).getDimSize(1))
    return emitOpError("expects the channels of at least two inputs in the output, got ")
           << channels << " channels of " << getInputs().size();
  return success();
}

LogicalResult SoftmaxOp::verify() {
  // kernel.softmax C1
  if (typeOf(getInput()).getRank() != 2 || getInput().getType() != getOutput().getType())
    return emitOpError("expects input and output matrices of the same shape");
  return success();
}

//===----------------------------------------------------------------------===//
// Layout
//===----------------------------------------------------------------------===//

LogicalResult ConvertLayoutOp::verify() {
  // kernel.convert_layout C1
  MemRefType dense = typeOf(getInput()), blocked = typeOf(getOutput());
  bool areBlocked = isa<BlockedAttr>(dense.getLayout()) && isa<BlockedAttr>(blocked.getLayout());
  if (areBlocked && isNHWC(getInput()) && isNHWC(getOutput()) &&
      dense.getShape() == blocked.getShape())
    return success();
  if (isa<BlockedAttr>(dense.getLayout()))
    std::swap(dense, blocked);
  bool isConversion = !isa<BlockedAttr>(dense.getLayout()) && isa<BlockedAttr>(blocked.getLayout());
  bool isMatrix = dense.getRank() == 2 && dense.getDimSize(0) == blocked.getDimSize(0) &&
                  dense.getNumElements() == blocked.getNumElements();
  if (!isConversion || !(isMatrix || dense.getShape() == blocked.getShape()))
    return emitOpError("expects a dense and a blocked memref of the same logical shape, or two that "
                       "are NHWC without a halo");
  return success();
}
