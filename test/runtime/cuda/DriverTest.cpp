//===- DriverTest.cpp - Driver.h says what cuda.h says --------------------===//
//
// Where a CUDA toolkit is installed, the runtime's declarations are compared with
// the toolkit's. Types have the same names, so ours live in a namespace here.
//
//===----------------------------------------------------------------------===//

#include <gtest/gtest.h>

#include <stddef.h>
#include <stdint.h>
#include <type_traits>
#include <vector>

namespace ours {
#include "runtime/cuda/Driver.h"
constexpr int programmatic_port = CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC; // a macro in both
#undef CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC
} // namespace ours

#include <cuda.h>

namespace {

/// Sizes of a function's result and parameters, and which of them are pointers.
template <typename Function> struct Shape;
template <typename Result, typename... Parameters> struct Shape<Result (*)(Parameters...)> {
  static std::vector<size_t> get() {
    return {sizeof(Result), (sizeof(Parameters) + 100 * std::is_pointer<Parameters>::value)...};
  }
};

TEST(Driver, functions_have_the_parameters_of_the_toolkit) {
#define COMPARE(field, symbol, parameters)                                                         \
  EXPECT_EQ(Shape<decltype(ours::sinter_cuda_driver::field)>::get(),                               \
            Shape<decltype(&::symbol)>::get())                                                     \
      << #symbol;
  SINTER_CUDA_DRIVER_FUNCTIONS(COMPARE)
  SINTER_CUDA_LATER_DRIVER_FUNCTIONS(COMPARE)
#undef COMPARE
}

TEST(Driver, constants_have_the_values_of_the_toolkit) {
#define COMPARE(name) EXPECT_EQ(static_cast<int>(ours::name), static_cast<int>(::name)) << #name
  COMPARE(CUDA_SUCCESS);
  COMPARE(CUDA_ERROR_INVALID_VALUE);
  COMPARE(CUDA_ERROR_OUT_OF_MEMORY);
  COMPARE(CUDA_ERROR_NOT_INITIALIZED);
  COMPARE(CUDA_ERROR_NO_DEVICE);
  COMPARE(CUDA_ERROR_INVALID_DEVICE);
  COMPARE(CUDA_ERROR_INVALID_IMAGE);
  COMPARE(CUDA_ERROR_INVALID_CONTEXT);
  COMPARE(CUDA_ERROR_NO_BINARY_FOR_GPU);
  COMPARE(CUDA_ERROR_INVALID_PTX);
  COMPARE(CUDA_ERROR_INVALID_HANDLE);
  COMPARE(CUDA_ERROR_NOT_FOUND);
  COMPARE(CUDA_ERROR_ILLEGAL_ADDRESS);
  COMPARE(CUDA_ERROR_UNKNOWN);
  COMPARE(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR);
  COMPARE(CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR);
  COMPARE(CU_DEVICE_ATTRIBUTE_MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
  COMPARE(CU_POINTER_ATTRIBUTE_MEMORY_TYPE);
  COMPARE(CU_POINTER_ATTRIBUTE_IS_MANAGED);
  COMPARE(CU_POINTER_ATTRIBUTE_DEVICE_ORDINAL);
  COMPARE(CU_MEMORYTYPE_HOST);
  COMPARE(CU_MEMORYTYPE_DEVICE);
  COMPARE(CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES);
  COMPARE(CU_JIT_ERROR_LOG_BUFFER);
  COMPARE(CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
  COMPARE(CU_GRAPH_DEPENDENCY_TYPE_PROGRAMMATIC);
#undef COMPARE
  EXPECT_EQ(ours::programmatic_port, CU_GRAPH_KERNEL_NODE_PORT_PROGRAMMATIC);
}

TEST(Driver, edges_have_the_layout_of_the_toolkit) {
  EXPECT_EQ(sizeof(ours::CUgraphEdgeData), sizeof(::CUgraphEdgeData));
#define COMPARE(field)                                                                             \
  EXPECT_EQ(offsetof(ours::CUgraphEdgeData, field), offsetof(::CUgraphEdgeData, field)) << #field
  COMPARE(from_port);
  COMPARE(to_port);
  COMPARE(type);
  COMPARE(reserved);
#undef COMPARE
}

TEST(Driver, kernel_nodes_have_the_layout_of_the_toolkit) {
  EXPECT_EQ(sizeof(ours::CUDA_KERNEL_NODE_PARAMS), sizeof(::CUDA_KERNEL_NODE_PARAMS));
#define COMPARE(field)                                                                             \
  EXPECT_EQ(offsetof(ours::CUDA_KERNEL_NODE_PARAMS, field),                                        \
            offsetof(::CUDA_KERNEL_NODE_PARAMS, field))                                            \
      << #field
  COMPARE(func);
  COMPARE(gridDimX);
  COMPARE(gridDimZ);
  COMPARE(blockDimX);
  COMPARE(blockDimZ);
  COMPARE(sharedMemBytes);
  COMPARE(kernelParams);
  COMPARE(extra);
  COMPARE(kern);
  COMPARE(ctx);
#undef COMPARE
}

} // namespace
