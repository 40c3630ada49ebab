//===- CUDA.h - GPU code generation -------------------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_CODEGEN_CUDA_CUDA_H
#define SINTER_COMPILER_CODEGEN_CUDA_CUDA_H

#include "dialects/Kernel/IR/Kernel.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Pass/Pass.h"

namespace sinter::cuda {

/// Attaches CUDAKernelOpInterface to the kernel operations.
void registerCUDAKernelModels(mlir::DialectRegistry &registry);

/// Why no kernel that multiplies `product` can have the schedule, or "".
std::string whyUnusable(kernel::GemmScheduleAttr schedule, mlir::Type product);

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/Codegen/CUDA/Passes.h.inc"

} // namespace sinter::cuda

#endif // SINTER_COMPILER_CODEGEN_CUDA_CUDA_H
