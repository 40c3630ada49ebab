//===- StateDict.cpp - Tensors held to what is expected of them -----------===//

#include "compiler/Frontend/Checkpoint/StateDict.h"

#include "compiler/Support/Quote.h"

#include "llvm/ADT/STLExtras.h"

using namespace sinter;
using namespace sinter::checkpoint;
using llvm::StringRef;
using llvm::Twine;

/// A wrong file is wrong in many places; the first ones tell.
constexpr size_t maxErrors = 20;

void StateDict::error(const Twine &message) {
  size_t count = errors.size() - firstError;
  if (count < maxErrors)
    errors.push_back((source.name() + ": " + message).str());
  else if (count == maxErrors)
    errors.push_back((source.name() + ": too many errors, the rest is not shown").str());
}

bool StateDict::hasBelow(const Twine &prefix) const {
  std::string text = prefix.str();
  auto first = llvm::lower_bound(keys, StringRef(text));
  return first != keys.end() && first->starts_with(text);
}

std::optional<Shape> StateDict::peek(const Twine &key) const {
  const WeightInfo *info = source.lookup(key.str());
  return info ? std::optional(info->shape) : std::nullopt;
}

void StateDict::mismatch(const std::string &layer, StringRef part, StringRef expected,
                         StringRef got) {
  error("expects tensor " + quoted(layer + "." + part.str()) + " of layer " + quoted(layer) +
        " to be " + expected + ", got " + got);
}

const Shape *StateDict::use(const std::string &layer, StringRef part, StringRef expected) {
  std::string key = layer + "." + part.str();
  const WeightInfo *info = source.lookup(key);
  if (!info) {
    mismatch(layer, part, expected, "none");
    return nullptr;
  }
  used.insert(key);
  bool isUsable = !info->shape.empty() && llvm::all_of(info->shape, [](int64_t size) {
    return size >= 1 && size <= maxDimension;
  });
  if (!isUsable)
    mismatch(layer, part, expected, shapeToString(info->shape));
  return isUsable ? &info->shape : nullptr;
}

static std::string filterShape(const Twine &inputs, int64_t kernel) {
  return ("Ox" + inputs + "x" + Twine(kernel) + "x" + Twine(kernel)).str();
}

std::optional<int64_t> StateDict::conv(const std::string &layer, int64_t inputs, int64_t kernel) {
  std::string expected = filterShape(Twine(inputs), kernel);
  const Shape *shape = use(layer, "weight", expected);
  if (!shape)
    return std::nullopt;
  if (*shape != Shape{shape->front(), inputs, kernel, kernel})
    mismatch(layer, "weight", expected, shapeToString(*shape));
  return shape->front();
}

std::optional<int64_t> StateDict::groupedConv(const std::string &layer, int64_t inputs,
                                              int64_t kernel, int64_t &groups) {
  std::string expected = filterShape("I", kernel) + " where I divides " + std::to_string(inputs) +
                         ", and the groups O";
  const Shape *shape = use(layer, "weight", expected);
  if (!shape)
    return std::nullopt;
  bool fits = shape->size() == 4 && (*shape)[2] == kernel && (*shape)[3] == kernel &&
              inputs % (*shape)[1] == 0 && shape->front() % (inputs / (*shape)[1]) == 0;
  if (fits)
    groups = inputs / (*shape)[1];
  else
    mismatch(layer, "weight", expected, shapeToString(*shape));
  return shape->front();
}

std::optional<int64_t> StateDict::linear(const std::string &layer, int64_t inputs) {
  std::string expected = "Ox" + std::to_string(inputs);
  const Shape *shape = use(layer, "weight", expected);
  if (!shape)
    return std::nullopt;
  if (!shapesAgree({shape->front(), inputs}, *shape))
    mismatch(layer, "weight", expected, shapeToString(*shape));
  return shape->front();
}

void StateDict::norm(const std::string &layer, int64_t channels) {
  std::string expected = std::to_string(channels);
  for (StringRef part : {"weight", "bias", "running_mean", "running_var"})
    if (const Shape *shape = use(layer, part, expected); shape && *shape != Shape{channels})
      mismatch(layer, part, expected, shapeToString(*shape));
}

void StateDict::bias(const std::string &layer, int64_t channels) {
  std::string expected = std::to_string(channels);
  if (const Shape *shape = use(layer, "bias", expected); shape && *shape != Shape{channels})
    mismatch(layer, "bias", expected, shapeToString(*shape));
}

void StateDict::reportLeftOver() {
  for (StringRef key : keys)
    // PyTorch's counter of training steps sits beside every batch norm.
    if (!used.contains(key) && key.rsplit('.').second != "num_batches_tracked")
      error("expects only tensors of a residual network that it knows, got " + quoted(key) + ", " +
            shapeToString(source.lookup(key)->shape));
}
