//===- ModelTest.cpp - Loading networks onto GPUs -------------------------===//

#include "test/runtime/cuda/Network.h"

#include <dlfcn.h>

namespace {

using ModelTest = CudaTest;

/// Loads a file that must be refused; the message, without the folder in front.
std::string refusedFile(const std::string &name, sinter_status expected) {
  const std::string folder = SINTER_FAKES "/";
  sinter_error error;
  auto *model = reinterpret_cast<sinter_cuda_model *>(&error);
  EXPECT_EQ(sinter_cuda_load((folder + name).c_str(), 0, &model, &error), expected)
      << error.message;
  EXPECT_EQ(model, nullptr);
  std::string message = error.message;
  return message.find(folder) == 0 ? message.substr(folder.size()) : message;
}

//===----------------------------------------------------------------------===//
// Artifacts
//===----------------------------------------------------------------------===//

TEST_F(ModelTest, takes_a_linked_descriptor) {
  Network network;
  sinter_cuda_model *model = load(network);
  EXPECT_EQ(sinter_cuda_describe(model), &network.info);
  EXPECT_STREQ(sinter_cuda_image_name(model), "sm_90 cubin");
  sinter_cuda_unload(model);
  sinter_cuda_unload(nullptr);
}

TEST_F(ModelTest, loads_a_shared_object) {
  sinter_cuda_model *model;
  ASSERT_EQ(sinter_cuda_load(SINTER_CUDA_ARTIFACT, 0, &model, &error), SINTER_OK) << error.message;
  EXPECT_STREQ(sinter_cuda_describe(model)->name, "artifact");
  EXPECT_STREQ(sinter_cuda_image_name(model), "sm_80 PTX");
  sinter_cuda_session *session = open(model);
  const float x[] = {1, 2, 3, 4};
  float y[] = {0, 0, 0, 0};
  const void *inputs[] = {x};
  void *outputs[] = {y};
  EXPECT_EQ(sinter_cuda_run(session, inputs, outputs, nullptr, &error), SINTER_OK) << error.message;
  EXPECT_EQ(y[0], 13);
  EXPECT_EQ(y[3], 43);
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(ModelTest, refuses_what_is_no_artifact_for_gpus) {
  EXPECT_EQ(refusedFile("missing.so", SINTER_FILE_ERROR), "missing.so: No such file or directory");
  EXPECT_EQ(refusedFile("good.so", SINTER_NOT_A_MODEL),
            "good.so: compiled for a CPU: load it with sinter_model_load");
  EXPECT_EQ(refusedFile("foreign.so", SINTER_NOT_A_MODEL),
            "foreign.so: not a Sinter artifact: exports no descriptor 'sinter_cuda_model'");
  sinter_model *model;
  EXPECT_EQ(sinter_model_load(SINTER_CUDA_ARTIFACT, &model, &error), SINTER_NOT_A_MODEL);
  EXPECT_EQ(model, nullptr);
}

TEST_F(ModelTest, refuses_null_arguments) {
  Network network;
  sinter_cuda_model *model;
  EXPECT_EQ(sinter_cuda_load(nullptr, 0, &model, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_load: path is null");
  EXPECT_EQ(sinter_cuda_load("x.so", 0, nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_load: model is null");
  EXPECT_EQ(sinter_cuda_from_info(nullptr, 0, &model, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_cuda_from_info: info is null");
  EXPECT_EQ(model, nullptr);
  EXPECT_EQ(sinter_cuda_from_info(&network.info, 0, nullptr, nullptr), SINTER_INVALID_ARGUMENT);
}

//===----------------------------------------------------------------------===//
// Images
//===----------------------------------------------------------------------===//

struct Choice {
  int major, minor;
  std::vector<std::pair<uint32_t, uint32_t>> images;
  const char *chosen; ///< null: none
  int index;
};

TEST_F(ModelTest, chooses_the_most_specific_image) {
  const uint32_t cubin = SINTER_CUBIN, exact = SINTER_CUBIN_EXACT, ptx = SINTER_PTX;
  const Choice choices[] = {
      {8, 0, {{80, cubin}}, "sm_80 cubin", 0},
      {8, 6, {{80, cubin}}, "sm_80 cubin", 0},
      {8, 9, {{80, cubin}, {86, cubin}}, "sm_86 cubin", 1},
      {8, 9, {{89, cubin}, {80, cubin}, {86, cubin}}, "sm_89 cubin", 0},
      {8, 6, {{89, cubin}, {80, cubin}}, "sm_80 cubin", 1},
      {8, 0, {{86, cubin}}, nullptr, 0},
      {9, 0, {{80, cubin}}, nullptr, 0},
      {7, 5, {{80, cubin}, {80, ptx}}, nullptr, 0},
      {9, 0, {{80, cubin}, {80, ptx}}, "sm_80 PTX", 1},
      {9, 0, {{90, cubin}, {90, exact}}, "sm_90a cubin", 1},
      {9, 0, {{90, exact}, {90, cubin}}, "sm_90a cubin", 0},
      {9, 0, {{80, ptx}, {90, cubin}, {90, ptx}}, "sm_90 cubin", 1},
      {10, 0, {{90, exact}, {90, cubin}}, nullptr, 0},
      {10, 0, {{90, exact}, {90, ptx}, {80, ptx}}, "sm_90 PTX", 1},
      {10, 3, {{100, cubin}, {100, exact}, {103, ptx}}, "sm_100 cubin", 0},
      {10, 3, {{103, exact}, {100, cubin}}, "sm_103a cubin", 0},
      {12, 0, {{80, ptx}, {100, cubin}, {120, ptx}, {90, ptx}}, "sm_120 PTX", 2},
      {12, 1, {{120, cubin}, {121, ptx}}, "sm_120 cubin", 0},
      {8, 7, {{90, ptx}, {87, exact}, {86, exact}}, "sm_87a cubin", 1},
  };
  for (const Choice &choice : choices) {
    SCOPED_TRACE(std::to_string(&choice - choices));
    fake_reset();
    fake_set_device(0, "Fake", choice.major, choice.minor, 101376, 1 << 20);
    Network network;
    network.setImages(choice.images);
    if (!choice.chosen) {
      refusal(network, SINTER_UNSUPPORTED_DEVICE);
      continue;
    }
    sinter_cuda_model *model = load(network);
    ASSERT_NE(model, nullptr);
    EXPECT_STREQ(sinter_cuda_image_name(model), choice.chosen);
    EXPECT_EQ(fake_loaded_image(), network.images[static_cast<size_t>(choice.index)].data);
    sinter_cuda_unload(model);
  }
}

TEST_F(ModelTest, says_what_it_has_where_it_has_no_code) {
  fake_set_device(0, "GeForce GTX 1080", 6, 1, 49152, 1 << 20);
  Network network;
  network.setImages({{80, SINTER_CUBIN}, {90, SINTER_CUBIN_EXACT}, {80, SINTER_PTX}});
  EXPECT_EQ(refusal(network, SINTER_UNSUPPORTED_DEVICE),
            "linked model: has no code for GeForce GTX 1080 (compute capability 6.1), only sm_80 "
            "cubin, sm_90a cubin, sm_80 PTX; compile with a '--gpu' for it");
  network.setImages(std::vector<std::pair<uint32_t, uint32_t>>(256, {80, SINTER_CUBIN}));
  EXPECT_NE(refusal(network, SINTER_UNSUPPORTED_DEVICE).find("compile with"), std::string::npos);
}

TEST_F(ModelTest, reports_an_image_that_the_driver_refuses) {
  Network network;
  network.setImages({{90, SINTER_CUBIN}, {80, SINTER_PTX}});
  fake_fail("cuModuleLoadDataEx", 1, CUDA_ERROR_NO_BINARY_FOR_GPU);
  EXPECT_EQ(refusal(network, SINTER_DEVICE_ERROR),
            "linked model: Fake H100 cannot load the sm_90 cubin: cuModuleLoadDataEx: "
            "CUDA_ERROR_NO_BINARY_FOR_GPU (in the driver's words)");
  network.setImages({});
  network.addImage(80, SINTER_PTX, ".version 7.8\nmistake;\n");
  EXPECT_EQ(refusal(network, SINTER_DEVICE_ERROR),
            "linked model: Fake H100 cannot load the sm_80 PTX: cuModuleLoadDataEx: "
            "CUDA_ERROR_INVALID_PTX (in the driver's words); ptxas fatal: Unexpected 'mistake'");
}

TEST_F(ModelTest, reports_a_kernel_that_is_not_in_the_image) {
  Network network;
  network.launches[2].kernel = "net_kernel_2";
  EXPECT_EQ(refusal(network, SINTER_NOT_A_MODEL),
            "linked model: damaged: its sm_90 cubin has no kernel 'net_kernel_2' for launch 2");
}

TEST_F(ModelTest, asks_for_as_much_shared_memory_as_a_kernel_needs) {
  Network network;
  network.launches[1].shared_bytes = 49152;
  sinter_cuda_model *model = load(network);
  EXPECT_EQ(fake_calls("cuFuncSetAttribute"), 0);
  sinter_cuda_unload(model);

  // Launches 0 and 2 are of one kernel, whose limit must not sink again.
  network.launches[0].shared_bytes = 232448;
  network.launches[2].shared_bytes = 100000;
  model = load(network);
  EXPECT_EQ(fake_calls("cuFuncSetAttribute"), 1);
  sinter_cuda_session *session = open(model);
  HostTensors host;
  EXPECT_EQ(host.run(session), SINTER_OK);
  host.expectResults();
  EXPECT_EQ(fake_most_shared(), 232448u);
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);

  fake_set_device(0, "RTX A6000", 8, 6, 101376, 1 << 20);
  network.setImages({{80, SINTER_CUBIN}});
  EXPECT_EQ(refusal(network, SINTER_UNSUPPORTED_DEVICE),
            "linked model: 'add_one' needs 232448 bytes of shared memory; a block on RTX A6000 has "
            "101376");
}

//===----------------------------------------------------------------------===//
// Drivers and GPUs
//===----------------------------------------------------------------------===//

TEST_F(ModelTest, says_that_there_is_no_driver) {
  Network network;
  setenv("SINTER_CUDA_DRIVER", "/nowhere/libcuda.so", 1);
  EXPECT_EQ(
      refusal(network, SINTER_NO_DEVICE)
          .find(
              "linked model: no CUDA driver: /nowhere/libcuda.so: cannot open shared object file"),
      0u)
      << error.message;

  for (const char *unset : {"", static_cast<const char *>(nullptr)}) {
    unset ? setenv("SINTER_CUDA_DRIVER", unset, 1) : unsetenv("SINTER_CUDA_DRIVER");
    if (void *library = dlopen("libcuda.so.1", RTLD_LAZY)) {
      dlclose(library); // this machine has a driver, which knows that the fake cubin is none
    } else {
      EXPECT_NE(refusal(network, SINTER_NO_DEVICE).find("no CUDA driver: libcuda.so.1: "),
                std::string::npos);
    }
  }
}

TEST_F(ModelTest, says_that_the_driver_is_too_old) {
  Network network;
  setenv("SINTER_CUDA_DRIVER", SINTER_OLD_DRIVER, 1);
  const std::string message = refusal(network, SINTER_NO_DEVICE);
  EXPECT_EQ(message.find("linked model: the CUDA driver is too old: /"), 0u) << message;
  EXPECT_NE(
      message.find(" has no 'cuGraphAddKernelNode_v2'; expects a driver of CUDA 12.0 or later"),
      std::string::npos)
      << message;
}

/// A driver that knows no edges by which kernels start early has kernels start one after the other.
TEST_F(ModelTest, does_without_what_came_after_cuda_12_0) {
  Network network;
  network.images[0].starts_early = 1;
  setenv("SINTER_CUDA_DRIVER", SINTER_EARLIER_DRIVER, 1);
  sinter_cuda_model *model = load(network);
  expectRuns(model);
  EXPECT_EQ(fake_calls("cuGraphAddDependencies_v2"), 0);
  sinter_cuda_unload(model);
}

TEST_F(ModelTest, says_that_there_is_no_gpu) {
  Network network;
  fake_set_count(0);
  EXPECT_EQ(refusal(network, SINTER_NO_DEVICE),
            "linked model: the CUDA driver finds no GPU: cuInit: CUDA_ERROR_NO_DEVICE (in the "
            "driver's words)");
  fake_set_count(-1);
  EXPECT_EQ(refusal(network, SINTER_NO_DEVICE), "linked model: the CUDA driver finds no GPU");
  // A result that the driver itself has no name for.
  fake_fail("cuInit", 1, static_cast<CUresult>(34));
  EXPECT_EQ(refusal(network, SINTER_NO_DEVICE),
            "linked model: the CUDA driver finds no GPU: cuInit: error 34");
}

TEST_F(ModelTest, refuses_a_gpu_number_that_is_out_of_range) {
  Network network;
  EXPECT_EQ(refusal(network, SINTER_INVALID_ARGUMENT, 1),
            "linked model: there is no GPU 1: expects a number from 0 to 0");
  fake_set_count(3);
  EXPECT_EQ(refusal(network, SINTER_INVALID_ARGUMENT, -1),
            "linked model: there is no GPU -1: expects a number from 0 to 2");
}

TEST_F(ModelTest, uses_the_gpu_that_is_asked_for) {
  fake_set_count(2);
  fake_set_device(1, "Other", 8, 9, 101376, 1 << 20);
  Network network;
  network.setImages({{89, SINTER_CUBIN}, {90, SINTER_CUBIN}});
  sinter_cuda_model *models[] = {load(network, 0), load(network, 1)};
  EXPECT_STREQ(sinter_cuda_image_name(models[0]), "sm_90 cubin");
  EXPECT_STREQ(sinter_cuda_image_name(models[1]), "sm_89 cubin");
  for (sinter_cuda_model *model : models) {
    expectRuns(model);
    sinter_cuda_unload(model);
  }
}

TEST_F(ModelTest, says_how_much_memory_is_missing) {
  fake_set_device(0, "Small", 9, 0, 232448, 1000);
  Network network;
  std::vector<float> weights(1000);
  network.info.weights = weights.data();
  network.info.weights_bytes = 4000;
  EXPECT_EQ(refusal(network, SINTER_OUT_OF_MEMORY),
            "linked model: out of memory on Small: a copy of the weights needs 4000 bytes, 1000 of "
            "1000 are free");

  network.info.weights_bytes = 40;
  sinter_cuda_model *model = load(network);
  auto *session = reinterpret_cast<sinter_cuda_session *>(&error);
  EXPECT_EQ(sinter_cuda_session_create(model, &session, &error), SINTER_OUT_OF_MEMORY);
  EXPECT_EQ(session, nullptr);
  EXPECT_STREQ(error.message,
               "net: out of memory on Small: a session needs 2560 bytes, 960 of 1000 "
               "are free");
  fake_fail("cuMemGetInfo_v2", 1, CUDA_ERROR_UNKNOWN);
  EXPECT_EQ(sinter_cuda_session_create(model, &session, &error), SINTER_OUT_OF_MEMORY);
  EXPECT_STREQ(error.message, "net: out of memory on Small: a session needs 2560 bytes");
  sinter_cuda_unload(model);
}

TEST_F(ModelTest, does_without_weights) {
  Network network;
  network.launches.clear();
  network.addLaunch("add_one", {{Network::X, 0, 0}, {Network::SUMS, 0, 0}});
  network.info.weights_bytes = 0;
  network.info.weights = nullptr;
  network.info.workspace_bytes = 0;
  sinter_cuda_model *model = load(network);
  EXPECT_EQ(fake_calls("cuMemAlloc_v2"), 0);
  sinter_cuda_session *session = open(model);
  HostTensors host;
  EXPECT_EQ(host.run(session), SINTER_OK);
  EXPECT_EQ(host.sums[7], host.x[7] + 1);
  sinter_cuda_session_destroy(session);
  sinter_cuda_unload(model);
}

TEST_F(ModelTest, names_its_gpu) {
  Network network;
  fake_set_count(2);
  fake_set_device(1, "Other GPU", 9, 0, 100000, 1 << 20);
  sinter_cuda_model *model = load(network, 1);
  EXPECT_STREQ(sinter_cuda_device_name(model), "Other GPU");
  sinter_cuda_unload(model);
}

TEST_F(ModelTest, artifacts_tell_what_they_are_for) {
  sinter_target target;
  EXPECT_EQ(sinter_artifact_target(SINTER_CUDA_ARTIFACT, &target, &error), SINTER_OK);
  EXPECT_EQ(target, SINTER_TARGET_CUDA);
  EXPECT_EQ(sinter_artifact_target(SINTER_FAKES "/good.so", &target, &error), SINTER_OK);
  EXPECT_EQ(target, SINTER_TARGET_CPU);
  EXPECT_EQ(sinter_artifact_target(SINTER_FAKE_DRIVER, &target, &error), SINTER_NOT_A_MODEL);
  EXPECT_NE(std::string(error.message).find("exports no"), std::string::npos) << error.message;
  EXPECT_EQ(sinter_artifact_target("/nonexistent.so", &target, &error), SINTER_FILE_ERROR);
  EXPECT_EQ(sinter_artifact_target(nullptr, &target, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_artifact_target: path is null");
  EXPECT_EQ(sinter_artifact_target("/nonexistent.so", nullptr, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_artifact_target: target is null");
}

TEST_F(ModelTest, takes_images_of_f16) {
  Network network;
  network.x.element_type = SINTER_F16;
  network.x.shape[0] *= 2; // as many bytes
  EXPECT_EQ(sinter_tensor_bytes(&network.x), 2 * sinter_tensor_elements(&network.x));
  sinter_cuda_model *model = load(network);
  expectRuns(model);
  sinter_cuda_unload(model);
}

} // namespace
