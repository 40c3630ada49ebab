//===- ExternalDataTest.cpp - Tensors in files beside a model -------------===//

#include "compiler/Frontend/ONNX/ExternalData.h"

#include "test/compiler/Frontend/ONNX/ModelBuilder.h"

#include <sys/stat.h>

using namespace sinter;
using namespace sinter::test;
using ::onnx::TensorProto;

namespace {

/// The folder has models/ for the model and its data, and secret beside it.
class External : public InTemporaryFolder {
protected:
  void SetUp() override {
    InTemporaryFolder::SetUp();
    ASSERT_FALSE(llvm::sys::fs::create_directories(path("models/weights/deeper")));
    write("secret", "secret");
    write("models/data.bin", "0123456789");
    write("models/weights/deeper/data.bin", "abcdef");
  }

  void link(const std::string &target, const std::string &name) const {
    ASSERT_FALSE(llvm::sys::fs::create_link(target, path(name)));
  }

  void expectBytes(const TensorProto &tensor, const std::string &bytes) {
    auto data = external().read(tensor, bytes.size());
    ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
    EXPECT_EQ(data->str(), bytes);
  }
  void expectError(const TensorProto &tensor, uint64_t size, const std::string &message) {
    auto data = external().read(tensor, size);
    ASSERT_FALSE(static_cast<bool>(data)) << "expects: " << message;
    std::string error = llvm::toString(data.takeError());
    EXPECT_NE(error.find(message), std::string::npos) << error;
  }
  void expectBadPath(const std::string &location) {
    expectError(at(location), 1,
                "expects the location of external data to be a path below the "
                "model's folder, without '.', '..', '\\' and links, got '");
  }

  sinter::onnx::ExternalData &external() {
    if (!opened)
      opened = std::make_unique<sinter::onnx::ExternalData>(path("models/m.onnx"));
    return *opened;
  }

  static TensorProto at(const std::string &location, const std::string &offset = "",
                        const std::string &length = "") {
    TensorProto tensor;
    addExternal(tensor, "location", location);
    if (!offset.empty())
      addExternal(tensor, "offset", offset);
    if (!length.empty())
      addExternal(tensor, "length", length);
    return tensor;
  }

  std::unique_ptr<sinter::onnx::ExternalData> opened;
};

} // namespace

TEST_F(External, ReadsRanges) {
  expectBytes(at("data.bin"), "0123");
  expectBytes(at("data.bin", "4"), "4567");
  expectBytes(at("data.bin", "4", "6"), "456789");
  expectBytes(at("data.bin", "10", "0"), "");
  expectBytes(at("weights/deeper/data.bin", "0", "6"), "abcdef");
  // Tensors may share bytes.
  expectBytes(at("data.bin", "5", "4"), "5678");
  TensorProto tensor = at("data.bin");
  addExternal(tensor, "checksum", "not looked at");
  expectBytes(tensor, "0123456789");
}

TEST_F(External, MapsAFileOnce) {
  const char *first = llvm::cantFail(external().read(at("data.bin"), 4)).data();
  EXPECT_EQ(llvm::cantFail(external().read(at("data.bin", "2"), 4)).data(), first + 2);
}

TEST_F(External, FindsAModelThroughLinks) {
  // The user names the model, not the model itself: the way there may be any.
  link(path("models"), "linked");
  opened = std::make_unique<sinter::onnx::ExternalData>(path("linked/m.onnx"));
  expectBytes(at("data.bin"), "0123");
  opened = std::make_unique<sinter::onnx::ExternalData>(path("models/../models/./m.onnx"));
  expectBytes(at("data.bin"), "0123");
}

TEST_F(External, RefusesPathsOutOfTheFolder) {
  for (const std::string &location : {std::string("../secret"),
                                      std::string(".."),
                                      std::string("weights/../../secret"),
                                      std::string("weights/../data.bin"),
                                      path("secret"),
                                      std::string("/etc/passwd"),
                                      std::string("//etc/passwd"),
                                      std::string(""),
                                      std::string("."),
                                      std::string("./data.bin"),
                                      std::string("weights//deeper/data.bin"),
                                      std::string("weights/./deeper/data.bin"),
                                      std::string("data.bin/"),
                                      std::string("data.bin/."),
                                      std::string("..\\secret"),
                                      std::string("weights\\deeper\\data.bin"),
                                      std::string("data.bin\0x", 10),
                                      std::string("data.bin\0", 9),
                                      std::string("a/../") + std::string(5000, 'a'),
                                      std::string(5000, 'a')})
    expectBadPath(location);
}

TEST_F(External, RefusesLinks) {
  link(path("secret"), "models/link-out");
  link("data.bin", "models/link-in");
  link(path("models/weights"), "models/folder-in");
  link("..", "models/folder-out");
  link("loop", "models/loop");
  for (const char *location :
       {"link-out", "link-in", "folder-in/deeper/data.bin", "folder-out/secret",
        "folder-out/models/data.bin", "loop", "loop/data.bin"})
    expectError(at(location), 1,
                std::string("cannot read external data '") + location +
                    "': expects folders and a file, not links");
}

TEST_F(External, RefusesWhatIsNoFile) {
  expectError(at("absent"), 1, "cannot read external data 'absent': No such file or directory");
  expectError(at("weights"), 1, "cannot read external data 'weights': not a regular file");
  expectError(at("data.bin/x"), 1, "cannot read external data 'data.bin/x': expects folders");
  expectError(at("absent/x"), 1, "No such file or directory");
  // A pipe that nobody writes to must not be waited for.
  ASSERT_EQ(mkfifo(path("models/pipe").c_str(), 0600), 0);
  expectError(at("pipe"), 1, "cannot read external data 'pipe': not a regular file");
  opened = std::make_unique<sinter::onnx::ExternalData>(path("absent/m.onnx"));
  expectError(at("data.bin"), 1, "No such file or directory");
}

TEST_F(External, HoldsRangesToTheFile) {
  expectError(at("data.bin"), 11, "expects 11 bytes at offset 0 of 'data.bin', which has 10");
  expectError(at("data.bin", "7"), 4, "expects 4 bytes at offset 7 of 'data.bin', which has 10");
  expectError(at("data.bin", "11", "0"), 0, "expects 0 bytes at offset 11");
  expectError(at("data.bin", "18446744073709551615"), 4,
              "expects 4 bytes at offset 18446744073709551615 of 'data.bin', which has 10");
  expectError(at("data.bin", "18446744073709551612", "8"), 8, "which has 10");
  expectError(at("data.bin", "0", "5"), 4, "expects 4 bytes of external data, got length 5");
  expectError(at("data.bin", "0", "18446744073709551615"), 4, "got length 18446744073709551615");
  expectError(at("data.bin"), uint64_t(1) << 62, "which has 10");
}

TEST_F(External, RefusesMalformedEntries) {
  for (const char *number : {"-1", "+1", " 1", "1 ", "0x1", "1e3", "1.0", "x",
                             "18446744073709551616", "99999999999999999999999"}) {
    expectError(at("data.bin", number), 4,
                std::string("expects offset of external data to be a number, got '") + number);
    expectError(at("data.bin", "0", number), 4, "expects length of external data to be a number");
  }
  TensorProto tensor;
  addExternal(tensor, "offset", "");
  expectError(tensor, 4, "expects offset of external data to be a number, got ''");
  tensor.clear_external_data();
  expectError(tensor, 4, "expects the location of external data");
  for (const char *key : {"location", "offset", "length"}) {
    tensor = at("data.bin", "0", "4");
    addExternal(tensor, key, "0");
    expectError(tensor, 4, std::string("expects '") + key + "' of external data once");
  }
  tensor = at("data.bin");
  addExternal(tensor, "basepath", "/etc");
  expectError(tensor, 4,
              "expects location, offset, length or checksum of external data, got 'basepath'");
}

TEST_F(External, BoundsTheNumberOfFiles) {
  for (int i = 0; i < 4096; ++i) {
    std::string name = "models/" + std::to_string(i);
    write(name, "x");
    expectBytes(at(std::to_string(i)), "x");
  }
  expectError(at("data.bin"), 1, "expects external data in at most 4096 files");
  expectBytes(at("7"), "x");
}
