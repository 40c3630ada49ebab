//===- CUDAArtifactTest.cpp - What the compiler writes for GPUs -----------===//

#include "compiler/Driver/Compiler.h"

#include "sinter/cuda.h"

#include "llvm/Support/FileSystem.h"

#include <cstdlib>
#include <dlfcn.h>
#include <gtest/gtest.h>

using namespace sinter;
using namespace sinter::driver;

namespace {

/// seresnet20 as a shared object.
struct CUDAArtifact : testing::Test {
  void SetUp() override {
    ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("seresnet20", "so", path));
    CompileOptions options;
    options.input = SINTER_NETWORKS_DIR "/seresnet20.sinter";
    options.path = path.str().str();
    options.weights = "random:3";
    options.quiet = true;
    options.device = Device::CUDA;
    options.precision = "f16";
    options.target = llvm::cantFail(CPUTarget::get("x86-64-v2"));
    options.gpus = {llvm::cantFail(CUDATarget::get("sm_90a")),
                    llvm::cantFail(CUDATarget::get("sm_86"))};
    ASSERT_EQ(compile(options, {}), 0);
  }
  void TearDown() override {
    llvm::sys::fs::remove(path);
    path.pop_back_n(2);
    llvm::sys::fs::remove(path + "h");
  }
  llvm::SmallString<128> path;
};

} // namespace

/// The runtime believes the descriptor, and then finds no driver at the place that is named.
TEST_F(CUDAArtifact, HasADescriptorThatTheRuntimeTakes) {
  setenv("SINTER_CUDA_DRIVER", "/nonexistent/libcuda.so", /*overwrite=*/1);
  sinter_cuda_model *model = nullptr;
  sinter_error error;
  EXPECT_EQ(sinter_cuda_load(path.c_str(), 0, &model, &error), SINTER_NO_DEVICE) << error.message;
  EXPECT_EQ(model, nullptr);
  sinter_model *cpuModel = nullptr;
  EXPECT_EQ(sinter_model_load(path.c_str(), &cpuModel, &error), SINTER_NOT_A_MODEL);
  EXPECT_NE(std::string(error.message).find("compiled for NVIDIA GPUs"), std::string::npos);
}

TEST_F(CUDAArtifact, DescribesWhatIsLaunched) {
  void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  ASSERT_NE(library, nullptr) << dlerror();
  auto *info = static_cast<const sinter_cuda_info *>(dlsym(library, "sinter_cuda_model"));
  ASSERT_NE(info, nullptr);
  EXPECT_EQ(info, dlsym(library, "seresnet20_cuda_model"));
  EXPECT_STREQ(info->name, "seresnet20");
  EXPECT_STREQ(info->precision, "f16");
  // PTX of the lowest architecture stands behind the cubins, where there is an assembler.
  ASSERT_GE(info->num_images, 1u);
  const sinter_cuda_image &last = info->images[info->num_images - 1];
  EXPECT_EQ(last.kind, static_cast<uint32_t>(SINTER_PTX));
  EXPECT_EQ(last.architecture, 86u);
  llvm::StringRef ptx(static_cast<const char *>(last.data), last.bytes - 1);
  EXPECT_TRUE(ptx.contains(".target sm_86"));
  // From sm_90 on, kernels wait for each other by themselves.
  EXPECT_FALSE(ptx.contains("griddepcontrol"));
  for (const sinter_cuda_image &image : llvm::ArrayRef(info->images, info->num_images))
    EXPECT_EQ(image.starts_early, image.architecture >= 90 ? 1u : 0u) << image.architecture;
  // 21 layers and nine gates, each with kernels of its own.
  uint64_t multiplyAdds = 0;
  for (uint32_t i = 0; i < info->num_launches; ++i) {
    multiplyAdds += info->launches[i].multiply_adds;
    EXPECT_TRUE(ptx.contains((".entry " + llvm::StringRef(info->launches[i].kernel) + "(").str()));
  }
  EXPECT_GT(info->num_launches, 30u);
  EXPECT_GT(multiplyAdds, 40000000u);
  dlclose(library);
}
