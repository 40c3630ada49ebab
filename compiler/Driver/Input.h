//===- Input.h - Networks that subcommands work on ----------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_INPUT_H
#define SINTER_COMPILER_DRIVER_INPUT_H

#include "compiler/Frontend/Checkpoint/Checkpoint.h"
#include "compiler/Frontend/Weights/WeightSource.h"

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
  /// What a bare checkpoint does not tell; for no other input.
  checkpoint::Options checkpoint;
  /// What each block computes is an output, too: see ExposeBlocks.h.
  bool exposeBlocks = false;
};

/// A network as a frontend read it.
struct LoadedNetwork {
  std::string path;
  mlir::OwningOpRef<mlir::ModuleOp> module; ///< one function; null after an error
  std::unique_ptr<WeightSource> weights;    ///< null where the file has none
  std::string description;                  ///< of a checkpoint, in the network language
};

/// Reads the network at `path`, whose extension says what it is: `.sinter` text, an `.onnx`
/// model, `.safetensors` of a bare checkpoint, or `.mlir` of the nn dialect. Its module is
/// null after errors were printed to standard error. The context has the dialects of
/// registerAllSinter.
LoadedNetwork loadNetwork(const std::string &path, mlir::MLIRContext &context,
                          const InputOptions &options);

/// The function of a module that loadNetwork returned: it holds one network.
mlir::func::FuncOp networkOf(mlir::ModuleOp module);

/// The weights that `--weights SPEC` names, or those that came with the network where
/// `spec` is empty; held to the network's parameters. Null after errors were printed.
std::unique_ptr<WeightSource> takeWeights(LoadedNetwork &network, const std::string &spec);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_INPUT_H
