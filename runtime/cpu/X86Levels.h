/*===- X86Levels.h - What cpuid says of the x86-64 levels -----------------===*\
|*
|* The bits that each level of the psABI's x86-64 microarchitecture levels adds:
|* of cpuid leaf 1 in ecx, leaf 7 in ebx, leaf 0x80000001 in ecx, and of XCR0,
|* the register state that the system saves. The runtime reports by them what a
|* processor has, an artifact refuses by them a processor that lacks something.
|*
\*===----------------------------------------------------------------------===*/

#ifndef SINTER_RUNTIME_CPU_X86LEVELS_H
#define SINTER_RUNTIME_CPU_X86LEVELS_H

#define SINTER_BIT(n) (1u << (n))

/* v2: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; LAHF. */
#define SINTER_X86_V2_LEAF1                                                                        \
  (SINTER_BIT(0) | SINTER_BIT(9) | SINTER_BIT(13) | SINTER_BIT(19) | SINTER_BIT(20) |              \
   SINTER_BIT(23))
#define SINTER_X86_V2_EXTENDED SINTER_BIT(0)

/* v3: FMA, MOVBE, OSXSAVE, AVX, F16C; BMI1, AVX2, BMI2; LZCNT; XMM and YMM state. */
#define SINTER_X86_V3_LEAF1                                                                        \
  (SINTER_BIT(12) | SINTER_BIT(22) | SINTER_BIT(27) | SINTER_BIT(28) | SINTER_BIT(29))
#define SINTER_X86_V3_LEAF7 (SINTER_BIT(3) | SINTER_BIT(5) | SINTER_BIT(8))
#define SINTER_X86_V3_EXTENDED SINTER_BIT(5)
#define SINTER_X86_V3_STATE 0x06u

/* v4: AVX512 F, DQ, CD, BW, VL; opmask and ZMM state. */
#define SINTER_X86_V4_LEAF7                                                                        \
  (SINTER_BIT(16) | SINTER_BIT(17) | SINTER_BIT(28) | SINTER_BIT(30) | SINTER_BIT(31))
#define SINTER_X86_V4_STATE 0xe0u

#endif /* SINTER_RUNTIME_CPU_X86LEVELS_H */
