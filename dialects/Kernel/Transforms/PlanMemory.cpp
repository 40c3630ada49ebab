//===- PlanMemory.cpp - Slots of one workspace, offsets of weights --------===//
//
// A network is one block, so a buffer's life is an interval of operation
// numbers, from the first that touches it to the last.
//
//===----------------------------------------------------------------------===//

#include "dialects/Kernel/IR/Kernel.h"
#include "dialects/Kernel/Transforms/Passes.h"

#include "llvm/Support/MathExtras.h"

namespace sinter::kernel {
#define GEN_PASS_DEF_PLANMEMORY
#include "dialects/Kernel/Transforms/Passes.h.inc"
} // namespace sinter::kernel

using namespace mlir;
using namespace sinter::kernel;

namespace {

constexpr int64_t kAlignment = 64;

struct Buffer {
  memref::AllocOp alloc;
  int64_t bytes;
  int64_t firstUse, lastUse; // operation numbers, inclusive
  int64_t offset = 0;

  bool livesWith(const Buffer &other) const {
    return firstUse <= other.lastUse && other.firstUse <= lastUse;
  }
};

int64_t storageBytes(MemRefType type) {
  return llvm::alignTo(getStorageBytes(type), kAlignment);
}

SmallVector<Buffer> collectBuffers(Block &block) {
  DenseMap<Operation *, int64_t> numbers;
  for (auto [number, op] : llvm::enumerate(block))
    numbers[&op] = number;
  SmallVector<Buffer> buffers;
  for (auto alloc : block.getOps<memref::AllocOp>()) {
    Buffer buffer{alloc, storageBytes(alloc.getType()), std::numeric_limits<int64_t>::max(), -1};
    for (Operation *user : alloc->getUsers()) {
      buffer.firstUse = std::min(buffer.firstUse, numbers.lookup(user));
      buffer.lastUse = std::max(buffer.lastUse, numbers.lookup(user));
    }
    buffers.push_back(buffer);
  }
  return buffers;
}

/// Chooses offsets and returns the size of the workspace.
int64_t placeBuffers(MutableArrayRef<Buffer> buffers) {
  SmallVector<Buffer *> bySize(llvm::make_pointer_range(buffers));
  llvm::sort(bySize, [](Buffer *a, Buffer *b) {
    return a->bytes != b->bytes ? a->bytes > b->bytes : a < b; // a < b: in program order
  });
  SmallVector<Buffer *> placed; // by offset
  int64_t size = 0;
  for (Buffer *buffer : bySize) {
    for (Buffer *other : placed)
      if (buffer->livesWith(*other) && other->offset < buffer->offset + buffer->bytes)
        buffer->offset = std::max(buffer->offset, other->offset + other->bytes);
    auto position =
        llvm::upper_bound(placed, buffer, [](Buffer *a, Buffer *b) { return a->offset < b->offset; });
    placed.insert(position, buffer);
    size = std::max(size, buffer->offset + buffer->bytes);
  }
  return size;
}

void planWorkspace(func::FuncOp function) {
  Block &block = function.front();
  SmallVector<Buffer> buffers = collectBuffers(block);
  // A workspace is never empty: callers need not treat it as a special case.
  int64_t size = std::max(placeBuffers(buffers), kAlignment);

  auto type = MemRefType::get({size}, IntegerType::get(function.getContext(), 8));
  unsigned index = function.getNumArguments();
  if (failed(function.insertArgument(index, type, {}, function.getLoc())))
    llvm_unreachable("an argument of a function type that takes any");
  for (Buffer &buffer : buffers) {
    OpBuilder builder(buffer.alloc);
    auto slot = SlotOp::create(builder, buffer.alloc.getLoc(), buffer.alloc.getType(),
                               function.getArgument(index), buffer.offset);
    buffer.alloc.replaceAllUsesWith(slot.getResult());
    buffer.alloc.erase();
  }
}

struct PlanMemory final : sinter::kernel::impl::PlanMemoryBase<PlanMemory> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (!function.getBody().hasOneBlock()) {
        function.emitOpError("expects one block, to plan its memory");
        return signalPassFailure();
      }
      planWorkspace(function);
    }
    int64_t offset = 0;
    for (auto weights : getOperation().getOps<WeightsOp>()) {
      weights.setOffset(offset);
      offset += storageBytes(weights.getMemRefType());
    }
  }
};

} // namespace
