//===- ModelBuilder.h - Small ONNX models for tests ---------------*- C++ -*-===//

#ifndef SINTER_TEST_COMPILER_FRONTEND_ONNX_MODELBUILDER_H
#define SINTER_TEST_COMPILER_FRONTEND_ONNX_MODELBUILDER_H

#include "test/compiler/Frontend/Weights/TemporaryFile.h"

#include <onnx/onnx_pb.h>

#include <initializer_list>

namespace sinter::test {

/// A model with an empty graph that can be opened.
inline ::onnx::ModelProto makeModel(int64_t opset = 17) {
  ::onnx::ModelProto model;
  model.set_ir_version(8);
  model.mutable_graph();
  model.add_opset_import()->set_version(opset);
  return model;
}

/// An initializer without values.
inline ::onnx::TensorProto &addTensor(::onnx::ModelProto &model, int type,
                                      std::initializer_list<int64_t> dims) {
  ::onnx::TensorProto &tensor = *model.mutable_graph()->add_initializer();
  tensor.set_name("t");
  tensor.set_data_type(type);
  for (int64_t dim : dims)
    tensor.add_dims(dim);
  return tensor;
}

/// An entry of external_data; the tensor becomes external.
inline void addExternal(::onnx::TensorProto &tensor, const std::string &key,
                        const std::string &value) {
  tensor.set_data_location(::onnx::TensorProto::EXTERNAL);
  ::onnx::StringStringEntryProto &entry = *tensor.add_external_data();
  entry.set_key(key);
  entry.set_value(value);
}

} // namespace sinter::test

#endif // SINTER_TEST_COMPILER_FRONTEND_ONNX_MODELBUILDER_H
