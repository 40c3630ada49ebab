//===- Values.cpp - How registers hold values -----------------------------===//

#include "test/emulator/Values.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

#include "llvm/Support/ErrorHandling.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

static std::optional<Element> scalarElement(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return integer.getWidth() >= 1 && integer.getWidth() <= 64
               ? std::optional(Element{Format::Integer, integer.getWidth()})
               : std::nullopt;
  if (isa<IndexType>(type))
    return Element{Format::Integer, 64};
  if (isa<LLVM::LLVMPointerType>(type))
    return Element{Format::Pointer, 64};
  if (type.isF16())
    return Element{Format::F16, 16};
  if (type.isBF16())
    return Element{Format::BF16, 16};
  if (type.isF32())
    return Element{Format::F32, 32};
  if (type.isF64())
    return Element{Format::F64, 64};
  return std::nullopt;
}

static bool appendElements(Type type, Elements &elements);

static bool appendRepeated(Type type, uint64_t count, Elements &elements) {
  // Larger arrays are not values that a kernel keeps in registers.
  constexpr uint64_t maximum = 4096;
  if (count > maximum)
    return false;
  for (uint64_t i = 0; i < count; ++i)
    if (!appendElements(type, elements))
      return false;
  return true;
}

static bool appendElements(Type type, Elements &elements) {
  if (auto vector = dyn_cast<VectorType>(type))
    return !vector.isScalable() &&
           appendRepeated(vector.getElementType(), vector.getNumElements(), elements);
  if (auto array = dyn_cast<LLVM::LLVMArrayType>(type))
    return appendRepeated(array.getElementType(), array.getNumElements(), elements);
  if (auto structure = dyn_cast<LLVM::LLVMStructType>(type))
    return llvm::all_of(structure.getBody(),
                        [&](Type field) { return appendElements(field, elements); });
  std::optional<Element> element = scalarElement(type);
  if (element)
    elements.push_back(*element);
  return element.has_value();
}

std::optional<Elements> emulator::elementsOf(Type type) {
  Elements elements;
  if (!appendElements(type, elements))
    return std::nullopt;
  return elements;
}

Extent emulator::extentOf(Type type) {
  if (auto array = dyn_cast<LLVM::LLVMArrayType>(type)) {
    Extent element = extentOf(array.getElementType());
    return {element.bytes * array.getNumElements(), element.alignment};
  }
  if (auto structure = dyn_cast<LLVM::LLVMStructType>(type)) {
    uint64_t alignment = 1;
    if (!structure.isPacked())
      for (Type field : structure.getBody())
        alignment = std::max(alignment, extentOf(field).alignment);
    return {llvm::alignTo(fieldOffset(structure, structure.getBody().size()), alignment),
            alignment};
  }
  auto vector = dyn_cast<VectorType>(type);
  std::optional<Element> element = scalarElement(vector ? vector.getElementType() : type);
  if (!element)
    llvm::report_fatal_error("the emulator does not know how large this type is");
  uint64_t bits = element->bits * (vector ? vector.getNumElements() : 1);
  uint64_t bytes = llvm::PowerOf2Ceil(llvm::divideCeil(bits, 8));
  return {bytes, bytes};
}

uint64_t emulator::fieldOffset(LLVM::LLVMStructType type, int64_t index) {
  uint64_t offset = 0;
  for (auto [i, field] : llvm::enumerate(type.getBody())) {
    Extent extent = extentOf(field);
    if (!type.isPacked())
      offset = llvm::alignTo(offset, extent.alignment);
    if (static_cast<int64_t>(i) == index)
      break;
    offset += extent.bytes;
  }
  return offset;
}

uint64_t emulator::undefinedWord(Element element) {
  constexpr uint64_t conspicuous = 0xa5a5a5a5a5a5a5a5;
  return element.format == Format::Integer ? conspicuous & element.mask() : element.mask();
}

/// The words of the attribute itself, of whatever type it is.
static bool appendWords(Attribute value, SmallVectorImpl<uint64_t> &words) {
  if (auto integer = dyn_cast<IntegerAttr>(value)) {
    if (integer.getValue().getBitWidth() > 64)
      return false;
    words.push_back(integer.getValue().getZExtValue());
    return true;
  }
  if (auto number = dyn_cast<FloatAttr>(value)) {
    words.push_back(number.getValue().bitcastToAPInt().getZExtValue());
    return true;
  }
  if (auto array = dyn_cast<ArrayAttr>(value))
    return llvm::all_of(array, [&](Attribute part) { return appendWords(part, words); });
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (!dense)
    return false;
  if (isa<FloatType>(dense.getElementType()))
    for (const APFloat &number : dense.getValues<APFloat>())
      words.push_back(number.bitcastToAPInt().getZExtValue());
  else
    for (const APInt &integer : dense.getValues<APInt>())
      words.push_back(integer.getZExtValue());
  return true;
}

std::optional<SmallVector<uint64_t>> emulator::constantWords(Attribute value, Type type) {
  std::optional<Elements> elements = elementsOf(type);
  SmallVector<uint64_t> words;
  if (!elements || !appendWords(value, words) || words.size() != elements->size())
    return std::nullopt;
  for (auto [word, element] : llvm::zip(words, *elements))
    word &= element.mask();
  return words;
}
