//===- KernelDialect.td - The kernel dialect ----------------*- tablegen -*-===//

#ifndef SINTER_DIALECTS_KERNEL_IR_KERNELDIALECT_TD
#define SINTER_DIALECTS_KERNEL_IR_KERNELDIALECT_TD

include "mlir/IR/OpBase.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"
include "mlir/IR/EnumAttr.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::sinter::kernel";
  let summary = "how a network is computed";
  let description = [{
    Operations in destination-passing style on memrefs with an explicit layout.
    Each is one kernel call: its operands are buffers, its attributes the
    schedule. A network is a straight sequence of them in one function; a
    thread computes a share of each operation's work items.

    Feature maps have the logical shape N x C x H x W and the layout
    `#kernel.blocked`. A linear layer's activations are feature maps of one
    pixel.
  }];
  let dependentDialects = ["::sinter::nn::NNDialect", "::mlir::memref::MemRefDialect"];
  let useDefaultAttributePrinterParser = 1;
  // kernel.schedule: see KernelSchedules.td; kernel.queues: see kernel-balance-work.
  let hasOperationAttrVerify = 1;
}

def Kernel_BlockedAttr : AttrDef<Kernel_Dialect, "Blocked",
    [DeclareAttrInterfaceMethods<MemRefLayoutAttrInterface, ["verifyLayout"]>]> {
  let mnemonic = "blocked";
  let summary = "channels in blocks, pixels with a halo";
  let description = [{
    Element (n, c, y, x) of a memref of shape N x C x H x W stands at index
    (n, c / block, top + y, left + x, c % block) of a dense array of shape
    N x ceil(C / block) x (top + H + bottom) x (left + W + right) x block.
    The halo lets convolutions read their padding without edge cases. Lanes
    beyond C hold finite values.

    Example: `memref<1x64x56x56xf32, #kernel.blocked<16, halo = [1, 1, 1, 1]>>`
  }];
  let parameters = (ins "int64_t":$block, ArrayRefParameter<"int64_t">:$halo);
  let genVerifyDecl = 1;
  // By hand, because of the `halo =`.
  let hasCustomAssemblyFormat = 1;
  let extraClassDeclaration = [{
    /// The most lanes of a block.
    static constexpr int64_t maxBlock = int64_t(1) << 31;

    int64_t getTop() const { return getHalo()[0]; }
    int64_t getLeft() const { return getHalo()[1]; }
    int64_t getBottom() const { return getHalo()[2]; }
    int64_t getRight() const { return getHalo()[3]; }
    bool hasHalo() const { return ::llvm::any_of(getHalo(), [](int64_t h) { return h != 0; }); }
  }];
}

#endif // SINTER_DIALECTS_KERNEL_IR_KERNELDIALECT_TD
