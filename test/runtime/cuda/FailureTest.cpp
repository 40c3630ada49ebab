//===- FailureTest.cpp - When a driver or a GPU fails ---------------------===//

#include "test/runtime/cuda/Network.h"

#include <set>

namespace {

const char *const functions[] = {
#define NAME(field, symbol, parameters) #symbol,
    SINTER_CUDA_DRIVER_FUNCTIONS(NAME) SINTER_CUDA_LATER_DRIVER_FUNCTIONS(NAME)
#undef NAME
};

/// Functions whose failures change nothing: those that give back.
const std::set<std::string> giveBack = {
    "cuCtxPopCurrent_v2", "cuCtxSynchronize", "cuDevicePrimaryCtxRelease_v2",
    "cuGraphDestroy",     "cuMemFree_v2",     "cuGraphExecDestroy",
    "cuModuleUnload",     "cuEventDestroy_v2"};

/// Loads a network and runs it on tensors of both kinds, each step once more where it fails.
struct Scenario {
  Network network;
  HostTensors host;
  DeviceTensor x, scores, sums;
  sinter_cuda_model *model = nullptr;
  sinter_cuda_session *session = nullptr;
  std::vector<sinter_error> errors; ///< what failed at first

  template <typename Step> void attempt(Step step) {
    sinter_error error;
    if (step(&error) == SINTER_OK) {
      EXPECT_STREQ(error.message, "");
      return;
    }
    errors.push_back(error);
    ASSERT_EQ(step(&error), SINTER_OK) << error.message;
  }

  void run() {
    network.launches[1].shared_bytes = 50000;
    network.images[0].starts_early = 1;
    attempt([&](sinter_error *error) {
      sinter_status status = sinter_cuda_from_info(&network.info, 0, &model, error);
      EXPECT_EQ(model == nullptr, status != SINTER_OK);
      EXPECT_TRUE(status == SINTER_OK || fake_live() == 0);
      return status;
    });
    attempt([&](sinter_error *error) {
      const int live = fake_live();
      sinter_status status = sinter_cuda_session_create(model, &session, error);
      EXPECT_EQ(session == nullptr, status != SINTER_OK);
      EXPECT_TRUE(status == SINTER_OK || fake_live() == live);
      return status;
    });
    attempt([&](sinter_error *error) { return host.run(session, error); });
    host.expectResults();
    x.set(host.x);
    const void *inputs[] = {x};
    void *outputs[] = {scores, sums};
    attempt([&](sinter_error *error) {
      return sinter_cuda_run(session, inputs, outputs, nullptr, error);
    });
    fake_finish(nullptr);
    host.scores = scores.get();
    host.sums = sums.get();
    host.expectResults();
    std::vector<float> times(network.launches.size());
    attempt([&](sinter_error *error) {
      float graph;
      const int live = fake_live();
      sinter_status status =
          sinter_cuda_profile(session, inputs, outputs, &graph, times.data(), error);
      EXPECT_EQ(fake_live(), live);
      fake_finish(nullptr);
      return status;
    });
  }

  ~Scenario() {
    sinter_cuda_session_destroy(session);
    sinter_cuda_unload(model);
  }
};

using FailureTest = CudaTest;

/// Lets the nth call of a function fail. False if there are fewer.
bool failsAt(const std::string &function, int nth, CUresult result, sinter_status expected) {
  SCOPED_TRACE(function + ", call " + std::to_string(nth));
  fake_reset();
  fake_fail(function.c_str(), nth, result);
  bool reached;
  {
    Scenario scenario;
    scenario.run();
    reached = fake_calls(function.c_str()) >= nth;
    const bool isHarmless = giveBack.count(function) != 0;
    EXPECT_EQ(scenario.errors.size(), reached && !isHarmless ? 1u : 0u);
    for (const sinter_error &error : scenario.errors) {
      EXPECT_EQ(error.status, function == "cuInit" ? SINTER_NO_DEVICE : expected) << error.message;
      // "cuGraphLaunch: CUDA_ERROR_UNKNOWN (...)", without the version.
      const std::string plain = function.substr(0, function.find("_v"));
      if (function != "cuMemAlloc_v2" && function != "cuGraphInstantiateWithFlags") {
        EXPECT_NE(std::string(error.message).find(plain + ": CUDA_ERROR_"), std::string::npos)
            << error.message;
      }
    }
    if (!isHarmless)
      fake_fail("", 0, CUDA_SUCCESS);
    else
      reached = fake_calls(function.c_str()) + 4 >= nth; // what the release calls
  }
  EXPECT_STREQ(fake_complaint(), "");
  EXPECT_EQ(fake_live(), 0);
  return reached;
}

TEST_F(FailureTest, each_call_that_fails_is_reported_and_leaves_nothing) {
  for (const char *function : functions) {
    const std::string name = function;
    if (name == "cuGetErrorName" || name == "cuGetErrorString" || name == "cuMemGetInfo_v2")
      continue; // asked for words only
    int failures = 0;
    while (failsAt(name, failures + 1, CUDA_ERROR_UNKNOWN, SINTER_DEVICE_ERROR) && failures < 100)
      ++failures;
    EXPECT_GE(failures, 1) << name;
    EXPECT_LT(failures, 100) << name;
    if (!giveBack.count(name)) {
      failsAt(name, 1, CUDA_ERROR_OUT_OF_MEMORY, SINTER_OUT_OF_MEMORY);
    }
  }
}

TEST_F(FailureTest, a_run_that_fails_leaves_the_callers_memory_alone) {
  Network network;
  sinter_cuda_model *model = load(network);
  sinter_cuda_session *session = open(model);
  HostTensors host;
  for (const char *function : {"cuGraphLaunch", "cuMemcpyDtoHAsync_v2"}) {
    fake_fail(function, 1, CUDA_ERROR_UNKNOWN);
    EXPECT_EQ(host.run(session, &error), SINTER_DEVICE_ERROR);
    EXPECT_EQ(fake_pending(), 0u) << function;
  }
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(FailureTest, the_first_of_two_errors_is_reported) {
  Network network;
  network.addLaunch("crash", {{Network::SUMS, 0, 0}});
  sinter_cuda_model *model = load(network);
  sinter_cuda_session *session = open(model);
  HostTensors host;
  fake_fail("cuMemcpyDtoHAsync_v2", 2, CUDA_ERROR_UNKNOWN);
  EXPECT_EQ(host.run(session, &error), SINTER_DEVICE_ERROR);
  EXPECT_STREQ(error.message, "net: cuMemcpyDtoHAsync: CUDA_ERROR_UNKNOWN (in the driver's words)");
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(FailureTest, an_update_that_fails_halfway_is_made_up_for) {
  Network network;
  sinter_cuda_model *model = load(network);
  sinter_cuda_session *session = open(model);
  HostTensors host, other(5);
  DeviceTensor x, scores, sums;
  x.set(other.x);
  const void *inputs[] = {x};
  void *outputs[] = {scores, sums};
  fake_fail("cuGraphExecKernelNodeSetParams_v2", 2, CUDA_ERROR_UNKNOWN);
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_DEVICE_ERROR);
  EXPECT_EQ(fake_pending(), 0u);
  // Back to host tensors, whose addresses the graph had before.
  EXPECT_EQ(host.run(session, &error), SINTER_OK) << error.message;
  host.expectResults();
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_OK);
  fake_finish(nullptr);
  other.scores = scores.get();
  other.sums = sums.get();
  other.expectResults();
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(FailureTest, an_illegal_access_stays_until_the_context_is_gone) {
  Network crashing, sound;
  crashing.launches.pop_back();
  crashing.addLaunch("crash", {{Network::SUMS, 0, 0}});
  sinter_cuda_model *model = load(crashing), *other = load(sound);
  sinter_cuda_session *session = open(model), *unlucky = open(other);
  HostTensors host;
  EXPECT_EQ(host.run(session, &error), SINTER_DEVICE_ERROR);
  EXPECT_STREQ(error.message, "net: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (an illegal "
                              "memory access was encountered)");
  EXPECT_EQ(host.run(session, &error), SINTER_DEVICE_ERROR);
  EXPECT_EQ(host.run(unlucky, &error), SINTER_DEVICE_ERROR);
  EXPECT_NE(std::string(error.message).find("CUDA_ERROR_ILLEGAL_ADDRESS"), std::string::npos);
  sinter_cuda_model *late;
  EXPECT_EQ(sinter_cuda_from_info(&sound.info, 0, &late, &error), SINTER_DEVICE_ERROR);
  EXPECT_EQ(late, nullptr);
  sinter_cuda_session_destroy(session);
  sinter_cuda_session_destroy(unlucky);
  sinter_cuda_unload(model);
  sinter_cuda_unload(other);
  EXPECT_EQ(fake_live(), 0);

  model = load(sound);
  session = open(model);
  EXPECT_EQ(host.run(session, &error), SINTER_OK) << error.message;
  host.expectResults();
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(FailureTest, an_illegal_access_is_reported_by_a_later_call) {
  Network network;
  network.addLaunch("crash", {{Network::SUMS, 0, 0}});
  sinter_cuda_model *model = load(network);
  sinter_cuda_session *session = open(model);
  DeviceTensor x, scores, sums;
  const void *inputs[] = {x};
  void *outputs[] = {scores, sums};
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_OK);
  fake_finish(nullptr);
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_DEVICE_ERROR);
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST(Status, has_a_sentence_for_each_value) {
  for (int status = SINTER_OK; status <= SINTER_DEVICE_ERROR; ++status)
    EXPECT_STRNE(sinter_status_message(static_cast<sinter_status>(status)), "unknown status");
}

} // namespace
