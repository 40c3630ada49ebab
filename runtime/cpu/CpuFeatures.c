/*===- CpuFeatures.c - What this processor can execute --------------------===*\
|*
|* A feature counts when the processor has it (cpuid) and the operating system
|* saves its registers (xgetbv); the psABI's x86-64 levels group them.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cpu/Internal.h"

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

  /* v2: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF. */
  const uint32_t v2 = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23;
  if (!has(c1, v2) || !has(c81, 1u << 0))
    return 0;
  uint64_t features = SINTER_CPU_SSE42;

  /* v3: FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; XMM and YMM state. */
  const uint32_t v3 = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29;
  if (!has(c1, v3) || !has(b7, 1u << 3 | 1u << 5 | 1u << 8) || !has(c81, 1u << 5) ||
      !has(saved_state(), 0x06))
    return features;
  features |= SINTER_CPU_AVX2;

  /* v4: AVX512 F, DQ, CD, BW, VL; opmask and ZMM state. */
  const uint32_t v4 = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30 | 1u << 31;
  if (has(b7, v4) && has(saved_state(), 0xe6))
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
