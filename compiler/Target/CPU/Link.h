//===- Link.h - Objects to shared objects, archives, one object ---*- C++ -*-===//

#ifndef SINTER_COMPILER_TARGET_CPU_LINK_H
#define SINTER_COMPILER_TARGET_CPU_LINK_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/Error.h"

#include <string>

namespace sinter {

/// Links `objects` into a shared object that exports their `symbol` under the name `alias`, too.
llvm::Error linkSharedObject(llvm::ArrayRef<std::string> objects, llvm::StringRef alias,
                             llvm::StringRef symbol, llvm::StringRef output);

/// Links `objects` into one relocatable object.
llvm::Error linkObject(llvm::ArrayRef<std::string> objects, llvm::StringRef output);

/// Writes a static archive, reproducibly.
llvm::Error writeStaticArchive(llvm::ArrayRef<std::string> objects, llvm::StringRef output);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_CPU_LINK_H
