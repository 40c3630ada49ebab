//===- Program.cpp - A kernel made ready to run ---------------------------===//

#include "test/emulator/Program.h"

#include "test/emulator/Decode.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

namespace {

/// Decodes one kernel.
class Decoder {
public:
  Decoder(LLVM::LLVMFuncOp kernel, ErrorLog &errors)
      : kernel(kernel), errors(errors), program(std::make_unique<Program>()) {}

  std::unique_ptr<Program> run();

private:
  void placeSharedGlobals();
  bool readSignature();
  void readThreadLimits();
  bool placeArguments();
  bool defineValues(Block &block);
  bool define(Value value);
  bool decode(Block &block);
  bool decode(Operation &op);
  /// Takes a value that never changes, which is in its registers from the start.
  bool addConstant(Operation &op);
  bool addConstant(Value result, ArrayRef<uint64_t> words);
  Instruction instructionOf(Operation &op);
  bool fail(Operation *op, StringRef kind, const Twine &detail);

  LLVM::LLVMFuncOp kernel;
  ErrorLog &errors;
  std::unique_ptr<Program> program;
  Registers registers;
  llvm::DenseMap<Block *, unsigned> numbers;
  llvm::DenseSet<Operation *> constants;
  llvm::StringMap<uint64_t> sharedOffsets; ///< of the globals in shared memory
};

} // namespace

/// Always false, for the caller to return.
bool Decoder::fail(Operation *op, StringRef kind, const Twine &detail) {
  errors.add(op, program->name, kind, detail);
  return false;
}

//===----------------------------------------------------------------------===//
// The kernel as a whole
//===----------------------------------------------------------------------===//

/// Shared memory holds what the kernel uses: one global after the other, in the order of the
/// module, then the one without a size, which is the dynamic shared memory.
void Decoder::placeSharedGlobals() {
  llvm::StringSet<> used;
  kernel.walk([&](LLVM::AddressOfOp op) { used.insert(op.getGlobalName()); });
  SmallVector<LLVM::GlobalOp> sized, unsized;
  for (auto global : kernel->getParentRegion()->getOps<LLVM::GlobalOp>())
    if (global.getAddrSpace() == unsigned(Space::Shared) && used.contains(global.getSymName()))
      (extentOf(global.getGlobalType()).bytes ? sized : unsized).push_back(global);

  uint64_t end = 0;
  auto place = [&](LLVM::GlobalOp global) {
    Extent extent = extentOf(global.getGlobalType());
    end = llvm::alignTo(end, global.getAlignment().value_or(extent.alignment));
    sharedOffsets[global.getSymName()] = end;
    end += extent.bytes;
  };
  llvm::for_each(sized, place);
  llvm::for_each(unsized, place);
  program->staticSharedBytes = end;
}

void Decoder::readThreadLimits() {
  auto read = [&](StringRef name) -> std::optional<unsigned> {
    auto sizes = kernel->getAttrOfType<DenseI32ArrayAttr>(name);
    if (!sizes)
      return std::nullopt;
    unsigned product = 1;
    for (int32_t size : sizes.asArrayRef())
      product *= static_cast<unsigned>(size);
    return product;
  };
  program->requiredThreads = read(NVVM::NVVMDialect::getReqntidAttrName());
  program->maximumThreads = read(NVVM::NVVMDialect::getMaxntidAttrName());
}

bool Decoder::readSignature() {
  if (kernel.isExternal() || !isa<LLVM::LLVMVoidType>(kernel.getFunctionType().getReturnType()))
    return fail(kernel, "not supported", "expects a kernel with a body and without a result");
  readThreadLimits();
  for (BlockArgument argument : kernel.getArguments()) {
    Parameter parameter{0, isa<LLVM::LLVMPointerType>(argument.getType()), std::nullopt, 1};
    unsigned number = argument.getArgNumber();
    if (auto bytes = kernel.getArgAttrOfType<IntegerAttr>(
            number, LLVM::LLVMDialect::getDereferenceableAttrName()))
      parameter.dereferenceable = bytes.getInt();
    if (auto bytes =
            kernel.getArgAttrOfType<IntegerAttr>(number, LLVM::LLVMDialect::getAlignAttrName()))
      parameter.alignment = std::max<int64_t>(bytes.getInt(), 1);
    program->parameters.push_back(parameter);
  }
  return true;
}

bool Decoder::define(Value value) {
  bool isLocal = Registers::isLocal(value);
  if (isLocal ? registers.defineLocally(value) : registers.define(value))
    return true;
  Operation *op = value.getDefiningOp();
  return fail(op ? op : kernel, "not supported", "the emulator has no values of this type");
}

/// What a block may use without defining it needs registers before any block is decoded: its
/// arguments, constants, results that other blocks use.
bool Decoder::defineValues(Block &block) {
  numbers.try_emplace(&block, numbers.size());
  for (BlockArgument argument : block.getArguments())
    if (!define(argument))
      return false;
  for (Operation &op : block) {
    if (addConstant(op)) {
      constants.insert(&op);
      continue;
    }
    for (Value result : op.getResults())
      if (!Registers::isLocal(result) && !define(result))
        return false;
  }
  return true;
}

bool Decoder::placeArguments() {
  for (BlockArgument argument : kernel.getArguments()) {
    if (registers.count(argument) != 1)
      return fail(kernel, "not supported", "arguments of kernels that are not scalars");
    program->parameters[argument.getArgNumber()].slot = registers.slot(argument);
  }
  return true;
}

std::unique_ptr<Program> Decoder::run() {
  program->name = kernel.getSymName().str();
  program->kernel = kernel;
  if (!readSignature())
    return nullptr;
  placeSharedGlobals();
  for (Block &block : kernel.getBody())
    if (!defineValues(block))
      return nullptr;
  bool isComplete = placeArguments();
  for (Block &block : kernel.getBody()) {
    program->blockStarts.push_back(program->instructions.size());
    isComplete &= decode(block);
  }
  program->slots = registers.size();
  return isComplete ? std::move(program) : nullptr;
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

bool Decoder::addConstant(Value result, ArrayRef<uint64_t> words) {
  if (!registers.define(result))
    return false;
  for (auto [i, word] : llvm::enumerate(words))
    program->constants.push_back({registers.slot(result) + unsigned(i), word});
  return true;
}

bool Decoder::addConstant(Operation &op) {
  if (op.getNumResults() != 1)
    return false;
  Value result = op.getResult(0);
  if (auto constant = dyn_cast<LLVM::ConstantOp>(op)) {
    auto words = constantWords(constant.getValue(), result.getType());
    return words && addConstant(result, *words);
  }
  if (auto address = dyn_cast<LLVM::AddressOfOp>(op)) {
    auto offset = sharedOffsets.find(address.getGlobalName());
    return offset != sharedOffsets.end() && addConstant(result, offset->second);
  }
  if (!isa<LLVM::ZeroOp, LLVM::UndefOp, LLVM::PoisonOp>(op))
    return false;
  std::optional<Elements> elements = elementsOf(result.getType());
  if (!elements)
    return false;
  SmallVector<uint64_t> words;
  for (Element element : *elements)
    words.push_back(isa<LLVM::ZeroOp>(op) ? 0 : undefinedWord(element));
  return addConstant(result, words);
}

Instruction Decoder::instructionOf(Operation &op) {
  if (op.hasTrait<OpTrait::IsTerminator>())
    return {Instruction::Kind::Terminator, &op, decodeTerminator(registers, &op, numbers)};
  // Other barriers than the one of all threads are not supported.
  if (isa<NVVM::Barrier0Op>(op) || (isa<NVVM::BarrierOp>(op) && op.getNumOperands() == 0))
    return {Instruction::Kind::Barrier, &op, Action()};
  for (auto decodeKind :
       {decodeInteger, decodeFloat, decodeAggregate, decodeMemory, decodeWarp, decodeMatrix})
    if (Action action = decodeKind(registers, &op))
      return {Instruction::Kind::Plain, &op, std::move(action)};
  return {Instruction::Kind::Plain, &op, Action()};
}

bool Decoder::decode(Operation &op) {
  for (Value result : op.getResults())
    if (Registers::isLocal(result) && !define(result)) {
      // Without registers, nothing that uses the result can be decoded.
      errors.stop();
      return false;
    }
  Instruction instruction = instructionOf(op);
  bool isSupported = instruction.kind == Instruction::Kind::Barrier || instruction.action;
  program->instructions.push_back(std::move(instruction));
  registers.release(&op);
  return isSupported ||
         fail(&op, "not supported", "the emulator does not know this operation, or not this form");
}

bool Decoder::decode(Block &block) {
  bool isComplete = true;
  for (Operation &op : block)
    if (!constants.contains(&op) && !errors.isStopped())
      isComplete &= decode(op);
  return isComplete;
}

std::unique_ptr<Program> emulator::decode(LLVM::LLVMFuncOp kernel, ErrorLog &errors) {
  return Decoder(kernel, errors).run();
}
