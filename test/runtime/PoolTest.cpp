//===- PoolTest.cpp - Threads, barriers and runs --------------------------===//

#include "runtime/cpu/Internal.h"
#include "test/runtime/Fakes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace {

using Pool = std::unique_ptr<sinter_pool, void (*)(sinter_pool *)>;

Pool makePool(uint32_t threads) {
  sinter_pool *pool;
  sinter_error error;
  EXPECT_EQ(sinter_pool_create_exactly(threads, &pool, &error), SINTER_OK) << error.message;
  return {pool, sinter_pool_destroy};
}

/// A loaded copy of the good fake.
struct PoolTest : ::testing::Test {
  sinter_model *model = nullptr;
  void SetUp() override {
    ASSERT_EQ(sinter_model_load(fakePath("good").c_str(), &model, nullptr), SINTER_OK);
  }
  void TearDown() override { sinter_model_unload(model); }
};

/// A model whose SPMD function is `function`, with one float in and out.
sinter_model_info probe(sinter_spmd_fn function) {
  static const sinter_tensor_info tensor = {"x", SINTER_F32, 1, {1, 0, 0, 0}};
  sinter_model_info info = fake_model;
  info.workspace_bytes = 0;
  info.num_inputs = info.num_outputs = 1;
  info.inputs = info.outputs = &tensor;
  info.run_spmd = function;
  return info;
}

TEST_F(PoolTest, results_do_not_depend_on_the_number_of_threads) {
  FakeRun run(model);
  const std::vector<float> expected = run.expected();
  ASSERT_EQ(run.run(model, nullptr), SINTER_OK);
  EXPECT_EQ(run.scores, expected);
  for (uint32_t threads = 1; threads <= 8; ++threads) {
    Pool pool = makePool(threads);
    EXPECT_EQ(sinter_pool_num_threads(pool.get()), threads);
    for (int repeat = 0; repeat < 20; ++repeat) {
      run.scores.assign(14, -1);
      run.echo.assign(120, -1);
      ASSERT_EQ(run.run(model, pool.get()), SINTER_OK);
      ASSERT_EQ(run.scores, expected) << threads << " threads";
      ASSERT_EQ(run.echo, run.image);
    }
  }
}

TEST_F(PoolTest, pools_run_at_the_same_time) {
  std::vector<std::thread> callers;
  std::atomic<int> wrong{0};
  for (int caller = 0; caller < 6; ++caller)
    callers.emplace_back([&, caller] {
      Pool pool = makePool(1 + caller % 3);
      FakeRun run(model, caller);
      const std::vector<float> expected = run.expected();
      for (int repeat = 0; repeat < 50; ++repeat)
        if (run.run(model, pool.get()) != SINTER_OK || run.scores != expected)
          ++wrong;
    });
  for (std::thread &caller : callers)
    caller.join();
  EXPECT_EQ(wrong, 0);
}

TEST_F(PoolTest, one_pool_serves_several_models) {
  sinter_model *other;
  ASSERT_EQ(sinter_model_load(fakePath("other").c_str(), &other, nullptr), SINTER_OK);
  Pool pool = makePool(2);
  {
    FakeRun first(model, 1), second(other, 2);
    for (int repeat = 0; repeat < 20; ++repeat) {
      ASSERT_EQ(first.run(model, pool.get()), SINTER_OK);
      ASSERT_EQ(second.run(other, pool.get()), SINTER_OK);
      ASSERT_EQ(first.scores, first.expected());
      ASSERT_EQ(second.scores, second.expected());
    }
  }
  sinter_model_unload(other);
}

/// Threads count their steps; after each barrier all must have made the same number.
struct Steps {
  std::atomic<uint32_t> count{0};
  std::atomic<uint32_t> wrong{0};
};
Steps *steps;

void countSteps(const void *const *, void *const *, void *, uint32_t thread, uint32_t num_threads,
                sinter_barrier_fn barrier, void *context) {
  for (uint32_t step = 1; step <= 200; ++step) {
    if (thread == step % num_threads && step % 50 == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(1)); // the others go to sleep
    ++steps->count;
    barrier(context);
    if (steps->count != step * num_threads)
      ++steps->wrong;
    barrier(context);
  }
}

TEST(Barrier, holds_every_thread_until_the_last) {
  const sinter_model_info info = probe(countSteps);
  sinter_model *model;
  ASSERT_EQ(sinter_model_from_info(&info, &model, nullptr), SINTER_OK);
  float x = 0, y = 0;
  const void *inputs[] = {&x};
  void *outputs[] = {&y};
  for (uint32_t threads : {2, 3, 4, 8, 17, 64}) {
    Pool pool = makePool(threads);
    for (int run = 0; run < 3; ++run) {
      Steps counters;
      steps = &counters;
      ASSERT_EQ(sinter_run(model, pool.get(), inputs, outputs, nullptr), SINTER_OK);
      EXPECT_EQ(counters.count, 200 * threads);
      EXPECT_EQ(counters.wrong, 0u) << threads << " threads";
    }
  }
  sinter_model_unload(model);
}

std::atomic<int> inside;
std::atomic<bool> mayEnd;

void blockUntilToldToEnd(const void *const *, void *const *, void *, uint32_t, uint32_t,
                         sinter_barrier_fn, void *) {
  ++inside;
  while (!mayEnd)
    std::this_thread::yield();
}

TEST(Pool, refuses_a_second_run_at_the_same_time) {
  const sinter_model_info info = probe(blockUntilToldToEnd);
  sinter_model *model;
  ASSERT_EQ(sinter_model_from_info(&info, &model, nullptr), SINTER_OK);
  Pool pool = makePool(2);
  float x = 0, y = 0;
  const void *inputs[] = {&x};
  void *outputs[] = {&y};
  inside = 0;
  mayEnd = false;
  std::thread first(
      [&] { EXPECT_EQ(sinter_run(model, pool.get(), inputs, outputs, nullptr), SINTER_OK); });
  while (inside != 2)
    std::this_thread::yield();
  EXPECT_EQ(sinter_run(model, pool.get(), inputs, outputs, nullptr), SINTER_POOL_BUSY);
  mayEnd = true;
  first.join();
  EXPECT_EQ(sinter_run(model, pool.get(), inputs, outputs, nullptr), SINTER_OK);
  sinter_model_unload(model);
}

TEST(Pool, refuses_impossible_numbers_of_threads) {
  sinter_pool *pool;
  sinter_error error;
  EXPECT_EQ(sinter_pool_create(0, &pool, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_pool_create: expects 1 to 1024 threads, got 0");
  EXPECT_EQ(pool, nullptr);
  EXPECT_EQ(sinter_pool_create(1000000000, &pool, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_pool_create: expects 1 to 1024 threads, got 1000000000");
  EXPECT_EQ(sinter_pool_create(1, nullptr, nullptr), SINTER_INVALID_ARGUMENT);
  sinter_pool_destroy(nullptr);
  EXPECT_GE(sinter_cpu_count(), 1u);
}

TEST(Pool, has_no_more_threads_than_there_are_cpus) {
  const uint32_t cpus = sinter_cpu_count();
  for (uint32_t threads : {1u, cpus, cpus + 1, SINTER_MAX_THREADS}) {
    sinter_pool *pool;
    ASSERT_EQ(sinter_pool_create(threads, &pool, nullptr), SINTER_OK);
    EXPECT_EQ(sinter_pool_num_threads(pool), std::min(threads, cpus));
    sinter_pool_destroy(pool);
  }
}

TEST(Pool, comes_and_goes) {
  for (int round = 0; round < 100; ++round)
    makePool(1 + round % 5);
  makePool(200);
}

TEST_F(PoolTest, rests_and_wakes_up) {
  Pool pool = makePool(3);
  FakeRun run(model);
  for (int round = 0; round < 10; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2)); // longer than any spinning
    ASSERT_EQ(run.run(model, pool.get()), SINTER_OK);
    ASSERT_EQ(run.scores, run.expected());
  }
}

TEST_F(PoolTest, run_refuses_null_and_misaligned_pointers) {
  FakeRun run(model);
  const void *inputs[] = {run.image.data()};
  void *outputs[] = {run.scores.data(), run.echo.data()};
  auto *bytes = static_cast<char *>(run.workspace);
  EXPECT_EQ(sinter_run(nullptr, nullptr, inputs, outputs, bytes), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_run(model, nullptr, nullptr, outputs, bytes), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_run(model, nullptr, inputs, nullptr, bytes), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_run(model, nullptr, inputs, outputs, nullptr), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_run(model, nullptr, inputs, outputs, bytes + 4), SINTER_BAD_ALIGNMENT);

  const void *noInputs[] = {nullptr};
  EXPECT_EQ(sinter_run(model, nullptr, noInputs, outputs, bytes), SINTER_INVALID_ARGUMENT);
  void *oneOutput[] = {run.scores.data(), nullptr};
  EXPECT_EQ(sinter_run(model, nullptr, inputs, oneOutput, bytes), SINTER_INVALID_ARGUMENT);
  const void *oddInputs[] = {reinterpret_cast<const char *>(run.image.data()) + 1};
  EXPECT_EQ(sinter_run(model, nullptr, oddInputs, outputs, bytes), SINTER_BAD_ALIGNMENT);
  EXPECT_EQ(run.scores, std::vector<float>(14, -1)); // nothing was written
}

TEST(Clock, does_not_go_back) {
  uint64_t last = sinter_clock_ns();
  for (int i = 0; i < 1000; ++i) {
    const uint64_t now = sinter_clock_ns();
    ASSERT_GE(now, last);
    last = now;
  }
}

} // namespace
