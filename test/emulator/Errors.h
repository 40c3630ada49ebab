//===- Errors.h - What a run found wrong --------------------------*- C++ -*-===//

#ifndef SINTER_TEST_EMULATOR_ERRORS_H
#define SINTER_TEST_EMULATOR_ERRORS_H

#include "mlir/IR/Operation.h"

#include <string>
#include <utility>
#include <vector>

namespace sinter::emulator {

/// The operation in one line, without regions and large constants.
std::string printed(mlir::Operation *op);

/// Collects errors: each kind once per operation, because a wrong operation is wrong for many
/// threads, and ten in all.
class ErrorLog {
public:
  static constexpr size_t maximum = 10;

  /// Whether `add` would keep an error of this kind at `op`.
  bool isNew(mlir::Operation *op, llvm::StringRef kind) const;
  /// The message becomes "`where`: `kind`: `detail`: `op`".
  void add(mlir::Operation *op, llvm::StringRef where, llvm::StringRef kind,
           const llvm::Twine &detail);
  /// There is no sense in going on.
  void stop() { stopped = true; }
  bool isStopped() const { return stopped || messages.size() >= maximum; }

  std::vector<std::string> messages;

private:
  std::vector<std::pair<mlir::Operation *, std::string>> known;
  bool stopped = false;
};

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_ERRORS_H
