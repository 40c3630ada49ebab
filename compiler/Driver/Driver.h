//===- Driver.h - The sinter command line -------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_DRIVER_H
#define SINTER_COMPILER_DRIVER_DRIVER_H

#include <string>
#include <vector>

namespace sinter::driver {

/// Runs `sinter SUBCOMMAND ...`; returns the exit status: 0, or 1 after any error.
int main(int argc, const char *const *argv);

/// The arguments behind the subcommand's name.
using Arguments = std::vector<std::string>;

// One function per subcommand, each in the file of its name (`inspect` is in
// Inspect.cpp). Each prints its own errors and returns the exit status.
int compileMain(const Arguments &arguments);
int fmtMain(const Arguments &arguments);
int inspectMain(const Arguments &arguments);

int runMain(const Arguments &arguments);
int benchMain(const Arguments &arguments);
int verifyMain(const Arguments &arguments);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_DRIVER_H
