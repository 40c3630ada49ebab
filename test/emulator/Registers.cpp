//===- Registers.cpp - Assigns registers to values ------------------------===//

#include "test/emulator/Registers.h"

#include "mlir/IR/Block.h"

#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

bool Registers::isLocal(Value value) {
  Operation *definition = value.getDefiningOp();
  return definition && llvm::all_of(value.getUsers(), [&](Operation *user) {
           return user->getBlock() == definition->getBlock();
         });
}

bool Registers::addType(Type type) {
  if (types.count(type))
    return true;
  std::optional<Elements> elements = elementsOf(type);
  if (!elements || elements->empty())
    return false;
  types.try_emplace(type, std::move(*elements));
  return true;
}

unsigned Registers::allocate(unsigned count) {
  std::vector<unsigned> &candidates = unused[count];
  if (!candidates.empty()) {
    unsigned slot = candidates.back();
    candidates.pop_back();
    return slot;
  }
  unsigned slot = used;
  used += count;
  return slot;
}

bool Registers::defineLocally(Value value) {
  if (!addType(value.getType()))
    return false;
  slots[value] = allocate(count(value));
  reusable.insert(value);
  return true;
}

bool Registers::define(Value value) {
  if (!addType(value.getType()))
    return false;
  slots[value] = used;
  used += count(value);
  return true;
}

void Registers::release(Operation *op) {
  llvm::SmallSetVector<Value, 8> candidates;
  candidates.insert(op->result_begin(), op->result_end());
  candidates.insert(op->operand_begin(), op->operand_end());
  for (Value value : candidates) {
    bool isDead = reusable.contains(value) && llvm::all_of(value.getUsers(), [&](Operation *user) {
                    return user == op || user->isBeforeInBlock(op);
                  });
    if (!isDead)
      continue;
    reusable.erase(value);
    unused[count(value)].push_back(slot(value));
  }
}
