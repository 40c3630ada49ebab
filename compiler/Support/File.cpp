//===- File.cpp - Reading untrusted files ---------------------------------===//

#include "compiler/Support/File.h"

#include "llvm/Support/FileSystem.h"

using namespace llvm;

Expected<std::unique_ptr<MemoryBuffer>> sinter::mapFile(StringRef path) {
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return createStringError(error, "cannot read '" + path + "': " + error.message());
  if (status.type() != sys::fs::file_type::regular_file)
    return createStringError("cannot read '" + path + "': not a regular file");
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createStringError(buffer.getError(),
                             "cannot read '" + path + "': " + buffer.getError().message());
  return std::move(*buffer);
}
