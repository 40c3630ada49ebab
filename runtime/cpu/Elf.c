/*===- Elf.c - Is this file a complete shared object? ---------------------===*\
|*
|* Reads the headers of an untrusted file: every offset is checked against the
|* file's size before it is used, and tables are copied out entry by entry
|* because they need not be aligned.
|*
\*===----------------------------------------------------------------------===*/

#include "runtime/cpu/Internal.h"

#include <elf.h>
#include <string.h>

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#define HOST_NAME "x86-64"
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#define HOST_NAME "aarch64"
#else
#define HOST_MACHINE EM_NONE
#define HOST_NAME "unknown"
#endif

typedef struct {
  const unsigned char *bytes;
  uint64_t size;
} file_t;

/* True if the file has `count` entries of `entry` bytes at `offset`. */
static bool holds(const file_t *file, uint64_t offset, uint64_t count, uint64_t entry) {
  return offset <= file->size && (entry == 0 || count <= (file->size - offset) / entry);
}

/* The kind of file that someone may have meant to be a model; null if unknown. */
static const char *guess_kind(const file_t *file) {
  if (file->size == 0)
    return "an empty file";
  if (file->size >= 8 && memcmp(file->bytes, "!<arch>\n", 8) == 0)
    return "a static library, to be linked rather than loaded";
  for (uint64_t i = 0; i < file->size && i < 256; ++i)
    if (file->bytes[i] == 0 || file->bytes[i] >= 0x7f)
      return "not a shared object";
  return "a text file";
}

static sinter_status check_header(const file_t *file, Elf64_Ehdr *header, const char *path,
                                  sinter_error *error) {
  if (file->size < EI_NIDENT || memcmp(file->bytes, ELFMAG, SELFMAG) != 0)
    return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                       "%s; expects a shared object made by 'sinter compile'", guess_kind(file));
  if (file->size < sizeof(*header))
    return sinter_fail(error, SINTER_NOT_A_MODEL, path, "truncated: ends within the ELF header");
  memcpy(header, file->bytes, sizeof(*header));
  const uint16_t one = 1;
  const unsigned char host_order = *(const unsigned char *)&one ? ELFDATA2LSB : ELFDATA2MSB;
  if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != host_order ||
      header->e_machine != HOST_MACHINE)
    return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                       "compiled for another machine (ELF machine %u); this one is 64-bit %s (%u)",
                       (unsigned)header->e_machine, HOST_NAME, (unsigned)HOST_MACHINE);
  if (header->e_type == ET_REL)
    return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                       "an object file, to be linked rather than loaded; compile with "
                       "'-o NAME.so' to load it");
  if (header->e_type != ET_DYN)
    return sinter_fail(error, SINTER_NOT_A_MODEL, path, "not a shared object (ELF type %u)",
                       (unsigned)header->e_type);
  return SINTER_OK;
}

static sinter_status truncated(const char *what, const char *path, sinter_error *error) {
  return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                     "truncated or damaged: its %s lies outside the file", what);
}

static sinter_status check_segments(const file_t *file, const Elf64_Ehdr *header, const char *path,
                                    sinter_error *error) {
  if (header->e_phentsize != sizeof(Elf64_Phdr) ||
      !holds(file, header->e_phoff, header->e_phnum, sizeof(Elf64_Phdr)))
    return truncated("program header table", path, error);
  bool loads = false, dynamic = false;
  for (unsigned i = 0; i < header->e_phnum; ++i) {
    Elf64_Phdr segment;
    memcpy(&segment, file->bytes + header->e_phoff + i * sizeof(segment), sizeof(segment));
    if (!holds(file, segment.p_offset, segment.p_filesz, 1))
      return truncated("content", path, error);
    loads |= segment.p_type == PT_LOAD;
    dynamic |= segment.p_type == PT_DYNAMIC;
  }
  if (!loads || !dynamic)
    return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                       "not a shared object: has no loadable content");
  return SINTER_OK;
}

static Elf64_Shdr read_section(const file_t *file, const Elf64_Ehdr *header, uint64_t index) {
  Elf64_Shdr section;
  memcpy(&section, file->bytes + header->e_shoff + index * sizeof(section), sizeof(section));
  return section;
}

/* True if the dynamic symbol table `symbols` with names in `names` defines `wanted`. */
static bool defines(const file_t *file, const Elf64_Shdr *symbols, const Elf64_Shdr *names,
                    const char *wanted) {
  const uint64_t length = strlen(wanted) + 1;
  for (uint64_t i = 0; i < symbols->sh_size / sizeof(Elf64_Sym); ++i) {
    Elf64_Sym symbol;
    memcpy(&symbol, file->bytes + symbols->sh_offset + i * sizeof(symbol), sizeof(symbol));
    if (symbol.st_shndx != SHN_UNDEF && symbol.st_name <= names->sh_size &&
        names->sh_size - symbol.st_name >= length &&
        memcmp(file->bytes + names->sh_offset + symbol.st_name, wanted, length) == 0)
      return ELF64_ST_TYPE(symbol.st_info) == STT_OBJECT ||
             ELF64_ST_TYPE(symbol.st_info) == STT_NOTYPE;
  }
  return false;
}

static sinter_status check_sections(const file_t *file, const Elf64_Ehdr *header,
                                    const char *wanted, const char *path, sinter_error *error) {
  if (header->e_shoff == 0 || header->e_shnum == 0)
    return SINTER_OK; /* stripped of its section table: dlsym has the last word */
  if (header->e_shentsize != sizeof(Elf64_Shdr) ||
      !holds(file, header->e_shoff, header->e_shnum, sizeof(Elf64_Shdr)))
    return truncated("section table", path, error);
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const Elf64_Shdr section = read_section(file, header, i);
    if (section.sh_type != SHT_NOBITS && !holds(file, section.sh_offset, section.sh_size, 1))
      return truncated("content", path, error);
  }
  for (unsigned i = 0; i < header->e_shnum; ++i) {
    const Elf64_Shdr symbols = read_section(file, header, i);
    if (symbols.sh_type != SHT_DYNSYM || symbols.sh_link >= header->e_shnum)
      continue;
    const Elf64_Shdr names = read_section(file, header, symbols.sh_link);
    if (names.sh_type == SHT_STRTAB && defines(file, &symbols, &names, wanted))
      return SINTER_OK;
  }
  return sinter_fail(error, SINTER_NOT_A_MODEL, path,
                     "not a Sinter artifact: exports no descriptor '%s'", wanted);
}

sinter_status sinter_check_elf(const unsigned char *bytes, uint64_t size, const char *symbol,
                               const char *path, sinter_error *error) {
  const file_t file = {bytes, size};
  Elf64_Ehdr header;
  sinter_status status = check_header(&file, &header, path, error);
  if (status == SINTER_OK)
    status = check_segments(&file, &header, path, error);
  if (status == SINTER_OK)
    status = check_sections(&file, &header, symbol, path, error);
  return status;
}
