//===- File.h - Reading untrusted files ---------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_FILE_H
#define SINTER_COMPILER_SUPPORT_FILE_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

#include <memory>

namespace sinter {

/// Maps a regular file into memory. Pipes and devices are refused: they have no
/// size that could be bounded. The error names the path.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> mapFile(llvm::StringRef path);

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_FILE_H
