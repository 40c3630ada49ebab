//===- BalanceWork.cpp - Queues of work for threads that are ahead ---------------===//

#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"

#include "llvm/Support/MathExtras.h"

namespace sinter::kernel {
#define GEN_PASS_DEF_BALANCEWORK
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace sinter::kernel

using namespace mlir;
using namespace sinter::kernel;

namespace {

struct BalanceWork final : sinter::kernel::impl::BalanceWorkBase<BalanceWork> {
  using BalanceWorkBase::BalanceWorkBase;

  void runOnOperation() override {
    func::FuncOp network = getOperation();
    BlockArgument workspace = network.getArguments().back();
    auto type = cast<MemRefType>(workspace.getType());
    int64_t size = llvm::alignTo(type.getDimSize(0), queueBytes);

    Builder builder(&getContext());
    bool isBehindBarrier = false;
    for (Operation &op : network.front()) {
      isBehindBarrier |= isa<BarrierOp>(op);
      if (!isBehindBarrier || !isa<Conv2dOp, WinogradConv2dOp>(op) ||
          countMultiplyAdds(&op) < minMultiplyAdds)
        continue;
      op.setAttr(queuesAttrName, builder.getI64IntegerAttr(size));
      size += maxQueues * queueBytes;
    }

    workspace.setType(MemRefType::get({size}, type.getElementType()));
    network.setFunctionType(
        builder.getFunctionType(network.front().getArgumentTypes(), network.getResultTypes()));
  }
};

} // namespace
