//===- Text.cpp - Networks in the network language ------------------------===//

#include "compiler/Frontend/Text/Text.h"

#include "compiler/Frontend/Text/Elaborator.h"
#include "compiler/Frontend/Text/Formatter.h"
#include "compiler/Frontend/Text/Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace sinter::text;
using llvm::StringRef;

/// The network that the options name, or the only one.
static const Network *choose(const SourceFile &file, StringRef name, Diagnostics &diagnostics) {
  llvm::SmallVector<StringRef> names;
  for (const auto &network : file.ast.networks) {
    if (network->name.text == name || (name.empty() && file.ast.networks.size() == 1))
      return network.get();
    names.push_back(network->name.text);
  }
  if (names.size() > 20)
    names.resize(20);
  std::string list = "'" + llvm::join(names, "', '") + "'";
  if (names.empty())
    diagnostics.error("'" + file.name + "' defines no network");
  else if (name.empty())
    diagnostics.error("'" + file.name + "' defines several networks; choose one of " + list);
  else
    diagnostics.error("'" + file.name + "' defines no network '" + name + "'; it defines " + list);
  return nullptr;
}

/// Builds the network of the file that `load` gets from a loader.
static mlir::OwningOpRef<mlir::ModuleOp>
parseNetwork(llvm::function_ref<const SourceFile *(Loader &)> load, mlir::MLIRContext &context,
             const Options &options, llvm::raw_ostream &errors) {
  llvm::SourceMgr sources;
  Diagnostics diagnostics(sources, errors);
  if (options.batch && *options.batch < 1) {
    diagnostics.error("expects a batch size of at least 1, got " + llvm::Twine(*options.batch));
    return nullptr;
  }
  Loader loader(sources, diagnostics);
  const SourceFile *file = load(loader);
  if (!file || diagnostics.hasErrors())
    return nullptr;
  const Network *network = choose(*file, options.network, diagnostics);
  if (!network)
    return nullptr;
  return elaborate(*file, *network, options.batch, loader, sources, diagnostics, context);
}

mlir::OwningOpRef<mlir::ModuleOp> sinter::text::parseNetworkFile(StringRef path,
                                                                 mlir::MLIRContext &context,
                                                                 const Options &options,
                                                                 llvm::raw_ostream &errors) {
  return parseNetwork([&](Loader &loader) { return loader.load(path); }, context, options, errors);
}

mlir::OwningOpRef<mlir::ModuleOp>
sinter::text::parseNetworkText(StringRef name, StringRef text, mlir::MLIRContext &context,
                               const Options &options, llvm::raw_ostream &errors) {
  return parseNetwork([&](Loader &loader) { return loader.loadText(name, text); }, context, options,
                      errors);
}

std::optional<std::string> sinter::text::formatNetworkFile(StringRef path,
                                                           llvm::raw_ostream &errors) {
  llvm::SourceMgr sources;
  Diagnostics diagnostics(sources, errors);
  std::string why;
  auto buffer = readFile(path, why);
  if (!buffer) {
    diagnostics.error("cannot read '" + path + "': " + why);
    return std::nullopt;
  }
  StringRef text = buffer->getBuffer();
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  parse(text, diagnostics);
  if (diagnostics.hasErrors())
    return std::nullopt;
  return formatNetworkText(text);
}

bool sinter::text::isIdentifier(StringRef text) {
  LexErrors none;
  std::vector<Token> tokens = tokenize(text, none);
  return tokens.size() == 2 && tokens[0].is(Token::Identifier) && tokens[0].text == text;
}

std::string sinter::text::formatNetworkText(StringRef text) {
  LexErrors none;
  return format(tokenize(text, none, /*keepComments=*/true));
}
