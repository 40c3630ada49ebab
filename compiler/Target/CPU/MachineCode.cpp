//===- MachineCode.cpp - LLVM dialect to machine code ---------------------===//

#include "compiler/Target/CPU/MachineCode.h"

#include "compiler/Target/CPU/EntryPoints.h"
#include "compiler/Target/Optimize.h"

#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Linker/Linker.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

#include "fmt/format.h"

#include <mutex>

using namespace llvm;
using namespace sinter;

static const Triple triple("x86_64-unknown-linux-gnu");

/// Registers the backend and turns off the scheduler that runs before register
/// allocation: it hoists the loads of an unrolled register tile above the
/// multiply-adds and then spills most of them.
static void initializeBackend() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
    InitializeNativeTargetAsmParser();
  });
  // Each time: lld, which linked the last artifact, resets LLVM's options.
  auto &options = cl::getRegisteredOptions();
  if (auto option = options.find("enable-misched");
      option != options.end() && option->second->getNumOccurrences() == 0)
    option->second->addOccurrence(0, "enable-misched", "false");
}

static Expected<std::unique_ptr<TargetMachine>> createTargetMachine(const CPUTarget &target) {
  initializeBackend();
  std::string message;
  const Target *backend = TargetRegistry::lookupTarget(triple, message);
  if (!backend)
    return createStringError("LLVM has no x86-64 backend here: " + message);
  TargetOptions options;
  options.MCOptions.AsmVerbose = true;
  return std::unique_ptr<TargetMachine>(backend->createTargetMachine(
      triple, target.level, /*Features=*/"", options, Reloc::PIC_,
      /*CM=*/std::nullopt, CodeGenOptLevel::Aggressive));
}

/// Marks the generated functions for the target. Kernels stay functions of
/// their own, even those that are called once: profiles show them by name.
static void setFunctionAttributes(Module &module, StringRef network, const CPUTarget &target) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (function.getName() != network)
      function.addFnAttr(Attribute::NoInline);
    function.addFnAttr("target-cpu", target.level);
    function.addFnAttr("tune-cpu", target.tune);
    function.addFnAttr("prefer-vector-width", std::to_string(target.vectorLanes * 32));
    // No call of memset or memcpy: an artifact needs no library.
    function.addFnAttr("no-builtins");
    function.addFnAttr(Attribute::NoUnwind);
  }
}

Expected<std::unique_ptr<Module>> sinter::buildLLVMModule(mlir::ModuleOp codegen,
                                                          LLVMContext &context, const Model &model,
                                                          const CPUTarget &target) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();

  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module =
      parseAssemblyString(entryPointsIR(model, target), diagnostic, context);
  if (!module)
    return createStringError("entry points: line " + std::to_string(diagnostic.getLineNo()) + ": " +
                             diagnostic.getMessage().str());
  module->setModuleIdentifier(model.name);
  module->setTargetTriple(triple);
  module->setDataLayout((*machine)->createDataLayout());

  std::unique_ptr<Module> kernels = mlir::translateModuleToLLVMIR(codegen, context, model.name);
  if (!kernels)
    return createStringError("network '" + model.name + "' cannot be translated to LLVM IR");
  kernels->setTargetTriple(triple);
  kernels->setDataLayout((*machine)->createDataLayout());
  setFunctionAttributes(*kernels, model.name, target);
  if (Linker::linkModules(*module, std::move(kernels)))
    return createStringError("the entry points of '" + model.name + "' do not fit its kernels");
  module->getFunction(model.name)->setLinkage(GlobalValue::InternalLinkage);
  optimize(*module, **machine);
  return std::move(module);
}

Error sinter::emitMachineCode(Module &module, const CPUTarget &target, MachineCodeKind kind,
                              raw_pwrite_stream &stream) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  legacy::PassManager passes;
  CodeGenFileType type =
      kind == MachineCodeKind::Object ? CodeGenFileType::ObjectFile : CodeGenFileType::AssemblyFile;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, type))
    return createStringError("LLVM cannot write this kind of file");
  passes.run(module);
  return Error::success();
}
