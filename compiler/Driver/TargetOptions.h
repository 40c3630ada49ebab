//===- TargetOptions.h - What code is compiled for ----------------*- C++ -*-===//
//
// Options of the subcommands that compile: `--target` and what belongs to it.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_TARGETOPTIONS_H
#define SINTER_COMPILER_DRIVER_TARGETOPTIONS_H

#include "compiler/Driver/Compiler.h"

#include <boost/program_options.hpp>

namespace sinter::driver {

/// Adds `--target`, `--gpu`, `--precision`, `--input-format`, `--cpu`, `--lanes` and `--max-error`.
void addTargetOptions(boost::program_options::options_description &options);

/// Takes their values over. The error says what one expects, or that it is for another target.
llvm::Error setTarget(CompileOptions &options,
                      const boost::program_options::variables_map &values);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_TARGETOPTIONS_H
