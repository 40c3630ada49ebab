//===- KernelEmitter.cpp - Builds the code of a GPU's thread --------------===//

#include "compiler/Codegen/CUDA/KernelEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cuda;

#include "compiler/Codegen/CUDA/CUDAKernelInterface.cpp.inc"

//===----------------------------------------------------------------------===//
// Threads
//===----------------------------------------------------------------------===//

template <typename RegisterOp> static Value readIndex(KernelEmitter &e) {
  Value number = RegisterOp::create(e.builder, e.loc, e.builder.getI32Type());
  return arith::IndexCastOp::create(e.builder, e.loc, e.builder.getIndexType(), number);
}

Value KernelEmitter::threadIndex() { return readIndex<NVVM::ThreadIdXOp>(*this); }

Value KernelEmitter::blockIndex(int dimension) {
  return dimension == 0   ? readIndex<NVVM::BlockIdXOp>(*this)
         : dimension == 1 ? readIndex<NVVM::BlockIdYOp>(*this)
                          : readIndex<NVVM::BlockIdZOp>(*this);
}

void KernelEmitter::barrier() { NVVM::Barrier0Op::create(builder, loc); }

void KernelEmitter::waitForLaunches() {
  // In this order at most one launch waits: its blocks take room from none that could run.
  for (auto kind : {NVVM::GridDepActionKind::wait, NVVM::GridDepActionKind::launch_dependents})
    NVVM::GriddepcontrolOp::create(builder, loc, kind);
}

Value KernelEmitter::shuffleXor(Value value, int32_t mask) {
  return NVVM::ShflOp::create(builder, loc, value.getType(), constantI32(-1), value,
                              constantI32(mask), constantI32(warpSize - 1), NVVM::ShflKind::bfly,
                              UnitAttr());
}

Value KernelEmitter::valueIf(Value condition, Type type, llvm::function_ref<Value()> body) {
  if (!condition)
    return body();
  auto branch = scf::IfOp::create(builder, loc, type, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(builder, loc, body());
  builder.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(builder, loc, constant(type, 0));
  return branch.getResult(0);
}

Value KernelEmitter::both(Value lhs, Value rhs) {
  if (!lhs || !rhs)
    return lhs ? lhs : rhs;
  return arith::AndIOp::create(builder, loc, lhs, rhs);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

static Type countOf(Type element, int64_t count) {
  return count == 1 ? element : VectorType::get({count}, element);
}

Value KernelEmitter::elementAt(Value pointer, Type element, Value at) {
  return LLVM::GEPOp::create(builder, loc, pointer.getType(), element, pointer,
                             ArrayRef<LLVM::GEPArg>{toI32(at)});
}

Value KernelEmitter::load(Value pointer, Type element, Value at, int64_t count) {
  unsigned alignment = count * element.getIntOrFloatBitWidth() / 8;
  Value value = LLVM::LoadOp::create(builder, loc, countOf(element, count),
                                     elementAt(pointer, element, at), alignment);
  if (element.isF32())
    return value;
  return arith::ExtFOp::create(builder, loc, countOf(builder.getF32Type(), count), value);
}

void KernelEmitter::store(Value value, Value pointer, Type element, Value at) {
  auto vector = dyn_cast<VectorType>(value.getType());
  int64_t count = vector ? vector.getNumElements() : 1;
  if (!element.isF32())
    value = arith::TruncFOp::create(builder, loc, countOf(element, count), value);
  LLVM::StoreOp::create(builder, loc, value, elementAt(pointer, element, at),
                        count * element.getIntOrFloatBitWidth() / 8);
}

Value KernelEmitter::sharedAt(Value byte) {
  Value base = LLVM::AddressOfOp::create(builder, loc, shared);
  return elementAt(base, builder.getI8Type(), byte);
}

Value KernelEmitter::toI32(Value index) {
  return builder.createOrFold<arith::IndexCastOp>(loc, builder.getI32Type(), index);
}

Value KernelEmitter::constantI32(int32_t value) {
  return arith::ConstantIntOp::create(builder, loc, value, 32);
}
