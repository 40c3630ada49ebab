//===- ModelFileTest.cpp - Reading ONNX models ----------------------------===//
//
// Good files, and every way to be a bad one. What the graph says is not looked
// at here.
//
//===----------------------------------------------------------------------===//

#include "compiler/Frontend/ONNX/ModelFile.h"

#include "test/compiler/Frontend/ONNX/ModelBuilder.h"

#include "llvm/ADT/bit.h"

#include <limits>

using namespace sinter;
using namespace sinter::test;
using ::onnx::TensorProto;
using sinter::onnx::ModelFile;
using sinter::onnx::TensorData;

namespace {

class Model : public InTemporaryFolder {
protected:
  std::unique_ptr<ModelFile> open(const std::string &bytes) const {
    auto file = ModelFile::open(write("m.onnx", bytes));
    if (file)
      return std::move(*file);
    ADD_FAILURE() << llvm::toString(file.takeError());
    return nullptr;
  }

  void expectOpenError(const std::string &file, const std::string &message) const {
    auto model = ModelFile::open(file);
    ASSERT_FALSE(static_cast<bool>(model)) << "expects: " << message;
    std::string error = llvm::toString(model.takeError());
    EXPECT_NE(error.find(file), std::string::npos) << "does not name the file: " << error;
    EXPECT_NE(error.find(message), std::string::npos) << error;
  }
  void expectOpenError(const ::onnx::ModelProto &model, const std::string &message) const {
    expectOpenError(write("m.onnx", model.SerializeAsString()), message);
  }

  /// The only initializer of `model`, as it is read from a file.
  void expectTensor(const ::onnx::ModelProto &model, Shape shape, const std::string &bytes) const {
    auto file = open(model.SerializeAsString());
    ASSERT_TRUE(file);
    for (int again = 0; again < 2; ++again) {
      auto data = file->read(file->model().graph().initializer(0));
      ASSERT_TRUE(static_cast<bool>(data)) << llvm::toString(data.takeError());
      EXPECT_EQ(data->shape, shape);
      EXPECT_EQ(data->bytes.str(), bytes);
      EXPECT_EQ(data->type, model.graph().initializer(0).data_type());
    }
  }
  void expectTensorError(const ::onnx::ModelProto &model, const std::string &message) const {
    auto file = open(model.SerializeAsString());
    ASSERT_TRUE(file);
    for (int again = 0; again < 2; ++again) {
      auto data = file->read(file->model().graph().initializer(0));
      ASSERT_FALSE(static_cast<bool>(data)) << "expects: " << message;
      EXPECT_EQ(llvm::toString(data.takeError()), message);
    }
  }
};

/// A model with one tensor, made by `fill`.
template <typename Fill>
::onnx::ModelProto withTensor(int type, std::initializer_list<int64_t> dims, Fill fill) {
  ::onnx::ModelProto model = makeModel();
  fill(addTensor(model, type, dims));
  return model;
}

} // namespace

TEST_F(Model, OpensAndKeepsItsPath) {
  ::onnx::ModelProto model = makeModel();
  model.mutable_graph()->set_name("network");
  auto file = open(model.SerializeAsString());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->path(), path("m.onnx"));
  EXPECT_EQ(file->model().graph().name(), "network");
}

TEST_F(Model, RefusesWhatIsNoModel) {
  expectOpenError(path("absent.onnx"), "cannot read");
  expectOpenError(path("."), "not a regular file");
  expectOpenError("/dev/zero", "not a regular file");
  expectOpenError(write("m.onnx", ""), "' is not a valid ONNX model: expects a graph, got none");
  expectOpenError(write("m.onnx", "PK\3\4 an archive"), "is not a valid ONNX model: byte ");
  expectOpenError(write("m.onnx", "version https://git-lfs.github.com/spec/v1\noid sha256:0"),
                  "it is the pointer that Git LFS leaves in its place; run: git lfs pull");
  // 2 GiB of nothing, which take no space on disk.
  std::string huge = write("huge.onnx", "");
  int descriptor;
  ASSERT_FALSE(llvm::sys::fs::openFileForWrite(huge, descriptor));
  ASSERT_FALSE(llvm::sys::fs::resize_file(descriptor, uint64_t(1) << 31));
  llvm::sys::fs::file_t handle = llvm::sys::fs::convertFDToNativeFile(descriptor);
  llvm::sys::fs::closeFile(handle);
  expectOpenError(huge, "expects at most 2147483647 bytes, got 2147483648; larger models keep "
                        "tensors in external data");
}

TEST_F(Model, RefusesBombs) {
  // A million empty nodes of two bytes.
  std::string nodes;
  for (int i = 0; i < 2'000'000; ++i)
    nodes += std::string("\x0a\x00", 2);
  ::onnx::ModelProto model = makeModel();
  std::string bytes = model.SerializeAsString() + "\x3a\x80\x92\xf4\x01" + nodes;
  expectOpenError(write("m.onnx", bytes), "expects to become at most 286 MiB of messages");
}

TEST_F(Model, HoldsTheVersions) {
  ::onnx::ModelProto model = makeModel();
  model.clear_ir_version();
  expectOpenError(model, "expects ir_version 3 to 13, got none");
  for (int64_t version : {int64_t(2), int64_t(14), std::numeric_limits<int64_t>::min()}) {
    model.set_ir_version(version);
    expectOpenError(model, "expects ir_version 3 to 13, got " + std::to_string(version));
  }
  for (int64_t opset : {7, 24})
    EXPECT_TRUE(open(makeModel(opset).SerializeAsString()));
  expectOpenError(makeModel(6), "expects opset 7 to 24, got 6; convert it with: python3 -c \"");
  expectOpenError(makeModel(6), "m.onnx'), 17), 'converted.onnx')\"");
  expectOpenError(makeModel(25), "m.onnx'), 24), 'converted.onnx')\"");
  expectOpenError(makeModel(-1), "expects opset 7 to 24, got -1; convert");

  model = makeModel();
  model.clear_opset_import();
  model.add_opset_import()->set_domain("com.microsoft");
  expectOpenError(model, "expects opset 7 to 24, got none");
  model = makeModel(17);
  ::onnx::OperatorSetIdProto &other = *model.add_opset_import();
  other.set_domain("ai.onnx");
  other.set_version(17);
  EXPECT_TRUE(open(model.SerializeAsString()));
  other.set_version(18);
  expectOpenError(model, "expects one opset, got 17 and 18");
}

TEST_F(Model, SkipsWhatIsNewerThanItsSchema) {
  std::string newer = makeModel().SerializeAsString();
  newer += std::string("\xd2\x01\x02\x08\x01", 5); // field 26, device configurations
  EXPECT_TRUE(open(newer));
}

TEST_F(Model, ReadsRawData) {
  expectTensor(withTensor(TensorProto::FLOAT, {2, 1},
                          [](TensorProto &tensor) { tensor.set_raw_data("12345678"); }),
               {2, 1}, "12345678");
  expectTensor(withTensor(TensorProto::BOOL, {3},
                          [](TensorProto &tensor) { tensor.set_raw_data("\1\2\3"); }),
               {3}, "\1\2\3");
  expectTensor(withTensor(TensorProto::INT64, {0}, [](TensorProto &) {}), {0}, "");
  expectTensor(withTensor(TensorProto::INT64, {0},
                          [](TensorProto &tensor) { //
                            tensor.set_raw_data("");
                          }),
               {0}, "");
  expectTensor(
      withTensor(19, {}, [](TensorProto &tensor) { tensor.set_raw_data("\x7f"); }), // float8e5m2
      {}, "\x7f");
}

TEST_F(Model, ReadsTypedFields) {
  expectTensor(withTensor(TensorProto::FLOAT, {2},
                          [](TensorProto &tensor) {
                            tensor.add_float_data(1);
                            tensor.add_float_data(-2.5f);
                          }),
               {2}, littleEndian(0x3f800000u) + littleEndian(0xc0200000u));
  expectTensor(withTensor(TensorProto::DOUBLE, {},
                          [](TensorProto &tensor) { tensor.add_double_data(-2.5); }),
               {}, littleEndian(0xc004000000000000u));
  expectTensor(
      withTensor(TensorProto::INT64, {1}, [](TensorProto &tensor) { tensor.add_int64_data(-3); }),
      {1}, littleEndian<int64_t>(-3));
  expectTensor(withTensor(TensorProto::UINT64, {1},
                          [](TensorProto &tensor) { tensor.add_uint64_data(UINT64_MAX); }),
               {1}, littleEndian(UINT64_MAX));
  expectTensor(
      withTensor(TensorProto::INT32, {1}, [](TensorProto &tensor) { tensor.add_int32_data(-3); }),
      {1}, littleEndian<int32_t>(-3));
}

TEST_F(Model, NarrowsWhatTypedFieldsHold) {
  struct Case {
    int type;
    std::vector<int32_t> values;
    std::string bytes;
  };
  for (const Case &some : std::vector<Case>{
           {TensorProto::FLOAT16, {0x3c00, 0xc500}, std::string("\0\x3c\0\xc5", 4)},
           {TensorProto::BFLOAT16, {0x3f80, 0xffff}, std::string("\x80\x3f\xff\xff", 4)},
           {TensorProto::INT8, {-128, 127}, "\x80\x7f"},
           {TensorProto::UINT8, {1, 255}, "\1\xff"},
           {TensorProto::INT16, {-32768, 32767}, std::string("\0\x80\xff\x7f", 4)},
           {TensorProto::UINT16, {1, 65535}, std::string("\1\0\xff\xff", 4)},
           {TensorProto::BOOL, {0, 1}, std::string("\0\1", 2)},
       })
    expectTensor(withTensor(some.type, {2},
                            [&](TensorProto &tensor) {
                              for (int32_t value : some.values)
                                tensor.add_int32_data(value);
                            }),
                 {2}, some.bytes);
  expectTensor(withTensor(TensorProto::UINT32, {2},
                          [](TensorProto &tensor) {
                            tensor.add_uint64_data(1);
                            tensor.add_uint64_data(UINT32_MAX);
                          }),
               {2}, std::string("\1\0\0\0\xff\xff\xff\xff", 8));
}

TEST_F(Model, NarrowsATensorOnce) {
  auto model =
      withTensor(TensorProto::FLOAT16, {1}, [](TensorProto &tensor) { tensor.add_int32_data(1); });
  auto file = open(model.SerializeAsString());
  const TensorProto &tensor = file->model().graph().initializer(0);
  EXPECT_EQ(cantFail(file->read(tensor)).bytes.data(), cantFail(file->read(tensor)).bytes.data());
}

TEST_F(Model, RefusesValuesThatDoNotFitTheirType) {
  auto one = [](int type, int32_t value) {
    return withTensor(type, {1}, [&](TensorProto &tensor) { tensor.add_int32_data(value); });
  };
  expectTensorError(one(TensorProto::FLOAT16, 65536),
                    "expects element 0 to be from 0 to 65535 as float16, got 65536");
  expectTensorError(one(TensorProto::BFLOAT16, -1),
                    "expects element 0 to be from 0 to 65535 as bfloat16, got -1");
  expectTensorError(one(TensorProto::INT8, 128),
                    "expects element 0 to be from -128 to 127 as int8, got 128");
  expectTensorError(one(TensorProto::BOOL, 2),
                    "expects element 0 to be from 0 to 1 as bool, got 2");
  expectTensorError(
      withTensor(TensorProto::UINT32, {1},
                 [](TensorProto &tensor) { tensor.add_uint64_data(uint64_t(1) << 32); }),
      "expects element 0 to be from 0 to 4294967295 as uint32, got 4294967296");
}

TEST_F(Model, RefusesTypesThatAreNoNumbers) {
  auto of = [](int type) { return withTensor(type, {1}, [](TensorProto &) {}); };
  std::string message = "expects a tensor of numbers, got type ";
  expectTensorError(of(TensorProto::STRING), message + "string");
  expectTensorError(of(TensorProto::UNDEFINED), message + "undefined");
  expectTensorError(of(TensorProto::COMPLEX64), message + "complex64");
  expectTensorError(of(22), message + "int4");
  expectTensorError(of(99), message + "type 99");
  expectTensorError(of(-1), message + "type -1");
}

TEST_F(Model, HoldsValuesToTheShape) {
  auto raw = [](std::initializer_list<int64_t> dims, const std::string &bytes) {
    return withTensor(TensorProto::FLOAT, dims,
                      [&](TensorProto &tensor) { tensor.set_raw_data(bytes); });
  };
  expectTensorError(raw({2}, "1234567"), "expects 8 bytes for float of shape 2, got 7");
  expectTensorError(raw({2}, "123456789"), "expects 8 bytes for float of shape 2, got 9");
  expectTensorError(raw({2}, ""), "expects 8 bytes for float of shape 2, got 0");
  expectTensorError(raw({}, ""), "expects 4 bytes for float of shape scalar, got 0");
  expectTensorError(raw({0}, "1234"), "expects 0 bytes for float of shape 0, got 4");
  // 2^62 bytes fit the arithmetic; 2^63 bytes, 2^64 elements and negative ones do not.
  expectTensorError(raw({int64_t(1) << 60}, "1234"),
                    "expects 4611686018427387904 bytes for float of shape 1152921504606846976, "
                    "got 4");
  std::string unfit = "expects dimensions of a tensor that fits memory, got ";
  expectTensorError(raw({int64_t(1) << 61}, "1234"), unfit + "2305843009213693952");
  expectTensorError(raw({int64_t(1) << 32, int64_t(1) << 32}, ""), unfit + "4294967296x4294967296");
  expectTensorError(raw({-1, -4}, "1234567890123456"), unfit + "-1x-4");
  expectTensorError(raw({1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, "1234"),
                    "expects at most 16 dimensions, got 17");
}

TEST_F(Model, RefusesValuesInTheWrongPlace) {
  auto fill = [](auto fill) { return withTensor(TensorProto::FLOAT, {1}, fill); };
  expectTensorError(fill([](TensorProto &tensor) {
                      tensor.set_raw_data("1234");
                      tensor.add_float_data(1);
                    }),
                    "expects values in one field, got several");
  expectTensorError(fill([](TensorProto &tensor) {
                      tensor.add_int32_data(1);
                      tensor.add_float_data(1);
                    }),
                    "expects values in one field, got several");
  expectTensorError(fill([](TensorProto &tensor) { tensor.add_int32_data(1); }),
                    "expects no int32_data in a tensor of float");
  expectTensorError(fill([](TensorProto &tensor) {
                      tensor.set_raw_data("1234");
                      tensor.mutable_segment()->set_begin(0);
                    }),
                    "expects a whole tensor, got a segment of one");
}

TEST_F(Model, SurvivesEveryDamagedByte) {
  // Each byte replaced, and each prefix of the file: an error, or tensors of their sizes.
  ::onnx::ModelProto model = makeModel();
  addTensor(model, TensorProto::FLOAT, {1, 2}).set_raw_data("12345678");
  addTensor(model, TensorProto::FLOAT16, {1}).add_int32_data(0x3c00);
  addExternal(addTensor(model, TensorProto::FLOAT, {1}), "location", "weights.bin");
  write("weights.bin", "1234");
  std::string good = model.SerializeAsString();
  unsigned refused = 0;
  auto readAll = [&](const std::string &bytes) {
    auto file = ModelFile::open(write("m.onnx", bytes));
    if (!file) {
      ++refused;
      EXPECT_FALSE(llvm::toString(file.takeError()).empty());
      return;
    }
    for (const TensorProto &tensor : (*file)->model().graph().initializer()) {
      auto data = (*file)->read(tensor);
      if (data) {
        EXPECT_EQ(data->bytes.empty(), numElements(data->shape) == 0);
        continue;
      }
      ++refused;
      EXPECT_FALSE(llvm::toString(data.takeError()).empty());
    }
  };
  readAll(good);
  EXPECT_EQ(refused, 0u);
  for (size_t i = 0; i < good.size(); ++i) {
    readAll(good.substr(0, i));
    for (char c : {'\0', '\xff', '\x80', '\x01', '\x0a', '\x10', '/', '.', '9'}) {
      std::string damaged = good;
      damaged[i] = c;
      readAll(damaged);
    }
  }
  EXPECT_GT(refused, good.size() * 3);
}
