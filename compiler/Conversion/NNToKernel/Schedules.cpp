//===- Schedules.cpp - The schedule of each layer -------------------------===//

#include "compiler/Conversion/NNToKernel/Schedules.h"

#include "compiler/Conversion/NNToKernel/GemmSchedule.h"
#include "dialects/Kernel/IR/Winograd.h"
#include "dialects/NN/Transforms/Remarks.h"

#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace sinter;

bool sinter::isScheduled(Operation *op) { return isa<nn::FusedConv2dOp, nn::LinearOp>(op); }

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

static Attribute toAttribute(MLIRContext *context, const DirectSchedule &schedule) {
  return kernel::DirectScheduleAttr::get(context, schedule.panelVectors, schedule.tileRows,
                                         schedule.tileColumns, schedule.loopOrder, schedule.band,
                                         schedule.depth);
}

static Attribute toAttribute(MLIRContext *context, const WinogradSchedule &schedule) {
  return kernel::WinogradScheduleAttr::get(context, schedule.tileSize, schedule.panelVectors,
                                           schedule.tiles, schedule.registerTiles);
}

Schedule sinter::getSchedule(Operation *op) {
  Attribute attribute = op->getAttr(kernel::scheduleAttrName);
  if (auto direct = dyn_cast<kernel::DirectScheduleAttr>(attribute))
    return DirectSchedule{direct.getPanelVectors(), direct.getTileRows(), direct.getTileColumns(),
                          direct.getLoopOrder(), direct.getBand(), direct.getDepth()};
  auto winograd = cast<kernel::WinogradScheduleAttr>(attribute);
  return WinogradSchedule{winograd.getTileSize(), winograd.getPanelVectors(), winograd.getTiles(),
                          winograd.getRegisterTiles()};
}

std::optional<Schedule> sinter::findSchedule(Operation *op) {
  bool isForCPU = isa_and_nonnull<kernel::DirectScheduleAttr, kernel::WinogradScheduleAttr>(
      op->getAttr(kernel::scheduleAttrName));
  return isForCPU ? std::optional(getSchedule(op)) : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Choice
//===----------------------------------------------------------------------===//

static ConvShape shapeOf(Operation *op, int64_t lanes) {
  auto typeOf = [](Value value) { return cast<ShapedType>(value.getType()); };
  ShapedType output = typeOf(op->getResult(0));
  if (auto conv = dyn_cast<nn::FusedConv2dOp>(op))
    return ConvShape::get(typeOf(conv.getInput()), output, typeOf(conv.getWeight()),
                          conv.getGroups(), lanes);
  auto linear = cast<nn::LinearOp>(op);
  return ConvShape::get(typeOf(linear.getInput()), output, typeOf(linear.getWeight()),
                        /*groups=*/1, lanes);
}

static GemmShape gemmShapeOf(Operation *op, Type product) {
  auto typeOf = [](Value value) { return cast<ShapedType>(value.getType()); };
  auto conv = dyn_cast<nn::FusedConv2dOp>(op);
  bool wantsSums = conv && !conv.getChannelMean().use_empty();
  return GemmShape::get(typeOf(op->getOperand(0)), typeOf(op->getResult(0)),
                        typeOf(op->getOperand(1)), conv ? conv.getGroups() : 1, product, wantsSums);
}

/// True for what Winograd's algorithm computes: 3x3 with stride 1 and padding 1, without a scale,
/// and enough channels that they do not lie in narrower blocks than a vector.
static bool takesWinograd(Operation *op, int64_t lanes) {
  auto areAll = [](ArrayRef<int64_t> values, int64_t expected) {
    return llvm::all_of(values, [&](int64_t value) { return value == expected; });
  };
  auto conv = dyn_cast<nn::FusedConv2dOp>(op);
  if (!conv || conv.getScale())
    return false;
  ArrayRef<int64_t> filter = cast<ShapedType>(conv.getWeight().getType()).getShape();
  return areAll(filter.take_back(2), 3) && areAll(conv.getStrides(), 1) &&
         areAll(conv.getDilations(), 1) && areAll(conv.getPadding(), 1) && conv.getGroups() == 1 &&
         filter[1] >= lanes;
}

/// What rounding may cost `op` by Winograd's algorithm.
static double errorBound(Operation *op, const WinogradSchedule &schedule) {
  auto weight = cast<ShapedType>(cast<nn::FusedConv2dOp>(op).getWeight().getType());
  return kernel::winogradErrorBound(schedule.tileSize, weight.getDimSize(1));
}

static std::string nameOf(const WinogradSchedule &schedule) {
  return llvm::formatv("F({0}x{0}, 3x3)", schedule.tileSize);
}

/// The algorithm that is estimated to take the least time, and is exact enough.
static Attribute choose(Operation *op, const SchedulePolicy &policy) {
  const VectorUnit &unit = policy.unit;
  ConvShape shape = shapeOf(op, unit.lanes);
  MLIRContext *context = op->getContext();
  Attribute chosen = toAttribute(context, chooseDirect(shape, unit));
  if (!takesWinograd(op, unit.lanes))
    return chosen;
  double best = directCycles(shape, unit);
  for (int64_t tileSize : {4, 2}) {
    WinogradSchedule schedule = rankWinograd(tileSize, shape, unit).front();
    double cycles = winogradCycles(schedule, shape, unit);
    if (cycles >= best)
      continue;
    if (double bound = errorBound(op, schedule); policy.maxError && bound > policy.maxError) {
      nn::remarkMissed(op, "schedule",
                       llvm::formatv("{0} is given up: rounding may cost {1:E1}, more than {2:E1}",
                                     nameOf(schedule), bound, policy.maxError)
                           .str());
      continue;
    }
    best = cycles;
    int64_t batch = cast<ShapedType>(op->getResult(0).getType()).getDimSize(0);
    chosen = toAttribute(context, splitSingleItem(schedule, batch, shape, unit));
  }
  return chosen;
}

//===----------------------------------------------------------------------===//
// Checks
//===----------------------------------------------------------------------===//

std::string sinter::whyUnusable(Operation *op, const SchedulePolicy &policy) {
  auto gemm = op->getAttrOfType<kernel::GemmScheduleAttr>(kernel::scheduleAttrName);
  if (!gemm != !policy.product)
    return gemm ? "a schedule for GPUs" : "a schedule for CPUs";
  if (gemm)
    return whyUnusable(gemm, gemmShapeOf(op, policy.product));
  Schedule schedule = getSchedule(op);
  if (auto *winograd = std::get_if<WinogradSchedule>(&schedule)) {
    if (!takesWinograd(op, policy.unit.lanes))
      return llvm::formatv("Winograd's algorithm, which takes 3x3 convolutions of stride and padding "
                           "1, without groups, of at least {0} channels",
                           policy.unit.lanes);
    if (double bound = errorBound(op, *winograd); policy.maxError && bound > policy.maxError)
      return llvm::formatv("{0}, by which rounding may cost {1:E1}; expects at most {2:E1}",
                           nameOf(*winograd), bound, policy.maxError);
  }
  return whyUnusable(schedule, shapeOf(op, policy.unit.lanes), policy.unit);
}

LogicalResult sinter::assignSchedule(Operation *op, const SchedulePolicy &policy) {
  if (!op->hasAttr(kernel::scheduleAttrName))
    op->setAttr(kernel::scheduleAttrName, choose(op, policy));
  std::string reason = whyUnusable(op, policy);
  if (!reason.empty())
    return op->emitOpError("has a schedule of ") << reason;
  return success();
}

//===----------------------------------------------------------------------===//
// Candidates
//===----------------------------------------------------------------------===//

static kernel::LoopOrder otherOrder(kernel::LoopOrder order) {
  return order == kernel::LoopOrder::RowsOuter ? kernel::LoopOrder::PanelsOuter
                                               : kernel::LoopOrder::RowsOuter;
}

SmallVector<Attribute> sinter::candidateSchedules(Operation *op, const SchedulePolicy &policy) {
  constexpr size_t tiles = 6, reordered = 2;
  MLIRContext *context = op->getContext();
  ConvShape shape = shapeOf(op, policy.unit.lanes);
  llvm::SetVector<Attribute> candidates;
  candidates.insert(choose(op, policy));
  if (takesWinograd(op, policy.unit.lanes))
    for (int64_t tileSize : {4, 2})
      for (const WinogradSchedule &schedule : rankWinograd(tileSize, shape, policy.unit))
        if (!policy.maxError || errorBound(op, schedule) <= policy.maxError)
          candidates.insert(toAttribute(context, schedule));
  kernel::LoopOrder chosen = chooseLoopOrder(shape);
  for (auto [order, count] : {std::pair(chosen, tiles), {otherOrder(chosen), reordered}}) {
    std::vector<DirectSchedule> ranked = rankDirect(shape, policy.unit, order);
    for (const DirectSchedule &schedule : ArrayRef(ranked).take_front(count))
      candidates.insert(toAttribute(context, schedule));
  }
  return candidates.takeVector();
}
