//===- LowerKernels.cpp - Kernels to functions of loops over vectors ------===//

#include "compiler/Codegen/CPU/CPU.h"
#include "compiler/Codegen/CPU/KernelEmitter.h"
#include "compiler/Codegen/Common/KernelKey.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"

namespace sinter::cpu {
#define GEN_PASS_DEF_LOWERKERNELS
#include "compiler/Codegen/CPU/Passes.h.inc"
} // namespace sinter::cpu

using namespace mlir;
using namespace sinter;
using namespace sinter::cpu;

/// From the counter of one queue to that of the next.
static constexpr int64_t queueElements = kernel::queueBytes / sizeof(int64_t);

static MemRefType flatType(MemRefType type) {
  return MemRefType::get({kernel::getStorageType(type).getNumElements()}, type.getElementType());
}

namespace {

/// Lowers one network function.
class NetworkLowering {
public:
  NetworkLowering(func::FuncOp network, int64_t lanes, bool hasFMA)
      : network(network), kernels(network), lanes(lanes), hasFMA(hasFMA) {}

  LogicalResult run();

private:
  void createFunction();
  LogicalResult lower(Operation &op);
  void lowerSlot(kernel::SlotOp op);
  void lowerGetWeights(kernel::GetWeightsOp op);
  void lowerBarrier(kernel::BarrierOp op);
  void lowerKernel(CPUKernelOpInterface op);
  /// Computes the items from `first` to before `end`; `previous` as KernelEmitter::previousItem.
  void callKernel(CPUKernelOpInterface op, Value first, Value end, Value previous);
  void takeFromQueues(CPUKernelOpInterface op, Value members);
  /// Returns what is then the thread's previous item.
  Value takeFromQueue(CPUKernelOpInterface op, Value counters, Value queue, Value queues,
                      Value previous);
  Value queuesOf(Operation *op);
  LogicalResult zeroQueues();
  func::FuncOp getKernel(CPUKernelOpInterface op);
  /// `bytes`, from `offset` on, as a flat array of the elements of `type`.
  Value view(Location loc, Value bytes, int64_t offset, MemRefType type);

  func::FuncOp network;
  OpBuilder kernels; ///< inserts before the network's function
  const int64_t lanes;
  const bool hasFMA;

  func::FuncOp function;
  OpBuilder builder{network.getContext()};
  Value workspace, weights, thread, threads, barrier, barrierContext;
  IRMapping flat; ///< buffers as flat arrays
  llvm::StringMap<func::FuncOp> emitted;
  llvm::StringMap<unsigned> nameCounts;
};

} // namespace

static int64_t weightsBytes(ModuleOp module) {
  int64_t bytes = 64;
  for (auto op : module.getOps<kernel::WeightsOp>())
    bytes = std::max<int64_t>(bytes, op.getOffset().value_or(0) +
                                         kernel::getStorageBytes(op.getMemRefType()));
  return bytes;
}

/// The function of the network: its buffers flat, then workspace, weights,
/// thread, threads, barrier, barrier context.
void NetworkLowering::createFunction() {
  MLIRContext *context = network.getContext();
  Type index = builder.getIndexType(), pointer = LLVM::LLVMPointerType::get(context);
  auto bytesType = MemRefType::get({weightsBytes(network->getParentOfType<ModuleOp>())},
                                   builder.getI8Type());
  SmallVector<Type> arguments;
  for (Type type : network.getArgumentTypes().drop_back())
    arguments.push_back(flatType(cast<MemRefType>(type)));
  arguments.append({network.getArgumentTypes().back(), bytesType, index, index, pointer, pointer});
  function = func::FuncOp::create(kernels, network.getLoc(), network.getName(),
                                  builder.getFunctionType(arguments, {}));
  for (unsigned i = 0; i + 1 < network.getNumArguments(); ++i)
    if (DictionaryAttr attributes = network.getArgAttrDict(i))
      function.setArgAttrs(i, attributes);

  Block *entry = function.addEntryBlock();
  builder.setInsertionPointToStart(entry);
  flat.map(network.getArguments().drop_back(), entry->getArguments());
  auto rest = entry->getArguments().take_back(6);
  workspace = rest[0], weights = rest[1], thread = rest[2], threads = rest[3];
  barrier = rest[4], barrierContext = rest[5];
}

LogicalResult NetworkLowering::run() {
  createFunction();
  if (failed(zeroQueues()))
    return failure();
  for (Operation &op : network.front())
    if (failed(lower(op)))
      return failure();
  network.erase();
  return success();
}

LogicalResult NetworkLowering::lower(Operation &op) {
  if (auto kernel = dyn_cast<CPUKernelOpInterface>(op))
    lowerKernel(kernel);
  else if (auto slot = dyn_cast<kernel::SlotOp>(op))
    lowerSlot(slot);
  else if (auto weights = dyn_cast<kernel::GetWeightsOp>(op))
    lowerGetWeights(weights);
  else if (auto barrier = dyn_cast<kernel::BarrierOp>(op))
    lowerBarrier(barrier);
  else if (isa<func::ReturnOp>(op))
    func::ReturnOp::create(builder, op.getLoc());
  else
    return op.emitOpError("has no CPU code; expects planned kernels");
  return success();
}

Value NetworkLowering::view(Location loc, Value bytes, int64_t offset, MemRefType type) {
  Value byteOffset = arith::ConstantIndexOp::create(builder, loc, offset);
  return memref::ViewOp::create(builder, loc, flatType(type), bytes, byteOffset, ValueRange{});
}

void NetworkLowering::lowerSlot(kernel::SlotOp op) {
  flat.map(op.getResult(), view(op.getLoc(), workspace, op.getOffset(), op.getResult().getType()));
}

void NetworkLowering::lowerGetWeights(kernel::GetWeightsOp op) {
  auto packed = SymbolTable::lookupNearestSymbolFrom<kernel::WeightsOp>(op, op.getNameAttr());
  flat.map(op.getResult(), view(op.getLoc(), weights, packed.getOffset().value_or(0),
                                op.getResult().getType()));
}

void NetworkLowering::lowerBarrier(kernel::BarrierOp op) {
  Location loc = op.getLoc();
  // A thread alone may have none; who times the steps gives it one all the same.
  Value none = LLVM::ZeroOp::create(builder, loc, barrier.getType());
  Value isGiven =
      LLVM::ICmpOp::create(builder, loc, LLVM::ICmpPredicate::ne, barrier, none);
  auto branch = scf::IfOp::create(builder, loc, isGiven, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenYield());
  auto type = LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(builder.getContext()),
                                          {barrierContext.getType()});
  LLVM::CallOp::create(builder, loc, type, ValueRange{barrier, barrierContext});
}

/// Where part `number` of `parts` of an operation's items begins; the last one ends with part `parts`.
static Value beginOf(KernelEmitter &e, int64_t items, Value number, Value parts) {
  return arith::DivUIOp::create(e.builder, e.loc, e.mul(number, items), parts);
}

void NetworkLowering::lowerKernel(CPUKernelOpInterface op) {
  KernelEmitter e(builder, op.getLoc(), lanes, hasFMA);
  // Threads beyond the most that the operation can have compute nothing.
  std::optional<int64_t> maxThreads = op.getMaxThreads();
  Value members = maxThreads ? e.min(threads, e.index(*maxThreads)) : threads;
  if (!op->hasAttr(kernel::queuesAttrName)) {
    auto begin = [&](Value number) {
      return beginOf(e, op.getWorkItems(), maxThreads ? e.min(number, members) : number, members);
    };
    return callKernel(op, begin(thread), begin(e.add(thread, 1)), e.index(op.getWorkItems()));
  }
  if (!maxThreads)
    return takeFromQueues(op, members);
  auto branch = scf::IfOp::create(builder, op.getLoc(), e.lessThan(thread, members),
                                  /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenYield());
  takeFromQueues(op, members);
}

void NetworkLowering::callKernel(CPUKernelOpInterface op, Value first, Value end,
                                 Value previous) {
  SmallVector<Value> arguments = llvm::map_to_vector(
      op->getOperands(), [&](Value operand) { return flat.lookup(operand); });
  arguments.append({first, end, previous, thread});
  func::CallOp::create(builder, op.getLoc(), getKernel(op), arguments);
}

void NetworkLowering::takeFromQueues(CPUKernelOpInterface op, Value members) {
  KernelEmitter e(builder, op.getLoc(), lanes, hasFMA);
  Value counters = queuesOf(op), queues = e.min(members, e.index(kernel::maxQueues));
  // Its own queue first, then those of the threads behind it.
  Value own = e.rem(thread, queues);
  e.loop(e.index(0), queues, e.index(op.getWorkItems()), [&](Value i, ValueRange previous) {
    Value queue = e.rem(e.add(own, i), queues);
    return SmallVector<Value>{takeFromQueue(op, counters, queue, queues, previous[0])};
  });
}

Value NetworkLowering::takeFromQueue(CPUKernelOpInterface op, Value counters, Value queue,
                                     Value queues, Value previous) {
  Location loc = op.getLoc();
  KernelEmitter e(builder, loc, lanes, hasFMA);
  // Enough parts for two threads to end within 2 % of each other.
  constexpr int64_t parts = 64;
  int64_t items = op.getWorkItems(), chunk = std::max<int64_t>(items / parts, 1);
  Value first = beginOf(e, items, queue, queues), end = beginOf(e, items, e.add(queue, 1), queues);
  Value place = e.mul(queue, queueElements);
  Value step = arith::ConstantIntOp::create(builder, loc, chunk, 64);

  Type index = builder.getIndexType();
  auto loop = scf::WhileOp::create(builder, loc, TypeRange{index, index}, previous);
  OpBuilder::InsertionGuard guard(builder);
  Block *before = builder.createBlock(&loop.getBefore(), {}, index, loc);
  Value taken = memref::AtomicRMWOp::create(builder, loc, arith::AtomicRMWKind::addi, step, counters,
                                            place);
  Value item = e.add(first, arith::IndexCastOp::create(builder, loc, index, taken));
  scf::ConditionOp::create(builder, loc, e.lessThan(item, end),
                           ValueRange{item, before->getArgument(0)});

  Block *body = builder.createBlock(&loop.getAfter(), {}, {index, index}, {loc, loc});
  item = body->getArgument(0);
  Value chunkEnd = e.min(e.add(item, chunk), end);
  callKernel(op, item, chunkEnd, body->getArgument(1));
  scf::YieldOp::create(builder, loc, e.sub(chunkEnd, e.index(1)));
  return loop.getResult(1);
}

/// The counters of an operation's queues, of which every `queueElements`-th is used.
Value NetworkLowering::queuesOf(Operation *op) {
  int64_t offset = op->getAttrOfType<IntegerAttr>(kernel::queuesAttrName).getInt();
  return view(op->getLoc(), workspace, offset,
              MemRefType::get({kernel::maxQueues * queueElements}, builder.getI64Type()));
}

/// The workspace may hold anything. No kernel before the first barrier has queues.
LogicalResult NetworkLowering::zeroQueues() {
  auto queued = llvm::filter_to_vector(llvm::make_pointer_range(network.front()), [](Operation *op) {
    return op->hasAttr(kernel::queuesAttrName);
  });
  if (queued.empty())
    return success();
  Location loc = network.getLoc();
  KernelEmitter e(builder, loc, lanes, hasFMA);
  Value isFirst =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, thread, e.index(0));
  auto branch = scf::IfOp::create(builder, loc, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPoint(branch.thenYield());
  Value zero = arith::ConstantIntOp::create(builder, loc, 0, 64);
  int64_t end = cast<MemRefType>(workspace.getType()).getDimSize(0) -
                kernel::maxQueues * kernel::queueBytes;
  for (Operation *op : queued) {
    if (op->getAttrOfType<IntegerAttr>(kernel::queuesAttrName).getInt() > end)
      return op->emitOpError("expects its '")
             << kernel::queuesAttrName << "' in the workspace, which ends before them";
    Value counters = queuesOf(op);
    e.loop(kernel::maxQueues, [&](Value queue) {
      memref::StoreOp::create(builder, loc, zero, counters, e.mul(queue, queueElements));
    });
  }
  return success();
}

func::FuncOp NetworkLowering::getKernel(CPUKernelOpInterface op) {
  func::FuncOp &kernel = emitted[kernelKey(op)];
  if (kernel)
    return kernel;
  SmallVector<Type> arguments = llvm::map_to_vector(op->getOperandTypes(), [](Type type) -> Type {
    return flatType(cast<MemRefType>(type));
  });
  arguments.append(4, builder.getIndexType());
  StringRef shortName = op->getName().stripDialect();
  std::string name =
      (network.getName() + "_" + shortName + "_" + Twine(nameCounts[shortName]++)).str();
  kernel = func::FuncOp::create(kernels, op->getLoc(), name,
                                kernels.getFunctionType(arguments, {}));
  kernel.setPrivate();
  kernel->setAttr("llvm.linkage", LLVM::LinkageAttr::get(kernels.getContext(),
                                                         LLVM::linkage::Linkage::Internal));
  for (auto [i, operand] : llvm::enumerate(op->getOperands()))
    if (llvm::count(op->getOperands(), operand) == 1)
      kernel.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(), kernels.getUnitAttr());

  auto body = OpBuilder::atBlockBegin(kernel.addEntryBlock());
  KernelEmitter e(body, op->getLoc(), lanes, hasFMA);
  auto buffers = kernel.getArguments().drop_back(4), share = kernel.getArguments().take_back(4);
  e.firstItem = share[0], e.endItem = share[1], e.previousItem = share[2], e.thread = share[3];
  e.loop(e.firstItem, e.endItem, [&](Value item) { op.emitWorkItem(e, buffers, item); });
  func::ReturnOp::create(body, op->getLoc());
  return kernel;
}

namespace {

struct LowerKernels final : sinter::cpu::impl::LowerKernelsBase<LowerKernels> {
  using LowerKernelsBase::LowerKernelsBase;

  void runOnOperation() override {
    auto networks = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp network : networks)
      if (failed(NetworkLowering(network, lanes, fma).run()))
        return signalPassFailure();
    for (auto weights : llvm::make_early_inc_range(getOperation().getOps<kernel::WeightsOp>()))
      weights.erase();
  }
};

} // namespace
