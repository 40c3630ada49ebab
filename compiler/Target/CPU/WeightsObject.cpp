//===- WeightsObject.cpp - Packed weights as an ELF object ----------------===//
//
// A relocatable file of one section and one symbol. Written by hand because
// LLVM's assembler would hold hundreds of megabytes twice.
//
//===----------------------------------------------------------------------===//

#include "compiler/Target/CPU/WeightsObject.h"

#include "compiler/Target/PackWeights.h"
#include "compiler/Target/CPU/WeightDoctor.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/Support/FileOutputBuffer.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Parallel.h"

using namespace llvm;
using namespace sinter;

/// With the terminating null character, which the format asks for.
static constexpr char kSectionNames[] = "\0.rodata\0.symtab\0.strtab\0.shstrtab\0.note.GNU-stack";

namespace {

/// Where the parts of the object file stand. Weights start on a page.
struct ObjectLayout {
  static constexpr uint64_t dataOffset = 4096;
  std::string symbolNames, sectionNames;
  uint64_t dataSize, symbolsOffset, symbolNamesOffset, sectionNamesOffset, headersOffset, size;

  ObjectLayout(StringRef symbol, uint64_t dataSize)
      : symbolNames(std::string(1, '\0') + symbol.str() + std::string(1, '\0')),
        sectionNames(std::begin(kSectionNames), std::end(kSectionNames)),
        dataSize(dataSize) {
    symbolsOffset = alignTo(dataOffset + dataSize, 8);
    symbolNamesOffset = symbolsOffset + 2 * sizeof(ELF::Elf64_Sym);
    sectionNamesOffset = symbolNamesOffset + symbolNames.size();
    headersOffset = alignTo(sectionNamesOffset + sectionNames.size(), 8);
    size = headersOffset + 6 * sizeof(ELF::Elf64_Shdr);
  }

  uint32_t sectionName(StringRef name) const {
    return static_cast<uint32_t>(sectionNames.find(name.str()));
  }
};

void writeHeader(const ObjectLayout &layout, uint8_t *file) {
  ELF::Elf64_Ehdr header = {};
  memcpy(header.e_ident, ELF::ElfMagic, 4);
  header.e_ident[ELF::EI_CLASS] = ELF::ELFCLASS64;
  header.e_ident[ELF::EI_DATA] = ELF::ELFDATA2LSB;
  header.e_ident[ELF::EI_VERSION] = ELF::EV_CURRENT;
  header.e_type = ELF::ET_REL;
  header.e_machine = ELF::EM_X86_64;
  header.e_version = ELF::EV_CURRENT;
  header.e_shoff = layout.headersOffset;
  header.e_ehsize = sizeof(ELF::Elf64_Ehdr);
  header.e_shentsize = sizeof(ELF::Elf64_Shdr);
  header.e_shnum = 6;
  header.e_shstrndx = 4;
  memcpy(file, &header, sizeof header);
}

void writeTables(const ObjectLayout &layout, uint8_t *file) {
  ELF::Elf64_Sym symbol = {};
  symbol.st_name = 1;
  symbol.setBindingAndType(ELF::STB_GLOBAL, ELF::STT_OBJECT);
  symbol.st_other = ELF::STV_HIDDEN;
  symbol.st_shndx = 1;
  symbol.st_size = layout.dataSize;
  memset(file + layout.symbolsOffset, 0, sizeof symbol);
  memcpy(file + layout.symbolsOffset + sizeof symbol, &symbol, sizeof symbol);
  memcpy(file + layout.symbolNamesOffset, layout.symbolNames.data(), layout.symbolNames.size());
  memcpy(file + layout.sectionNamesOffset, layout.sectionNames.data(), layout.sectionNames.size());

  ELF::Elf64_Shdr sections[6] = {};
  auto set = [&](int index, StringRef name, uint32_t type, uint64_t offset, uint64_t size,
                 uint64_t alignment) {
    sections[index].sh_name = layout.sectionName(name);
    sections[index].sh_type = type;
    sections[index].sh_offset = offset;
    sections[index].sh_size = size;
    sections[index].sh_addralign = alignment;
  };
  set(1, ".rodata", ELF::SHT_PROGBITS, layout.dataOffset, layout.dataSize, 4096);
  sections[1].sh_flags = ELF::SHF_ALLOC;
  set(2, ".symtab", ELF::SHT_SYMTAB, layout.symbolsOffset, 2 * sizeof symbol, 8);
  sections[2].sh_link = 3;
  sections[2].sh_info = 1;
  sections[2].sh_entsize = sizeof symbol;
  set(3, ".strtab", ELF::SHT_STRTAB, layout.symbolNamesOffset, layout.symbolNames.size(), 1);
  set(4, ".shstrtab", ELF::SHT_STRTAB, layout.sectionNamesOffset, layout.sectionNames.size(), 1);
  set(5, ".note.GNU-stack", ELF::SHT_PROGBITS, layout.headersOffset, 0, 1);
  memcpy(file + layout.headersOffset, sections, sizeof sections);
}

} // namespace

Error sinter::writeWeightsObject(mlir::ModuleOp planned, const Model &model,
                                 const WeightSource &source, StringRef path,
                                 std::vector<std::string> &warnings) {
  ObjectLayout layout(model.name + "_weights", model.weightsBytes);
  Expected<std::unique_ptr<FileOutputBuffer>> buffer =
      FileOutputBuffer::create(path, layout.size);
  if (!buffer)
    return buffer.takeError();
  uint8_t *file = (*buffer)->getBufferStart();
  writeHeader(layout, file);
  writeTables(layout, file);

  WeightDoctor doctor(planned, source);
  parallelFor(0, doctor.tensors().size(), [&](size_t i) {
    kernel::WeightsOp weights = doctor.tensors()[i];
    DoubleTensor values = evaluateParameter(weights.getValue(), source);
    if (doctor.settle(i, values) &&
        !packWeights(weights, values, file + ObjectLayout::dataOffset + *weights.getOffset()))
      doctor.noteOverflow(i);
  });
  if (ErrorList errors = doctor.errors(); !errors.empty()) {
    Error error = Error::success();
    for (const std::string &message : errors)
      error = joinErrors(std::move(error), createStringError(message));
    return error;
  }
  warnings = doctor.warnings();
  return (*buffer)->commit();
}
