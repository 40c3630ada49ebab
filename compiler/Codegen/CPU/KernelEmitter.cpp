//===- KernelEmitter.cpp - Builds the code of one kernel ------------------===//

#include "compiler/Codegen/CPU/KernelEmitter.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::cpu;

#include "compiler/Codegen/CPU/CPUKernelInterface.cpp.inc"

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value KernelEmitter::loadVector(Value buffer, Value at) {
  return vector::LoadOp::create(builder, loc, vectorType(), buffer, at);
}
void KernelEmitter::storeVector(Value value, Value buffer, Value at) {
  vector::StoreOp::create(builder, loc, value, buffer, at);
}
void KernelEmitter::prefetch(Value buffer, Value at) {
  memref::PrefetchOp::create(builder, loc, buffer, at, /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}
void KernelEmitter::prefetchPart(Value buffer, Value at, int64_t elements, Value part,
                                 int64_t parts) {
  constexpr int64_t lineElements = 64 / sizeof(float), maxStreams = 4;
  int64_t lines = llvm::divideCeil(elements, lineElements);
  int64_t linesOfPart = llvm::divideCeil(lines, parts);
  int64_t streams = std::min(linesOfPart, maxStreams), length = llvm::divideCeil(lines, streams);
  int64_t linesOfStream = llvm::divideCeil(linesOfPart, streams);
  Value first = add(at, mul(part, linesOfStream * lineElements));
  for (int64_t line = 0; line < linesOfStream; ++line)
    for (int64_t stream = 0; stream < streams; ++stream)
      prefetch(buffer, add(first, (stream * length + line) * lineElements));
}
Value KernelEmitter::loadScalar(Value buffer, Value at) {
  return memref::LoadOp::create(builder, loc, buffer, at);
}
void KernelEmitter::storeScalar(Value value, Value buffer, Value at) {
  memref::StoreOp::create(builder, loc, value, buffer, at);
}
Value KernelEmitter::broadcast(Value scalar) {
  return vector::BroadcastOp::create(builder, loc, vectorType(), scalar);
}
Value KernelEmitter::loadBroadcast(Value buffer, Value at) {
  return broadcast(loadScalar(buffer, at));
}

//===----------------------------------------------------------------------===//
// Lanes
//===----------------------------------------------------------------------===//

Value KernelEmitter::lanesBelow(Value count) {
  auto type = VectorType::get({lanes}, builder.getI1Type());
  return vector::CreateMaskOp::create(builder, loc, type, count);
}

Value KernelEmitter::join(Value low, Value high, int64_t count) {
  auto order = llvm::to_vector(llvm::seq<int64_t>(lanes - count, 2 * lanes - count));
  return vector::ShuffleOp::create(builder, loc, low, high, order);
}

Value KernelEmitter::loadSpread(Value buffer, Value at, int64_t lane, int64_t size) {
  constexpr int64_t shuffledLanes = 4; // of a shuffle that is one instruction of one port
  if (size > shuffledLanes && 2 * size == lanes) {
    auto halves = llvm::map_to_vector(llvm::seq<int64_t>(0, lanes), [&](int64_t i) { return i < size; });
    auto type = VectorType::get({lanes}, builder.getI1Type());
    Value isFirst = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, halves));
    return select(isFirst, loadBroadcast(buffer, add(at, lane)),
                  loadBroadcast(buffer, add(at, size + lane)));
  }
  Value vector = loadVector(buffer, at);
  if (size == 1)
    return vector;
  auto order = llvm::map_to_vector(llvm::seq<int64_t>(0, lanes),
                                   [&](int64_t i) { return i / size * size + lane; });
  return vector::ShuffleOp::create(builder, loc, vector, vector, order);
}
