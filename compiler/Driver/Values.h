//===- Values.h - Numbers on the command line ---------------------*- C++ -*-===//
//
// Options whose values have a range are read as text and parsed here, so that
// "-1", "1e9" and "two" are all told what is expected instead.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_DRIVER_VALUES_H
#define SINTER_COMPILER_DRIVER_VALUES_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <boost/program_options/variables_map.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace sinter::driver {

/// The whole number `text`, the value of `option` ("--threads"), from `min` to `max`.
llvm::Expected<uint64_t> parseCount(llvm::StringRef option, llvm::StringRef text, uint64_t min,
                                    uint64_t max);

/// The text of the option `name` ("threads"), or "".
std::string textOf(const boost::program_options::variables_map &values, const std::string &name);

/// parseCount of the option `name`; nothing if it was not given.
llvm::Expected<std::optional<uint64_t>> countOf(const boost::program_options::variables_map &values,
                                                const std::string &name, uint64_t min,
                                                uint64_t max);

/// The finite number `text`.
llvm::Expected<float> parseNumber(llvm::StringRef option, llvm::StringRef text);

/// The number greater than 0 of the option `name`; nothing if it was not given.
llvm::Expected<std::optional<float>>
positiveOf(const boost::program_options::variables_map &values, const std::string &name);

/// Finite numbers with commas between them.
llvm::Expected<std::vector<float>> parseNumbers(llvm::StringRef option, llvm::StringRef text);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_VALUES_H
