//===- Random.cpp - Weights from a seed -----------------------------------===//
//
// A counter-based generator: value i of a key is a hash of (seed, key, i), so
// order and threads do not matter and nothing is stored. Only integer
// arithmetic, exact products and one rounding: no libm, same bits everywhere.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/Random.h"

#include "compiler/Frontend/Weights/WeightTable.h"
#include "compiler/Support/SplitMix64.h"
#include "dialects/NN/IR/NN.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/xxhash.h"

#include <cmath>

using namespace mlir;
using namespace sinter;
using namespace sinter::nn;

//===----------------------------------------------------------------------===//
// Distributions
//===----------------------------------------------------------------------===//

namespace {

/// center + spread * u, where u is uniform in [-1, 1) or nearly normal with
/// deviation 1. Floats, so that spread times a 24-bit integer is exact in double
/// precision and the sum is rounded once, fused or not.
struct Distribution {
  float center, spread;
  bool normal = false;
};

/// Sum of four 16-bit uniforms around 0: bell-shaped, deviation 2^16 / sqrt(3).
int32_t bell(uint64_t bits) {
  int32_t sum = static_cast<int32_t>((bits & 0xffff) + (bits >> 16 & 0xffff) +
                                     (bits >> 32 & 0xffff) + (bits >> 48));
  return sum - 0x1fffe;
}

/// 24 bits around 0.
int32_t flat(uint64_t bits) { return static_cast<int32_t>(bits >> 40) - (1 << 23); }

void fill(const Distribution &distribution, uint64_t seed, MutableArrayRef<float> values) {
  double center = distribution.center;
  // Exact: a power of two; and sqrt(3) once per tensor, rounded to f32.
  double step =
      distribution.normal
          ? static_cast<double>(static_cast<float>(distribution.spread * std::sqrt(3.0))) * 0x1p-16
          : distribution.spread * 0x1p-23;
  for (auto [i, value] : llvm::enumerate(values)) {
    uint64_t bits = splitmix64::bits(seed, i);
    value = static_cast<float>(center + step * (distribution.normal ? bell(bits) : flat(bits)));
  }
}

/// How a weight of this role and shape is drawn.
///
/// He et al. 2015 keep the second moment from layer to layer: filters of
/// variance 2 / fan-in behind a ReLU. A trained batch norm follows the residual
/// stream as it grows; a random one cannot, so its scale is below 1: a branch
/// then adds little enough for 54 blocks, and enough to be seen in the result.
/// No offset is 0 and no scale 1, so that nothing can be folded away.
Distribution distributionOf(WeightRole role, ArrayRef<int64_t> shape) {
  int64_t fanIn =
      std::max<int64_t>(1, *numElements(shape.drop_front(std::min<size_t>(1, shape.size()))));
  float he = static_cast<float>(std::sqrt(2.0 / static_cast<double>(fanIn)));
  switch (role) {
  case WeightRole::Filter:
  case WeightRole::Reduce:
  case WeightRole::Data:
    return {0.0f, he, /*normal=*/true};
  case WeightRole::Bias:
  case WeightRole::Beta:
  case WeightRole::RunningMean:
    return {0.0f, 0.125f};
  case WeightRole::Gamma:
    return {0.5f, 0.1875f};
  case WeightRole::RunningVar:
    return {1.0f, 0.375f};
  case WeightRole::Expand:
    // The means that enter are small; the gate shall leave the middle.
    return {0.0f, 3.0f * he, /*normal=*/true};
  case WeightRole::ExpandBias:
    return {0.0f, 1.0f};
  }
  llvm_unreachable("every role is covered");
}

//===----------------------------------------------------------------------===//
// The source
//===----------------------------------------------------------------------===//

struct RandomTensor {
  WeightInfo info;
  Distribution distribution;
};

class RandomWeights : public WeightTable<RandomTensor> {
public:
  RandomWeights(uint64_t seed, ModuleOp module)
      : spec("random:" + std::to_string(seed)), seed(seed) {
    module.walk([&](ParameterOp parameter) {
      ArrayRef<int64_t> shape = cast<ShapedType>(parameter.getResult().getType()).getShape();
      tensors.try_emplace(parameter.getKey(),
                          RandomTensor{{Shape(shape), WeightType::F32, "F32"},
                                       distributionOf(roleOf(parameter), shape)});
    });
  }

  StringRef name() const override { return spec; }

  void read(StringRef key, MutableArrayRef<float> values) const override {
    fill(tensors.find(key)->second.distribution, splitmix64::mix(seed) ^ llvm::xxh3_64bits(key),
         values);
  }

private:
  /// What the first user that knows says of the parameter.
  static WeightRole roleOf(ParameterOp parameter) {
    for (OpOperand &use : parameter.getResult().getUses())
      if (auto user = dyn_cast<WeightUserOpInterface>(use.getOwner()))
        return user.getWeightRole(use.getOperandNumber());
    return WeightRole::Data;
  }

  std::string spec;
  uint64_t seed;
};

} // namespace

std::unique_ptr<WeightSource> sinter::makeRandomWeights(uint64_t seed, ModuleOp module) {
  return std::make_unique<RandomWeights>(seed, module);
}
