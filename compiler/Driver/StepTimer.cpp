//===- StepTimer.cpp - Times each step of a run ---------------------------===//

#include "compiler/Driver/StepTimer.h"

#include <atomic>
#include <thread>

using namespace sinter;

namespace {

/// All threads wait for the last one, and stay on their CPUs meanwhile: a thread that
/// sleeps would show its awakening as the time of a step. The last one looks at the clock,
/// since another may lose its CPU before it does, and find the next step done.
class SpinBarrier {
public:
  explicit SpinBarrier(unsigned threads) : threads(threads) {}

  void wait() {
    unsigned turn = turns.load();
    if (arrived.fetch_add(1) + 1 == threads) {
      arrived.store(0);
      openedAt = sinter_clock_ns();
      turns.store(turn + 1);
      return;
    }
    for (unsigned spins = 0; turns.load() == turn; ++spins)
      if (spins % 1024 == 1023)
        std::this_thread::yield(); // there may be fewer CPUs than threads
  }

  /// When the last thread came, for those that have waited.
  uint64_t time() const { return openedAt; }

private:
  const unsigned threads;
  std::atomic<unsigned> arrived{0}, turns{0};
  uint64_t openedAt = 0; // written before `turns`, read before the next arrival
};

/// What a thread gives its barrier. Only the first one notes the times.
struct StepClock {
  SpinBarrier &barrier;
  std::vector<uint64_t> times;
  bool isRunning;

  static void tick(void *context) {
    auto &clock = *static_cast<StepClock *>(context);
    clock.barrier.wait();
    if (clock.isRunning)
      clock.times.push_back(clock.barrier.time());
  }
};

} // namespace

std::vector<std::vector<double>> driver::timeSteps(const sinter_model_info &model, unsigned threads,
                                                   const void *const *inputs, void *const *outputs,
                                                   void *workspace, uint64_t runs) {
  SpinBarrier barrier(threads);
  auto work = [&](unsigned thread, StepClock &clock, auto &&finishRun) {
    for (uint64_t run = 0; run < runs; ++run) {
      StepClock::tick(&clock);
      model.run_spmd(inputs, outputs, workspace, thread, threads, StepClock::tick, &clock);
      StepClock::tick(&clock);
      finishRun();
    }
  };
  std::vector<std::thread> others;
  for (unsigned thread = 1; thread < threads; ++thread)
    others.emplace_back([&, thread] {
      StepClock clock{barrier, {}, false};
      work(thread, clock, [] {});
    });
  std::vector<std::vector<double>> steps;
  StepClock clock{barrier, {}, true};
  clock.times.reserve(model.num_steps + 1);
  work(0, clock, [&] {
    std::vector<double> &row = steps.emplace_back();
    for (size_t i = 1; i < clock.times.size(); ++i)
      row.push_back((clock.times[i] - clock.times[i - 1]) * 1e-6);
    clock.times.clear();
  });
  for (std::thread &other : others)
    other.join();
  return steps;
}
