//===- DescriptorTest.cpp - Descriptors that are damaged ------------------===//

#include "test/runtime/cuda/Network.h"

#include <cstring>
#include <functional>
#include <random>

namespace {

using DescriptorTest = CudaTest;

struct Damage {
  const char *field;
  std::function<void(Network &)> apply;
  const char *words; ///< of the message, behind "linked model: "
  sinter_status expected = SINTER_NOT_A_MODEL;
};

const std::vector<Damage> infoDamages = {
    {"magic", [](Network &n) { n.info.magic = SINTER_ABI_MAGIC; },
     "not a Sinter artifact for GPUs: its descriptor starts with 0x5245544e, expects 0x41445543"},
    {"abi_version", [](Network &n) { n.info.abi_version = 1; },
     "CUDA ABI version 1, this runtime reads 2", SINTER_WRONG_VERSION},
    {"name", [](Network &n) { n.info.name = nullptr; }, "has no name, compiler or precision"},
    {"empty name", [](Network &n) { n.info.name = ""; }, "has no name, compiler or precision"},
    {"compiler", [](Network &n) { n.info.compiler = nullptr; }, "has no name"},
    {"precision", [](Network &n) { n.info.precision = nullptr; }, "has no name"},
    {"reserved", [](Network &n) { n.info.reserved = 1; }, "has no name"},
    {"workspace_bytes", [](Network &n) { n.info.workspace_bytes = ~0ull; },
     "workspace of 18446744073709551615 bytes"},
    {"no workspace", [](Network &n) { n.info.workspace_bytes = 0; },
     "argument 1 of launch 0 is at 0 of the 0 bytes of buffer 3"},
    {"weights_bytes", [](Network &n) { n.info.weights_bytes = 1ull << 47; },
     "weights of 140737488355328 bytes, expects at most 70368744177664"},
    {"no weights", [](Network &n) { n.info.weights_bytes = 0; },
     "argument 1 of launch 1 is at 4 of the 0 bytes of buffer 4"},
    {"weights", [](Network &n) { n.info.weights = nullptr; }, "weights of 0 bytes"},
    {"num_inputs", [](Network &n) { n.info.num_inputs = 0; }, "has 0 inputs, expects 1 to 4096"},
    {"many inputs", [](Network &n) { n.info.num_inputs = ~0u; }, "has 4294967295 inputs"},
    {"num_outputs", [](Network &n) { n.info.num_outputs = 0; }, "has 0 outputs"},
    {"many outputs", [](Network &n) { n.info.num_outputs = 5000; }, "has 5000 outputs"},
    {"inputs", [](Network &n) { n.info.inputs = nullptr; }, "has 0 inputs"},
    {"outputs", [](Network &n) { n.info.outputs = nullptr; }, "has 0 outputs"},
    {"num_images", [](Network &n) { n.info.num_images = 0; }, "has 0 images, expects 1 to 256"},
    {"many images", [](Network &n) { n.info.num_images = 1000; }, "has 1000 images"},
    {"images", [](Network &n) { n.info.images = nullptr; }, "has 0 images"},
    {"num_launches", [](Network &n) { n.info.num_launches = 0; },
     "has 0 launches, expects 1 to 1000000"},
    {"many launches", [](Network &n) { n.info.num_launches = ~0u; }, "has 4294967295 launches"},
    {"launches", [](Network &n) { n.info.launches = nullptr; }, "has 0 launches"},
    {"num_arguments", [](Network &n) { n.info.num_arguments = 9; },
     "launch 3 has arguments 7 to 10 of 9"},
    {"many arguments", [](Network &n) { n.info.num_arguments = ~0u; },
     "has 4294967295 arguments, expects at most 16000000"},
    {"arguments", [](Network &n) { n.info.arguments = nullptr; }, "has 0 arguments"},
};

const std::vector<Damage> imageDamages = {
    {"architecture", [](Network &n) { n.images[0].architecture = 0; },
     "image 0 is for architecture 0, expects 10 to 9999"},
    {"high architecture", [](Network &n) { n.images[0].architecture = ~0u; },
     "image 0 is for architecture 4294967295"},
    {"kind", [](Network &n) { n.images[0].kind = 0; }, "image 0 is of kind 0, expects 1 to 3"},
    {"high kind", [](Network &n) { n.images[0].kind = 4; }, "image 0 is of kind 4"},
    {"other kind", [](Network &n) { n.images[1].kind = SINTER_CUBIN; },
     "image 1 is no cubin, or a truncated one"},
    {"starts_early", [](Network &n) { n.images[0].starts_early = 2; },
     "image 0 has flags 2 and 0, expects 0 or 1 and 0"},
    {"image's reserved", [](Network &n) { n.images[1].reserved = 3; },
     "image 1 has flags 0 and 3"},
    {"data", [](Network &n) { n.images[0].data = nullptr; }, "image 0 has 0 bytes"},
    {"bytes", [](Network &n) { n.images[0].bytes = 0; }, "image 0 has 0 bytes"},
    {"many bytes", [](Network &n) { n.images[0].bytes = ~0ull; },
     "image 0 has 18446744073709551615 bytes"},
    {"few bytes", [](Network &n) { n.images[0].bytes = 63; }, "image 0 is no cubin"},
    {"section table", [](Network &n) { n.data[0][40] = 65; }, "image 0 is no cubin"},
    {"segment table", [](Network &n) { n.data[0][32] = 65; }, "image 0 is no cubin"},
    {"sections", [](Network &n) { n.data[0][58] = n.data[0][60] = 64; }, "image 0 is no cubin"},
    {"segments", [](Network &n) { n.data[0][54] = n.data[0][56] = 56; }, "image 0 is no cubin"},
    {"32 bits", [](Network &n) { n.data[0][4] = 1; }, "image 0 is no cubin"},
    {"no end", [](Network &n) { --n.images[1].bytes; },
     "image 1 is PTX that does not end in a zero"},
};

const std::vector<Damage> launchDamages = {
    {"kernel", [](Network &n) { n.launches[1].kernel = nullptr; },
     "launch 1 has no kernel or layers"},
    {"empty kernel", [](Network &n) { n.launches[1].kernel = ""; }, "launch 1 has no kernel"},
    {"layers", [](Network &n) { n.launches[1].layers = nullptr; }, "launch 1 has no kernel"},
    {"reserved", [](Network &n) { n.launches[1].reserved = 1; }, "launch 1 has no kernel"},
    {"no blocks", [](Network &n) { n.launches[2].grid[0] = 0; },
     "launch 2 has 0 blocks in x, expects 1 to 2147483647"},
    {"grid x", [](Network &n) { n.launches[2].grid[0] = 1u << 31; },
     "launch 2 has 2147483648 blocks in x"},
    {"grid y", [](Network &n) { n.launches[2].grid[1] = 65536; },
     "launch 2 has 65536 blocks in y, expects 1 to 65535"},
    {"grid z", [](Network &n) { n.launches[2].grid[2] = 0; }, "launch 2 has 0 blocks in z"},
    {"threads", [](Network &n) { n.launches[2].threads = 0; },
     "launch 2 has 0 threads, expects 1 to 1024"},
    {"many threads", [](Network &n) { n.launches[2].threads = 1025; }, "launch 2 has 1025 threads"},
    {"shared_bytes", [](Network &n) { n.launches[2].shared_bytes = 232449; },
     "launch 2 has 232449 bytes of shared memory, expects at most 232448"},
    {"first_argument", [](Network &n) { n.launches[0].first_argument = 9; },
     "launch 0 has arguments 9 to 11 of 10"},
    {"far argument", [](Network &n) { n.launches[0].first_argument = ~0u; },
     "launch 0 has arguments 4294967295 to 4294967297 of 10"},
    {"num_arguments", [](Network &n) { n.launches[0].num_arguments = 11; },
     "launch 0 has arguments 0 to 11 of 10"},
    {"all arguments", [](Network &n) { n.launches[3].num_arguments = ~0u; },
     "launch 3 has arguments 7 to 4294967302 of 10"},
    {"buffer", [](Network &n) { n.arguments[2].buffer = 5; },
     "argument 0 of launch 1 is at 0 of the 0 bytes of buffer 5"},
    {"far buffer", [](Network &n) { n.arguments[2].buffer = ~0u; }, "of buffer 4294967295"},
    {"offset", [](Network &n) { n.arguments[3].offset = 12; },
     "argument 1 of launch 1 is at 12 of the 12 bytes of buffer 4"},
    {"far offset", [](Network &n) { n.arguments[4].offset = ~0ull; },
     "argument 2 of launch 1 is at 18446744073709551615 of the 992 bytes of buffer 3"},
    {"argument's reserved", [](Network &n) { n.arguments[4].reserved = 1; },
     "argument 2 of launch 1"},
};

const std::vector<Damage> tensorDamages = {
    {"name", [](Network &n) { n.x.name = nullptr; }, "input 0 has no name"},
    {"element_type", [](Network &n) { n.outputs[1].element_type = 2; },
     "output 'sums' has element type 2"},
    {"f16 of rank 2", [](Network &n) { n.x.rank = 2; n.x.element_type = SINTER_F16; },
     "input 'x' has element type 2"},
    {"no type", [](Network &n) { n.x.element_type = 3; }, "input 'x' has element type 3"},
    {"rank", [](Network &n) { n.x.rank = 5; }, "input 'x' has rank 5"},
    {"no elements", [](Network &n) { n.x.shape[1] = 0; }, "input 'x' has size 0 in dimension 1"},
    {"negative", [](Network &n) { n.x.shape[3] = -1; }, "input 'x' has size -1 in dimension 3"},
    {"huge", [](Network &n) { n.outputs[0].shape[0] = 1ll << 62; },
     "output 'scores' has size 4611686018427387904"},
};

TEST_F(DescriptorTest, refuses_damage_in_each_field) {
  for (const auto *damages : {&infoDamages, &imageDamages, &launchDamages, &tensorDamages})
    for (const Damage &damage : *damages) {
      SCOPED_TRACE(damage.field);
      Network network;
      network.setImages({{90, SINTER_CUBIN}, {80, SINTER_PTX}});
      damage.apply(network);
      const std::string message = refusal(network, damage.expected);
      EXPECT_EQ(message.find("linked model: "), 0u) << message;
      EXPECT_NE(message.find(damage.words), std::string::npos) << message;
      EXPECT_EQ(fake_calls("cuInit"), 0); // before any driver is asked
    }
}

/// Random numbers that are often close to those of a descriptor.
class Numbers {
public:
  explicit Numbers(unsigned seed) : random(seed) {}
  uint64_t operator()() {
    const uint64_t bits = random();
    switch (bits % 4) {
    case 0:
      return random() % 8;
    case 1:
      return random() % 1100;
    case 2:
      return (1ull << random() % 64) - random() % 2;
    default:
      return random();
    }
  }

private:
  std::mt19937_64 random;
};

/// Changes one number that is not the size of an array.
void spoil(Network &network, Numbers &number) {
  sinter_cuda_launch &launch = network.launches[number() % network.launches.size()];
  sinter_cuda_argument &argument = network.arguments[number() % network.arguments.size()];
  sinter_cuda_image &image = network.images[number() % network.images.size()];
  sinter_tensor_info &tensor = number() % 2 ? network.x : network.outputs[number() % 2];
  uint32_t *const words[] = {
      &launch.grid[0],      &launch.grid[1],        &launch.grid[2],          &launch.threads,
      &launch.shared_bytes, &launch.first_argument, &launch.num_arguments,    &launch.reserved,
      &argument.buffer,     &argument.reserved,     &image.architecture,      &image.kind,
      &tensor.element_type, &tensor.rank,           &network.info.abi_version,
      &image.starts_early,  &image.reserved};
  if (number() % 2)
    *words[number() % (sizeof(words) / sizeof(words[0]))] = static_cast<uint32_t>(number());
  else if (number() % 2)
    argument.offset = number();
  else if (number() % 2)
    tensor.shape[number() % 4] = static_cast<int64_t>(number());
  else
    network.info.workspace_bytes = number();
}

TEST_F(DescriptorTest, survives_random_numbers) {
  int loaded = 0;
  for (unsigned seed = 0; seed < 5000; ++seed) {
    SCOPED_TRACE(seed);
    fake_reset();
    Numbers number(seed);
    Network network;
    network.setImages({{90, SINTER_CUBIN}, {80, SINTER_PTX}});
    for (uint64_t changes = 1 + number() % 3; changes > 0; --changes)
      spoil(network, number);
    sinter_cuda_model *model = nullptr;
    const sinter_status status = sinter_cuda_from_info(&network.info, 0, &model, &error);
    EXPECT_EQ(status == SINTER_OK, model != nullptr);
    EXPECT_EQ(status == SINTER_OK, error.message[0] == '\0');
    if (status == SINTER_OK) {
      ++loaded;
      // What the descriptor says may still be nonsense, which is between kernels and GPU.
      sinter_cuda_session *session;
      if (sinter_cuda_session_create(model, &session, &error) == SINTER_OK) {
        DeviceTensor x, scores, sums;
        const void *inputs[] = {x};
        void *outputs[] = {scores, sums};
        sinter_cuda_run(session, inputs, outputs, nullptr, &error);
        sinter_cuda_session_destroy(session);
      }
    } else {
      EXPECT_TRUE(status == SINTER_NOT_A_MODEL || status == SINTER_WRONG_VERSION ||
                  status == SINTER_UNSUPPORTED_DEVICE)
          << error.message;
    }
    sinter_cuda_unload(model);
    EXPECT_EQ(fake_live(), 0);
  }
  EXPECT_GT(loaded, 500);
}

} // namespace
