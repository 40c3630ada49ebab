//===- RunTensors.cpp - The tensors of `sinter run` -----------------------===//
//
// Finds the file of each input and output, checks shapes, and prints results.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Image.h"
#include "compiler/Driver/Run.h"
#include "compiler/Frontend/Weights/Npy.h"
#include "compiler/Support/File.h"
#include "compiler/Support/Quote.h"
#include "compiler/Support/SplitMix64.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

#include <algorithm>
#include <cmath>
#include <fmt/core.h>
#include <numeric>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

namespace {

std::string listNames(ArrayRef<std::string> names) {
  return join(map_range(names, [](const std::string &name) { return quoted(name); }), ", ");
}

/// Sorts "[NAME=]FILE" values by name. `option` is "--input" or "--output".
Expected<std::vector<std::vector<std::string>>>
assignFiles(StringRef option, ArrayRef<std::string> values, ArrayRef<std::string> names) {
  const StringRef kind = option.ltrim('-');
  std::vector<std::vector<std::string>> files(names.size());
  for (StringRef value : values) {
    // A path with an '=' in it can be given as ./FILE.
    auto [name, file] = value.split('=');
    if (name.size() == value.size() || name.contains('/')) {
      if (names.size() != 1)
        return createStringError("the network has the " + kind + "s " + listNames(names) + ": " +
                                 option + " expects NAME=FILE, got " + quoted(value));
      files[0].push_back(value.str());
      continue;
    }
    const auto *found = find(names, name);
    if (found == names.end())
      return createStringError("the network has no " + kind + " " + quoted(name) + "; it has " +
                               listNames(names));
    if (file.empty())
      return createStringError(option + " expects NAME=FILE, got " + quoted(value));
    files[found - names.begin()].push_back(file.str());
  }
  return files;
}

/// One file: an array, or an image where the input is one.
Expected<Tensor> readFile(StringRef path, const TensorSpec &spec, const ImageOptions &options) {
  auto file = mapFile(path);
  if (!file)
    return file.takeError();
  const StringRef bytes = (*file)->getBuffer();
  if (isImage(bytes))
    return readImage(path, ArrayRef(spec.shape).drop_front(spec.shape.empty() ? 0 : 1), options);
  if (bytes.starts_with("\x93NUMPY") || path.ends_with(".npy"))
    return readNpy(path);
  return createStringError("cannot read " + quoted(path) + ": not an .npy array, PNG or JPEG");
}

/// Several files are a batch: they are joined along the first dimension.
Expected<Tensor> readBatch(ArrayRef<std::string> files, const TensorSpec &spec,
                           const ImageOptions &options) {
  Tensor batch;
  for (const std::string &path : files) {
    Expected<Tensor> part = readFile(path, spec, options);
    if (!part)
      return part.takeError();
    // With several files the first dimension is compared once all are there.
    const size_t skip = files.size() > 1 && !spec.shape.empty() ? 1 : 0;
    if (part->shape.size() != spec.shape.size() ||
        ArrayRef(part->shape).drop_front(skip) != ArrayRef(spec.shape).drop_front(skip))
      return createStringError(path + ": has shape " + shapeToString(part->shape) + ", input " +
                               quoted(spec.name) + " expects " + shapeToString(spec.shape));
    if (batch.data.empty()) {
      batch = std::move(*part);
      continue;
    }
    batch.shape[0] += part->shape[0];
    append_range(batch.data, part->data);
  }
  if (batch.shape != spec.shape)
    return createStringError(Twine(files.size()) + " files: have shape " +
                             shapeToString(batch.shape) + " together, input " + quoted(spec.name) +
                             " expects " + shapeToString(spec.shape));
  return batch;
}

/// Class indices by falling score; NaNs last.
std::vector<size_t> rank(ArrayRef<float> scores, size_t count) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  const auto key = [&](size_t i) { return std::isnan(scores[i]) ? -INFINITY : scores[i]; };
  std::partial_sort(order.begin(), order.begin() + count, order.end(),
                    [&](size_t a, size_t b) { return key(a) != key(b) ? key(a) > key(b) : a < b; });
  order.resize(count);
  return order;
}

/// True if the network ends in a softmax already.
bool areProbabilities(ArrayRef<float> scores) {
  const double sum = std::accumulate(scores.begin(), scores.end(), 0.0);
  return std::abs(sum - 1) < 1e-3 && all_of(scores, [](float value) { return value >= 0; });
}

void printTop(StringRef title, ArrayRef<float> scores, size_t count) {
  fmt::print("{}\n", title.str());
  const float largest = *std::max_element(scores.begin(), scores.end());
  double sum = 0;
  for (float score : scores)
    sum += std::exp(double(score) - largest);
  const bool probabilities = areProbabilities(scores);
  for (size_t i : rank(scores, std::min(count, scores.size())))
    fmt::print("  class {:>5}  {:8.4f} %   score {:.6g}\n", i,
               100 * (probabilities ? scores[i] : std::exp(double(scores[i]) - largest) / sum),
               scores[i]);
}

/// Prints the best classes of each image of the first output, N x classes.
Error printClasses(const RunOptions &options, const NamedTensor &output) {
  const Shape &shape = output.tensor.shape;
  if (shape.size() < 2 || !all_of(ArrayRef(shape).drop_front(2), [](int64_t n) { return n == 1; }))
    return createStringError("--top expects an output of classes (NxC), got '" + output.name +
                             "' of shape " + shapeToString(shape));
  const size_t images = shape[0], classes = shape[1];
  for (size_t i = 0; i < images; ++i)
    printTop(options.inputs.size() == images ? StringRef(options.inputs[i])
                                             : StringRef(fmt::format("image {}", i)),
             ArrayRef(output.tensor.data).slice(i * classes, classes), options.top);
  return Error::success();
}

void printSummary(const NamedTensor &output) {
  float low = INFINITY, high = -INFINITY;
  double sum = 0;
  for (float value : output.tensor.data) {
    low = std::min(low, value);
    high = std::max(high, value);
    sum += value;
  }
  fmt::print("{} {}: min {:.6g}, max {:.6g}, mean {:.6g}\n", output.name,
             shapeToString(output.tensor.shape), low, high, sum / output.tensor.data.size());
}

template <typename T> std::vector<std::string> namesOf(ArrayRef<T> tensors) {
  std::vector<std::string> names;
  for (const T &tensor : tensors)
    names.push_back(tensor.name);
  return names;
}

} // namespace

Tensor driver::randomInput(ArrayRef<int64_t> shape, uint64_t seed, unsigned position) {
  Tensor tensor{Shape(shape), {}};
  tensor.data.resize(numElements(shape).value_or(0));
  uint64_t stream = splitmix64::advance(seed, position);
  for (auto [i, value] : llvm::enumerate(tensor.data))
    value = static_cast<float>(splitmix64::bits(stream, i) >> 40) * 0x1p-23f - 1;
  return tensor;
}

Expected<std::vector<Tensor>> driver::readInputs(const RunOptions &options,
                                                 ArrayRef<TensorSpec> specs) {
  std::vector<Tensor> tensors;
  if (options.randomInput) {
    for (const auto &[position, spec] : enumerate(specs))
      tensors.push_back(randomInput(spec.shape, *options.randomInput, position));
    return tensors;
  }
  auto files = assignFiles("--input", options.inputs, namesOf(specs));
  if (!files)
    return files.takeError();
  for (const auto &[spec, paths] : zip(specs, *files)) {
    if (paths.empty())
      return createStringError("expects --input for " + quoted(spec.name) + " (" +
                               shapeToString(spec.shape) + "), or --random-input SEED");
    Expected<Tensor> tensor = readBatch(paths, spec, options.image);
    if (!tensor)
      return tensor.takeError();
    tensors.push_back(std::move(*tensor));
  }
  return tensors;
}

Error driver::checkOutputs(const RunOptions &options, ArrayRef<std::string> names) {
  auto files = assignFiles("--output", options.outputs, names);
  if (!files)
    return files.takeError();
  for (const auto &[name, paths] : zip(names, *files))
    if (paths.size() > 1)
      return createStringError("--output is given twice for " + quoted(name));
  return Error::success();
}

Error driver::writeOutputs(const RunOptions &options, ArrayRef<NamedTensor> outputs) {
  const std::vector<std::string> names = namesOf(outputs);
  if (Error error = checkOutputs(options, names))
    return error;
  auto files = cantFail(assignFiles("--output", options.outputs, names));
  for (const auto &[output, paths] : zip(outputs, files)) {
    if (!paths.empty())
      if (Error error = writeNpy(paths.front(), output.tensor))
        return error;
    if (paths.empty() && options.top == 0)
      printSummary(output);
  }
  return options.top ? printClasses(options, outputs.front()) : Error::success();
}

Difference driver::differenceOf(const Tensor &tensor, const Tensor &reference) {
  double difference = 0, largest = 0;
  for (const auto &[a, b] : zip_equal(tensor.data, reference.data)) {
    const double distance = std::abs(double(a) - b);
    difference = std::isnan(distance) ? INFINITY : std::max(difference, distance);
    largest = std::max(largest, std::abs(double(b)));
  }
  return {largest > 0 ? difference / largest : difference, largest};
}
