//===- fuzz_onnx.cpp - Hostile ONNX models --------------------------------===//

#include "compiler/Frontend/ONNX/ONNX.h"
#include "test/fuzz/Fuzz.h"
#include "test/fuzz/MutateMessage.h"

#include "mlir/IR/MLIRContext.h"

#include <onnx/onnx_pb.h>

using namespace sinter;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::string external = fuzz::writeFile("data.bin", std::string(4096, '\x3f'));
  std::string path = fuzz::writeFile("m.onnx", fuzz::asText(data, size));
  // See compiler/Frontend/ONNX/ModelFile.cpp; and the network made of it.
  fuzz::MemoryBound bound(8 * size + (256 << 20));
  mlir::DialectRegistry registry;
  registerWeightModels(registry);
  mlir::MLIRContext context(registry, mlir::MLIRContext::Threading::DISABLED);
  ErrorList errors;
  sinter::onnx::Options options;
  options.batch = 2;
  auto imported = sinter::onnx::importModel(path, context, options, errors);
  if (imported.module && failed(checkWeights(*imported.module, *imported.weights, errors)))
    fuzz::noteMessage("expects other weights");
  for (const std::string &error : errors)
    fuzz::noteMessage(error);
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t maxSize,
                                          unsigned seed) {
  ::onnx::ModelProto model;
  std::string bytes;
  // Bytes of a nested message cannot change their number without all lengths above.
  if (seed % 8 == 0 || !model.ParseFromArray(data, size))
    return LLVMFuzzerMutate(data, size, maxSize);
  fuzz::mutateMessage(model, seed);
  if (!model.SerializeToString(&bytes) || bytes.size() > maxSize)
    return LLVMFuzzerMutate(data, size, maxSize);
  std::copy(bytes.begin(), bytes.end(), data);
  return bytes.size();
}
