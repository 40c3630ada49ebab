//===- Emulator.cpp - The function of the host ----------------------------===//

#include "test/emulator/Emulator.h"

#include "test/emulator/Machine.h"
#include "test/emulator/Values.h"
#include "test/emulator/Warp.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

namespace {

/// Follows the function that launches the kernels: constants, offsets into its arguments,
/// launches.
class Host {
public:
  Host(ModuleOp module, ArrayRef<Buffer> buffers, ErrorLog &errors, Statistics &statistics)
      : module(module), buffers(buffers), errors(errors), machine(buffers, errors, statistics) {}

  void run(StringRef name);

private:
  bool bindArguments(FunctionOpInterface function);
  void execute(Operation &op);
  bool executeConstant(Operation &op, Attribute value);
  bool executeGEP(LLVM::GEPOp op);
  void launch(gpu::LaunchFuncOp op);
  const Program *programOf(gpu::LaunchFuncOp op);
  std::array<uint64_t, 3> sizesOf(gpu::KernelDim3 sizes);

  ModuleOp module;
  ArrayRef<Buffer> buffers;
  ErrorLog &errors;
  Machine machine;
  llvm::DenseMap<Value, Argument> values;
  llvm::DenseMap<Operation *, std::unique_ptr<Program>> programs;
};

} // namespace

bool Host::bindArguments(FunctionOpInterface function) {
  if (function.isExternal() || !llvm::hasSingleElement(function.getFunctionBody()) ||
      function.getNumArguments() != buffers.size()) {
    errors.add(function, "host", "not supported",
               Twine("expects a function of one block with ") + Twine(buffers.size()) +
                   " arguments");
    return false;
  }
  for (BlockArgument argument : function.getArguments())
    values[argument] = {argument.getArgNumber(), 0, 0};
  return true;
}

void Host::run(StringRef name) {
  auto function = module.lookupSymbol<FunctionOpInterface>(name);
  if (!function) {
    errors.add(module, "host", "not found", Twine("function ") + name);
    return;
  }
  if (!bindArguments(function))
    return;
  for (Operation &op : function.getFunctionBody().front()) {
    execute(op);
    if (errors.isStopped())
      return;
  }
}

bool Host::executeConstant(Operation &op, Attribute value) {
  auto words = constantWords(value, op.getResult(0).getType());
  if (!words || words->size() != 1)
    return false;
  values[op.getResult(0)] = {BufferView::noBuffer, 0, words->front()};
  return true;
}

bool Host::executeGEP(LLVM::GEPOp op) {
  if (op.getRawConstantIndices().size() != 1)
    return false;
  int64_t index = op.getRawConstantIndices().front();
  if (!op.getDynamicIndices().empty()) {
    Value value = op.getDynamicIndices().front();
    auto type = dyn_cast<IntegerType>(value.getType());
    if (!type)
      return false;
    index = signExtended(values.lookup(value).word, type.getWidth());
  }
  Argument result = values.lookup(op.getBase());
  result.offset += index * static_cast<int64_t>(extentOf(op.getElemType()).bytes);
  values[op.getRes()] = result;
  return true;
}

void Host::execute(Operation &op) {
  bool isSupported = llvm::TypeSwitch<Operation *, bool>(&op)
                         .Case<arith::ConstantOp, LLVM::ConstantOp>([&](auto constant) {
                           return executeConstant(op, constant.getValue());
                         })
                         .Case<LLVM::GEPOp>([&](auto gep) { return executeGEP(gep); })
                         .Case<gpu::LaunchFuncOp>([&](auto launchOp) {
                           launch(launchOp);
                           return true;
                         })
                         .Case<func::ReturnOp, LLVM::ReturnOp>([](auto) { return true; })
                         .Default([](Operation *) { return false; });
  if (isSupported)
    return;
  errors.add(&op, "host", "not supported", "the emulator does not know this operation here");
  errors.stop();
}

const Program *Host::programOf(gpu::LaunchFuncOp op) {
  auto kernel = dyn_cast_or_null<LLVM::LLVMFuncOp>(
      SymbolTable::lookupNearestSymbolFrom(module, op.getKernel()));
  if (!kernel) {
    errors.add(op, "host", "not found", "expects a kernel that is an llvm.func");
    return nullptr;
  }
  auto [entry, isNew] = programs.try_emplace(kernel);
  if (isNew)
    entry->second = decode(kernel, errors);
  return entry->second.get();
}

std::array<uint64_t, 3> Host::sizesOf(gpu::KernelDim3 sizes) {
  return {values.lookup(sizes.x).word, values.lookup(sizes.y).word, values.lookup(sizes.z).word};
}

void Host::launch(gpu::LaunchFuncOp op) {
  if (op.hasClusterSize() || !op.getAsyncDependencies().empty() || op.getAsyncToken()) {
    errors.add(op, "host", "not supported", "launches with clusters or tokens");
    return errors.stop();
  }
  const Program *program = programOf(op);
  if (!program)
    return errors.stop();
  Launch launch{
      op, sizesOf(op.getGridSizeOperandValues()), sizesOf(op.getBlockSizeOperandValues()), 0, {}};
  if (Value bytes = op.getDynamicSharedMemorySize())
    launch.dynamicSharedBytes = values.lookup(bytes).word;
  for (Value argument : op.getKernelOperands())
    launch.arguments.push_back(values.lookup(argument));
  machine.run(*program, launch);
}

std::vector<std::string> emulator::run(ModuleOp module, StringRef network, ArrayRef<Buffer> buffers,
                                       Statistics *statistics) {
  ErrorLog errors;
  Statistics ownStatistics;
  Host(module, buffers, errors, statistics ? *statistics : ownStatistics).run(network);
  return std::move(errors.messages);
}
