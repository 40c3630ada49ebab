//===- LowerKernels.cpp - Kernels to functions that a GPU's threads run ---===//

#include "compiler/Codegen/CUDA/CUDA.h"
#include "compiler/Codegen/CUDA/KernelEmitter.h"
#include "compiler/Codegen/Common/KernelKey.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

namespace sinter::cuda {
#define GEN_PASS_DEF_LOWERKERNELS
#include "compiler/Codegen/CUDA/Passes.h.inc"
} // namespace sinter::cuda

using namespace mlir;
using namespace sinter;
using namespace sinter::cuda;

static LLVM::LLVMPointerType globalPointer(MLIRContext *context) {
  return LLVM::LLVMPointerType::get(context, static_cast<unsigned>(NVVM::NVVMMemorySpace::Global));
}

namespace {

/// Lowers one network function.
class NetworkLowering {
public:
  explicit NetworkLowering(func::FuncOp network)
      : network(network), pointer(globalPointer(network.getContext())) {}

  LogicalResult run();

private:
  void createModule();
  void createFunction();
  LogicalResult lower(Operation &op);
  LogicalResult lowerKernel(CUDAKernelOpInterface op);
  LLVM::LLVMFuncOp getKernel(CUDAKernelOpInterface op, const Launch &launch);
  void bind(Value buffer, Value base, int64_t offset);

  func::FuncOp network;
  const Type pointer;
  OpBuilder builder{network.getContext()}; ///< of launches
  OpBuilder kernels{network.getContext()}; ///< of functions in the module
  gpu::GPUModuleOp module;
  LLVM::GlobalOp shared;
  Value workspace, weights;
  IRMapping pointers; ///< of buffers
  llvm::StringMap<LLVM::LLVMFuncOp> emitted;
  llvm::StringMap<unsigned> nameCounts;
};

} // namespace

/// The module of kernels, with the array that stands for a block's shared memory.
void NetworkLowering::createModule() {
  builder.setInsertionPoint(network);
  module = gpu::GPUModuleOp::create(builder, network.getLoc(),
                                    (network.getName() + "_kernels").str());
  kernels.setInsertionPointToStart(module.getBody());
  auto bytes = LLVM::LLVMArrayType::get(builder.getI8Type(), 0);
  constexpr uint64_t alignment = 128;
  shared = LLVM::GlobalOp::create(kernels, network.getLoc(), bytes, /*isConstant=*/false,
                                  LLVM::Linkage::External, "shared", Attribute(), alignment,
                                  static_cast<unsigned>(NVVM::NVVMMemorySpace::Shared));
}

/// The function of the network: pointers to its buffers, then workspace and weights.
void NetworkLowering::createFunction() {
  SmallVector<Type> arguments(network.getNumArguments() + 1, pointer);
  auto function = func::FuncOp::create(builder, network.getLoc(), network.getName(),
                                       builder.getFunctionType(arguments, {}));
  for (unsigned i = 0; i + 1 < network.getNumArguments(); ++i)
    if (DictionaryAttr attributes = network.getArgAttrDict(i))
      function.setArgAttrs(i, attributes);
  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  for (auto [buffer, argument] :
       llvm::zip(network.getArguments().drop_back(), entry->getArguments()))
    pointers.map(buffer, argument);
  workspace = entry->getArguments().take_back(2)[0];
  weights = entry->getArguments().take_back(2)[1];
}

LogicalResult NetworkLowering::run() {
  createModule();
  createFunction();
  for (Operation &op : network.front())
    if (failed(lower(op)))
      return failure();
  network.erase();
  return success();
}

void NetworkLowering::bind(Value buffer, Value base, int64_t offset) {
  auto advance = [&](int64_t bytes) {
    base = LLVM::GEPOp::create(builder, buffer.getLoc(), pointer, builder.getI8Type(), base,
                               ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(bytes)});
  };
  // A constant of the operation has 29 bits.
  constexpr int64_t furthest = int64_t(1) << 27;
  for (; offset > furthest; offset -= furthest)
    advance(furthest);
  advance(offset);
  pointers.map(buffer, base);
}

LogicalResult NetworkLowering::lower(Operation &op) {
  if (auto kernel = dyn_cast<CUDAKernelOpInterface>(op))
    return lowerKernel(kernel);
  if (auto slot = dyn_cast<kernel::SlotOp>(op)) {
    bind(slot.getResult(), workspace, slot.getOffset());
  } else if (auto packed = dyn_cast<kernel::GetWeightsOp>(op)) {
    auto section = SymbolTable::lookupNearestSymbolFrom<kernel::WeightsOp>(&op, packed.getNameAttr());
    bind(packed.getResult(), weights, section.getOffset().value_or(0));
  } else if (isa<func::ReturnOp>(op)) {
    func::ReturnOp::create(builder, op.getLoc());
  } else if (!isa<kernel::BarrierOp>(op)) { // kernels of a stream wait for each other
    return op.emitOpError("has no GPU code; expects planned kernels on NHWC maps");
  }
  return success();
}

/// Offsets have 32 bits.
static LogicalResult verifySizes(Operation *op) {
  for (Value operand : op->getOperands()) {
    auto type = cast<MemRefType>(operand.getType());
    if (kernel::getStorageType(type).getNumElements() > std::numeric_limits<int32_t>::max())
      return op->emitOpError("has a buffer of more than 2^31 elements: ") << type;
    if (auto layout = dyn_cast<kernel::BlockedAttr>(type.getLayout()))
      if (layout.hasHalo() || kernel::getStorageType(type).getDimSize(1) != 1)
        return op->emitOpError("expects NHWC maps without a halo, got ") << type;
  }
  auto conv = dyn_cast<kernel::GemmConv2dOp>(op);
  if (!conv)
    return success();
  std::string reason = whyUnusable(conv.getSchedule(), conv.getProductType());
  if (!reason.empty())
    return op->emitOpError("has a schedule of ") << reason;
  return success();
}

LogicalResult NetworkLowering::lowerKernel(CUDAKernelOpInterface op) {
  if (failed(verifySizes(op)))
    return failure();
  Launch launch = op.getLaunch();
  LLVM::LLVMFuncOp kernel = getKernel(op, launch);
  Location loc = op.getLoc();
  auto size = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(builder, loc, value);
  };
  SmallVector<Value> arguments = llvm::map_to_vector(
      op->getOperands(), [&](Value operand) { return pointers.lookup(operand); });
  auto name = SymbolRefAttr::get(module.getNameAttr(), {FlatSymbolRefAttr::get(kernel)});
  Value sharedBytes = arith::ConstantIntOp::create(builder, loc, launch.sharedBytes, 32);
  auto call = gpu::LaunchFuncOp::create(
      builder, loc, name,
      gpu::KernelDim3{size(launch.grid[0]), size(launch.grid[1]), size(launch.grid[2])},
      gpu::KernelDim3{size(launch.threads), size(1), size(1)}, sharedBytes, arguments);
  call->setAttr("layers", op->getAttr("layers"));
  return success();
}

LLVM::LLVMFuncOp NetworkLowering::getKernel(CUDAKernelOpInterface op, const Launch &launch) {
  // What no launch writes. Of another buffer the compiler must not know more than its size: its
  // loads would move to where a thread has not waited for the launches before.
  SmallVector<bool> isConstant = llvm::map_to_vector(op->getOperands(), [](Value operand) {
    return operand.getDefiningOp<kernel::GetWeightsOp>() != nullptr;
  });
  std::string key = kernelKey(op);
  for (bool constant : isConstant)
    key += constant ? " weights" : " buffer";
  LLVM::LLVMFuncOp &kernel = emitted[key];
  if (kernel)
    return kernel;
  MLIRContext *context = op->getContext();
  StringRef shortName = op->getName().stripDialect();
  std::string name =
      (network.getName() + "_" + shortName + "_" + Twine(nameCounts[shortName]++)).str();
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(context),
                                          SmallVector<Type>(op->getNumOperands(), pointer));
  kernel = LLVM::LLVMFuncOp::create(kernels, op.getLoc(), name, type);
  kernel->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), kernels.getUnitAttr());
  kernel->setAttr(NVVM::NVVMDialect::getKernelFuncAttrName(), kernels.getUnitAttr());
  kernel->setAttr(NVVM::NVVMDialect::getReqntidAttrName(),
                  kernels.getDenseI32ArrayAttr({static_cast<int32_t>(launch.threads), 1, 1}));
  if (launch.maxRegisters)
    kernel->setAttr(NVVM::NVVMDialect::getMaxnregAttrName(),
                    kernels.getI32IntegerAttr(launch.maxRegisters));
  for (auto [i, operand] : llvm::enumerate(op->getOperands())) {
    kernel.setArgAttr(i, LLVM::LLVMDialect::getDereferenceableAttrName(),
                      kernels.getI64IntegerAttr(
                          kernel::getStorageBytes(cast<MemRefType>(operand.getType()))));
    if (isConstant[i])
      kernel.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), kernels.getUnitAttr());
  }
  auto body = OpBuilder::atBlockBegin(kernel.addEntryBlock(kernels));
  KernelEmitter emitter(body, op.getLoc(), shared);
  op.emitThread(emitter, kernel.getArguments());
  LLVM::ReturnOp::create(body, op.getLoc(), ValueRange());
  return kernel;
}

namespace {

struct LowerKernels final : sinter::cuda::impl::LowerKernelsBase<LowerKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(), UnitAttr::get(&getContext()));
    for (auto network : llvm::to_vector(module.getOps<func::FuncOp>()))
      if (failed(NetworkLowering(network).run()))
        return signalPassFailure();
    for (auto weights : llvm::make_early_inc_range(module.getOps<kernel::WeightsOp>()))
      weights.erase();
  }
};

} // namespace
