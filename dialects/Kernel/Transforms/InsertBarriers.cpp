//===- InsertBarriers.cpp - Separate kernels that depend on each other ----===//

#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"

namespace sinter::kernel {
#define GEN_PASS_DEF_INSERTBARRIERS
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace sinter::kernel

using namespace mlir;
using namespace sinter::kernel;

namespace {

/// Bytes that an operation touches: a range of a slot, or a whole argument.
struct Access {
  Value buffer;
  Value base;
  int64_t begin, end;
  bool isWrite;
  bool isHalo;

  bool conflictsWith(const Access &other) const {
    // A halo is written beside the kernel that writes the pixels.
    if (isWrite && other.isWrite && isHalo != other.isHalo && buffer == other.buffer)
      return false;
    return base == other.base && begin < other.end && other.begin < end &&
           (isWrite || other.isWrite);
  }
};

Access getAccess(Operation *op, Value value, bool isWrite) {
  bool isHalo = isa<ZeroHaloOp>(op);
  int64_t bytes = getStorageBytes(cast<MemRefType>(value.getType()));
  if (auto slot = value.getDefiningOp<SlotOp>()) {
    int64_t begin = slot.getOffset();
    return {value, slot.getWorkspace(), begin, begin + bytes, isWrite, isHalo};
  }
  return {value, value, 0, bytes, isWrite, isHalo};
}

SmallVector<Access> collectAccesses(MemoryEffectOpInterface op) {
  SmallVector<MemoryEffects::EffectInstance> effects;
  op.getEffects(effects);
  SmallVector<Access> accesses;
  for (const MemoryEffects::EffectInstance &effect : effects)
    if (Value value = effect.getValue())
      accesses.push_back(getAccess(op, value, isa<MemoryEffects::Write>(effect.getEffect())));
  return accesses;
}

struct InsertBarriers final : sinter::kernel::impl::InsertBarriersBase<InsertBarriers> {
  using InsertBarriersBase::InsertBarriersBase;

  void runOnOperation() override {
    SmallVector<Access> sinceBarrier;
    for (Operation &op : getOperation().front()) {
      auto effects = dyn_cast<MemoryEffectOpInterface>(op);
      if (!effects)
        continue;
      SmallVector<Access> accesses = collectAccesses(effects);
      bool conflicts = llvm::any_of(accesses, [&](const Access &access) {
        return llvm::any_of(sinceBarrier,
                            [&](const Access &other) { return access.conflictsWith(other); });
      });
      if (conflicts || (betweenAll && !sinceBarrier.empty() && !accesses.empty())) {
        OpBuilder builder(&op);
        BarrierOp::create(builder, op.getLoc());
        sinceBarrier.clear();
      }
      llvm::append_range(sinceBarrier, accesses);
    }
  }
};

} // namespace
