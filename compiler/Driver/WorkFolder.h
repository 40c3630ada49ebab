//===- WorkFolder.h - Files in the making -------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_WORKFOLDER_H
#define SINTER_COMPILER_DRIVER_WORKFOLDER_H

#include "llvm/ADT/StringRef.h"

#include <string>
#include <vector>

namespace sinter::driver {

/// A folder beside the output, on the same disk, for files in the making. It is
/// gone at the end, however it comes: success, an error, or the user's interrupt.
class WorkFolder {
public:
  /// Creates the folder; `error` says why it could not be.
  explicit WorkFolder(llvm::StringRef output);
  ~WorkFolder();
  WorkFolder(const WorkFolder &) = delete;
  WorkFolder &operator=(const WorkFolder &) = delete;

  /// A path in the folder; the file need not come to be.
  std::string file(llvm::StringRef name);

  std::string path, error;

private:
  std::vector<std::string> files;
};

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_WORKFOLDER_H
