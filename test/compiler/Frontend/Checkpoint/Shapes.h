//===- Shapes.h - Checkpoints without values ----------------------*- C++ -*-===//
//
// The keys and shapes of a network's weights, as a test makes them up or changes
// them: all that a description depends on.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_COMPILER_FRONTEND_CHECKPOINT_SHAPES_H
#define SINTER_TEST_COMPILER_FRONTEND_CHECKPOINT_SHAPES_H

#include "compiler/Driver/Register.h"
#include "compiler/Frontend/Checkpoint/Checkpoint.h"
#include "compiler/Frontend/Text/Text.h"
#include "compiler/Frontend/Weights/WeightSource.h"
#include "dialects/NN/IR/NN.h"

#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

#include "gtest/gtest.h"

#include <map>
#include <string>

namespace sinter::test {

/// Keys and shapes in place of a checkpoint.
class Shapes : public WeightSource {
public:
  Shapes &set(const std::string &key, Shape shape) {
    infos[key].shape = std::move(shape);
    return *this;
  }
  Shapes &erase(const std::string &key) {
    EXPECT_EQ(infos.erase(key), 1u) << key;
    return *this;
  }
  /// Puts `to` where keys have `from`; at least one has.
  Shapes &rename(llvm::StringRef from, llvm::StringRef to) {
    std::map<std::string, WeightInfo> renamed;
    size_t count = 0;
    for (auto &[key, info] : infos) {
      std::string name = key;
      if (size_t at = name.find(from); at != std::string::npos && ++count)
        name.replace(at, from.size(), to);
      renamed[name] = info;
    }
    EXPECT_NE(count, 0u) << from.str();
    infos = std::move(renamed);
    return *this;
  }
  Shapes &prefix(const std::string &prefix) {
    std::map<std::string, WeightInfo> renamed;
    for (auto &[key, info] : infos)
      renamed[prefix + key] = info;
    infos = std::move(renamed);
    return *this;
  }
  /// PyTorch's counters beside every batch norm.
  Shapes &addCounters() {
    std::map<std::string, WeightInfo> all = infos;
    for (auto &[key, info] : infos)
      if (llvm::StringRef layer = key; layer.consume_back("running_mean"))
        all[layer.str() + "num_batches_tracked"] = {{}, WeightType::Other, "I64"};
    infos = std::move(all);
    return *this;
  }

  llvm::StringRef name() const override { return "models/my-net.safetensors"; }
  std::vector<llvm::StringRef> keys() const override {
    std::vector<llvm::StringRef> keys;
    for (const auto &entry : infos)
      keys.push_back(entry.first);
    return keys;
  }
  const WeightInfo *lookup(llvm::StringRef key) const override {
    auto it = infos.find(key.str());
    return it == infos.end() ? nullptr : &it->second;
  }
  void read(llvm::StringRef, llvm::MutableArrayRef<float>) const override {
    FAIL() << "a description needs no values";
  }

private:
  std::map<std::string, WeightInfo> infos;
};

/// A network of the network language, built.
class BuiltNetwork {
public:
  explicit BuiltNetwork(llvm::StringRef text) : context(makeRegistry()) {
    std::string errors;
    llvm::raw_string_ostream stream(errors);
    module = text::parseNetworkText("test.sinter", text, context, {}, stream);
    EXPECT_TRUE(module) << errors << text.str();
  }

  mlir::ModuleOp getModule() { return *module; }

  /// Of its parameters.
  Shapes shapes() {
    Shapes shapes;
    if (module)
      module->walk([&](nn::ParameterOp parameter) {
        shapes.set(parameter.getKey().str(),
                   Shape(llvm::cast<mlir::ShapedType>(parameter.getType()).getShape()));
      });
    return shapes;
  }

  /// Its module as text, without locations.
  std::string ir() {
    std::string text;
    llvm::raw_string_ostream stream(text);
    if (module)
      module->print(stream);
    return text;
  }

private:
  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerAllSinter(registry);
    return registry;
  }

  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// What `describe` makes of `shapes`, or its errors, a line each.
inline std::string describe(const Shapes &shapes, const checkpoint::Options &options = {}) {
  std::unique_ptr<WeightSource> weights = std::make_unique<Shapes>(shapes);
  ErrorList errors;
  auto description = checkpoint::describe(weights, options, errors);
  EXPECT_EQ(description.has_value(), errors.empty());
  if (description)
    return description->text;
  std::string text;
  for (const std::string &error : errors)
    text += error + "\n";
  return text;
}

/// `text` without the comment lines at its head.
inline std::string withoutComments(llvm::StringRef text) {
  while (text.starts_with("#"))
    text = text.split('\n').second;
  return text.str();
}

/// The assumptions that the head of `text` states.
inline std::string assumptions(llvm::StringRef text) {
  std::string found;
  for (; text.starts_with("#"); text = text.split('\n').second)
    if (llvm::StringRef line = text.split('\n').first; line.consume_front("# Assumed: "))
      found += line.str() + "\n";
  return found;
}

} // namespace sinter::test

#endif // SINTER_TEST_COMPILER_FRONTEND_CHECKPOINT_SHAPES_H
