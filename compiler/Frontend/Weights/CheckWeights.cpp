//===- CheckWeights.cpp - Holds a network's parameters to a weight source -===//
//
// Collects what the network reads, compares it with what the source holds, and
// reports every difference in one run.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/WeightSource.h"

#include "compiler/Support/Location.h"
#include "compiler/Support/Quote.h"
#include "dialects/NN/IR/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"

#include <cmath>

using namespace mlir;
using namespace sinter;
using llvm::Twine;

namespace {

/// A hostile file may hold any number of left-over tensors.
constexpr size_t maxErrors = 1000;
/// The largest tensor read at once, in elements: 1 GiB of floats. A network can
/// ask a generator for more than any machine has.
constexpr int64_t maxElements = int64_t(1) << 28;
/// Spelling suggestions compare every missing key with every left-over one.
constexpr size_t maxSuggestionPairs = 1'000'000;

/// A weight that the network reads.
struct Parameter {
  StringRef key;
  ArrayRef<int64_t> shape;
  std::string reader; ///< " of layer 'conv1' (net.sinter:3:5)", or ""
  bool isVariance;    ///< the running variance of a batch norm
};

bool isVariance(nn::ParameterOp parameter) {
  return llvm::any_of(parameter->getUsers(), [&](Operation *user) {
    auto norm = dyn_cast<nn::BatchNormOp>(user);
    return norm && norm.getRunningVar() == parameter.getResult();
  });
}

/// True for text that means itself in a shell's and in Python's quotes.
bool isPlain(StringRef text) {
  return llvm::all_of(text, [](char c) { return llvm::isAlnum(c) || StringRef("._/-").contains(c); });
}

/// The layer and place of a parameter: its own, or those of a user that has a layer.
std::string readerOf(nn::ParameterOp parameter) {
  Location loc = parameter.getLoc();
  for (Operation *user : parameter->getUsers())
    if (layerOf(loc).empty() && !layerOf(user->getLoc()).empty())
      loc = user->getLoc();
  std::string layer = layerOf(loc), place = placeOf(loc);
  return (layer.empty() ? "" : " of layer '" + layer + "'") +
         (place.empty() ? "" : " (" + place + ")");
}

class Checker {
public:
  Checker(ModuleOp module, const WeightSource &source, ErrorList &errors)
      : source(source), errors(errors) {
    collectParameters(module);
  }

  LogicalResult check() {
    size_t before = errors.size();
    for (const Parameter &parameter : parameters)
      checkParameter(parameter);
    findLeftOver();
    reportPrefix();
    reportMissing();
    for (StringRef key : leftOver)
      error("expects only tensors of the network, got " + quoted(key) + ", " +
            shapeToString(source.lookup(key)->shape));
    return success(errors.size() == before);
  }

private:
  void error(const Twine &message) {
    if (errors.size() < maxErrors)
      errors.push_back((source.name() + ": " + message).str());
    else if (errors.size() == maxErrors)
      errors.push_back((source.name() + ": too many errors, the rest is not shown").str());
  }

  void collectParameters(ModuleOp module);
  void checkParameter(const Parameter &parameter);
  void checkFinite(const Parameter &parameter);
  void findLeftOver();
  void reportPrefix();
  bool explainByPrefix(StringRef prefix, bool inFile);
  void reportMissing();
  std::string nearestLeftOver(const Parameter &parameter) const;

  const WeightSource &source;
  ErrorList &errors;
  std::vector<Parameter> parameters;
  llvm::StringSet<> known;         ///< the parameters' keys
  std::vector<Parameter> missing;  ///< not in the source
  std::vector<StringRef> leftOver; ///< keys of the source that no layer reads
};

void Checker::collectParameters(ModuleOp module) {
  llvm::StringMap<ArrayRef<int64_t>> shapes;
  module.walk([&](nn::ParameterOp op) {
    ArrayRef<int64_t> shape = cast<ShapedType>(op.getResult().getType()).getShape();
    auto [it, isNew] = shapes.try_emplace(op.getKey(), shape);
    // One key with two shapes: the second is held to the source as well.
    if (!isNew && it->second == shape)
      return;
    known.insert(op.getKey());
    parameters.push_back({op.getKey(), shape, readerOf(op), isVariance(op)});
  });
}

void Checker::checkParameter(const Parameter &parameter) {
  const WeightInfo *info = source.lookup(parameter.key);
  std::string tensor = "expects tensor " + quoted(parameter.key) + parameter.reader;
  if (!info)
    missing.push_back(parameter);
  else if (!shapesAgree(parameter.shape, info->shape))
    error(tensor + " to be " + shapeToString(parameter.shape) + ", got " +
          shapeToString(info->shape));
  else if (info->type == WeightType::Other)
    error(tensor + " to be F32, F16 or BF16, got " + info->typeName);
  else if (numElements(parameter.shape).value_or(INT64_MAX) > maxElements)
    error(tensor + " to have at most " + Twine(maxElements) + " elements, got " +
          shapeToString(parameter.shape));
  else
    checkFinite(parameter);
}

void Checker::checkFinite(const Parameter &parameter) {
  std::vector<float> values(*numElements(parameter.shape));
  source.read(parameter.key, values);
  auto bad = llvm::find_if(values, [](float value) { return !std::isfinite(value); });
  if (bad != values.end())
    error("expects tensor " + quoted(parameter.key) + parameter.reader + " to be finite, got " +
          (std::isnan(*bad) ? "nan" : "inf") + " at element " + Twine(bad - values.begin()));
  if (!parameter.isVariance)
    return;
  auto negative = llvm::find_if(values, [](float value) { return value < 0; });
  if (negative != values.end())
    error("expects tensor " + quoted(parameter.key) + parameter.reader +
          " to be a variance, at least 0, got " + std::to_string(*negative) + " at element " +
          Twine(negative - values.begin()));
}

void Checker::findLeftOver() {
  for (StringRef key : source.keys())
    // PyTorch's counter of training steps sits beside every batch norm.
    if (!known.contains(key) && key.rsplit('.').second != "num_batches_tracked" &&
        key != "num_batches_tracked")
      leftOver.push_back(key);
}

//===----------------------------------------------------------------------===//
// Renames
//===----------------------------------------------------------------------===//

/// Finds out whether one prefix on all keys, `module.` for instance, explains
/// every missing tensor, and says so in one line instead of hundreds.
void Checker::reportPrefix() {
  if (missing.empty() || leftOver.empty())
    return;
  StringRef wanted = missing.front().key;
  for (StringRef key : leftOver) {
    if (key.ends_with(("." + wanted).str()) && explainByPrefix(key.drop_back(wanted.size()), true))
      return;
    if (wanted.ends_with(("." + key).str()) && explainByPrefix(wanted.drop_back(key.size()), false))
      return;
  }
}

bool Checker::explainByPrefix(StringRef prefix, bool inFile) {
  // The name in the file of a missing key; "" if it cannot have one.
  auto renamed = [&](StringRef key) {
    if (inFile)
      return (prefix + key).str();
    return key.consume_front(prefix) ? key.str() : std::string();
  };
  if (!llvm::all_of(missing, [&](const Parameter &parameter) {
        return source.lookup(renamed(parameter.key));
      }))
    return false;
  StringRef example = missing.front().key;
  std::string change =
      inFile ? "k.removeprefix('" + prefix.str() + "')" : "'" + prefix.str() + "' + k";
  // A command to paste holds nothing that the file could smuggle into it.
  std::string command;
  if (isPlain(prefix) && isPlain(source.name()))
    command = (Twine("; rename them with: python3 -c \"from safetensors.torch import load_file, "
               "save_file; save_file({") +
               change + ": v for k, v in load_file('" + source.name() +
               "').items()}, 'renamed.safetensors')\"")
                  .str();
  error("expects keys like " + quoted(example) + ", got " + quoted(renamed(example)) + ": all " +
        Twine(missing.size()) + " tensors of the network are there " +
        (inFile ? "behind " : "without ") + quoted(prefix) + command);
  llvm::StringSet<> explained;
  for (const Parameter &parameter : missing)
    explained.insert(renamed(parameter.key));
  llvm::erase_if(leftOver, [&](StringRef key) { return explained.contains(key); });
  missing.clear();
  return true;
}

void Checker::reportMissing() {
  for (const Parameter &parameter : missing) {
    std::string nearest = nearestLeftOver(parameter);
    error("expects tensor " + quoted(parameter.key) + parameter.reader + ", " +
          shapeToString(parameter.shape) + ", got none" +
          (nearest.empty() ? "" : "; did you mean " + nearest + "?"));
  }
}

std::string Checker::nearestLeftOver(const Parameter &parameter) const {
  if (missing.size() * leftOver.size() > maxSuggestionPairs)
    return "";
  StringRef best;
  unsigned bestDistance = std::min<size_t>(parameter.key.size() / 3, 6) + 1;
  for (StringRef key : leftOver) {
    if (key.size() > 200 || !shapesAgree(parameter.shape, source.lookup(key)->shape))
      continue;
    unsigned distance = parameter.key.edit_distance(key, true, bestDistance);
    if (distance < bestDistance) {
      bestDistance = distance;
      best = key;
    }
  }
  return best.empty() ? "" : quoted(best);
}

} // namespace

LogicalResult sinter::checkWeights(ModuleOp module, const WeightSource &source, ErrorList &errors) {
  return Checker(module, source, errors).check();
}
