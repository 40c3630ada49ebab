//===- Link.cpp - Objects to shared objects, archives, one object ---------===//

#include "compiler/Target/CPU/Link.h"

#include "lld/Common/Driver.h"
#include "llvm/Object/ArchiveWriter.h"
#include "llvm/Support/CrashRecoveryContext.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace sinter;

LLD_HAS_DRIVER(elf)

/// Runs the linker in process.
static Error runLinker(ArrayRef<std::string> arguments) {
  SmallVector<const char *> pointers{"ld.lld"};
  for (const std::string &argument : arguments)
    pointers.push_back(argument.c_str());
  // Without it, a fatal error of the linker would end the process.
  CrashRecoveryContext::Enable();
  std::string messages;
  raw_string_ostream stream(messages);
  lld::Result result = lld::lldMain(pointers, stream, stream, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode == 0)
    return Error::success();
  return createStringError("the linker failed: " + StringRef(messages).trim().str());
}

Error sinter::linkSharedObject(ArrayRef<std::string> objects, StringRef alias, StringRef symbol,
                               StringRef output) {
  SmallVector<std::string> arguments(objects);
  arguments.append({"-shared", "-o", output.str(), ("--defsym=" + alias + "=" + symbol).str(), "--no-undefined", "--build-id=none", "-z", "relro", "-z", "now", "-soname",
                    sys::path::filename(output).str()});
  return runLinker(arguments);
}

Error sinter::linkObject(ArrayRef<std::string> objects, StringRef output) {
  SmallVector<std::string> arguments(objects);
  arguments.append({"-r", "-o", output.str()});
  return runLinker(arguments);
}

Error sinter::writeStaticArchive(ArrayRef<std::string> objects, StringRef output) {
  SmallVector<NewArchiveMember> members;
  for (const std::string &object : objects) {
    Expected<NewArchiveMember> member = NewArchiveMember::getFile(object, /*Deterministic=*/true);
    if (!member)
      return member.takeError();
    member->MemberName = sys::path::filename(member->MemberName);
    members.push_back(std::move(*member));
  }
  return writeArchive(output, members, SymtabWritingMode::NormalSymtab, object::Archive::K_GNU,
                      /*Deterministic=*/true, /*Thin=*/false);
}
