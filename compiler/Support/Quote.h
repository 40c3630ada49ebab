//===- Quote.h - Text of untrusted files in messages --------------*- C++ -*-===//

#ifndef SINTER_COMPILER_SUPPORT_QUOTE_H
#define SINTER_COMPILER_SUPPORT_QUOTE_H

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"

#include <string>

namespace sinter {

/// `text` in quotes as it may be shown on a terminal: escaped, and cut where it
/// is absurdly long.
inline std::string quoted(llvm::StringRef text) {
  std::string printable;
  llvm::raw_string_ostream stream(printable);
  llvm::printEscapedString(text.take_front(200), stream);
  return "'" + printable + (text.size() > 200 ? "..." : "") + "'";
}

} // namespace sinter

#endif // SINTER_COMPILER_SUPPORT_QUOTE_H
