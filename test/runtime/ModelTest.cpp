//===- ModelTest.cpp - Loading and refusing artifacts ---------------------===//

#include "runtime/cpu/Internal.h"
#include "test/runtime/Fakes.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <sys/stat.h>
#include <unistd.h>

namespace {

/// Loads what must be refused; the message, without the folder in front.
std::string refusal(const std::string &path, sinter_status expected) {
  sinter_error error;
  auto *model = reinterpret_cast<sinter_model *>(&error); // to see that it is set to null
  EXPECT_EQ(sinter_model_load(path.c_str(), &model, &error), expected) << error.message;
  EXPECT_EQ(error.status, expected);
  EXPECT_EQ(model, nullptr);
  std::string message = error.message;
  size_t folder = message.find(std::string(SINTER_FAKES) + "/");
  return folder == 0 ? message.substr(std::strlen(SINTER_FAKES) + 1) : message;
}

std::string refusedFake(const std::string &name, sinter_status expected) {
  return refusal(fakePath(name), expected);
}

/// Writes a file into the test's temporary folder.
std::string temporary(const std::string &name, const std::string &content) {
  std::string path = ::testing::TempDir() + "sinter-" + std::to_string(getpid()) + "-" + name;
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

TEST(Model, describes_itself) {
  sinter_model *model;
  sinter_error error;
  ASSERT_EQ(sinter_model_load(fakePath("good").c_str(), &model, &error), SINTER_OK)
      << error.message;
  EXPECT_STREQ(error.message, "");
  EXPECT_STREQ(sinter_model_name(model), "fake");
  EXPECT_STREQ(sinter_model_describe(model)->compiler, "sinter 0.1.0");
  EXPECT_EQ(sinter_model_describe(model)->weights_bytes, 1234u);
  EXPECT_EQ(sinter_model_workspace_bytes(model), 8192u);
  EXPECT_EQ(sinter_model_workspace_alignment(model), 64u);

  ASSERT_EQ(sinter_model_num_inputs(model), 1u);
  const sinter_tensor_info *image = sinter_model_input(model, 0);
  EXPECT_STREQ(image->name, "image");
  EXPECT_EQ(image->rank, 4u);
  EXPECT_EQ(image->shape[2], 4);
  EXPECT_EQ(sinter_tensor_elements(image), 120u);
  EXPECT_EQ(sinter_tensor_bytes(image), 480u);
  EXPECT_EQ(sinter_model_input(model, 1), nullptr);

  ASSERT_EQ(sinter_model_num_outputs(model), 2u);
  EXPECT_STREQ(sinter_model_output(model, 1)->name, "echo");
  EXPECT_EQ(sinter_tensor_elements(sinter_model_output(model, 0)), 14u);
  EXPECT_EQ(sinter_model_output(model, 2), nullptr);
  sinter_model_unload(model);
}

TEST(Model, loads_a_name_without_a_folder_from_the_current_one) {
  std::vector<char> before(4096);
  ASSERT_NE(getcwd(before.data(), before.size()), nullptr);
  ASSERT_EQ(chdir(SINTER_FAKES), 0);
  sinter_model *model;
  EXPECT_EQ(sinter_model_load("good.so", &model, nullptr), SINTER_OK);
  sinter_model_unload(model);
  ASSERT_EQ(chdir(before.data()), 0);
}

TEST(Model, keeps_two_models_apart) {
  sinter_model *good, *other;
  ASSERT_EQ(sinter_model_load(fakePath("good").c_str(), &good, nullptr), SINTER_OK);
  ASSERT_EQ(sinter_model_load(fakePath("other").c_str(), &other, nullptr), SINTER_OK);
  EXPECT_STREQ(sinter_model_name(good), "fake");
  EXPECT_STREQ(sinter_model_name(other), "other");
  sinter_model_unload(good);
  FakeRun run(other);
  EXPECT_EQ(run.run(other, nullptr), SINTER_OK);
  EXPECT_EQ(run.scores, run.expected());
  sinter_model_unload(other);
}

TEST(Model, takes_a_linked_descriptor) {
  sinter_model *model;
  ASSERT_EQ(sinter_model_from_info(&fake_model, &model, nullptr), SINTER_OK);
  EXPECT_EQ(sinter_model_describe(model), &fake_model);
  sinter_model_unload(model);
  sinter_model_unload(nullptr);
}

TEST(Model, refuses_null_arguments) {
  sinter_model *model;
  sinter_error error;
  EXPECT_EQ(sinter_model_load(nullptr, &model, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_STREQ(error.message, "sinter_model_load: path is null");
  EXPECT_EQ(sinter_model_load("x.so", nullptr, nullptr), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(sinter_model_from_info(nullptr, &model, &error), SINTER_INVALID_ARGUMENT);
  EXPECT_EQ(model, nullptr);
}

TEST(Model, refuses_what_is_no_file) {
  EXPECT_EQ(refusedFake("missing", SINTER_FILE_ERROR), "missing.so: No such file or directory");
  EXPECT_EQ(refusal("", SINTER_FILE_ERROR), ": No such file or directory");
  EXPECT_EQ(refusal("/", SINTER_FILE_ERROR), "/: a directory, expects a file");
  EXPECT_EQ(refusal("/dev/null", SINTER_FILE_ERROR), "/dev/null: a device or pipe, expects a file");
  std::string pipe = ::testing::TempDir() + "sinter-pipe-" + std::to_string(getpid());
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(refusal(pipe, SINTER_FILE_ERROR), pipe + ": a device or pipe, expects a file");
  unlink(pipe.c_str());
}

TEST(Model, refuses_foreign_files_and_says_what_they_are) {
  const std::string hint = "; expects a shared object made by 'sinter compile'";
  auto refused = [](const char *name, const std::string &content) {
    std::string path = temporary(name, content);
    std::string message = refusal(path, SINTER_NOT_A_MODEL);
    unlink(path.c_str());
    EXPECT_EQ(message.substr(0, path.size() + 2), path + ": ");
    return message.substr(path.size() + 2);
  };
  EXPECT_EQ(refused("empty.so", ""), "an empty file" + hint);
  EXPECT_EQ(refused("text.so", "network resnet18 {\n}\n"), "a text file" + hint);
  EXPECT_EQ(refused("binary.so", std::string(100, '\0')), "not a shared object" + hint);
  EXPECT_EQ(refused("lib.a", "!<arch>\n/               0"),
            "a static library, to be linked rather than loaded" + hint);
  EXPECT_EQ(refused("short.so", "\177ELF\2\1\1" + std::string(20, '\0')),
            "truncated: ends within the ELF header");
}

TEST(Model, refuses_a_long_path_without_losing_the_reason) {
  std::string message = refusal(std::string(3000, 'x') + ".so", SINTER_FILE_ERROR);
  EXPECT_EQ(message, std::string(300, 'x') + ": File name too long");
}

TEST(Model, refuses_foreign_code_without_running_it) {
  EXPECT_EQ(refusedFake("foreign", SINTER_NOT_A_MODEL),
            "foreign.so: not a Sinter artifact: exports no descriptor 'sinter_model'");
  EXPECT_EQ(std::getenv("SINTER_TEST_FOREIGN_CODE_RAN"), nullptr);
}

TEST(Model, refuses_spoiled_descriptors) {
  EXPECT_EQ(refusedFake("wrong_magic", SINTER_NOT_A_MODEL),
            "wrong_magic.so: not a Sinter artifact: its descriptor starts with 0x12345678, "
            "expects 0x5245544e");
  EXPECT_EQ(refusedFake("wrong_version", SINTER_WRONG_VERSION),
            "wrong_version.so: ABI version 7, this runtime reads 2");
  EXPECT_EQ(refusedFake("impossible_cpu", SINTER_UNSUPPORTED_CPU),
            "impossible_cpu.so: needs CPU features 0x8000000000000000 that this runtime does not "
            "know");
  EXPECT_EQ(refusedFake("rank_nine", SINTER_NOT_A_MODEL),
            "rank_nine.so: damaged descriptor: input 'image' has rank 9, expects at most 4");
  EXPECT_EQ(refusedFake("no_channels", SINTER_NOT_A_MODEL),
            "no_channels.so: damaged descriptor: input 'image' has size 0 in dimension 1");
  EXPECT_EQ(refusedFake("overflowing", SINTER_NOT_A_MODEL),
            "overflowing.so: damaged descriptor: input 'image' has size 4611686018427387904 in "
            "dimension 1");
  EXPECT_EQ(refusedFake("odd_alignment", SINTER_NOT_A_MODEL),
            "odd_alignment.so: damaged descriptor: workspace alignment 48, expects a power of two "
            "up to 2097152");
  EXPECT_EQ(refusedFake("absurd_workspace", SINTER_NOT_A_MODEL),
            "absurd_workspace.so: damaged descriptor: workspace of 9223372036854775808 bytes, "
            "expects at most 70368744177664");
  EXPECT_EQ(refusedFake("no_code", SINTER_NOT_A_MODEL),
            "no_code.so: damaged descriptor: has no name, compiler, cpu or code");
  EXPECT_EQ(refusedFake("no_steps", SINTER_NOT_A_MODEL),
            "no_steps.so: damaged descriptor: has 0 steps, expects 1 to 1000000");
  EXPECT_EQ(refusedFake("unnamed_step", SINTER_NOT_A_MODEL),
            "unnamed_step.so: damaged descriptor: step 42 has no layers");
}

TEST(Model, refuses_a_cpu_without_the_instructions) {
  auto refused = [](uint64_t needed, uint64_t features) -> std::string {
    sinter_model_info info = fake_model;
    info.cpu_features = needed;
    sinter_error error = {};
    sinter_status status = sinter_check_info(&info, features, false, "seresnet50.so", &error);
    EXPECT_EQ(status, error.message[0] ? SINTER_UNSUPPORTED_CPU : SINTER_OK);
    return error.message;
  };
  EXPECT_EQ(refused(7, 3), "seresnet50.so: needs AVX-512 (x86-64-v4); this CPU has x86-64-v3");
  EXPECT_EQ(refused(3, 1), "seresnet50.so: needs AVX2 (x86-64-v3); this CPU has x86-64-v2");
  EXPECT_EQ(refused(1, 0), "seresnet50.so: needs SSE4.2 (x86-64-v2); this CPU has x86-64");
  EXPECT_EQ(refused(3, 7), "");
  EXPECT_EQ(refused(7, 7), "");
  EXPECT_EQ(refused(0, 0), "");
}

TEST(Model, checks_the_features_of_this_cpu) {
  const uint64_t features = sinter_cpu_features();
  EXPECT_STREQ(sinter_level_of(features), sinter_cpu_level());
  // A level includes those below it.
  EXPECT_TRUE(features == 0 || features == 1 || features == 3 || features == 7) << features;
#if defined(__x86_64__)
  __builtin_cpu_init();
  EXPECT_EQ((features & SINTER_CPU_SSE42) != 0, __builtin_cpu_supports("sse4.2") != 0);
  EXPECT_EQ((features & SINTER_CPU_AVX2) != 0, __builtin_cpu_supports("avx2") != 0);
  EXPECT_EQ((features & SINTER_CPU_AVX512) != 0, __builtin_cpu_supports("avx512vl") != 0);
#endif
  sinter_model *model;
  EXPECT_EQ(sinter_model_load(fakePath("avx512").c_str(), &model, nullptr),
            features & SINTER_CPU_AVX512 ? SINTER_OK : SINTER_UNSUPPORTED_CPU);
  sinter_model_unload(model);
}

TEST(Workspace, that_cannot_be_had_is_refused_with_its_size) {
  sinter_model_info huge = fake_model;
  huge.workspace_bytes = 1ull << 46; // half of all addresses; few systems promise it
  sinter_model *model;
  ASSERT_EQ(sinter_model_from_info(&huge, &model, nullptr), SINTER_OK);
  void *workspace = &huge;
  sinter_error error;
  sinter_status status = sinter_workspace_create(model, &workspace, &error);
  if (status != SINTER_OK) {
    EXPECT_EQ(status, SINTER_OUT_OF_MEMORY);
    EXPECT_EQ(workspace, nullptr);
    EXPECT_STREQ(error.message,
                 "fake: out of memory: a run needs a workspace of 70368744177664 bytes");
  }
  sinter_workspace_destroy(workspace);
  sinter_model_unload(model);
}

TEST(Workspace, is_aligned) {
  sinter_model_info info = fake_model;
  for (uint64_t bytes : {0ull, 1ull, 4097ull, 5ull << 20})
    for (uint64_t alignment = 1; alignment <= 1u << 21; alignment *= 2) {
      info.workspace_bytes = bytes;
      info.workspace_alignment = alignment;
      sinter_model *model;
      void *workspace;
      ASSERT_EQ(sinter_model_from_info(&info, &model, nullptr), SINTER_OK);
      ASSERT_EQ(sinter_workspace_create(model, &workspace, nullptr), SINTER_OK);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(workspace) % alignment, 0u);
      std::memset(workspace, 1, bytes);
      sinter_workspace_destroy(workspace);
      sinter_model_unload(model);
    }
}

TEST(Status, has_a_sentence_for_each_value) {
  for (int status = SINTER_OK; status <= SINTER_DEVICE_ERROR; ++status)
    EXPECT_STRNE(sinter_status_message(static_cast<sinter_status>(status)), "unknown status");
}

} // namespace
