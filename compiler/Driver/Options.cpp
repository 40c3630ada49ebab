//===- Options.cpp - Command-line options with helpful errors -------------===//

#include "compiler/Driver/Options.h"

#include "llvm/ADT/StringRef.h"

#include <iostream>

namespace po = boost::program_options;

int sinter::driver::fail(const std::string &message) {
  fmt::print(stderr, "sinter: error: {}\n", message);
  return 1;
}

/// The option of `options` whose name is nearest to `unknown`, or "".
static std::string nearestOption(const po::options_description &options, llvm::StringRef unknown) {
  unknown = unknown.ltrim('-').take_until([](char c) { return c == '='; });
  std::string best;
  unsigned bestDistance = unknown.size() / 2 + 1;
  for (const auto &option : options.options()) {
    unsigned distance = unknown.edit_distance(option->long_name(), true, bestDistance);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = option->long_name();
    }
  }
  return best;
}

std::optional<po::variables_map> sinter::driver::parse(Syntax &syntax, const Arguments &arguments,
                                                       int &status) {
  po::options_description all;
  all.add(syntax.options).add_options()("help,h", "print this and exit");
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments)
                  .options(all)
                  .positional(syntax.positional)
                  .style(po::command_line_style::default_style &
                         ~po::command_line_style::allow_guessing)
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
    std::string nearest = nearestOption(all, error.get_option_name());
    status = fail(fmt::format("unknown option '{}' of 'sinter {}'{}", error.get_option_name(),
                              syntax.name,
                              nearest.empty() ? "" : fmt::format("; did you mean '--{}'?", nearest)));
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
