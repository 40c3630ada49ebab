//===- GPUVariants.cpp - Code for GPUs, which the emulator runs -----------===//

#include "test/numerics/Harness.h"

using namespace sinter;
using namespace sinter::numerics;

std::vector<Variant> numerics::variants() {
  return {{"", 0, "f32", 1e-4}, {"", 0, "tf32", 2e-3}, {"", 0, "f16", 2e-2}, {"", 0, "bf16", 2e-2}};
}
