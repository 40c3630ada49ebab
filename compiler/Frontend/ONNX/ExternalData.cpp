//===- ExternalData.cpp - Tensors in files beside a model -----------------===//
//
// Checking a path and then opening it invites what is changed in between, and
// links. So a location is taken apart, and each folder is opened relative to the
// handle of the one above, refusing links; the file that is measured is the one
// that is open.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/ExternalData.h"

#include "compiler/Support/Quote.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Path.h"

#include <cerrno>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

using namespace llvm;
using namespace sinter;

namespace {

/// More files than a model of one file per tensor has.
constexpr unsigned maxFiles = 4096;
constexpr size_t maxLocationBytes = 4096;

/// Where a tensor's bytes are, as the model says.
struct Place {
  StringRef location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
};

/// An open file that is closed in the end.
class Handle {
public:
  explicit Handle(int descriptor) : descriptor(descriptor) {}
  Handle(Handle &&other) : descriptor(std::exchange(other.descriptor, -1)) {}
  Handle &operator=(Handle &&other) {
    std::swap(descriptor, other.descriptor);
    return *this;
  }
  ~Handle() {
    if (descriptor >= 0)
      close(descriptor);
  }
  int get() const { return descriptor; }

private:
  int descriptor;
};

Expected<uint64_t> parseNumber(StringRef key, StringRef text) {
  uint64_t value = 0;
  if (text.empty() || text.find_first_not_of("0123456789") != StringRef::npos ||
      text.getAsInteger(10, value))
    return createStringError("expects " + key + " of external data to be a number, got " +
                             quoted(text));
  return value;
}

/// Reads the entries of external_data; each at most once.
Expected<Place> parsePlace(const ::onnx::TensorProto &tensor) {
  Place place;
  SmallVector<StringRef, 4> seen;
  for (const ::onnx::StringStringEntryProto &entry : tensor.external_data()) {
    StringRef key = entry.key(), value = entry.value();
    if (is_contained(seen, key))
      return createStringError("expects " + quoted(key) + " of external data once");
    if (key == "location") {
      place.location = value;
    } else if (key == "offset" || key == "length") {
      auto number = parseNumber(key, value);
      if (!number)
        return number.takeError();
      if (key == "offset")
        place.offset = *number;
      else
        place.length = *number;
    } else if (key != "checksum") {
      // A checksum is not looked at: who can change the file can change it too.
      return createStringError(
          "expects location, offset, length or checksum of external data, got " + quoted(key));
    }
    seen.push_back(key);
  }
  if (!is_contained(seen, "location"))
    return createStringError("expects the location of external data");
  return place;
}

/// The components of a location below the model's folder.
Expected<SmallVector<StringRef>> splitLocation(StringRef location) {
  SmallVector<StringRef> components;
  location.split(components, '/');
  bool isPlain =
      location.size() <= maxLocationBytes && !location.contains('\\') && !location.contains('\0');
  for (StringRef component : components)
    isPlain &= !component.empty() && component != "." && component != "..";
  if (!isPlain)
    return createStringError("expects the location of external data to be a path below the "
                             "model's folder, without '.', '..', '\\' and links, got " +
                             quoted(location));
  return components;
}

Error cannotRead(StringRef location, const Twine &why) {
  return createStringError("cannot read external data " + quoted(location) + ": " + why);
}

} // namespace

sinter::onnx::ExternalData::ExternalData(StringRef model) : folder(sys::path::parent_path(model)) {
  if (folder.empty())
    folder = ".";
}

Expected<StringRef> sinter::onnx::ExternalData::map(StringRef location) {
  if (auto it = files.find(location); it != files.end())
    return it->second->getBuffer();
  if (files.size() == maxFiles)
    return createStringError("expects external data in at most " + Twine(maxFiles) + " files");
  auto components = splitLocation(location);
  if (!components)
    return components.takeError();

  auto why = [&] {
    bool isLink = errno == ELOOP || errno == ENOTDIR;
    return cannotRead(location, isLink ? "expects folders and a file, not links"
                                       : std::generic_category().message(errno));
  };
  // The user named the model, so the way to its folder may have links.
  Handle handle(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (handle.get() < 0)
    return why();
  for (auto [i, component] : enumerate(*components)) {
    // Not to wait for the writer of a pipe.
    int kind = i + 1 == components->size() ? O_NONBLOCK | O_NOCTTY : O_DIRECTORY;
    handle = Handle(
        openat(handle.get(), component.str().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind));
    if (handle.get() < 0)
      return why();
  }
  struct stat status;
  if (fstat(handle.get(), &status) != 0)
    return why();
  if (!S_ISREG(status.st_mode))
    return cannotRead(location, "not a regular file");
  auto buffer = MemoryBuffer::getOpenFile(handle.get(), location, status.st_size,
                                          /*RequiresNullTerminator=*/false);
  if (!buffer)
    return cannotRead(location, buffer.getError().message());
  return (files[location] = std::move(*buffer))->getBuffer();
}

Expected<StringRef> sinter::onnx::ExternalData::read(const ::onnx::TensorProto &tensor,
                                                     uint64_t size) {
  auto place = parsePlace(tensor);
  if (!place)
    return place.takeError();
  if (place->length && *place->length != size)
    return createStringError("expects " + Twine(size) + " bytes of external data, got length " +
                             Twine(*place->length));
  auto bytes = map(place->location);
  if (!bytes)
    return bytes.takeError();
  if (place->offset > bytes->size() || size > bytes->size() - place->offset)
    return createStringError("expects " + Twine(size) + " bytes at offset " + Twine(place->offset) +
                             " of " + quoted(place->location) + ", which has " +
                             Twine(bytes->size()));
  return bytes->substr(place->offset, size);
}
