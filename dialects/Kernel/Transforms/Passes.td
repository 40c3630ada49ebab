//===- Passes.td - Passes on the kernel dialect -------------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_TD
#define SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlanMemory : Pass<"kernel-plan-memory", "::mlir::ModuleOp"> {
  let summary = "place buffers in one workspace and weights in one section";
  let description = [{
    Every `memref.alloc` becomes a `kernel.slot` of a new last argument, the
    workspace. Buffers that live at the same time never overlap; the largest
    is placed first, at the lowest offset that is free during its life
    (greedy by size; Pisarchyk & Lee 2020). Every `kernel.weights` gets its
    offset. Offsets are multiples of 64 bytes.

    **Requires** functions of one block. **Ensures** that no `memref.alloc`
    remains and every `kernel.weights` has an offset.

    Example: `test/dialects/Kernel/Transforms/plan-memory.mlir`
  }];
}

def InsertBarriers : Pass<"kernel-insert-barriers", "::mlir::func::FuncOp"> {
  let summary = "separate kernels that depend on each other";
  let description = [{
    Inserts a `kernel.barrier` before an operation that reads or writes bytes
    another one has written, or writes bytes it has read, since the last
    barrier. Independent kernels share an interval.

    **Requires** planned memory: bytes are compared by slot. **Ensures** that
    threads may run the function with each operation's work split any way.

    With `between-all`, there is one before every other kernel, too: each is a step
    by itself, whose time can be told from that of its neighbours.

    Example: `test/dialects/Kernel/Transforms/insert-barriers.mlir`
  }];
  let options = [
    Option<"betweenAll", "between-all", "bool", "false", "separate kernels that do not depend on each other, too">,
  ];
}

def BalanceWork : Pass<"kernel-balance-work", "::mlir::func::FuncOp"> {
  let summary = "let threads that are ahead take work from those behind";
  let description = [{
    Gives a convolution with much work `kernel.queues`, at the end of the workspace. A
    thread then takes its share of the items from its queue, some at a time, and what is
    left in the queues of others after that. So a thread whose core is slower, or busy
    with something else, does not hold up the others. Which thread computes an item
    does not change its result.

    A thread zeroes the queues before the first barrier, so kernels before it have
    none. Nor have those of less than `min-multiply-adds`, which are over before it pays.

    **Requires** barriers. **Ensures** nothing: it may be left out.

    Example: `test/dialects/Kernel/Transforms/balance-work.mlir`
  }];
  let options = [
    Option<"minMultiplyAdds", "min-multiply-adds", "int64_t", "4000000", "the least work that is balanced">,
  ];
}

#endif // SINTER_DIALECTS_KERNEL_TRANSFORMS_PASSES_TD
