//===- Tune.h - Measured schedules --------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_TUNE_H
#define SINTER_COMPILER_DRIVER_TUNE_H

#include "compiler/Driver/Compiler.h"

namespace sinter::driver {

struct TuneOptions {
  std::string path;     ///< of the schedule file that is written
  unsigned threads = 1; ///< to measure on
  double seconds = 2;   ///< for each candidate
};

/// Measures, on this machine and within the network, the schedules worth trying for each layer;
/// writes the best ones to a schedule file and compiles with them. Returns the exit status.
int tune(const CompileOptions &options, const InputOptions &inputOptions,
         const TuneOptions &tuneOptions);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_TUNE_H
