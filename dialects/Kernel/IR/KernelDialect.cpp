//===- KernelDialect.cpp - Registration, layout attribute, packing --------===//

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/IR/AffineMap.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sinter::kernel;

#include "dialects/Kernel/IR/KernelDialect.cpp.inc"
#include "dialects/Kernel/IR/KernelEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/Kernel/IR/KernelAttrs.cpp.inc"

void KernelDialect::initialize() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/Kernel/IR/KernelAttrs.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "dialects/Kernel/IR/KernelOps.cpp.inc"
      >();
}

//===----------------------------------------------------------------------===//
// #kernel.blocked<16, halo = [1, 1, 1, 1]>
//===----------------------------------------------------------------------===//

Attribute BlockedAttr::parse(AsmParser &parser, Type) {
  int64_t block;
  SmallVector<int64_t> halo;
  if (parser.parseLess())
    return {};
  SMLoc loc = parser.getCurrentLocation();
  auto parseEntry = [&] { return parser.parseInteger(halo.emplace_back()); };
  if (parser.parseInteger(block) || parser.parseComma() || parser.parseKeyword("halo") ||
      parser.parseEqual() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseEntry) ||
      parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(), block, halo);
}

LogicalResult BlockedAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t block,
                                  ArrayRef<int64_t> halo) {
  auto isHalo = [](int64_t size) { return size >= 0 && size <= nn::maxWindow; };
  if (block < 1 || block > maxBlock || halo.size() != 4 || !llvm::all_of(halo, isHalo))
    return emitError() << "expects a block of 1 to " << maxBlock
                       << " and a halo of 4 sizes of 0 to " << nn::maxWindow;
  return success();
}

void BlockedAttr::print(AsmPrinter &printer) const {
  printer << "<" << getBlock() << ", halo = [";
  llvm::interleaveComma(getHalo(), printer);
  printer << "]>";
}

AffineMap BlockedAttr::getAffineMap() const {
  AffineExpr n, c, y, x;
  bindDims(getContext(), n, c, y, x);
  return AffineMap::get(
      4, 0, {n, c.floorDiv(getBlock()), y + getTop(), x + getLeft(), c % getBlock()}, getContext());
}

LogicalResult BlockedAttr::verifyLayout(ArrayRef<int64_t> shape,
                                        function_ref<InFlightDiagnostic()> emitError) const {
  if (shape.size() != 4)
    return emitError() << "expects a blocked memref to have rank 4, got " << shape.size();
  return success();
}

//===----------------------------------------------------------------------===//
// Schedules
//===----------------------------------------------------------------------===//

static LogicalResult verifySizes(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> sizes) {
  auto isSize = [](int64_t size) { return size >= 1 && size <= sinter::nn::maxWindow; };
  if (!llvm::all_of(sizes, isSize))
    return emitError() << "expects a schedule's sizes to be 1 to " << sinter::nn::maxWindow;
  return success();
}

LogicalResult DirectScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                         int64_t panelVectors, int64_t tileRows,
                                         int64_t tileColumns, LoopOrder, int64_t band,
                                         int64_t depth) {
  return verifySizes(emitError, {panelVectors, tileRows, tileColumns, band, depth ? depth : 1});
}

LogicalResult WinogradScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                           int64_t tileSize, int64_t panelVectors, int64_t tiles,
                                           int64_t registerTiles) {
  if (tileSize != 2 && tileSize != 4)
    return emitError() << "expects a tile_size of 2 or 4, got " << tileSize;
  return verifySizes(emitError, {panelVectors, tiles, registerTiles});
}

static LogicalResult verifyQueues(Operation *op, Attribute queues) {
  if (!isa<Conv2dOp, WinogradConv2dOp>(op))
    return op->emitOpError("has a '") << queuesAttrName << "', which only convolutions may have";
  auto offset = dyn_cast<IntegerAttr>(queues);
  if (!offset || !offset.getType().isInteger(64) || offset.getInt() < 0 ||
      offset.getInt() % queueBytes)
    return op->emitOpError("expects its '")
           << queuesAttrName << "' to be an i64 that is a multiple of " << queueBytes;
  return success();
}

LogicalResult GemmScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError, int64_t pixels,
                                       int64_t channels, int64_t depth, int64_t stages,
                                       int64_t splits) {
  constexpr int64_t maxSplits = 32; // whose partial sums a thread has in registers
  auto isPowerOf2Between = [](int64_t value, int64_t low, int64_t high) {
    return value >= low && value <= high && llvm::isPowerOf2_64(value);
  };
  if (!isPowerOf2Between(pixels, 32, 256) || !isPowerOf2Between(channels, 16, 256) ||
      !isPowerOf2Between(depth, 8, 64) || stages < 2 || stages > 8 || splits < 1 ||
      splits > maxSplits)
    return emitError() << "expects powers of 2: 32 to 256 pixels, 16 to 256 channels, a depth of 8 "
                          "to 64; and 2 to 8 stages, 1 to 32 splits";
  return success();
}

LogicalResult KernelDialect::verifyOperationAttribute(Operation *op, NamedAttribute attribute) {
  if (attribute.getName() == queuesAttrName)
    return verifyQueues(op, attribute.getValue());
  if (attribute.getName() != scheduleAttrName)
    return op->emitOpError("has the unknown attribute '") << attribute.getName().strref() << "'";
  if (!isa<nn::FusedConv2dOp, nn::LinearOp>(op))
    return op->emitOpError("has a '") << scheduleAttrName
                                      << "', which only nn.fused_conv2d and nn.linear may have";
  if (!isa<DirectScheduleAttr, WinogradScheduleAttr, GemmScheduleAttr>(attribute.getValue()))
    return op->emitOpError("expects its '")
           << scheduleAttrName << "' to be a #kernel.direct, #kernel.winograd or #kernel.gemm";
  return success();
}

//===----------------------------------------------------------------------===//
// Storage and packing
//===----------------------------------------------------------------------===//

MemRefType sinter::kernel::getStorageType(MemRefType type) {
  auto layout = dyn_cast<BlockedAttr>(type.getLayout());
  if (!layout)
    return type;
  ArrayRef<int64_t> shape = type.getShape();
  int64_t blocks = llvm::divideCeil(shape[1], layout.getBlock());
  return MemRefType::get({shape[0], blocks, layout.getTop() + shape[2] + layout.getBottom(),
                          layout.getLeft() + shape[3] + layout.getRight(), layout.getBlock()},
                         type.getElementType());
}

int64_t sinter::kernel::getStorageBytes(MemRefType type) {
  return getStorageType(type).getNumElements() * (type.getElementTypeBitWidth() / 8);
}

bool sinter::kernel::hasBoundedStorage(MemRefType type) {
  constexpr int64_t maxElements = int64_t(1) << 40, maxDimension = int64_t(1) << 32;
  auto isBounded = [](int64_t size) { return size >= 1 && size <= maxDimension; };
  if (!llvm::all_of(type.getShape(), isBounded))
    return false;
  int64_t elements = 1;
  for (int64_t size : getStorageType(type).getShape()) {
    if (size > maxElements / elements)
      return false;
    elements *= size;
  }
  return true;
}

BlockedAttr sinter::kernel::getLayout(Value featureMap) {
  return cast<BlockedAttr>(cast<MemRefType>(featureMap.getType()).getLayout());
}

FilterPacking FilterPacking::get(int64_t outputChannels, int64_t inputChannels, int64_t groups,
                                 int64_t inputBlock, int64_t panelChannels) {
  FilterPacking packing{outputChannels, inputChannels, groups, 0, 0, inputBlock, panelChannels};
  packing.panels = llvm::divideCeil(outputChannels, panelChannels);
  int64_t outputsPerGroup = outputChannels / groups, inputsPerGroup = inputChannels / groups;
  for (int64_t panel = 0; panel < packing.panels; ++panel) {
    int64_t first = panel * panelChannels;
    int64_t last = std::min(first + panelChannels, outputChannels) - 1;
    int64_t begin = first / outputsPerGroup * inputsPerGroup;
    int64_t end = (last / outputsPerGroup + 1) * inputsPerGroup;
    packing.blocks =
        std::max<int64_t>(packing.blocks, llvm::divideCeil(end, inputBlock) - begin / inputBlock);
  }
  return packing;
}

std::optional<FilterPacking> FilterPacking::getByGroup(int64_t outputChannels,
                                                       int64_t inputChannels, int64_t groups,
                                                       int64_t lanes) {
  int64_t perGroup = inputChannels / groups;
  if (groups == 1 || inputChannels != outputChannels || perGroup >= lanes || lanes % perGroup)
    return std::nullopt;
  int64_t panels = llvm::divideCeil(outputChannels, lanes);
  return FilterPacking{outputChannels, inputChannels, groups, panels, /*blocks=*/1, perGroup, lanes};
}

int64_t FilterPacking::firstBlock(int64_t panel) const {
  int64_t firstChannel =
      panel * panelChannels / (outputChannels / groups) * (inputChannels / groups);
  return std::min<int64_t>(firstChannel / inputBlock,
                           llvm::divideCeil(inputChannels, inputBlock) - blocks);
}
