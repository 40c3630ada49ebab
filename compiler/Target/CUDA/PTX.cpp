//===- PTX.cpp - Kernels to PTX -------------------------------------------===//

#include "compiler/Target/CUDA/PTX.h"

#include "compiler/Target/Optimize.h"

#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/GPU/GPUToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/NVVM/NVVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/IntrinsicsNVPTX.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace llvm;
using namespace sinter;

static const Triple triple("nvptx64-nvidia-cuda");

static Expected<std::unique_ptr<TargetMachine>> createTargetMachine(const CUDATarget &target) {
  static std::once_flag once;
  std::call_once(once, [] {
    LLVMInitializeNVPTXTargetInfo();
    LLVMInitializeNVPTXTarget();
    LLVMInitializeNVPTXTargetMC();
    LLVMInitializeNVPTXAsmPrinter();
  });
  std::string message;
  const Target *backend = TargetRegistry::lookupTarget(triple, message);
  if (!backend)
    return createStringError("LLVM has no NVPTX backend here: " + message);
  return std::unique_ptr<TargetMachine>(backend->createTargetMachine(
      triple, target.chip, "+ptx" + std::to_string(target.ptxVersion), TargetOptions(),
      /*RM=*/std::nullopt, /*CM=*/std::nullopt, CodeGenOptLevel::Aggressive));
}

/// Removes instructions by which launches wait for each other, of GPUs that have none.
static void eraseGridControl(Module &module) {
  for (Intrinsic::ID id : {Intrinsic::nvvm_griddepcontrol_wait,
                           Intrinsic::nvvm_griddepcontrol_launch_dependents})
    if (Function *intrinsic = Intrinsic::getDeclarationIfExists(&module, id))
      for (User *call : make_early_inc_range(intrinsic->users()))
        cast<Instruction>(call)->eraseFromParent();
}

Expected<std::string> sinter::emitPTX(mlir::gpu::GPUModuleOp kernels, const CUDATarget &target) {
  mlir::DialectRegistry registry;
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerGPUDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  mlir::registerNVVMDialectTranslation(registry);
  kernels.getContext()->appendDialectRegistry(registry);

  auto machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  LLVMContext context;
  std::unique_ptr<Module> module =
      mlir::translateModuleToLLVMIR(kernels, context, kernels.getName());
  if (!module)
    return createStringError("the kernels of '" + kernels.getName() +
                             "' cannot be translated to LLVM IR");
  module->setTargetTriple(triple);
  module->setDataLayout((*machine)->createDataLayout());
  if (!target.startsEarly())
    eraseGridControl(*module);
  optimize(*module, **machine);

  SmallString<0> text;
  raw_svector_ostream stream(text);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::AssemblyFile))
    return createStringError("LLVM cannot write PTX");
  passes.run(*module);
  return text.str().str();
}
