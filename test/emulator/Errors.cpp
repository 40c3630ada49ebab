//===- Errors.cpp - What a run found wrong --------------------------------===//

#include "test/emulator/Errors.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

std::string emulator::printed(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  op->print(stream, OpPrintingFlags().useLocalScope().skipRegions().elideLargeElementsAttrs());
  return text;
}

bool ErrorLog::isNew(Operation *op, StringRef kind) const {
  return !isStopped() && llvm::none_of(known, [&](const auto &error) {
    return error.first == op && error.second == kind;
  });
}

void ErrorLog::add(Operation *op, StringRef where, StringRef kind, const Twine &detail) {
  if (!isNew(op, kind))
    return;
  known.emplace_back(op, kind.str());
  messages.push_back((where + ": " + kind + ": " + detail + ": " + printed(op)).str());
}
