//===- Registers.h - Assigns registers to values ------------------*- C++ -*-===//

#ifndef SINTER_TEST_EMULATOR_REGISTERS_H
#define SINTER_TEST_EMULATOR_REGISTERS_H

#include "test/emulator/Values.h"

#include "mlir/IR/Operation.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"

#include <vector>

namespace sinter::emulator {

/// The registers of one kernel's values. A value that is used in its own block only gives its
/// registers back after the last use: no lane that waits in another block needs them, and the
/// fewer registers, the more of them stay in the cache of the host.
class Registers {
public:
  /// Whether only the block that defines `value` uses it.
  static bool isLocal(mlir::Value value);
  /// Gives a local value registers, until `release`. False if the emulator has no values of its
  /// type.
  bool defineLocally(mlir::Value value);
  /// Gives any value registers of its own.
  bool define(mlir::Value value);
  /// Gives back the registers of the operands and results of `op` that no later operation uses.
  void release(mlir::Operation *op);

  /// The first register of a value.
  unsigned slot(mlir::Value value) const { return slots.lookup(value); }
  /// How many registers a value has; what each of them holds.
  unsigned count(mlir::Value value) const { return elements(value.getType()).size(); }
  const Elements &elements(mlir::Type type) const { return types.find(type)->second; }
  /// That of a scalar or of the elements of a vector.
  Element element(mlir::Value value) const { return elements(value.getType()).front(); }
  /// Registers in all.
  unsigned size() const { return used; }

private:
  unsigned allocate(unsigned count);
  bool addType(mlir::Type type);

  llvm::DenseMap<mlir::Value, unsigned> slots;
  llvm::DenseMap<mlir::Type, Elements> types;
  llvm::DenseSet<mlir::Value> reusable;                   ///< defined, with uses to come
  llvm::DenseMap<unsigned, std::vector<unsigned>> unused; ///< first registers, by their count
  unsigned used = 0;
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_REGISTERS_H
