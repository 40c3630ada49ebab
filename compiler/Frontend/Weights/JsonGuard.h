//===- JsonGuard.h - Bounds on JSON before it is parsed -----------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_JSONGUARD_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_JSONGUARD_H

#include "llvm/ADT/StringRef.h"

#include <string>

namespace sinter {

/// What llvm::json does not bound: its recursion, its memory, and objects with
/// equal keys, of which it keeps the last. Returns what is wrong with `text`, or
/// "" where it is safe to parse (which may still fail).
std::string checkJson(llvm::StringRef text, unsigned maxDepth, size_t maxValues);

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_JSONGUARD_H
