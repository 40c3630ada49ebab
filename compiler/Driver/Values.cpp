//===- Values.cpp - Numbers on the command line ---------------------------===//

#include "compiler/Driver/Values.h"

#include "compiler/Support/Quote.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"

#include <cmath>

using namespace llvm;

Expected<uint64_t> sinter::driver::parseCount(StringRef option, StringRef text, uint64_t min,
                                              uint64_t max) {
  uint64_t value;
  if (text.getAsInteger(10, value) || value < min || value > max)
    return createStringError(option + " expects a whole number from " + Twine(min) + " to " +
                             Twine(max) + ", got " + quoted(text));
  return value;
}

std::string sinter::driver::textOf(const boost::program_options::variables_map &values,
                                   const std::string &name) {
  return values.count(name) ? values[name].as<std::string>() : std::string();
}

Expected<std::optional<uint64_t>>
sinter::driver::countOf(const boost::program_options::variables_map &values,
                        const std::string &name, uint64_t min, uint64_t max) {
  if (!values.count(name))
    return std::nullopt;
  Expected<uint64_t> count = parseCount("--" + name, textOf(values, name), min, max);
  if (!count)
    return count.takeError();
  return *count;
}

Expected<float> sinter::driver::parseNumber(StringRef option, StringRef text) {
  double value;
  if (text.getAsDouble(value) || !std::isfinite(static_cast<float>(value)))
    return createStringError(option + " expects a number, got " + quoted(text));
  return static_cast<float>(value);
}

Expected<std::optional<float>>
sinter::driver::positiveOf(const boost::program_options::variables_map &values,
                           const std::string &name) {
  if (!values.count(name))
    return std::nullopt;
  Expected<float> value = parseNumber("--" + name, textOf(values, name));
  if (!value)
    return value.takeError();
  if (*value <= 0)
    return createStringError("--" + name + " expects a number greater than 0");
  return *value;
}

Expected<std::vector<float>> sinter::driver::parseNumbers(StringRef option, StringRef text) {
  SmallVector<StringRef> parts;
  text.split(parts, ',');
  std::vector<float> values;
  for (StringRef part : parts) {
    Expected<float> value = parseNumber(option, part.trim());
    if (!value)
      return value.takeError();
    values.push_back(*value);
  }
  return values;
}
