//===- Cubin.cpp - PTX to machine code of a GPU ---------------------------===//

#include "compiler/Target/CUDA/Cubin.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/Program.h"

using namespace llvm;
using namespace sinter;

std::string sinter::findPtxas() {
  if (auto home = sys::Process::GetEnv("CUDA_HOME")) {
    SmallString<128> path(*home);
    sys::path::append(path, "bin", "ptxas");
    return sys::fs::can_execute(path) ? path.str().str() : "";
  }
  if (auto found = sys::findProgramByName("ptxas"))
    return *found;
  constexpr StringLiteral usual = "/usr/local/cuda/bin/ptxas";
  return sys::fs::can_execute(usual) ? usual.str() : "";
}

Error sinter::assemble(StringRef ptx, StringRef cubin, const CUDATarget &target) {
  std::string ptxas = findPtxas();
  if (ptxas.empty())
    return createStringError("no ptxas found: set CUDA_HOME to a CUDA Toolkit, or write a .ptx file, "
                             "which the driver assembles");
  SmallString<128> report(cubin);
  report += ".log";
  std::string chip = "-arch=" + target.chip;
  std::string message;
  int status = sys::ExecuteAndWait(ptxas, {ptxas, "-O3", "-v", chip, ptx, "-o", cubin},
                                   /*Env=*/std::nullopt,
                                   /*Redirects=*/{std::nullopt, StringRef(report), StringRef(report)},
                                   /*SecondsToWait=*/600, /*MemoryLimit=*/0, &message);
  if (status == 0)
    return Error::success();
  if (auto text = MemoryBuffer::getFile(report))
    message += (*text)->getBuffer().rtrim().str();
  return createStringError("ptxas failed: " + message);
}
