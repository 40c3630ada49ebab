//===- Options.cpp - Command-line options with helpful errors -------------===//

#include "compiler/Driver/Options.h"

#include "compiler/Support/Suggest.h"

#include "llvm/ADT/StringRef.h"

#include <iostream>

namespace po = boost::program_options;

int sinter::driver::fail(const std::string &message) {
  fmt::print(stderr, "sinter: error: {}\n", message);
  return 1;
}

/// "; did you mean '--x'?" for the option of `options` whose name is nearest to `unknown`.
static std::string suggestOption(const po::options_description &options, llvm::StringRef unknown) {
  unknown = unknown.ltrim('-').take_until([](char c) { return c == '='; });
  std::vector<std::string> names;
  for (const auto &option : options.options())
    names.push_back("--" + option->long_name());
  return sinter::suggestion("--" + unknown.str(),
                            std::vector<llvm::StringRef>(names.begin(), names.end()));
}

std::optional<po::variables_map> sinter::driver::parse(Syntax &syntax, const Arguments &arguments,
                                                       int &status) {
  po::options_description all;
  all.add(syntax.options).add_options()("help,h", "print this and exit");
  po::variables_map values;
  try {
    po::store(
        po::command_line_parser(arguments)
            .options(all)
            .positional(syntax.positional)
            .style(po::command_line_style::default_style & ~po::command_line_style::allow_guessing)
            .run(),
        values);
    if (values.count("help")) {
      std::cout << syntax.summary << "\n\nUsage: " << syntax.usage << "\n\nOptions:\n"
                << syntax.options;
      status = 0;
      return std::nullopt;
    }
    po::notify(values);
  } catch (const po::unknown_option &error) {
    status = fail(fmt::format("unknown option '{}' of 'sinter {}'{}", error.get_option_name(),
                              syntax.name, suggestOption(all, error.get_option_name())));
    return std::nullopt;
  } catch (const po::too_many_positional_options_error &) {
    status = fail(fmt::format("too many arguments; usage: {}", syntax.usage));
    return std::nullopt;
  } catch (const po::error &error) {
    status = fail(fmt::format("{}; see 'sinter {} --help'", error.what(), syntax.name));
    return std::nullopt;
  }
  return values;
}
