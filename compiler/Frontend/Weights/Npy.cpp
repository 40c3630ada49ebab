//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// The format: "\x93NUMPY", a version, the length of a header, the header (a
// Python dictionary with the keys descr, fortran_order and shape), the data.
// The header is read by a parser for exactly that dictionary; nothing is
// evaluated, and nothing is allocated before its size is known to be the file's.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/Weights/Npy.h"

#include "compiler/Support/File.h"
#include "compiler/Support/HalfFloat.h"
#include "compiler/Support/Quote.h"

#include "llvm/Support/EndianStream.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace sinter;

namespace {

/// Longest header and largest array accepted.
constexpr uint64_t maxHeaderBytes = 64 * 1024;
constexpr int64_t maxElements = int64_t(1) << 30;
constexpr size_t maxRank = 8;

constexpr StringLiteral magic("\x93NUMPY");

/// One element at an address as a float.
using Load = float (*)(const char *, endianness);

template <typename T> T read(const char *from, endianness order) {
  return support::endian::read<T>(from, order);
}
template <typename T> float loadInteger(const char *from, endianness order) {
  return static_cast<float>(read<T>(from, order));
}
float loadBool(const char *from, endianness) { return *from ? 1.0f : 0.0f; }
float loadHalf(const char *from, endianness order) {
  return halfToFloat(read<uint16_t>(from, order));
}
float loadFloat(const char *from, endianness order) {
  return bit_cast<float>(read<uint32_t>(from, order));
}
float loadDouble(const char *from, endianness order) {
  return static_cast<float>(bit_cast<double>(read<uint64_t>(from, order)));
}

struct ElementType {
  StringLiteral name;
  unsigned bytes;
  Load load;
};

const ElementType elementTypes[] = {
    {"f4", 4, loadFloat},
    {"f8", 8, loadDouble},
    {"f2", 2, loadHalf},
    {"u1", 1, loadInteger<uint8_t>},
    {"u2", 2, loadInteger<uint16_t>},
    {"u4", 4, loadInteger<uint32_t>},
    {"u8", 8, loadInteger<uint64_t>},
    {"i1", 1, loadInteger<int8_t>},
    {"i2", 2, loadInteger<int16_t>},
    {"i4", 4, loadInteger<int32_t>},
    {"i8", 8, loadInteger<int64_t>},
    {"b1", 1, loadBool},
};

struct Header {
  const ElementType *type = nullptr;
  endianness order = endianness::little;
  bool fortranOrder = false;
  Shape shape;
};

/// Parser of the header's dictionary. Every method returns false, or an error
/// message in `error`, where the text is not what NumPy writes.
class HeaderParser {
public:
  HeaderParser(StringRef text, Header &header) : rest(text), header(header) {}

  /// Returns an empty string, or what is wrong.
  std::string parse() {
    bool seen[3] = {};
    if (!accept('{'))
      return "expects a dictionary";
    while (!accept('}')) {
      std::optional<StringRef> key = parseString();
      if (!key || !accept(':'))
        return "expects 'KEY': VALUE";
      int index = *key == "descr" ? 0 : *key == "fortran_order" ? 1 : *key == "shape" ? 2 : -1;
      if (index < 0)
        return "expects the keys descr, fortran_order and shape, got " + quoted(*key);
      if (seen[index])
        return "expects the key " + quoted(*key) + " once";
      seen[index] = true;
      std::string error = index == 0 ? parseDescr() : index == 1 ? parseOrder() : parseShape();
      if (!error.empty())
        return error;
      if (!accept(',') && !peek('}'))
        return "expects ',' or '}' after a value";
    }
    if (!rest.trim().empty())
      return "expects nothing behind the dictionary";
    if (!seen[0] || !seen[1] || !seen[2])
      return "expects the keys descr, fortran_order and shape";
    return "";
  }

private:
  bool peek(char c) {
    rest = rest.ltrim();
    return rest.starts_with(c);
  }
  bool accept(char c) {
    if (!peek(c))
      return false;
    rest = rest.drop_front();
    return true;
  }

  std::optional<StringRef> parseString() {
    for (char quote : {'\'', '"'}) {
      if (!accept(quote))
        continue;
      size_t end = rest.find(quote);
      if (end == StringRef::npos)
        return std::nullopt;
      StringRef text = rest.take_front(end);
      rest = rest.drop_front(end + 1);
      return text;
    }
    return std::nullopt;
  }

  std::string parseDescr() {
    std::optional<StringRef> descr = parseString();
    if (!descr)
      return "expects an array of numbers, got a structured type";
    StringRef name = *descr;
    if (name.consume_front(">"))
      header.order = endianness::big;
    else if (!name.consume_front("<") && !name.consume_front("|"))
      name.consume_front("=");
    for (const ElementType &type : elementTypes)
      if (type.name == name)
        header.type = &type;
    if (!header.type)
      return "expects an array of real numbers, got elements of type " + quoted(*descr);
    return "";
  }

  std::string parseOrder() {
    rest = rest.ltrim();
    header.fortranOrder = rest.consume_front("True");
    return header.fortranOrder || rest.consume_front("False")
               ? ""
               : "expects fortran_order to be True or False";
  }

  std::string parseShape() {
    if (!accept('('))
      return "expects shape to be a tuple";
    while (!accept(')')) {
      rest = rest.ltrim();
      int64_t size;
      if (rest.consumeInteger(10, size) || size < 0)
        return "expects dimensions to be integers of at least 0";
      rest.consume_front("L"); // Python 2 wrote long integers so.
      header.shape.push_back(size);
      if (header.shape.size() > maxRank)
        return "expects at most " + std::to_string(maxRank) + " dimensions";
      if (!accept(',') && !peek(')'))
        return "expects ',' or ')' after a dimension";
    }
    return "";
  }

  StringRef rest;
  Header &header;
};

Error malformed(StringRef path, const Twine &what) {
  return createStringError("'" + path + "' is not a valid .npy file: " + what);
}

/// Reads the elements in file order into row-major order.
Tensor readElements(const char *from, const Header &header, int64_t count) {
  Tensor tensor{header.shape, std::vector<float>(count)};
  auto element = [&](int64_t index) {
    return header.type->load(from + index * header.type->bytes, header.order);
  };
  if (!header.fortranOrder) {
    for (int64_t i = 0; i < count; ++i)
      tensor.data[i] = element(i);
    return tensor;
  }
  // Walk the file in its order, the first index fastest.
  int64_t rank = header.shape.size();
  Shape index(rank, 0), strides(rank, 1);
  for (int64_t dim = rank - 2; dim >= 0; --dim)
    strides[dim] = strides[dim + 1] * header.shape[dim + 1];
  for (int64_t i = 0, offset = 0; i < count; ++i) {
    tensor.data[offset] = element(i);
    for (int64_t dim = 0; dim < rank; ++dim) {
      offset += strides[dim];
      if (++index[dim] < header.shape[dim])
        break;
      offset -= strides[dim] * header.shape[dim];
      index[dim] = 0;
    }
  }
  return tensor;
}

} // namespace

Expected<Tensor> sinter::readNpy(StringRef path) {
  auto buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef file = (*buffer)->getBuffer();
  if (!file.starts_with(magic))
    return malformed(path, "expects it to begin with \\x93NUMPY");
  if (file.size() < 10)
    return malformed(path, "the header is truncated");
  unsigned version = static_cast<unsigned char>(file[6]);
  if (version < 1 || version > 3)
    return malformed(path, "expects version 1, 2 or 3, got " + Twine(version));
  size_t start = version == 1 ? 10 : 12;
  if (file.size() < start)
    return malformed(path, "the header is truncated");
  uint64_t length = version == 1 ? support::endian::read16le(file.data() + 8)
                                 : support::endian::read32le(file.data() + 8);
  if (length > maxHeaderBytes)
    return malformed(path, "expects a header of at most " + Twine(maxHeaderBytes) + " bytes, got " +
                               Twine(length));
  if (length > file.size() - start)
    return malformed(path, "the header is truncated");

  Header header;
  std::string error = HeaderParser(file.substr(start, length), header).parse();
  if (!error.empty())
    return malformed(path, error);
  StringRef data = file.drop_front(start + length);
  std::optional<int64_t> count = numElements(header.shape);
  if (!count || *count > maxElements)
    return malformed(path, "expects at most " + Twine(maxElements) + " elements, got the shape " +
                               shapeToString(header.shape));
  uint64_t expected = static_cast<uint64_t>(*count) * header.type->bytes;
  if (data.size() != expected)
    return malformed(path, "expects " + Twine(expected) + " bytes of data for the shape " +
                               shapeToString(header.shape) + ", got " + Twine(data.size()));
  return readElements(data.data(), header, *count);
}

Error sinter::writeNpy(StringRef path, const Tensor &tensor) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (";
  for (int64_t size : tensor.shape)
    header += std::to_string(size) + ", ";
  header += "), }";
  // The data begins at a multiple of 64 bytes; the header ends in a newline.
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  Error error = writeToOutput(path, [&](raw_ostream &out) {
    support::endian::Writer writer(out, endianness::little);
    out << magic << '\1' << '\0';
    writer.write(static_cast<uint16_t>(header.size()));
    out << header;
    for (float value : tensor.data)
      writer.write(value);
    return Error::success();
  });
  if (!error)
    return error;
  // Some of these errors name the file, some do not; their codes never do.
  return createStringError("cannot write '" + path +
                           "': " + errorToErrorCode(std::move(error)).message());
}
