//===- CUDATarget.cpp - The GPU that code is generated for ----------------===//

#include "compiler/Target/CUDA/CUDATarget.h"

#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace sinter;

/// Compute capability 8.0 is the first with cp.async and mma.sync.m16n8k16. The version is at least 7.8
/// for griddepcontrol (PTX ISA, release notes).
static const CUDATarget knownTargets[] = {
    {"sm_80", 78},  {"sm_86", 78},  {"sm_87", 78},  {"sm_89", 78},  {"sm_90", 80},
    {"sm_90a", 80}, {"sm_100", 86}, {"sm_100a", 86}, {"sm_103", 88}, {"sm_103a", 88},
    {"sm_120", 87}, {"sm_120a", 87}};

llvm::Expected<CUDATarget> CUDATarget::get(llvm::StringRef chip) {
  std::vector<llvm::StringRef> names;
  for (const CUDATarget &target : knownTargets) {
    if (target.chip == chip)
      return target;
    names.push_back(target.chip);
  }
  return llvm::createStringError("expects " + llvm::join(names, ", ") + "; got " + quoted(chip) +
                                 suggestion(chip, names));
}

unsigned CUDATarget::architecture() const {
  unsigned number = 0;
  llvm::StringRef(chip).drop_front(3).take_while(llvm::isDigit).getAsInteger(10, number);
  return number;
}
