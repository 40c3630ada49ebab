//===- Network.h - Networks written in a test ---------------------*- C++ -*-===//
//
// Parses a module with everything registered, and holds weights in memory.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_COMPILER_SUPPORT_NETWORK_H
#define SINTER_TEST_COMPILER_SUPPORT_NETWORK_H

#include "compiler/Driver/Register.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "compiler/Reference/Reference.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "llvm/ADT/STLExtras.h"

#include <map>
#include <string>

namespace sinter::test {

/// A module from text; its first function is the network.
class Network {
public:
  explicit Network(llvm::StringRef text) : context(makeRegistry()) {
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  }

  /// False if the text did not parse; MLIR has said why.
  explicit operator bool() const { return static_cast<bool>(module); }

  mlir::ModuleOp getModule() { return *module; }
  mlir::func::FuncOp getFunction() { return *module->getOps<mlir::func::FuncOp>().begin(); }

private:
  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerAllSinter(registry);
    return registry;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Weights by key, as a test writes them down.
class MapWeights : public WeightSource {
public:
  MapWeights &add(llvm::StringRef key, Tensor tensor) {
    infos[key.str()].shape = tensor.shape;
    tensors[key.str()] = std::move(tensor);
    return *this;
  }
  WeightInfo &info(llvm::StringRef key) { return infos.at(key.str()); }

  llvm::StringRef name() const override { return "test.safetensors"; }
  std::vector<llvm::StringRef> keys() const override {
    std::vector<llvm::StringRef> keys;
    for (const auto &entry : tensors)
      keys.push_back(entry.first);
    return keys;
  }
  const WeightInfo *lookup(llvm::StringRef key) const override {
    auto it = infos.find(key.str());
    return it == infos.end() ? nullptr : &it->second;
  }
  void read(llvm::StringRef key, llvm::MutableArrayRef<float> values) const override {
    llvm::copy(tensors.at(key.str()).data, values.begin());
  }

private:
  std::map<std::string, Tensor> tensors;
  std::map<std::string, WeightInfo> infos;
};

} // namespace sinter::test

#endif // SINTER_TEST_COMPILER_SUPPORT_NETWORK_H
