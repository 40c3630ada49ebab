//===- Fmt.cpp - sinter fmt -----------------------------------------------===//
//
// Prints network files in canonical layout, rewrites them, or says which of
// them are not.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Options.h"
#include "compiler/Frontend/Text/Text.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace sinter;
namespace po = boost::program_options;

/// True if the file holds `text`.
static bool holds(const std::string &path, const std::string &text) {
  auto buffer = llvm::MemoryBuffer::getFile(path);
  return buffer && (*buffer)->getBuffer() == text;
}

/// Replaces the file as a whole, so that it is never half-written; of a symbolic link the
/// file behind it.
static int rewrite(const std::string &path, const std::string &text) {
  llvm::SmallString<128> file(path);
  llvm::sys::fs::real_path(path, file);
  llvm::Error error = llvm::writeToOutput(file, [&](llvm::raw_ostream &stream) {
    stream << text;
    return llvm::Error::success();
  });
  if (!error)
    return 0;
  return driver::fail(fmt::format("cannot write '{}': {}", path, llvm::toString(std::move(error))));
}

int driver::fmtMain(const Arguments &arguments) {
  Syntax syntax{"fmt",
                "sinter fmt FILE... [--check | -i]",
                "Print network files in canonical layout.",
                {},
                {}};
  syntax.options.add_options()("check", "list the files that are not in canonical layout and fail")(
      "in-place,i", "rewrite the files")("file", po::value<std::vector<std::string>>(),
                                         "network files (.sinter)");
  syntax.positional.add("file", -1);
  int status = 0;
  auto values = parse(syntax, arguments, status);
  if (!values)
    return status;
  if (!values->count("file"))
    return fail("expects a file; usage: " + syntax.usage);
  bool check = values->count("check"), inPlace = values->count("in-place");
  if (check && inPlace)
    return fail("--check and -i exclude each other");
  for (const std::string &path : (*values)["file"].as<std::vector<std::string>>()) {
    std::optional<std::string> text = text::formatNetworkFile(path, llvm::errs());
    if (!text) {
      status = 1;
    } else if (!check && !inPlace) {
      llvm::outs() << *text;
    } else if (!holds(path, *text)) {
      if (check)
        status = fail(fmt::format("'{}' is not in canonical layout; run sinter fmt -i", path));
      else
        status |= rewrite(path, *text);
    }
  }
  return status;
}
