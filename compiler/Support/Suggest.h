//===- Suggest.h - "did you mean" ---------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_SUGGEST_H
#define SINTER_COMPILER_SUPPORT_SUGGEST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace sinter {

/// The word of `known` that is nearest to `word` if it is near enough for a suggestion, else "".
llvm::StringRef nearest(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> known);

/// "; did you mean 'CANDIDATE'?", or "" without one.
std::string didYouMean(llvm::StringRef candidate);

/// didYouMean of the nearest word.
inline std::string suggestion(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> known) {
  return didYouMean(nearest(word, known));
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_SUGGEST_H
