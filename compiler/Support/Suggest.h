//===- Suggest.h - "did you mean" ---------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_SUGGEST_H
#define SINTER_COMPILER_SUPPORT_SUGGEST_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"

#include <string>

namespace sinter {

/// "; did you mean 'x'?" with the word of `known` that is nearest to `word`; ""
/// where none is near.
inline std::string suggestion(llvm::StringRef word, llvm::ArrayRef<llvm::StringRef> known) {
  llvm::StringRef best;
  unsigned bestDistance = word.size() / 3 + 2;
  for (llvm::StringRef candidate : known) {
    unsigned distance = word.edit_distance(candidate, true, bestDistance);
    // A word of which every letter would change is not what was meant.
    if (distance < bestDistance && distance < word.size()) {
      bestDistance = distance;
      best = candidate;
    }
  }
  return best.empty() ? "" : "; did you mean '" + best.str() + "'?";
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_SUGGEST_H
