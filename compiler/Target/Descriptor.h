//===- Descriptor.h - What descriptors of artifacts share ---------*- C++ -*-===//
//
// Descriptors are written as LLVM IR text, for CPUs and for GPUs.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_TARGET_DESCRIPTOR_H
#define SINTER_COMPILER_TARGET_DESCRIPTOR_H

#include "compiler/Target/Model.h"

namespace sinter {

/// A constant of the bytes of `value` and a zero, called `symbol`.
std::string stringConstant(const std::string &symbol, llvm::StringRef value);

/// The type of a sinter_tensor_info.
std::string tensorInfoType();
/// The array of sinter_tensor_info called NAME_inputs or NAME_outputs.
std::string tensorTable(const Model &model, llvm::StringRef kind,
                        const std::vector<TensorDescription> &tensors);

} // namespace sinter

#endif // SINTER_COMPILER_TARGET_DESCRIPTOR_H
