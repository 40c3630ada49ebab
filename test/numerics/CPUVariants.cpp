//===- CPUVariants.cpp - The code that this machine runs ------------------===//

#include "test/numerics/Harness.h"

#include "sinter/runtime.h"

using namespace sinter;
using namespace sinter::numerics;

// SSE, AVX2 and AVX-512 where this CPU runs it. Where it lacks AVX-512, the layouts and
// schedules of 16 lanes are compiled for AVX2 instead.
std::vector<Variant> numerics::variants() {
  uint64_t features = sinter_cpu_features();
  std::vector<Variant> all{{"x86-64-v2", 4}, {"x86-64-v3", 8}};
  if (features & SINTER_CPU_AVX512)
    all.push_back({"x86-64-v4", 16});
  else
    all.push_back({"x86-64-v3", 16});
  return all;
}
