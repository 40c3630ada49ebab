/*===- CpuFeatures.c - What this processor can execute --------------------===*\
|*
|* A feature counts when the processor has it (cpuid) and the operating system
|* saves its registers (xgetbv); the psABI's x86-64 levels group them.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cpu/Internal.h"
#include "runtime/cpu/X86Levels.h"

#if defined(__x86_64__)
#include <cpuid.h>

/* True if every bit of `bits` is set in `value`. */
static bool has(uint32_t value, uint32_t bits) { return (value & bits) == bits; }

/* XCR0: the register state that the system saves. Needs OSXSAVE. */
static uint32_t saved_state(void) {
  uint32_t low, high;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

uint64_t sinter_cpu_features(void) {
  uint32_t a, b, c1, d, b7 = 0, c, c81 = 0;
  if (!__get_cpuid(1, &a, &b, &c1, &d))
    return 0;
  if (!__get_cpuid_count(7, 0, &a, &b7, &c, &d))
    b7 = 0;
  if (!__get_cpuid(0x80000001, &a, &b, &c81, &d))
    c81 = 0;

  if (!has(c1, SINTER_X86_V2_LEAF1) || !has(c81, SINTER_X86_V2_EXTENDED))
    return 0;
  uint64_t features = SINTER_CPU_SSE42;

  if (!has(c1, SINTER_X86_V3_LEAF1) || !has(b7, SINTER_X86_V3_LEAF7) ||
      !has(c81, SINTER_X86_V3_EXTENDED) || !has(saved_state(), SINTER_X86_V3_STATE))
    return features;
  features |= SINTER_CPU_AVX2;

  if (has(b7, SINTER_X86_V4_LEAF7) && has(saved_state(), SINTER_X86_V4_STATE))
    features |= SINTER_CPU_AVX512;
  return features;
}

const char *sinter_cpu_level(void) { return sinter_level_of(sinter_cpu_features()); }

#else

uint64_t sinter_cpu_features(void) { return 0; }

const char *sinter_cpu_level(void) {
#if defined(__aarch64__)
  return "aarch64";
#else
  return "unknown";
#endif
}

#endif

const char *sinter_level_of(uint64_t features) {
  if (features & SINTER_CPU_AVX512)
    return "x86-64-v4";
  if (features & SINTER_CPU_AVX2)
    return "x86-64-v3";
  return features & SINTER_CPU_SSE42 ? "x86-64-v2" : "x86-64";
}
