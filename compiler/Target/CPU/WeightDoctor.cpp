//===- WeightDoctor.cpp - Looks at weights while they are packed ----------===//

#include "compiler/Target/CPU/WeightDoctor.h"

#include "compiler/Support/Location.h"
#include "compiler/Support/Quote.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/Parallel.h"

#include <cmath>
#include <limits>
#include <set>

using namespace mlir;
using namespace sinter;
using llvm::Twine;

/// How much of a long list is shown: tensors, channels of each, errors.
static constexpr size_t maxTensors = 5, maxChannels = 8, maxErrors = 20;

static bool isDenormal(float value) { return std::fpclassify(value) == FP_SUBNORMAL; }

WeightDoctor::WeightDoctor(ModuleOp planned, const WeightSource &source)
    : source(source), packed(planned.getOps<kernel::WeightsOp>()), folded(packed.size()) {
  collect();
  llvm::parallelFor(0, stored.size(), [&](size_t i) {
    auto &[key, exam] = *(stored.begin() + i);
    examineStored(key, exam);
  });
}

//===----------------------------------------------------------------------===//
// Stored weights
//===----------------------------------------------------------------------===//

static bool isVariance(nn::ParameterOp parameter) {
  return llvm::any_of(parameter->getUses(), [](OpOperand &use) {
    auto user = dyn_cast<nn::WeightUserOpInterface>(use.getOwner());
    return user && user.getWeightRole(use.getOperandNumber()) == nn::WeightRole::RunningVar;
  });
}

void WeightDoctor::collect() {
  for (kernel::WeightsOp weights : packed)
    for (auto parameter : weights.getBody().getOps<nn::ParameterOp>())
      stored[parameter.getKey()].isVariance |= isVariance(parameter);
}

void WeightDoctor::examineStored(StringRef key, Stored &exam) {
  std::vector<float> values(*numElements(source.lookup(key)->shape));
  source.read(key, values);
  exam.denormals = llvm::count_if(values, isDenormal);
  if (!exam.isVariance)
    return;
  for (auto [channel, variance] : llvm::enumerate(values))
    if (variance < smallVariance)
      exam.smallVariances.push_back(channel);
}

//===----------------------------------------------------------------------===//
// Folded weights
//===----------------------------------------------------------------------===//

/// True for what multiplies a channel: a filter, or the scale of a batch norm.
static bool isFactor(kernel::WeightsOp weights) {
  return weights.getMemRefType().getRank() != 1 ||
         weights.getValue().getDefiningOp<nn::FoldedScaleOp>();
}

bool WeightDoctor::settle(size_t tensor, DoubleTensor &values) {
  Folded &exam = folded[tensor];
  bool looksForDead = isFactor(packed[tensor]);
  int64_t channels = values.shape.front(), size = values.data.size() / channels;
  for (int64_t channel = 0; channel < channels; ++channel) {
    bool isDead = true;
    for (double &value : MutableArrayRef<double>(values.data).slice(channel * size, size)) {
      if (!(std::fabs(value) <= std::numeric_limits<float>::max())) {
        exam.notFinite = channel;
        exam.isNaN = std::isnan(value);
        return false;
      }
      float rounded = static_cast<float>(value);
      bool isFlushed = isDenormal(rounded);
      exam.denormals += isFlushed;
      value = isFlushed ? 0.0 : rounded;
      isDead &= value == 0.0;
    }
    if (isDead && looksForDead)
      exam.dead.push_back(channel);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Report
//===----------------------------------------------------------------------===//

/// The parameter that names a tensor, with its layer if the key does not name that.
static std::string describe(kernel::WeightsOp weights) {
  StringRef key = nn::weightKey(weights.getValue());
  std::string layer = layerOf(weights.getLoc());
  if (layer.empty() || key.starts_with(layer + "."))
    return quoted(key);
  return quoted(key) + " of layer " + quoted(layer);
}

/// "MESSAGE: 'a' (channels 0, 3), 'b' (channel 1) and 2 more"
std::string WeightDoctor::line(const Twine &message, ArrayRef<Finding> findings) const {
  std::string text = (source.name() + ": " + message + ":").str();
  for (const Finding &finding : findings.take_front(maxTensors)) {
    ArrayRef<int64_t> channels = finding.channels;
    text += (&finding == findings.begin() ? " " : ", ") + finding.tensor +
            (channels.size() == 1 ? " (channel " : " (channels ");
    llvm::raw_string_ostream stream(text);
    llvm::interleaveComma(channels.take_front(maxChannels), stream);
    text += channels.size() > maxChannels ? ", ...)" : ")";
  }
  if (findings.size() > maxTensors)
    text += " and " + std::to_string(findings.size() - maxTensors) + " more";
  return text;
}

/// "1 dead channel", "2 dead channels"
static std::string counted(int64_t count, StringRef what) {
  return (Twine(count) + " " + what + (count == 1 ? "" : "s")).str();
}

std::vector<std::string> WeightDoctor::warnings() const {
  std::vector<std::string> lines;
  int64_t storedDenormals = 0, foldedDenormals = 0, numSmall = 0, numDead = 0;
  StringRef firstDenormal;
  std::vector<Finding> small, dead;
  for (const auto &[key, exam] : stored) {
    if (exam.denormals && !storedDenormals)
      firstDenormal = key;
    storedDenormals += exam.denormals;
    numSmall += exam.smallVariances.size();
    if (!exam.smallVariances.empty())
      small.push_back({quoted(key), exam.smallVariances});
  }
  std::set<std::string> told; // one tensor may be packed for several kernels
  for (auto [weights, exam] : llvm::zip_equal(packed, folded)) {
    foldedDenormals += exam.denormals;
    std::string tensor = exam.dead.empty() ? "" : describe(weights);
    if (exam.dead.empty() || !told.insert(tensor).second)
      continue;
    numDead += exam.dead.size();
    dead.push_back({tensor, exam.dead});
  }

  if (storedDenormals)
    lines.push_back((source.name() + ": " + counted(storedDenormals, "denormal value") +
                     " in the stored weights, the first in " + quoted(firstDenormal))
                        .str());
  if (foldedDenormals)
    lines.push_back((source.name() + ": " + counted(foldedDenormals, "denormal value") +
                     " after folding, packed as zero")
                        .str());
  if (numSmall)
    lines.push_back(line(counted(numSmall, "running variance") + " below 1e-10", small));
  if (numDead)
    lines.push_back(
        line(counted(numDead, "dead channel") + ", all of whose weights are zero", dead));
  return lines;
}

ErrorList WeightDoctor::errors() const {
  ErrorList errors;
  std::set<std::string> told; // scale and shift of a batch norm overflow together
  for (auto [weights, exam] : llvm::zip_equal(packed, folded)) {
    if (exam.overflows && told.insert(describe(weights)).second) {
      errors.push_back((source.name() + ": expects " + describe(weights) +
                        " to be at most 65504, what f16 holds, after folding; compile with "
                        "--precision bf16 or f32")
                           .str());
      continue;
    }
    if (!exam.notFinite || !told.insert(describe(weights)).second)
      continue;
    if (errors.size() == maxErrors) {
      errors.push_back((source.name() + ": too many errors, the rest is not shown").str());
      break;
    }
    errors.push_back((source.name() + ": expects " + describe(weights) +
                      " to be finite in f32 after folding, got " + (exam.isNaN ? "nan" : "inf") +
                      " in channel " + Twine(*exam.notFinite))
                         .str());
  }
  return errors;
}
