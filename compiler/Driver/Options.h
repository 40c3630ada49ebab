//===- Options.h - Command-line options with helpful errors -------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_OPTIONS_H
#define SINTER_COMPILER_DRIVER_OPTIONS_H

#include "compiler/Driver/Driver.h"

#include "llvm/Support/Error.h"

#include <boost/program_options.hpp>
#include <fmt/core.h>

#include <optional>

namespace sinter::driver {

/// Prints "sinter: error: MESSAGE" to standard error and returns 1.
int fail(const std::string &message);

/// What a subcommand takes: named options and positional arguments.
struct Syntax {
  std::string name;    ///< "compile"
  std::string usage;   ///< "sinter compile INPUT -o OUTPUT [options]"
  std::string summary; ///< one sentence
  boost::program_options::options_description options;
  boost::program_options::positional_options_description positional;
};

/// Parses `arguments`. After an error (unknown options are told with the
/// nearest known one) or after --help has been printed, returns no values and
/// sets `status` to what the subcommand should return.
std::optional<boost::program_options::variables_map> parse(Syntax &syntax,
                                                           const Arguments &arguments, int &status);

/// The options that `makeOptions` makes of `arguments`. Otherwise errors or the help have been
/// printed, and `status` is what the subcommand should return.
template <typename Options>
std::optional<Options>
parseOptions(Syntax syntax, const Arguments &arguments,
             llvm::Expected<Options> (*makeOptions)(const boost::program_options::variables_map &),
             int &status) {
  auto values = parse(syntax, arguments, status);
  if (!values)
    return std::nullopt;
  llvm::Expected<Options> options = makeOptions(*values);
  if (options)
    return std::move(*options);
  status = fail(llvm::toString(options.takeError()));
  return std::nullopt;
}

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_OPTIONS_H
