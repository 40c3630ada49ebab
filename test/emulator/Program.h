//===- Program.h - A kernel made ready to run ---------------------*- C++ -*-===//
//
// A kernel is decoded once: its values get registers, each of its operations becomes an action
// that a warp takes.
//
//===----------------------------------------------------------------------===//

#ifndef SINTER_TEST_EMULATOR_PROGRAM_H
#define SINTER_TEST_EMULATOR_PROGRAM_H

#include "test/emulator/Errors.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sinter::emulator {

class Warp;

/// Does the work of one operation for the active lanes of a warp.
using Action = std::function<void(Warp &)>;

struct Instruction {
  enum class Kind : uint8_t { Plain, Barrier, Terminator };

  Kind kind;
  mlir::Operation *op;
  Action action; ///< none of a barrier, which the machine handles
};

/// A register that holds the same word in every lane from the start.
struct Constant {
  unsigned slot;
  uint64_t word;
};

/// One argument of the kernel.
struct Parameter {
  unsigned slot;
  bool isPointer;
  std::optional<uint64_t> dereferenceable; ///< bytes that may be accessed; else what is there
  uint64_t alignment;                      ///< of the pointer
};

struct Program {
  std::string name;
  mlir::Operation *kernel = nullptr;
  unsigned slots = 0;                    ///< registers per lane
  std::vector<Instruction> instructions; ///< block after block, in the order of the function
  std::vector<unsigned> blockStarts;     ///< first instruction of each block
  std::vector<Constant> constants;
  std::vector<Parameter> parameters;
  uint64_t staticSharedBytes = 0;          ///< before the dynamic shared memory
  std::optional<unsigned> requiredThreads; ///< nvvm.reqntid
  std::optional<unsigned> maximumThreads;  ///< nvvm.maxntid
};

/// Decodes a kernel. Null, with an entry in `errors` for every operation that is not supported,
/// if it cannot be run.
std::unique_ptr<Program> decode(mlir::LLVM::LLVMFuncOp kernel, ErrorLog &errors);

} // namespace sinter::emulator

#endif // SINTER_TEST_EMULATOR_PROGRAM_H
