//===- Pipelines.h - The stages of compilation --------------------*- C++ -*-===//
//
// The only place that knows pass order. Stages run one after another:
//
//   import    a frontend writes nn                      (not a pipeline)
//   raise     find SE and residual blocks               nn -> nn
//   simplify  fold batch norms, constants, dead code    nn -> nn
//   fuse      residual blocks, SE, epilogues            nn -> nn
//   schedule  layouts, register tiles, loop orders      nn -> kernel
//   plan      memory, barriers                          kernel -> kernel
//   codegen   loops over vectors, then LLVM             kernel -> llvm
//             or a GPU's threads, then LLVM and NVVM    kernel -> gpu, llvm, nvvm
//   emit      machine code and files                    (compiler/Target)
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_COMPILER_PIPELINES_PIPELINES_H
#define SINTER_COMPILER_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace sinter {

/// What stages must know of the target.
struct PipelineOptions : mlir::PassPipelineOptions<PipelineOptions> {
  Option<std::string> target{*this, "target", llvm::cl::desc("cpu or cuda"), llvm::cl::init("cpu")};
  Option<std::string> precision{*this, "precision",
                                llvm::cl::desc("on a GPU: f32, tf32, f16 or bf16"),
                                llvm::cl::init("f32")};
  Option<std::string> inputFormat{*this, "input-format",
                                  llvm::cl::desc("of images: f32-nchw, or on a GPU f16-nhwc"),
                                  llvm::cl::init("f32-nchw")};
  Option<int64_t> lanes{*this, "lanes", llvm::cl::desc("f32 values per vector register"),
                        llvm::cl::init(8)};
  Option<int64_t> registers{*this, "registers", llvm::cl::desc("vector registers"),
                            llvm::cl::init(16)};
  Option<bool> fma{*this, "fma", llvm::cl::desc("multiply and add in one instruction"),
                   llvm::cl::init(true)};
  Option<double> maxError{*this, "max-error",
                          llvm::cl::desc("what rounding may cost a layer; 0: anything"),
                          llvm::cl::init(0)};
  Option<bool> separateSteps{*this, "separate-steps",
                             llvm::cl::desc("a barrier between any two kernels"),
                             llvm::cl::init(false)};
};

void buildRaisePipeline(mlir::OpPassManager &pm);
void buildSimplifyPipeline(mlir::OpPassManager &pm);
void buildFusePipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildSchedulePipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildPlanPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);
void buildCodegenPipeline(mlir::OpPassManager &pm, const PipelineOptions &options);

/// One stage of compilation: how --emit and sinter-opt call it, and its passes.
struct Stage {
  llvm::StringRef name;
  void (*build)(mlir::OpPassManager &, const PipelineOptions &);
};

/// All stages in order.
llvm::ArrayRef<Stage> getStages();

/// Registers every stage as `sinter-STAGE`, and all of them as `nn-to-llvm-pipeline`.
void registerPipelines();

} // namespace sinter

#endif // SINTER_COMPILER_PIPELINES_PIPELINES_H
