//===- Loader.cpp - A file and its imports --------------------------------===//

#include "compiler/Frontend/Text/Loader.h"

#include "compiler/Frontend/Text/Limits.h"
#include "compiler/Frontend/Text/Parser.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

using namespace sinter::text;
using llvm::StringRef;
using llvm::Twine;
namespace path = llvm::sys::path;

llvm::ArrayRef<LibraryFile> sinter::text::shippedLibrary() {
  static constexpr LibraryFile library[] = {
#include "compiler/Frontend/Text/Library.inc"
  };
  return library;
}

constexpr StringRef builtinsKey = "<sinter>/builtins";

/// The path without symbolic links, or "" if there is no such file.
static std::string realPath(const Twine &file) {
  llvm::SmallString<256> real;
  return llvm::sys::fs::real_path(file, real) ? "" : std::string(real);
}

const SourceFile *Loader::load(StringRef file) {
  std::string why;
  auto buffer = readFile(file, why);
  if (!buffer) {
    diagnostics.error("cannot read '" + file + "': " + why);
    return nullptr;
  }
  StringRef folder = path::parent_path(file);
  return add(std::move(buffer), folder.empty() ? "." : folder, /*isShipped=*/false, realPath(file));
}

const SourceFile *Loader::loadText(StringRef name, StringRef text) {
  return add(llvm::MemoryBuffer::getMemBufferCopy(text, name), "", /*isShipped=*/true,
             ("<text>/" + name).str());
}

const SourceFile *Loader::loadShipped(StringRef name) {
  std::string key = ("<sinter>/" + name).str();
  if (auto known = files.find(key); known != files.end())
    return known->second.get();
  for (const LibraryFile &file : shippedLibrary())
    if (file.name == name)
      return add(llvm::MemoryBuffer::getMemBuffer(file.text, key + ".sinter"), "",
                 /*isShipped=*/true, key);
  return nullptr;
}

const SourceFile *Loader::add(std::unique_ptr<llvm::MemoryBuffer> buffer, StringRef folder,
                              bool isShipped, StringRef key) {
  // Marks the file as being loaded, for the detection of cycles.
  files[key] = nullptr;
  auto file = std::make_unique<SourceFile>();
  file->name = buffer->getBufferIdentifier().str();
  StringRef text = buffer->getBuffer();
  sources.AddNewSourceBuffer(std::move(buffer), llvm::SMLoc());
  file->ast = parse(text, diagnostics);
  for (const Import &import : file->ast.imports)
    if (const SourceFile *imported = this->import(import, folder, isShipped))
      file->imports.push_back(imported);
  index(*file, key == builtinsKey);
  auto &slot = files[key];
  slot = std::move(file);
  return slot.get();
}

void Loader::index(SourceFile &file, bool isBuiltin) {
  const SourceFile *builtins = isBuiltin ? nullptr : loadShipped("builtins");
  for (const auto &block : file.ast.blocks) {
    const Name &name = block->name;
    const Block *other = builtins ? builtins->blocks.lookup(name.text) : nullptr;
    if (other)
      diagnostics.error(name.range, "'" + name.text + "' is a built-in function");
    else if (auto [entry, isNew] = file.blocks.try_emplace(name.text, block.get());
             !isNew && diagnostics.error(name.range, "a second block '" + name.text + "'"))
      diagnostics.note(entry->second->name.range, "the first one is here");
  }
  llvm::StringMap<const Network *> networks;
  for (const auto &network : file.ast.networks)
    if (auto [entry, isNew] = networks.try_emplace(network->name.text, network.get());
        !isNew &&
        diagnostics.error(network->name.range, "a second network '" + network->name.text + "'"))
      diagnostics.note(entry->second->name.range, "the first one is here");
}

const SourceFile *Loader::import(const Import &import, StringRef folder, bool fromShipped) {
  if (!import.path.ends_with(".sinter")) {
    if (const SourceFile *file = loadShipped(import.path))
      return file;
    llvm::SmallVector<StringRef> names;
    for (const LibraryFile &file : shippedLibrary())
      if (file.name != "builtins")
        names.push_back(file.name);
    StringRef near = nearest(import.path, names);
    std::string hint = didYouMean(near);
    if (near.empty())
      hint = "; shipped are '" + llvm::join(names, "', '") + "', and files end in '.sinter'";
    diagnostics.error(import.range, "unknown library '" + import.path.take_front(80) + "'" + hint,
                      near.empty() ? "" : ("\"" + near + "\"").str());
    return nullptr;
  }
  if (fromShipped) {
    diagnostics.error(import.range, "expects a shipped library here, got a file");
    return nullptr;
  }
  return importFile(import, folder);
}

const SourceFile *Loader::importFile(const Import &import, StringRef folder) {
  auto fail = [&](const Twine &message) {
    diagnostics.error(import.range, message);
    return nullptr;
  };
  bool climbs = llvm::any_of(llvm::make_range(path::begin(import.path), path::end(import.path)),
                             [](StringRef part) { return part == ".."; });
  if (path::is_absolute(import.path) || climbs)
    return fail("expects a file in the folder of this one or below it, got '" +
                import.path.take_front(80) + "'");
  llvm::SmallString<256> file(folder);
  if (file == ".")
    file.clear();
  path::append(file, import.path);
  std::string real = realPath(file), realFolder = realPath(folder);
  // A symbolic link must not lead out of the folder either.
  if (!real.empty() && !StringRef(real).starts_with(realFolder + "/"))
    return fail("'" + import.path.take_front(80) + "' leads out of the folder of this file");
  if (auto known = files.find(real); known != files.end()) {
    if (!known->second)
      return fail("'" + import.path.take_front(80) + "' imports itself, by way of this import");
    return known->second.get();
  }
  // The built-in functions are loaded at some time or other and do not count.
  if (files.size() - files.count(builtinsKey) >= limits::files)
    return fail("more than " + Twine(limits::files) + " files in one network");
  std::string why;
  auto buffer = readFile(file, why);
  if (!buffer)
    return fail("cannot read '" + file + "': " + why);
  return add(std::move(buffer), path::parent_path(file), /*isShipped=*/false, real);
}
