//===- Fakes.h - The models that the runtime is tested on ---------*- C++ -*-===//

#ifndef SINTER_TEST_RUNTIME_FAKES_H
#define SINTER_TEST_RUNTIME_FAKES_H

#include "sinter/runtime.h"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

/// The fake of Inputs/Fake.c, linked into the test.
extern "C" const sinter_model_info fake_model;
extern "C" int fake_run(const float *image, float *scores, float *echo, void *workspace);

/// The path of a fake shared object.
inline std::string fakePath(const std::string &name) {
  return std::string(SINTER_FAKES) + "/" + name + ".so";
}

/// All bytes of a file.
inline std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// Tensors and workspace of one run of the fake.
struct FakeRun {
  std::vector<float> image = std::vector<float>(120), scores = std::vector<float>(14, -1),
                     echo = std::vector<float>(120, -1);
  void *workspace = nullptr;

  explicit FakeRun(const sinter_model *model, int seed = 0) {
    for (int i = 0; i < 120; ++i)
      image[i] = static_cast<float>((i * 29 + seed * 7) % 113) / 16;
    sinter_workspace_create(model, &workspace, nullptr);
  }
  FakeRun(const FakeRun &) = delete;
  FakeRun &operator=(const FakeRun &) = delete;
  ~FakeRun() { sinter_workspace_destroy(workspace); }

  sinter_status run(const sinter_model *model, sinter_pool *pool) {
    const void *inputs[] = {image.data()};
    void *outputs[] = {scores.data(), echo.data()};
    return sinter_run(model, pool, inputs, outputs, workspace);
  }

  /// What every run of this input must give.
  std::vector<float> expected() const {
    std::vector<float> result(14), ignored(120), memory(2 * 1024);
    fake_run(image.data(), result.data(), ignored.data(), memory.data());
    return result;
  }
};

#endif // SINTER_TEST_RUNTIME_FAKES_H
