//===- Harness.h - Compiled code against the reference ------------*- C++ -*-===//

#ifndef SINTER_TEST_NUMERICS_HARNESS_H
#define SINTER_TEST_NUMERICS_HARNESS_H

#include "compiler/Driver/Compiler.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sinter::numerics {

/// One way to compile: for this machine, or for a GPU that the emulator stands for.
struct Variant {
  std::string cpu;
  int64_t lanes = 0;          ///< f32 values per vector
  std::string precision = {}; ///< of a GPU's code; empty: CPU
  double tolerance = 1e-4;    ///< relative to the largest output
  std::string name() const {
    return precision.empty() ? cpu.substr(7) + "_" + std::to_string(lanes) : precision;
  }
};

/// What this program tests; see CPUVariants.cpp and GPUVariants.cpp.
std::vector<Variant> variants();

/// Compiles the network in the file `path`, with random weights, runs it on random inputs with 1, 2 and 3 threads in a
/// workspace full of NaN, and expects every output within 1e-4 of the reference,
/// relative to the largest value, and bit-identical for any number of threads and
/// in any rounding mode of the caller. Code for a GPU runs in the emulator, which must find nothing
/// wrong with it.
/// With `text`, that is the file's content and `path` at most its name.
void expectMatchesReference(const std::string &path, const std::string &text,
                            const Variant &variant);

/// The text of a module of many small networks in one: each case has an input
/// and a result of its own. A case is a function body that computes `%out` from
/// `%x`; parameters are named apart.
class CaseModule {
public:
  /// `body` may use %x and must define %out; every '@' in it becomes the case's number.
  void add(const std::string &inputType, const std::string &outputType, const std::string &body);
  std::string text() const;
  bool empty() const { return count == 0; }

private:
  int count = 0;
  std::string arguments, results, returned, body;
};

/// "tensor<1x3x8x8xf32>"
std::string tensorType(const std::vector<int64_t> &shape);

} // namespace sinter::numerics

#endif // SINTER_TEST_NUMERICS_HARNESS_H
