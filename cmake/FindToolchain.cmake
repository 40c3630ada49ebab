# LLVM, MLIR and the libraries the compiler stands on.
#
# Debian's libmlir-22-dev wants the exact minor version in find_package.
find_package(MLIR 22.1 REQUIRED CONFIG)
find_package(fmt REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
# Debian's ONNX: the messages of onnx.proto, generated for its libprotobuf.
find_package(Protobuf REQUIRED)
find_library(ONNX_PROTO_LIBRARY onnx_proto REQUIRED DOC "Library of ONNX's messages (Debian: libonnx-dev)")
find_path(ONNX_INCLUDE_DIR onnx/onnx_pb.h REQUIRED DOC "Folder that has onnx/ (Debian: libonnx-dev)")
find_package(LLD REQUIRED CONFIG HINTS ${LLVM_DIR}/../lld)

set(LLVM_RUNTIME_OUTPUT_INTDIR ${PROJECT_BINARY_DIR}/bin)
set(LLVM_LIBRARY_OUTPUT_INTDIR ${PROJECT_BINARY_DIR}/lib)
set(MLIR_BINARY_DIR ${PROJECT_BINARY_DIR})
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

separate_arguments(definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
add_definitions(${definitions})
if(NOT LLVM_ENABLE_RTTI)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-rtti>)
endif()
