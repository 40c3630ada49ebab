//===- Checkpoint.cpp - Networks from bare state dicts --------------------===//
//
// Takes off what trainers put in front of keys, refuses what is no residual
// network of a known naming, and puts the parts together.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Checkpoint/Checkpoint.h"

#include "compiler/Frontend/Checkpoint/Architecture.h"
#include "compiler/Support/Quote.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Path.h"

#include <fmt/core.h>

using namespace sinter;
using namespace sinter::checkpoint;
using llvm::StringRef;
using llvm::Twine;

/// Every network that can be described has it, behind a prefix or not.
constexpr StringRef landmark = "layer1.0.conv1.weight";
/// Keys shown of a file that is not understood.
constexpr size_t maxExamples = 4;

static bool isCounter(StringRef key) { return key.ends_with("num_batches_tracked"); }

//===----------------------------------------------------------------------===//
// Prefixes
//===----------------------------------------------------------------------===//

namespace {

/// Weights without the prefix that all their keys share.
class Unprefixed : public WeightSource {
public:
  Unprefixed(std::unique_ptr<WeightSource> inner, StringRef prefix)
      : inner(std::move(inner)), prefix(prefix) {}

  StringRef name() const override { return inner->name(); }
  std::vector<StringRef> keys() const override {
    std::vector<StringRef> keys = inner->keys();
    for (StringRef &key : keys)
      key.consume_front(prefix);
    return keys;
  }
  const WeightInfo *lookup(StringRef key) const override {
    return inner->lookup(prefix + key.str());
  }
  void read(StringRef key, llvm::MutableArrayRef<float> values) const override {
    inner->read(prefix + key.str(), values);
  }

private:
  std::unique_ptr<WeightSource> inner;
  std::string prefix;
};

} // namespace

/// What is before the landmark in the first key that ends in it; nothing without one.
static std::optional<StringRef> prefixOf(llvm::ArrayRef<StringRef> keys) {
  for (StringRef key : keys)
    if (StringRef prefix = key; prefix.consume_back(landmark))
      if (prefix.empty() || prefix.ends_with("."))
        return prefix;
  return std::nullopt;
}

//===----------------------------------------------------------------------===//
// What is not understood
//===----------------------------------------------------------------------===//

namespace {

struct Sign {
  StringRef text; ///< in a key
  StringRef what; ///< it is a sign of
};

} // namespace

const Sign signs[] = {
    {".se.conv.", "efficient channel attention (ECA)"},
    {".se.fc.weight", "effective squeeze-and-excitation"},
    {".se.bn.", "a batch norm within the gate"},
    {".filt", "anti-aliased pooling"},
    {"embedder.embedder.", "the names of Hugging Face's transformers"},
    {"stem.conv", "another naming of timm's"},
    {".attn.", "attention"},
    {"features.", "a network that is not residual"},
};

/// True if a block is there but no batch norm of the stem, as in networks whose blocks begin
/// with batch norms. Where the norm's statistics are missing alone, it is there.
static bool isPreActivation(llvm::ArrayRef<StringRef> keys) {
  return llvm::is_contained(keys, landmark) && llvm::is_contained(keys, "layer1.0.bn1.weight") &&
         llvm::is_contained(keys, "conv1.weight") && !llvm::is_contained(keys, "bn1.weight");
}

/// "; its keys show ..." of the first sign in a key, or "".
static std::string explain(llvm::ArrayRef<StringRef> keys) {
  for (const Sign &sign : signs)
    if (llvm::any_of(keys, [&](StringRef key) { return key.contains(sign.text); }))
      return ("; its keys show " + sign.what).str();
  if (isPreActivation(keys))
    return "; its keys show batch norms before convolutions (pre-activation)";
  bool hasStatistics = llvm::any_of(keys, [](StringRef key) { return key.ends_with("_mean"); });
  return hasStatistics ? "" : "; it has no running statistics, so no batch norm";
}

constexpr StringRef advice = "; describe the network in a .sinter file and give the checkpoint "
                             "with --weights";

static void reportUnknown(StateDict &tensors) {
  std::string examples;
  size_t count = 0;
  for (StringRef key : tensors.allKeys())
    if (!isCounter(key) && count++ < maxExamples)
      examples += (count == 1 ? "" : ", ") + quoted(key);
  if (count == 0)
    examples = "none";
  tensors.error("expects the names of a residual network, such as '" + landmark + "', got " +
                examples + explain(tensors.allKeys()) + advice);
}

/// False after a report of keys that have not the prefix of the network.
static bool checkPrefix(StateDict &tensors, StringRef prefix) {
  for (StringRef key : tensors.allKeys())
    if (!key.starts_with(prefix)) {
      tensors.error("expects all keys to begin with " + quoted(prefix) + ", as " +
                    quoted(prefix.str() + landmark.str()) + " does, got " + quoted(key));
      return false;
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Descriptions
//===----------------------------------------------------------------------===//

static std::string headComment(const WeightSource &weights, StringRef prefix,
                               const Architecture &architecture) {
  std::string file = quoted(llvm::sys::path::filename(weights.name()));
  std::string text = "# Inferred from the names and shapes of the tensors in " + file + ".\n";
  if (!prefix.empty())
    text += "# Its keys have the prefix " + quoted(prefix) + " in front of these names.\n";
  for (const std::string &sentence : architecture.assumptions)
    text += "# Assumed: " + sentence + ".\n";
  return text;
}

std::optional<Description> checkpoint::describe(std::unique_ptr<WeightSource> &weights,
                                                const Options &options, ErrorList &errors) {
  std::string prefix;
  size_t firstError = errors.size();
  {
    StateDict tensors(*weights, errors);
    std::optional<StringRef> found = prefixOf(tensors.allKeys());
    if (!found) {
      reportUnknown(tensors);
      return std::nullopt;
    }
    if (!checkPrefix(tensors, *found))
      return std::nullopt;
    prefix = found->str();
  }
  if (!prefix.empty())
    weights = std::make_unique<Unprefixed>(std::move(weights), prefix);
  StateDict tensors(*weights, errors);
  std::optional<Architecture> architecture = readArchitecture(tensors, options);
  if (!architecture) {
    // A sign of another architecture says more than all the tensors that did not fit.
    if (std::string sign = explain(tensors.allKeys()); !sign.empty()) {
      errors.resize(firstError);
      errors.push_back((weights->name() +
                        ": expects a residual network of a known kind, got another" + sign + advice)
                           .str());
    }
    return std::nullopt;
  }
  std::string name = networkName(*architecture, llvm::sys::path::stem(weights->name()));
  return Description{
      name, writeDescription(*architecture, name, headComment(*weights, prefix, *architecture))};
}
