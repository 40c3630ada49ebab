//===- SessionTest.cpp - Runs on GPUs -------------------------------------===//

#include "test/runtime/cuda/Network.h"

#include <atomic>
#include <cmath>
#include <thread>

namespace {

CUstream stream(uintptr_t number) { return reinterpret_cast<CUstream>(number); }

/// A session of the network on GPU 0.
struct SessionTest : CudaTest {
  Network network;
  sinter_cuda_model *model = nullptr;
  sinter_cuda_session *session = nullptr;

  void SetUp() override {
    CudaTest::SetUp();
    fake_set_count(2);
    model = load(network);
    session = open(model);
    ASSERT_NE(session, nullptr);
  }
  void TearDown() override {
    sinter_cuda_session_destroy(session);
    sinter_cuda_unload(model);
    CudaTest::TearDown();
  }

  sinter_status run(const void *x, void *scores, void *sums, CUstream on = nullptr) {
    const void *inputs[] = {x};
    void *outputs[] = {scores, sums};
    return sinter_cuda_run(session, inputs, outputs, on, &error);
  }

  /// A run that updates `expected` kernels of the graph.
  void expectUpdates(int expected, const void *x, void *scores, void *sums) {
    const int before = fake_calls("cuGraphExecKernelNodeSetParams_v2");
    ASSERT_EQ(run(x, scores, sums), SINTER_OK) << error.message;
    EXPECT_EQ(fake_calls("cuGraphExecKernelNodeSetParams_v2") - before, expected);
    fake_finish(nullptr);
  }
};

void expectEqual(const HostTensors &host, const DeviceTensor &scores, const DeviceTensor &sums) {
  HostTensors got = host;
  got.scores = scores.get();
  got.sums = sums.get();
  got.expectResults();
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

TEST_F(SessionTest, runs_on_host_tensors) {
  for (int seed = 0; seed < 5; ++seed) {
    HostTensors host(seed);
    ASSERT_EQ(host.run(session, &error), SINTER_OK) << error.message;
    EXPECT_STREQ(error.message, "");
    host.expectResults();
  }
  EXPECT_EQ(fake_calls("cuMemAlloc_v2"), 2); // weights and session
  EXPECT_EQ(fake_calls("cuGraphInstantiateWithFlags"), 1);
  EXPECT_EQ(fake_calls("cuGraphExecKernelNodeSetParams_v2"), 0);
}

TEST_F(SessionTest, runs_on_device_tensors_without_waiting) {
  HostTensors host;
  DeviceTensor x, scores, sums;
  x.set(host.x);
  const int waits = fake_calls("cuStreamSynchronize");
  ASSERT_EQ(run(x, scores, sums, stream(0x30)), SINTER_OK) << error.message;
  EXPECT_EQ(fake_calls("cuStreamSynchronize"), waits);
  EXPECT_EQ(fake_calls("cuMemcpyHtoDAsync_v2") + fake_calls("cuMemcpyDtoHAsync_v2"), 0);
  EXPECT_TRUE(std::isnan(scores.get()[0]));
  EXPECT_EQ(fake_pending(), 4u);
  fake_finish(stream(0x30));
  expectEqual(host, scores, sums);
}

TEST_F(SessionTest, runs_on_host_and_device_tensors_together) {
  HostTensors host;
  DeviceTensor x, scores, sums;
  x.set(host.x);
  ASSERT_EQ(run(x, host.scores.data(), sums, stream(0x10)), SINTER_OK);
  host.sums = sums.get();
  host.expectResults();

  HostTensors other(3);
  ASSERT_EQ(run(other.x.data(), scores, other.sums.data(), stream(0x20)), SINTER_OK);
  other.scores = scores.get();
  other.expectResults();
  EXPECT_EQ(fake_pending(), 0u);
}

TEST_F(SessionTest, takes_pinned_memory_for_host_memory) {
  HostTensors host;
  DeviceTensor x(0, FAKE_PINNED), scores(0, FAKE_PINNED), sums;
  x.set(host.x);
  ASSERT_EQ(run(x, scores, sums, stream(0x10)), SINTER_OK);
  EXPECT_EQ(fake_calls("cuMemcpyHtoDAsync_v2"), 1);
  EXPECT_EQ(fake_calls("cuMemcpyDtoHAsync_v2"), 1);
  expectEqual(host, scores, sums);
}

TEST_F(SessionTest, updates_only_kernels_whose_tensors_have_moved) {
  HostTensors host;
  DeviceTensor x, x2, scores, scores2, sums;
  x.set(host.x);
  x2.set(host.x);
  expectUpdates(3, x, scores, sums); // all but the kernel in the workspace
  expectUpdates(0, x, scores, sums);
  expectUpdates(1, x, scores2, sums);
  expectEqual(host, scores2, sums);
  expectUpdates(2, x2, scores2, sums);
  expectUpdates(2, host.x.data(), scores2, sums);
  expectUpdates(2, x, scores2, sums);
  expectUpdates(3, x2, scores, sums);
  expectEqual(host, scores, sums);
}

/// Of kernels that wait by themselves, all but the first have an edge by which they start early.
TEST_F(SessionTest, starts_kernels_early_that_wait_by_themselves) {
  EXPECT_EQ(fake_calls("cuGraphAddDependencies_v2"), 0);
  Network waiting;
  waiting.images[0].starts_early = 1;
  sinter_cuda_model *early = load(waiting);
  expectRuns(early);
  EXPECT_EQ(fake_calls("cuGraphAddDependencies_v2"), 3);
  sinter_cuda_unload(early);
}

TEST_F(SessionTest, enqueues_several_runs) {
  HostTensors first(1), second(2);
  DeviceTensor x, x2, scores, scores2, sums, sums2;
  x.set(first.x);
  x2.set(second.x);
  ASSERT_EQ(run(x, scores, sums, stream(0x10)), SINTER_OK);
  ASSERT_EQ(run(x2, scores2, sums2, stream(0x10)), SINTER_OK);
  fake_finish(stream(0x10));
  expectEqual(first, scores, sums);
  expectEqual(second, scores2, sums2);
}

TEST_F(SessionTest, waits_for_runs_before_it_is_destroyed) {
  HostTensors host;
  DeviceTensor x, scores, sums;
  x.set(host.x);
  ASSERT_EQ(run(x, scores, sums, stream(0x10)), SINTER_OK);
  sinter_cuda_session_destroy(session);
  session = nullptr;
  EXPECT_EQ(fake_pending(), 0u);
  expectEqual(host, scores, sums);
}

TEST_F(SessionTest, refuses_tensors_that_the_gpu_cannot_use) {
  HostTensors host;
  DeviceTensor x, scores, sums, elsewhere(1), managed(1, FAKE_MANAGED);
  EXPECT_EQ(run(elsewhere, scores, sums), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "net: 'x' is in the memory of GPU 1, expects GPU 0");
  EXPECT_EQ(run(x, static_cast<char *>(static_cast<void *>(scores)) + 4, sums),
            SINTER_BAD_ALIGNMENT);
  EXPECT_EQ(std::string(error.message).find("net: 'scores' is at address 0x"), 0u);
  EXPECT_NE(std::string(error.message).find("expects a multiple of 16"), std::string::npos);
  EXPECT_EQ(fake_pending(), 0u);

  managed.set(host.x);
  ASSERT_EQ(run(managed, scores, sums), SINTER_OK) << error.message;
  fake_finish(nullptr);
  expectEqual(host, scores, sums);
}

TEST_F(SessionTest, refuses_null_pointers) {
  HostTensors host;
  const void *inputs[] = {host.x.data()};
  void *outputs[] = {host.scores.data(), nullptr};
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "net: the address of 'sums' is null");
  EXPECT_EQ(sinter_cuda_run(session, inputs, nullptr, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_run: outputs is null");
  EXPECT_EQ(sinter_cuda_run(session, nullptr, outputs, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_run: inputs is null");
  EXPECT_EQ(sinter_cuda_run(nullptr, inputs, outputs, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_run: session is null");
  EXPECT_EQ(sinter_cuda_session_create(model, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_session_create: session is null");
  sinter_cuda_session *none;
  EXPECT_EQ(sinter_cuda_session_create(nullptr, &none, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(none, nullptr);
  EXPECT_EQ(sinter_cuda_run(session, nullptr, nullptr, nullptr, nullptr), SINTER_INVALID_ARGUMENT);
  sinter_cuda_session_destroy(nullptr);
}

//===----------------------------------------------------------------------===//
// Contexts, lifetimes and threads
//===----------------------------------------------------------------------===//

TEST_F(SessionTest, leaves_the_callers_context_alone) {
  fake_push(1);
  const CUcontext callers = fake_current();
  sinter_cuda_model *other = load(network);
  EXPECT_EQ(fake_current(), callers);
  sinter_cuda_session *own = open(other);
  EXPECT_EQ(fake_current(), callers);
  HostTensors host;
  EXPECT_EQ(host.run(own), SINTER_OK);
  EXPECT_EQ(fake_current(), callers);
  fake_fail("cuGraphLaunch", 1, CUDA_ERROR_UNKNOWN);
  EXPECT_EQ(host.run(own), SINTER_DEVICE_ERROR);
  EXPECT_EQ(fake_current(), callers);
  sinter_cuda_session_destroy(own);
  EXPECT_EQ(fake_current(), callers);
  sinter_cuda_unload(other);
  EXPECT_EQ(fake_current(), callers);
  fake_pop();
}

TEST_F(SessionTest, survives_its_model) {
  sinter_cuda_session *second = open(model);
  sinter_cuda_unload(model);
  model = nullptr;
  for (sinter_cuda_session *one : {session, second}) {
    HostTensors host;
    EXPECT_EQ(host.run(one), SINTER_OK);
    host.expectResults();
    EXPECT_NE(fake_live(), 0);
    sinter_cuda_session_destroy(one);
  }
  session = nullptr;
  EXPECT_EQ(fake_live(), 0);
}

TEST_F(SessionTest, runs_models_and_sessions_at_the_same_time) {
  Network heavier;
  heavier.setImages({{80, SINTER_PTX}});
  heavier.weights[1] = 3;
  sinter_cuda_model *other = load(heavier);
  std::atomic<int> failures{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&, i] {
      sinter_cuda_session *own = nullptr;
      failures += sinter_cuda_session_create(i % 2 ? other : model, &own, nullptr) != SINTER_OK;
      for (int run = 0; run < 100; ++run) {
        HostTensors host(run + i);
        failures += host.run(own, nullptr, stream(0x10 * (i + 1u))) != SINTER_OK;
        host.expectResults(i % 2 ? 3 : 2);
      }
      sinter_cuda_session_destroy(own);
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_EQ(failures, 0);
  sinter_cuda_unload(other);
}

//===----------------------------------------------------------------------===//
// Profiles
//===----------------------------------------------------------------------===//

TEST_F(SessionTest, profiles_the_graph_and_each_launch) {
  HostTensors host;
  const void *inputs[] = {host.x.data()};
  void *outputs[] = {host.scores.data(), host.sums.data()};
  const int live = fake_live();
  std::vector<float> times(network.launches.size(), -1);
  float graph = -1;
  ASSERT_EQ(sinter_cuda_profile(session, inputs, outputs, &graph, times.data(), &error), SINTER_OK)
      << error.message;
  EXPECT_STREQ(error.message, "");
  // A kernel of this driver takes a millisecond, and a copy none.
  EXPECT_EQ(graph, static_cast<float>(network.launches.size()));
  EXPECT_EQ(times, std::vector<float>(network.launches.size(), 1));
  host.expectResults();
  EXPECT_EQ(fake_live(), live);
  EXPECT_EQ(fake_pending(), 0u);
}

TEST_F(SessionTest, profiles_device_tensors_in_place) {
  HostTensors host;
  DeviceTensor x, scores, sums;
  x.set(host.x);
  const void *inputs[] = {x};
  void *outputs[] = {scores, sums};
  std::vector<float> times(network.launches.size(), -1);
  float graph = -1;
  ASSERT_EQ(sinter_cuda_profile(session, inputs, outputs, &graph, times.data(), &error), SINTER_OK);
  EXPECT_EQ(fake_calls("cuMemcpyHtoDAsync_v2"), 0);
  expectEqual(host, scores, sums);
}

TEST_F(SessionTest, profiles_need_somewhere_for_the_times) {
  float graph;
  EXPECT_EQ(sinter_cuda_profile(session, nullptr, nullptr, nullptr, &graph, &error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_profile: graph is null");
  EXPECT_EQ(sinter_cuda_profile(session, nullptr, nullptr, &graph, nullptr, &error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_profile: launch_times is null");
  EXPECT_EQ(sinter_cuda_profile(session, nullptr, nullptr, &graph, &graph, &error),
            SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_run: inputs is null");
}

} // namespace
