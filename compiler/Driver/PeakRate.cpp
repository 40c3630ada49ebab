//===- PeakRate.cpp - What the processor can do at most -------------------===//
//
// Chains of multiply-adds that need no memory, as many as hide the latency. What
// other programs take away is filtered by taking the best of many short pieces.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/PeakRate.h"

#include "sinter/runtime.h"

#include <algorithm>
#include <thread>
#include <vector>

using namespace sinter;

#if defined(__x86_64__)

namespace {

constexpr int chains = 12, steps = 20000;

/// One piece: every lane of every chain takes `steps` multiply-adds. Inlined where the
/// instructions are known. What `values` hold then keeps the compiler from leaving it out.
template <int Lanes, bool HasFMA>
[[gnu::always_inline]] inline void multiplyAdd(float *values) {
  using Vector [[gnu::vector_size(Lanes * sizeof(float))]] = float;
  Vector sums[chains], factor = Vector{} + values[0], addend = Vector{} + values[1];
  for (int i = 0; i < chains; ++i)
    sums[i] = addend * static_cast<float>(i);
  for (int step = 0; step < steps; ++step)
    for (Vector &sum : sums)
      if constexpr (HasFMA)
        sum = __builtin_elementwise_fma(sum, factor, addend);
      else
        sum = sum * factor + addend;
  for (int i = 0; i < chains; ++i)
    values[2] += sums[i][0];
}

[[gnu::noinline]] void multiplyAddSSE(float *values) { multiplyAdd<4, false>(values); }

[[gnu::noinline, gnu::target("avx2,fma")]] void multiplyAddAVX2(float *values) {
  multiplyAdd<8, true>(values);
}

[[gnu::noinline, gnu::target("avx512f")]] void multiplyAddAVX512(float *values) {
  multiplyAdd<16, true>(values);
}

/// GFLOP/s of this thread's best piece.
double measureThread(void (*piece)(float *), int lanes) {
  constexpr uint64_t duration = 250000000; // ns
  float values[3] = {0.5f, 0.5f, 0};
  double best = 0;
  for (uint64_t begin = sinter_clock_ns(), before = begin; before - begin < duration;) {
    piece(values);
    uint64_t after = sinter_clock_ns();
    best = std::max(best, 2.0 * lanes * chains * steps / static_cast<double>(after - before));
    before = after;
  }
  return best;
}

} // namespace

double driver::measurePeakRate(unsigned threads, uint64_t features) {
  void (*piece)(float *) = multiplyAddSSE;
  int lanes = 4;
  if (features & SINTER_CPU_AVX512)
    piece = multiplyAddAVX512, lanes = 16;
  else if (features & SINTER_CPU_AVX2)
    piece = multiplyAddAVX2, lanes = 8;
  std::vector<double> rates(threads);
  std::vector<std::thread> others;
  for (unsigned i = 1; i < threads; ++i)
    others.emplace_back([&, i] { rates[i] = measureThread(piece, lanes); });
  rates[0] = measureThread(piece, lanes);
  for (std::thread &other : others)
    other.join();
  double sum = 0;
  for (double rate : rates)
    sum += rate;
  return sum;
}

#else

double driver::measurePeakRate(unsigned, uint64_t) { return 0; }

#endif
