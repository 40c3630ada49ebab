//===- KernelRun.h - Kernels of tests -----------------------------*- C++ -*-===//

#ifndef SINTER_TEST_EMULATOR_KERNELRUN_H
#define SINTER_TEST_EMULATOR_KERNELRUN_H

#include "test/emulator/Emulator.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace sinter::emulator {

/// A kernel of a test, and how it is launched.
struct Kernel {
  /// The body, without the first lines: those define %tid, %block, %lane (i32), the pointer
  /// %shared, and %k0, %k1, ... %k32, constants of type i32.
  std::string body;
  unsigned threads = 32;
  unsigned blocks = 1;
  unsigned sharedBytes = 0;
  /// Attributes of each argument, "llvm.dereferenceable = 64 : i64".
  std::string attributes = "";
  unsigned launches = 1; ///< one after the other
};

/// Runs the kernel with one argument per buffer: %a0, %a1, ...
std::vector<std::string> runKernel(const Kernel &kernel, const std::vector<Buffer> &buffers);

/// Runs a module given as text.
std::vector<std::string> runModule(const std::string &module, const std::vector<Buffer> &buffers,
                                   Statistics *statistics = nullptr);

/// A buffer that a kernel may read, and one that it must write first.
template <typename T> Buffer input(std::vector<T> &data) {
  return {data.data(), data.size() * sizeof(T), true};
}
template <typename T> Buffer output(std::vector<T> &data) {
  return {data.data(), data.size() * sizeof(T), false};
}

/// Expects an error that contains each of `words`.
void expectError(const std::vector<std::string> &errors, const std::vector<std::string> &words);

/// Expects none.
void expectNoError(const std::vector<std::string> &errors);

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_KERNELRUN_H
