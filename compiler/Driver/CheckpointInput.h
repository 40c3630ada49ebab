//===- CheckpointInput.h - Bare checkpoints as networks -----------*- C++ -*-===//
//
// What subcommands share that take a `.safetensors` file for a network: the
// options for what it does not tell, and reading it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_CHECKPOINTINPUT_H
#define SINTER_COMPILER_DRIVER_CHECKPOINTINPUT_H

#include "compiler/Driver/Input.h"

#include "llvm/Support/Error.h"

#include <boost/program_options.hpp>

namespace sinter::driver {

/// Adds `--image-size`, `--stride-on`, `--stem` and `--gate` to a subcommand.
void addCheckpointOptions(boost::program_options::options_description &options);

/// Their values. The error says what one expects.
llvm::Expected<checkpoint::Options>
checkpointOptions(const boost::program_options::variables_map &values);

/// The values of `--batch`, `--network` and of the options above, where a subcommand has them.
llvm::Expected<InputOptions> inputOptionsOf(const boost::program_options::variables_map &values);

/// Maps the checkpoint at `path`, describes its network and builds that. Its module is null
/// after errors were printed.
LoadedNetwork loadCheckpoint(const std::string &path, mlir::MLIRContext &context,
                             const InputOptions &options);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_CHECKPOINTINPUT_H
