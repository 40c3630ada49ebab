//===- EmulatedKernels.cpp - Kernels of a compiled network ----------------===//
//
// An artifact has its kernels as PTX and machine code, which no CPU executes. The same kernels
// in the IR from which PTX is made, `sinter compile --emit=codegen`, are found by their names in
// the file that the environment variable SINTER_EMULATED_CODE names. Everything else of the
// artifact is what a GPU would get: descriptor, launches, packed weights, addresses.
//
//===----------------------------------------------------------------------===//

#include "test/emulator/Machine.h"
#include "test/runtime/cuda/FakeKernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/StringMap.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace mlir;
using namespace sinter::emulator;

const char fake_device_name[] = "Emulated GPU";
const size_t fake_device_bytes = size_t(8) << 30;

struct fake_kernel {
  std::unique_ptr<Program> program;
};

struct fake_code {
  MLIRContext context{MLIRContext::Threading::DISABLED};
  OwningOpRef<ModuleOp> module;
  llvm::StringMap<fake_kernel> kernels;
};

static void print(const std::vector<std::string> &errors) {
  for (const std::string &error : errors)
    std::fprintf(stderr, "emulated driver: %s\n", error.c_str());
}

//===----------------------------------------------------------------------===//
// Code
//===----------------------------------------------------------------------===//

/// Whether `image` has the entry `name`. Cubins are not looked into.
static bool hasEntry(const char *image, StringRef name) {
  StringRef text(image);
  return text.starts_with("\177ELF") || text.contains((".entry " + name + "(").str());
}

/// Decodes the kernels of `code`. Returns what is wrong, in a sentence; empty if nothing is.
static std::string decodeKernels(fake_code &code, const char *image) {
  std::string problem;
  ErrorLog errors;
  code.module->walk([&](LLVM::LLVMFuncOp function) {
    if (!function->hasAttr(NVVM::NVVMDialect::getKernelFuncAttrName()))
      return;
    StringRef name = function.getSymName();
    // Else the image is not what was made of this code.
    if (problem.empty() && !hasEntry(image, name))
      problem = ("the image has no entry " + name + ", which SINTER_EMULATED_CODE has").str();
    std::unique_ptr<Program> program = decode(function, errors);
    if (program)
      code.kernels[name].program = std::move(program);
    else
      problem = ("the emulator cannot execute " + name).str();
  });
  print(errors.messages);
  return problem.empty() && code.kernels.empty() ? "SINTER_EMULATED_CODE has no kernels" : problem;
}

/// Reads the code. Returns what is wrong; what a parser says goes to stderr.
static std::string load(fake_code &code, const char *image) {
  const char *path = std::getenv("SINTER_EMULATED_CODE");
  if (!path || !*path)
    return "SINTER_EMULATED_CODE names no file; expects what --emit=codegen prints";
  code.context.loadDialect<arith::ArithDialect, func::FuncDialect, gpu::GPUDialect,
                           LLVM::LLVMDialect, NVVM::NVVMDialect>();
  code.module = parseSourceFile<ModuleOp>(path, &code.context);
  if (!code.module)
    return std::string("cannot read SINTER_EMULATED_CODE, ") + path;
  return decodeKernels(code, image);
}

CUresult fake_load_code(const void *image, char *log, size_t bytes, const fake_code_t **code) {
  // Never deleted: launches that wait on a stream may outlive the module.
  static std::vector<std::unique_ptr<fake_code>> &all =
      *new std::vector<std::unique_ptr<fake_code>>;
  auto loaded = std::make_unique<fake_code>();
  std::string problem = load(*loaded, static_cast<const char *>(image));
  if (!problem.empty()) {
    std::snprintf(log, bytes, "%s", problem.c_str());
    return CUDA_ERROR_INVALID_IMAGE;
  }
  *code = loaded.get();
  all.push_back(std::move(loaded));
  return CUDA_SUCCESS;
}

const fake_kernel_t *fake_find_kernel(const fake_code_t *code, const char *name) {
  auto kernel = code->kernels.find(name);
  return kernel == code->kernels.end() ? nullptr : &kernel->second;
}

int fake_num_parameters(const fake_kernel_t *kernel) {
  return static_cast<int>(kernel->program->parameters.size());
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

namespace {

/// The allocations that the arguments of a launch lie in. All of their memory counts as
/// initialized: what nobody wrote is NaN, which shows in the results.
class Allocations {
public:
  explicit Allocations(int ordinal) : ordinal(ordinal) {}

  /// The argument that points to `address`; nothing where no memory is.
  std::optional<Argument> argumentAt(CUdeviceptr address) {
    fake_memory_t memory = fake_memory_at(ordinal, address, 0);
    if (!memory.start)
      return std::nullopt;
    auto known = std::find_if(buffers.begin(), buffers.end(),
                              [&](const Buffer &buffer) { return buffer.data == memory.start; });
    Argument argument;
    argument.buffer = known - buffers.begin();
    argument.offset = address - reinterpret_cast<uintptr_t>(memory.start);
    if (known == buffers.end())
      buffers.push_back({memory.start, memory.bytes, true});
    return argument;
  }

  std::vector<Buffer> buffers;

private:
  int ordinal;
};

} // namespace

bool fake_run_kernel(int ordinal, const fake_launch_t *launch) {
  const Program &program = *launch->kernel->program;
  Launch emulated{program.kernel,
                  {launch->grid[0], launch->grid[1], launch->grid[2]},
                  {launch->threads, 1, 1},
                  launch->shared_bytes,
                  {}};
  Allocations allocations(ordinal);
  ErrorLog errors;
  for (size_t i = 0; i < program.parameters.size(); ++i) {
    std::optional<Argument> argument = allocations.argumentAt(launch->arguments[i]);
    if (!argument)
      errors.add(program.kernel, program.name, "launch",
                 llvm::Twine("argument ") + llvm::Twine(i) + " lies in no allocation");
    emulated.arguments.push_back(argument.value_or(Argument()));
  }
  Statistics statistics;
  if (errors.messages.empty())
    Machine(allocations.buffers, errors, statistics).run(program, emulated);
  print(errors.messages);
  return errors.messages.empty();
}
