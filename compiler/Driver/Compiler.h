//===- Compiler.h - From a network file to an artifact ------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_COMPILER_H
#define SINTER_COMPILER_DRIVER_COMPILER_H

#include "compiler/Conversion/NNToKernel/Schedules.h"
#include "compiler/Driver/Input.h"
#include "compiler/Target/CPU/CPUTarget.h"
#include "compiler/Target/CUDA/CUDATarget.h"

#include "llvm/Support/Error.h"

#include <functional>

namespace sinter::driver {

/// What `sinter compile` writes.
enum class Output {
  Description, // of a checkpoint, in the network language
  // The IR behind a stage.
  ImportedIR, RaisedIR, SimplifiedIR, FusedIR, ScheduledIR, PlannedIR, LLVMDialectIR,
  LLVMIR, Assembly, PTX, Cubin, Header, Object, Archive, SharedObject
};

/// True for files that hold the weights.
inline bool hasWeights(Output output) { return output >= Output::Object; }
/// True for files that do not belong on a terminal.
inline bool isBinary(Output output) { return hasWeights(output) || output == Output::Cubin; }

/// What networks are compiled for.
enum class Device { CPU, CUDA };

struct CompileOptions {
  std::string input;
  std::string path; ///< of the output; empty: standard output
  std::string weights;
  std::string name; ///< empty: the network's own
  Output output = Output::SharedObject;
  Device device = Device::CPU;
  CPUTarget target;
  std::vector<CUDATarget> gpus; ///< on a GPU: those to have machine code for
  std::string precision = "f32"; ///< of products on a GPU: f32, tf32, f16 or bf16
  bool hasHalfImages = false; ///< on a GPU: images come as f16, NHWC
  bool quiet = false;
  bool remarks = false; ///< print what passes say of their work
  double maxError = 0;  ///< see SchedulePolicy
  bool separateSteps = false; ///< each kernel is a step by itself
  /// Gives layers of the fused network their schedules; the others get the cost model's.
  std::function<llvm::Error(mlir::ModuleOp, const SchedulePolicy &)> setSchedules;
};

/// Compiles; prints errors and, unless quiet, progress on a terminal and a
/// summary. Either the whole output is written or nothing. Returns the exit status.
int compile(const CompileOptions &options, const InputOptions &inputOptions);

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_COMPILER_H
