//===- WeightTable.h - Weights that are listed in a table ---------*- C++ -*-===//

#ifndef SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTTABLE_H
#define SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTTABLE_H

#include "compiler/Frontend/Weights/WeightSource.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"

namespace sinter {

/// A source whose weights are known when it is opened. An Entry has a member
/// `info` and what the source needs to read the values.
template <typename Entry> class WeightTable : public WeightSource {
public:
  std::vector<llvm::StringRef> keys() const override {
    std::vector<llvm::StringRef> keys(tensors.keys().begin(), tensors.keys().end());
    llvm::sort(keys);
    return keys;
  }

  const WeightInfo *lookup(llvm::StringRef key) const override {
    auto it = tensors.find(key);
    return it == tensors.end() ? nullptr : &it->second.info;
  }

protected:
  llvm::StringMap<Entry> tensors;
};

} // namespace sinter

#endif // SINTER_COMPILER_FRONTEND_WEIGHTS_WEIGHTTABLE_H
