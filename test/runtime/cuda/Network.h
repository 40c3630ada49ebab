//===- Network.h - What the CUDA runtime is tested on -------------*- C++ -*-===//

#ifndef SINTER_TEST_RUNTIME_CUDA_NETWORK_H
#define SINTER_TEST_RUNTIME_CUDA_NETWORK_H

#include "sinter/cuda.h"
#include "test/runtime/cuda/FakeDriver.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <initializer_list>
#include <string>
#include <vector>

constexpr size_t kElements = 120;
constexpr size_t kBytes = kElements * sizeof(float);

/// A descriptor with parts that tests change, for the GPU that the fake driver has. It computes,
/// with t in the workspace, t = 2 (x + 1) + 0.5; scores = t + 1; sums = x + t.
struct Network {
  float weights[3] = {-1, 2, 0.5f}; ///< the first is not used
  std::vector<std::string> data;
  std::vector<sinter_cuda_image> images;
  std::vector<sinter_cuda_argument> arguments;
  std::vector<sinter_cuda_launch> launches;
  sinter_tensor_info x = {"x", SINTER_F32, 4, {2, 3, 4, 5}};
  sinter_tensor_info outputs[2] = {{"scores", SINTER_F32, 4, {2, 3, 4, 5}},
                                   {"sums", SINTER_F32, 2, {2, 60, 0, 0}}};
  sinter_cuda_info info = {};

  enum Buffer : uint32_t { X, SCORES, SUMS, WORKSPACE, WEIGHTS };

  Network() {
    setImages({{90, SINTER_CUBIN}});
    addLaunch("add_one", {{X, 0, 0}, {WORKSPACE, 0, 0}});
    addLaunch("scale", {{WORKSPACE, 0, 0}, {WEIGHTS, 0, 4}, {WORKSPACE, 0, 512}});
    addLaunch("add_one", {{WORKSPACE, 0, 512}, {SCORES, 0, 0}});
    addLaunch("add", {{X, 0, 0}, {WORKSPACE, 0, 512}, {SUMS, 0, 0}});
    info.magic = SINTER_CUDA_MAGIC;
    info.abi_version = SINTER_CUDA_ABI_VERSION;
    info.name = "net";
    info.compiler = "sinter 0.1.0";
    info.precision = "f16";
    info.workspace_bytes = 512 + kBytes;
    info.weights_bytes = sizeof(weights);
    info.weights = weights;
    info.num_inputs = 1;
    info.num_outputs = 2;
    info.inputs = &x;
    info.outputs = outputs;
    connect();
  }
  Network(const Network &) = delete;
  Network &operator=(const Network &) = delete;

  /// Cubins are an ELF header, PTX a line; the fake driver needs no more.
  void setImages(const std::vector<std::pair<uint32_t, uint32_t>> &kinds) {
    images.clear();
    data.clear();
    for (auto [architecture, kind] : kinds)
      addImage(architecture, kind,
               kind == SINTER_PTX ? ".version 7.8\n"
                                  : std::string("\177ELF\2\1\1", 7) + std::string(57, '\0'));
  }

  void addImage(uint32_t architecture, uint32_t kind, const std::string &content) {
    data.push_back(content);
    images.push_back({architecture, kind, nullptr, content.size() + (kind == SINTER_PTX), 0, 0});
    for (size_t i = 0; i < data.size(); ++i) // strings may have moved
      images[i].data = data[i].c_str();
    connect();
  }

  void addLaunch(const char *kernel, std::initializer_list<sinter_cuda_argument> list) {
    sinter_cuda_launch launch = {};
    launch.kernel = kernel;
    launch.layers = "layer";
    launch.grid[0] = 2;
    launch.grid[1] = launch.grid[2] = 1;
    launch.threads = kElements / 2;
    launch.first_argument = static_cast<uint32_t>(arguments.size());
    launch.num_arguments = static_cast<uint32_t>(list.size());
    launches.push_back(launch);
    arguments.insert(arguments.end(), list);
    connect();
  }

  /// The descriptor's view of the vectors.
  void connect() {
    info.num_images = static_cast<uint32_t>(images.size());
    info.num_launches = static_cast<uint32_t>(launches.size());
    info.num_arguments = static_cast<uint32_t>(arguments.size());
    info.images = images.data();
    info.launches = launches.data();
    info.arguments = arguments.data();
  }
};

/// Tensors in host memory.
struct HostTensors {
  std::vector<float> x = std::vector<float>(kElements), scores = std::vector<float>(kElements, -1),
                     sums = std::vector<float>(kElements, -1);

  explicit HostTensors(int seed = 0) {
    for (size_t i = 0; i < kElements; ++i)
      x[i] = static_cast<float>((i * 29 + static_cast<size_t>(seed) * 7) % 113) / 16;
  }

  sinter_status run(sinter_cuda_session *session, sinter_error *error = nullptr,
                    CUstream stream = nullptr) {
    const void *inputs[] = {x.data()};
    void *outputs[] = {scores.data(), sums.data()};
    return sinter_cuda_run(session, inputs, outputs, stream, error);
  }

  void expectResults(float weight = 2) const {
    for (size_t i = 0; i < kElements; ++i) {
      const float t = weight * (x[i] + 1) + 0.5f;
      ASSERT_EQ(scores[i], t + 1) << i;
      ASSERT_EQ(sums[i], x[i] + t) << i;
    }
  }
};

/// A tensor in the memory of a fake GPU.
class DeviceTensor {
public:
  explicit DeviceTensor(int ordinal = 0, int kind = FAKE_DEVICE)
      : memory(static_cast<float *>(fake_allocate(ordinal, kBytes, kind))) {}
  DeviceTensor(const DeviceTensor &) = delete;
  DeviceTensor &operator=(const DeviceTensor &) = delete;
  ~DeviceTensor() { fake_free(memory); }

  operator void *() const { return memory; }
  void set(const std::vector<float> &values) { std::copy(values.begin(), values.end(), memory); }
  std::vector<float> get() const { return {memory, memory + kElements}; }

private:
  float *memory;
};

/// Each test has a fresh driver, which must have everything back when it ends.
struct CudaTest : ::testing::Test {
  sinter_error error = {};

  void SetUp() override {
    fake_reset();
    setenv("SINTER_CUDA_DRIVER", SINTER_FAKE_DRIVER, 1);
  }
  void TearDown() override {
    EXPECT_STREQ(fake_complaint(), "");
    EXPECT_EQ(fake_live(), 0);
    EXPECT_EQ(fake_current(), nullptr);
  }

  /// A model that must load.
  sinter_cuda_model *load(const Network &network, int device = 0) {
    sinter_cuda_model *model = nullptr;
    EXPECT_EQ(sinter_cuda_from_info(&network.info, device, &model, &error), SINTER_OK)
        << error.message;
    EXPECT_STREQ(error.message, "");
    return model;
  }

  /// Loads what must be refused; the message. Nothing may stay behind.
  std::string refusal(const Network &network, sinter_status expected, int device = 0) {
    auto *model = reinterpret_cast<sinter_cuda_model *>(&error); // to see that it is set to null
    EXPECT_EQ(sinter_cuda_from_info(&network.info, device, &model, &error), expected)
        << error.message;
    EXPECT_EQ(error.status, expected);
    EXPECT_EQ(model, nullptr);
    EXPECT_EQ(fake_live(), 0);
    EXPECT_STREQ(fake_complaint(), "");
    return error.message;
  }

  sinter_cuda_session *open(const sinter_cuda_model *model) {
    sinter_cuda_session *session = nullptr;
    EXPECT_EQ(sinter_cuda_session_create(model, &session, &error), SINTER_OK) << error.message;
    return session;
  }

  /// Runs the network once in a session of its own, with the results that it must have.
  void expectRuns(const sinter_cuda_model *model) {
    sinter_cuda_session *session = open(model);
    HostTensors host;
    EXPECT_EQ(host.run(session, &error), SINTER_OK) << error.message;
    host.expectResults();
    sinter_cuda_session_destroy(session);
  }
};

#endif // SINTER_TEST_RUNTIME_CUDA_NETWORK_H
