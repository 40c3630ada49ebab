//===- Attributes.cpp - The attributes of a node --------------------------===//
//
// Attributes are checked where they are read; what nobody reads is reported at the end, for it
// would change the result.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/NodeImporter.h"

#include "compiler/Support/Quote.h"

#include <cmath>

using namespace sinter;
using namespace sinter::onnx;
using llvm::StringRef;
using llvm::Twine;
using ::onnx::AttributeProto;

double sinter::onnx::widen(float value) {
  // The sixths of hard sigmoid and hard swish, and what they were rounded to.
  double sixths = std::round(value * 6.0);
  if (std::fabs(sixths) < 1e6 && static_cast<float>(sixths / 6) == value)
    return sixths / 6;
  // The shortest decimal number that rounds to `value`.
  char text[32];
  for (int digits = 1; digits <= 9; ++digits) {
    std::snprintf(text, sizeof(text), "%.*e", digits - 1, value);
    if (std::strtof(text, nullptr) == value)
      break;
  }
  return std::strtod(text, nullptr);
}

std::string sinter::onnx::describe(llvm::ArrayRef<int64_t> shape) {
  std::string text = "[";
  for (int64_t size : shape.take_front(maxRank))
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  return text + (shape.size() > maxRank ? ", ...]" : "]");
}

std::string sinter::onnx::describe(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%g", value);
  return text;
}

const AttributeProto *NodeImporter::find(StringRef name) {
  for (const AttributeProto &attribute : node.attribute())
    if (attribute.name() == name) {
      known.push_back(&attribute);
      return &attribute;
    }
  return nullptr;
}

const AttributeProto *NodeImporter::find(StringRef name, int type, StringRef expected) {
  const AttributeProto *attribute = find(name);
  if (!attribute || attribute->type() == type)
    return attribute;
  fail("expects attribute '" + name + "' to be " + expected);
  return nullptr;
}

int64_t NodeImporter::integer(StringRef name, int64_t otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::INT, "an integer");
  return attribute ? attribute->i() : otherwise;
}

double NodeImporter::real(StringRef name, double otherwise, bool isBound) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOAT, "a number");
  if (!attribute)
    return otherwise;
  if (std::isfinite(attribute->f()) || (isBound && std::isinf(attribute->f())))
    return widen(attribute->f());
  fail("expects attribute '" + name + "' to be finite, got " + describe(attribute->f()));
  return otherwise;
}

StringRef NodeImporter::string(StringRef name, StringRef otherwise) {
  const AttributeProto *attribute = find(name, AttributeProto::STRING, "a string");
  return attribute ? StringRef(attribute->s()) : otherwise;
}

std::optional<Integers> NodeImporter::integers(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::INTS, "a list of integers");
  if (!attribute)
    return std::nullopt;
  return Integers(attribute->ints().begin(), attribute->ints().end());
}

std::optional<std::vector<double>> NodeImporter::reals(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::FLOATS, "a list of numbers");
  if (!attribute)
    return std::nullopt;
  return std::vector<double>(attribute->floats().begin(), attribute->floats().end());
}

const ::onnx::TensorProto *NodeImporter::tensor(StringRef name) {
  const AttributeProto *attribute = find(name, AttributeProto::TENSOR, "a tensor");
  return attribute ? &attribute->t() : nullptr;
}

void NodeImporter::expect(StringRef name, int64_t otherwise, int64_t expected, StringRef why) {
  int64_t value = integer(name, otherwise);
  if (value != expected)
    fail("expects attribute '" + name + "' to be " + Twine(expected) + ", got " + Twine(value) +
         "; " + why);
}

void NodeImporter::checkAttributes() {
  for (const AttributeProto &attribute : node.attribute())
    if (!llvm::is_contained(known, &attribute))
      fail("expects no attribute " + quoted(attribute.name()) + " in opset " + Twine(opset()) +
           ", got one");
}

std::optional<int64_t> NodeImporter::axis(int64_t value, size_t rank) {
  int64_t dimensions = static_cast<int64_t>(rank);
  if (value >= -dimensions && value < dimensions)
    return value < 0 ? value + dimensions : value;
  fail("expects an axis of a tensor of " + Twine(rank) + " dimensions, got " + Twine(value));
  return std::nullopt;
}

std::optional<Integers> NodeImporter::axes(llvm::ArrayRef<int64_t> values, size_t rank) {
  Integers result;
  if (values.size() > maxRank) {
    fail("expects at most " + Twine(maxRank) + " axes, got " + Twine(values.size()));
    return std::nullopt;
  }
  for (int64_t value : values) {
    std::optional<int64_t> position = axis(value, rank);
    if (!position)
      return std::nullopt;
    if (llvm::is_contained(result, *position)) {
      fail("expects distinct axes, got " + describe(values));
      return std::nullopt;
    }
    result.push_back(*position);
  }
  llvm::sort(result);
  return result;
}

//===----------------------------------------------------------------------===//
// Windows
//===----------------------------------------------------------------------===//

std::optional<Window> NodeImporter::window(llvm::ArrayRef<int64_t> image,
                                           llvm::ArrayRef<int64_t> kernel) {
  // One entry per side of each spatial dimension.
  auto entries = [&](StringRef name, size_t count, int64_t otherwise) {
    Integers values = integers(name).value_or(Integers(count, otherwise));
    if (values.size() != count)
      fail("expects attribute '" + name + "' to have " + Twine(count) + " entries, got " +
           Twine(values.size()));
    for (int64_t value : values)
      if (value < otherwise || value > nn::maxWindow) {
        fail("expects entries of '" + name + "' to be " + Twine(otherwise) + " to " +
             Twine(nn::maxWindow) + ", got " + Twine(value));
        break;
      }
    return values;
  };
  Window window;
  if (kernel.empty() && !hasAttribute("kernel_shape"))
    fail("expects attribute 'kernel_shape', got none");
  window.kernel = kernel.empty() || hasAttribute("kernel_shape") ? entries("kernel_shape", 2, 1)
                                                                 : Integers(kernel);
  window.strides = entries("strides", 2, 1);
  window.dilations = entries("dilations", 2, 1);
  window.padding = entries("pads", 4, 0);
  StringRef mode = string("auto_pad", "NOTSET");
  if (failed)
    return std::nullopt;
  if (!kernel.empty() && llvm::ArrayRef(window.kernel) != kernel) {
    fail("expects attribute 'kernel_shape' to be that of its weight, " + describe(kernel) +
         ", got " + describe(window.kernel));
    return std::nullopt;
  }
  if (mode != "NOTSET") {
    std::optional<Integers> padding = automaticPadding(mode, image.take_back(2), window);
    if (!padding)
      return std::nullopt;
    window.padding = *padding;
  }
  return window;
}

/// What auto_pad stands for: as much as keeps ceil(size / stride) windows.
std::optional<Integers> NodeImporter::automaticPadding(StringRef mode,
                                                       llvm::ArrayRef<int64_t> image,
                                                       const Window &window) {
  Integers padding(4, 0);
  if (mode == "VALID")
    return padding;
  if (mode != "SAME_UPPER" && mode != "SAME_LOWER") {
    fail("expects attribute 'auto_pad' to be NOTSET, VALID, SAME_UPPER or SAME_LOWER, got " +
         quoted(mode));
    return std::nullopt;
  }
  for (int dim : {0, 1}) {
    int64_t span = window.dilations[dim] * (window.kernel[dim] - 1) + 1;
    int64_t steps = llvm::divideCeil(image[dim], window.strides[dim]);
    int64_t total = std::max<int64_t>((steps - 1) * window.strides[dim] + span - image[dim], 0);
    // The odd pixel goes to the end with SAME_UPPER.
    padding[dim] = mode == "SAME_UPPER" ? total / 2 : total - total / 2;
    padding[2 + dim] = total - padding[dim];
  }
  return padding;
}
