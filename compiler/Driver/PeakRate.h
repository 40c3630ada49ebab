//===- PeakRate.h - What the processor can do at most -------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_PEAKRATE_H
#define SINTER_COMPILER_DRIVER_PEAKRATE_H

#include <cstdint>

namespace sinter::driver {

/// Multiply-adds in registers, in GFLOP/s (two operations each), that `threads` threads
/// reach together with the vectors of code that needs the CPU features `features` (bits
/// of sinter/abi.h). Measured, for about a quarter of a second; 0 where there is no
/// vector code for this architecture.
double measurePeakRate(unsigned threads, uint64_t features);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_PEAKRATE_H
