//===- Driver.cpp - The sinter command line -------------------------------===//

#include "compiler/Driver/Driver.h"

#include "compiler/Driver/Options.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

#include <new>

using namespace sinter;

namespace {

struct Subcommand {
  llvm::StringRef name;
  llvm::StringRef summary;
  int (*run)(const driver::Arguments &);
};

int versionMain(const driver::Arguments &) {
  fmt::print("sinter {}\n", SINTER_VERSION);
  return 0;
}

const Subcommand subcommands[] = {
    {"compile", "compile a network to native code", driver::compileMain},
    {"run", "run a compiled network on arrays or images", driver::runMain},
    {"bench", "time a compiled network", driver::benchMain},
    {"verify", "compare compiled code with the reference, block by block", driver::verifyMain},
    {"inspect", "print the layers of a network", driver::inspectMain},
    {"fmt", "print network files in canonical layout", driver::fmtMain},
    {"version", "print the version", versionMain},
};

void printUsage(FILE *stream) {
  fmt::print(stream, "sinter: ahead-of-time compiler for residual convolutional networks\n\n"
                     "Usage: sinter SUBCOMMAND ...      (sinter SUBCOMMAND --help tells more)\n\n");
  for (const Subcommand &subcommand : subcommands)
    fmt::print(stream, "  {:<10}{}\n", subcommand.name.str(), subcommand.summary.str());
}

int runSubcommand(const Subcommand &subcommand, const driver::Arguments &arguments) {
  try {
    return subcommand.run(arguments);
  } catch (const std::bad_alloc &) {
    return driver::fail("not enough memory");
  }
}

} // namespace

int driver::main(int argc, const char *const *argv) {
  if (argc < 2) {
    printUsage(stderr);
    return 1;
  }
  llvm::StringRef name = argv[1];
  if (name == "--help" || name == "-h" || name == "help") {
    printUsage(stdout);
    return 0;
  }
  if (name == "--version")
    return versionMain({});
  for (const Subcommand &subcommand : subcommands)
    if (subcommand.name == name)
      return runSubcommand(subcommand, Arguments(argv + 2, argv + argc));

  std::vector<llvm::StringRef> names;
  for (const Subcommand &subcommand : subcommands)
    names.push_back(subcommand.name);
  std::string hint = suggestion(name, names);
  return fail(fmt::format("unknown subcommand '{}'{}", name.str(),
                          hint.empty() ? "; see 'sinter --help'" : hint));
}
