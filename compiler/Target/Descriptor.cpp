//===- Descriptor.cpp - What descriptors of artifacts share ---------------===//

#include "compiler/Target/Descriptor.h"

#include "sinter/abi.h"

#include "fmt/format.h"

using namespace sinter;

std::string sinter::tensorInfoType() {
  return "%tensor_info = type { ptr, i32, i32, [4 x i64] }\n";
}

std::string sinter::stringConstant(const std::string &symbol, llvm::StringRef value) {
  std::string bytes;
  for (unsigned char c : value)
    bytes += fmt::format("\\{:02X}", c);
  return fmt::format("@{} = internal constant [{} x i8] c\"{}\\00\"\n", symbol, value.size() + 1,
                     bytes);
}

std::string sinter::tensorTable(const Model &model, llvm::StringRef kind,
                               const std::vector<TensorDescription> &tensors) {
  std::string strings, rows;
  for (size_t i = 0; i < tensors.size(); ++i) {
    std::string symbol = fmt::format("{}_{}_{}", model.name, kind.str(), i);
    strings += stringConstant(symbol, tensors[i].name);
    std::string dims;
    for (size_t d = 0; d < SINTER_MAX_RANK; ++d)
      dims += fmt::format("{}i64 {}", d ? ", " : "",
                          d < tensors[i].shape.size() ? tensors[i].shape[d] : 1);
    rows += fmt::format("{}\n  %tensor_info {{ ptr @{}, i32 {}, i32 {}, [4 x i64] [{}] }}",
                        i ? "," : "", symbol, int(tensors[i].isHalf ? SINTER_F16 : SINTER_F32), tensors[i].shape.size(), dims);
  }
  return strings + fmt::format("@{}_{}s = internal constant [{} x %tensor_info] [{}]\n", model.name,
                               kind.str(), tensors.size(), rows);
}
