//===- KernelRun.cpp - Kernels of tests -----------------------------------===//

#include "test/emulator/KernelRun.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Parser/Parser.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

std::vector<std::string> emulator::runModule(const std::string &text,
                                             const std::vector<Buffer> &buffers,
                                             Statistics *statistics) {
  MLIRContext context(MLIRContext::Threading::DISABLED);
  context.loadDialect<arith::ArithDialect, func::FuncDialect, gpu::GPUDialect, LLVM::LLVMDialect,
                      NVVM::NVVMDialect>();
  OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
  if (!module)
    return {"the module is not valid: " + text};
  return run(*module, "network", buffers, statistics);
}

/// "%a0: !llvm.ptr<1>, %a1: !llvm.ptr<1>", with whatever follows each.
static std::string arguments(size_t count, const std::string &separator,
                             const std::string &attributes) {
  std::string text;
  for (size_t i = 0; i < count; ++i)
    text += (i ? ", %a" : "%a") + std::to_string(i) + separator + "!llvm.ptr<1>" + attributes;
  return text;
}

static std::string prelude() {
  std::string text = R"(
    %tid = nvvm.read.ptx.sreg.tid.x : i32
    %block = nvvm.read.ptx.sreg.ctaid.x : i32
    %lane = nvvm.read.ptx.sreg.laneid : i32
    %shared = llvm.mlir.addressof @shared : !llvm.ptr<3>
)";
  for (int value : {0, 1, 2, 3, 4, 5, 8, 16, 31, 32})
    text += "    %k" + std::to_string(value) + " = llvm.mlir.constant(" + std::to_string(value) +
            " : i32) : i32\n";
  return text;
}

std::vector<std::string> emulator::runKernel(const Kernel &kernel,
                                             const std::vector<Buffer> &buffers) {
  std::string attributes = kernel.attributes.empty() ? "" : " {" + kernel.attributes + "}";
  std::string threads = std::to_string(kernel.threads);
  std::string launches;
  for (unsigned i = 0; i < kernel.launches; ++i)
    launches += R"(
    gpu.launch_func @kernels::@kernel blocks in (%blocks, %one, %one) threads in (%threads, %one, %one)
        dynamic_shared_memory_size %bytes args()" +
                arguments(buffers.size(), " : ", "") + ")";
  std::string text = R"(
module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.mlir.global external @shared() {addr_space = 3 : i32, alignment = 128 : i64} : !llvm.array<0 x i8>
    llvm.func @kernel()" +
                     arguments(buffers.size(), ": ", attributes) +
                     ") attributes {gpu.kernel, nvvm.kernel, nvvm.reqntid = array<i32: " + threads +
                     ", 1, 1>} {" + prelude() + kernel.body + R"(
    }
  }
  func.func @network()" +
                     arguments(buffers.size(), ": ", "") + R"() {
    %one = arith.constant 1 : index
    %blocks = arith.constant )" +
                     std::to_string(kernel.blocks) + R"( : index
    %threads = arith.constant )" +
                     threads + R"( : index
    %bytes = arith.constant )" +
                     std::to_string(kernel.sharedBytes) + " : i32" + launches + R"(
    return
  }
}
)";
  return runModule(text, buffers);
}

void emulator::expectError(const std::vector<std::string> &errors,
                           const std::vector<std::string> &words) {
  bool isFound = llvm::any_of(errors, [&](const std::string &error) {
    return llvm::all_of(words,
                        [&](const std::string &word) { return StringRef(error).contains(word); });
  });
  EXPECT_TRUE(isFound) << "expects an error with '" << llvm::join(words, "', '") << "', got "
                       << (errors.empty() ? "none" : llvm::join(errors, "\n"));
}

void emulator::expectNoError(const std::vector<std::string> &errors) {
  EXPECT_TRUE(errors.empty()) << llvm::join(errors, "\n");
}
