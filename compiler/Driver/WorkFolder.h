//===- WorkFolder.h - Files in the making -------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_WORKFOLDER_H
#define SINTER_COMPILER_DRIVER_WORKFOLDER_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <system_error>
#include <vector>

namespace sinter::driver {

/// A folder beside the output, on the same disk, for files in the making. It is
/// gone at the end, however it comes: success, an error, or the user's interrupt.
/// For an output whose place no file may take (a device, a pipe, a link, a folder) it
/// lies among the temporary files.
class WorkFolder {
public:
  /// Creates the folder; `error` says why it could not be.
  explicit WorkFolder(llvm::StringRef output);
  ~WorkFolder();
  WorkFolder(const WorkFolder &) = delete;
  WorkFolder &operator=(const WorkFolder &) = delete;

  /// A path in the folder; the file need not come to be.
  std::string file(llvm::StringRef name);

  /// Writes `text` to a file of the folder.
  static llvm::Error write(llvm::StringRef file, llvm::StringRef text);

  /// Puts a finished file where it belongs: in one step in place of an older file,
  /// and by writing into a device, a pipe or the target of a link, which stay.
  static std::error_code install(const std::string &file, const std::string &output);

  std::string path, error;

private:
  std::vector<std::string> files;
};

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_WORKFOLDER_H
