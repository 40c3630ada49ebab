//===- Suggest.cpp - "did you mean" ---------------------------------------===//

#include "compiler/Support/Suggest.h"

#include <algorithm>

using llvm::StringRef;

/// Longer words are not compared: the time is the product of the lengths.
constexpr size_t maxLength = 64;

StringRef sinter::nearest(StringRef word, llvm::ArrayRef<StringRef> known) {
  StringRef best;
  unsigned bestDistance = std::min<size_t>(word.size() / 3 + 1, 3) + 1;
  if (word.size() > maxLength)
    return best;
  for (StringRef candidate : known) {
    unsigned distance = word.edit_distance(candidate, true, bestDistance);
    // Of one letter, everything is near.
    if (distance < bestDistance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

std::string sinter::didYouMean(StringRef candidate) {
  return candidate.empty() ? "" : ("; did you mean '" + candidate + "'?").str();
}
