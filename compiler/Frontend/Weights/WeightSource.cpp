//===- WeightSource.cpp - What --weights may name -------------------------===//

#include "compiler/Frontend/Weights/WeightSource.h"

#include "compiler/Frontend/Weights/Random.h"
#include "compiler/Frontend/Weights/Safetensors.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace sinter;

std::string sinter::explainPickle(StringRef path) {
  StringRef extension = sys::path::extension(path);
  if (extension != ".pt" && extension != ".pth" && extension != ".bin" && extension != ".th")
    return "";
  SmallString<128> converted(path);
  sys::path::replace_extension(converted, ".safetensors");
  // Trainers keep the state dict beside their own state.
  return (", a pickle that may run code; convert it with: python3 -c \"import torch; from "
          "safetensors.torch import save_file; d = torch.load('" +
          path +
          "', map_location='cpu', weights_only=True); save_file(d.get('state_dict', d), '" +
          converted + "')\"")
      .str();
}

std::unique_ptr<WeightSource> sinter::openWeights(StringRef spec, mlir::ModuleOp module,
                                                  ErrorList &errors) {
  StringRef seedText = spec;
  if (seedText.consume_front("random:")) {
    uint64_t seed;
    if (to_integer(seedText, seed, 10))
      return makeRandomWeights(seed, module);
    errors.push_back(
        ("expects random:SEED with an integer from 0 to 2^64 - 1, got '" + spec + "'").str());
    return nullptr;
  }
  if (sys::path::extension(spec) != ".safetensors") {
    errors.push_back(("expects --weights to be FILE.safetensors or random:SEED, got '" + spec + "'")
                         .str() +
                     explainPickle(spec));
    return nullptr;
  }
  auto file = openSafetensors(spec);
  if (file)
    return std::move(*file);
  errors.push_back(toString(file.takeError()));
  return nullptr;
}

bool sinter::shapesAgree(ArrayRef<int64_t> expected, ArrayRef<int64_t> stored) {
  // O x I and O x I x 1 x 1 are the same bytes.
  auto matrix = [](ArrayRef<int64_t> shape) {
    return shape.size() == 4 && shape[2] == 1 && shape[3] == 1 ? shape.take_front(2) : shape;
  };
  return expected == stored || (matrix(expected).size() == 2 && matrix(expected) == matrix(stored));
}
