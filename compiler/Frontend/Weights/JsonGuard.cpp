//===- JsonGuard.cpp - Bounds on JSON before it is parsed -----------------===//
//
// One pass over the text that knows strings, brackets, commas and colons. Keys
// are compared as they are decoded, so that "a" and "\u0061" are equal.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/JsonGuard.h"

#include "compiler/Support/Quote.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/JSON.h"

using namespace llvm;

/// The length of the string literal that `text` begins with, quotes included;
/// 0 if it does not end.
static size_t stringLength(StringRef text) {
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"')
      return i + 1;
    if (text[i] == '\\')
      ++i;
  }
  return 0;
}

/// The string that a literal stands for; the literal itself if it is malformed.
static std::string decode(StringRef literal) {
  if (!literal.contains('\\'))
    return literal.substr(1, literal.size() - 2).str();
  auto value = json::parse(literal);
  if (!value) {
    consumeError(value.takeError());
    return literal.str();
  }
  return value->getAsString().value_or(literal).str();
}

std::string sinter::checkJson(StringRef text, unsigned maxDepth, size_t maxValues) {
  SmallVector<StringSet<>> keys; // of the open brackets
  StringRef lastString;
  size_t values = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    switch (text[i]) {
    case '"': {
      size_t length = stringLength(text.substr(i));
      if (length == 0)
        return "a string does not end";
      lastString = text.substr(i, length);
      i += length - 1;
      break;
    }
    case '{':
    case '[':
      if (keys.size() == maxDepth)
        return ("expects at most " + Twine(maxDepth) + " levels of nesting").str();
      keys.emplace_back();
      break;
    case '}':
    case ']':
      if (keys.empty())
        return "a bracket closes that was never opened";
      keys.pop_back();
      break;
    case ',':
      if (++values > maxValues)
        return ("expects at most " + Twine(maxValues) + " values").str();
      break;
    case ':': {
      std::string key = lastString.size() >= 2 ? decode(lastString) : "";
      if (!keys.empty() && !keys.back().insert(key).second)
        return "the key " + quoted(key) + " occurs twice";
      break;
    }
    }
  }
  return "";
}
