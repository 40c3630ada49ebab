//===- WorkFolder.cpp - Files in the making -------------------------------===//

#include "compiler/Driver/WorkFolder.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"
#include "llvm/Support/raw_ostream.h"

#include <csignal>
#include <cstring>
#include <fmt/core.h>
#include <unistd.h>

using namespace sinter::driver;

/// What an interrupt removes, where its handler can read it; LLVM removes the files.
static char interruptedFolder[4096];

static void onInterrupt() {
  (void)rmdir(interruptedFolder);
  (void)raise(SIGTERM); // LLVM has put the default handlers back
}

/// True if there is something at `path` that no file may take the place of.
static bool mustStay(llvm::StringRef path) {
  llvm::sys::fs::file_status status;
  return !llvm::sys::fs::status(path, status, /*follow=*/false) &&
         status.type() != llvm::sys::fs::file_type::regular_file;
}

WorkFolder::WorkFolder(llvm::StringRef output) {
  llvm::SmallString<128> parent;
  if (mustStay(output))
    llvm::sys::path::system_temp_directory(/*ErasedOnReboot=*/true, parent);
  else
    parent = llvm::sys::path::parent_path(output);
  if (parent.empty())
    parent = ".";
  std::error_code code = llvm::sys::fs::create_directories(parent);
  llvm::SmallString<128> model = parent;
  llvm::sys::path::append(model, ".sinter-%%%%%%%%");
  for (int attempt = 0; !code && attempt < 16 && path.empty(); ++attempt) {
    llvm::SmallString<128> candidate;
    llvm::sys::fs::createUniquePath(model, candidate, /*MakeAbsolute=*/false);
    code = llvm::sys::fs::create_directory(candidate, /*IgnoreExisting=*/false);
    if (!code)
      path = candidate.str().str();
  }
  if (code)
    error = fmt::format("cannot write to folder '{}': {}", parent.str().str(), code.message());
  if (path.empty() || path.size() >= sizeof interruptedFolder)
    return;
  std::memcpy(interruptedFolder, path.c_str(), path.size() + 1);
  llvm::sys::SetInterruptFunction(onInterrupt);
}

WorkFolder::~WorkFolder() {
  for (const std::string &file : files) {
    (void)llvm::sys::fs::remove(file);
    llvm::sys::DontRemoveFileOnSignal(file);
  }
  // Whatever a linker that failed has left goes too.
  if (!path.empty())
    (void)llvm::sys::fs::remove_directories(path);
  llvm::sys::SetInterruptFunction(nullptr);
}

std::string WorkFolder::file(llvm::StringRef name) {
  llvm::SmallString<128> result(path);
  llvm::sys::path::append(result, name);
  files.push_back(result.str().str());
  llvm::sys::RemoveFileOnSignal(files.back());
  return files.back();
}

llvm::Error WorkFolder::write(llvm::StringRef file, llvm::StringRef text) {
  std::error_code code;
  llvm::raw_fd_ostream stream(file, code);
  if (!code) {
    stream << text;
    stream.close();
    code = stream.error();
    stream.clear_error();
  }
  return code ? llvm::createStringError(code, "cannot write '" + file.str() + "'")
              : llvm::Error::success();
}

std::error_code WorkFolder::install(const std::string &file, const std::string &output) {
  return mustStay(output) ? llvm::sys::fs::copy_file(file, output)
                          : llvm::sys::fs::rename(file, output);
}
