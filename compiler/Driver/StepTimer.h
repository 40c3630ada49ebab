//===- StepTimer.h - Times each step of a run ---------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_STEPTIMER_H
#define SINTER_COMPILER_DRIVER_STEPTIMER_H

#include "sinter/runtime.h"

#include <vector>

namespace sinter::driver {

/// Runs `model` `runs` times on `threads` threads, with a barrier that looks at the
/// clock: row r, column s of the result is what step s of run r took, in milliseconds,
/// from the moment that all threads began it until all had finished it.
std::vector<std::vector<double>> timeSteps(const sinter_model_info &model, unsigned threads,
                                           const void *const *inputs, void *const *outputs,
                                           void *workspace, uint64_t runs);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_STEPTIMER_H
