//===- Input.h - Networks that subcommands work on ----------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_INPUT_H
#define SINTER_COMPILER_DRIVER_INPUT_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <optional>
#include <string>

namespace sinter::driver {

/// Largest --batch; tensors are bounded besides.
constexpr uint64_t maxBatch = 1'000'000;

struct InputOptions {
  /// `--batch N`: replaces the leading dimension of every input.
  std::optional<int64_t> batch;
  /// `--network NAME`: which one, where a file defines several.
  std::string network;
};

/// Reads the network at `path`, whose extension says what it is: `.sinter`
/// text, or `.mlir` of the nn dialect. Returns null after errors were printed to
/// standard error. The context has the dialects of registerAllSinter.
mlir::OwningOpRef<mlir::ModuleOp> loadNetwork(const std::string &path, mlir::MLIRContext &context,
                                              const InputOptions &options);

/// The function of a module that loadNetwork returned: it holds one network.
mlir::func::FuncOp networkOf(mlir::ModuleOp module);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_INPUT_H
