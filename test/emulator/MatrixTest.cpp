//===- MatrixTest.cpp - ldmatrix and mma.sync -----------------------------===//

#include "test/emulator/KernelRun.h"
#include "test/emulator/Numbers.h"

using namespace sinter::emulator;

namespace {

constexpr int rows = 16, columns = 8;

/// Different numbers that 8 bits of mantissa hold.
float elementOfA(int row, int k) { return static_cast<float>(row * 16 + k - 100) / 4; }
float elementOfB(int k, int column) { return static_cast<float>((k * 8 + column) % 61 - 30) / 8; }

/// A and B, row by row, in a format of 16 bits.
template <typename Number> std::vector<uint16_t> matrixA() {
  std::vector<uint16_t> matrix;
  for (int row = 0; row < rows; ++row)
    for (int k = 0; k < 16; ++k)
      matrix.push_back(static_cast<uint16_t>(Number::from(elementOfA(row, k))));
  return matrix;
}

template <typename Number> std::vector<uint16_t> matrixB() {
  std::vector<uint16_t> matrix;
  for (int k = 0; k < 16; ++k)
    for (int column = 0; column < columns; ++column)
      matrix.push_back(static_cast<uint16_t>(Number::from(elementOfB(k, column))));
  return matrix;
}

void expectProduct(const std::vector<float> &actual, int depth) {
  for (int row = 0; row < rows; ++row)
    for (int column = 0; column < columns; ++column) {
      double sum = 0;
      for (int k = 0; k < depth; ++k)
        sum += static_cast<double>(elementOfA(row, k)) * elementOfB(k, column);
      EXPECT_EQ(actual[row * columns + column], static_cast<float>(sum)) << row << ", " << column;
    }
}

/// A into %a_0 to %a_3, B into %b_0 and %b_1, through shared memory: A takes the first 512 bytes
/// of it, B, whose columns have to become rows, the next 256.
const char *loadOperands = R"(
    %fromA = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<8xi16>
    %toA = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, vector<8xi16>
    %partA = llvm.load %fromA : !llvm.ptr<1> -> vector<8xi16>
    llvm.store %partA, %toA : vector<8xi16>, !llvm.ptr<3>
    %sharedB = llvm.getelementptr %shared[512] : (!llvm.ptr<3>) -> !llvm.ptr<3>, i8
    %fromB = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xi16>
    %toB = llvm.getelementptr %sharedB[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, vector<4xi16>
    %partB = llvm.load %fromB : !llvm.ptr<1> -> vector<4xi16>
    llvm.store %partB, %toB : vector<4xi16>, !llvm.ptr<3>
    nvvm.barrier0
    %row = llvm.urem %tid, %k16 : i32
    %right = llvm.udiv %tid, %k16 : i32
    %rowA = llvm.getelementptr %shared[%row, %right] : (!llvm.ptr<3>, i32, i32) -> !llvm.ptr<3>, !llvm.array<2 x vector<8xi16>>
    %rowB = llvm.getelementptr %sharedB[%row] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, vector<8xi16>
    %as = nvvm.ldmatrix %rowA {num = 4 : i32, layout = #nvvm.mma_layout<row>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
    %bs = nvvm.ldmatrix %rowB {num = 2 : i32, layout = #nvvm.mma_layout<col>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32)>
    %a_0 = llvm.extractvalue %as[0] : !llvm.struct<(i32, i32, i32, i32)>
    %a_1 = llvm.extractvalue %as[1] : !llvm.struct<(i32, i32, i32, i32)>
    %a_2 = llvm.extractvalue %as[2] : !llvm.struct<(i32, i32, i32, i32)>
    %a_3 = llvm.extractvalue %as[3] : !llvm.struct<(i32, i32, i32, i32)>
    %b_0 = llvm.extractvalue %bs[0] : !llvm.struct<(i32, i32)>
    %b_1 = llvm.extractvalue %bs[1] : !llvm.struct<(i32, i32)>
    %zero = llvm.mlir.constant(0.0 : f32) : f32
)";

/// tf32 of %a_0 to %a_3 and %b_0, %b_1, to %product.
const char *multiplyTF32 = R"(
    %zero = llvm.mlir.constant(0.0 : f32) : f32
    %product = nvvm.mma.sync A[%a_0, %a_1, %a_2, %a_3] B[%b_0, %b_1] C[%zero, %zero, %zero, %zero]
        {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 8>,
         multiplicandAPtxType = #nvvm.mma_type<tf32>, multiplicandBPtxType = #nvvm.mma_type<tf32>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
)";

/// %product to the third argument, row by row.
const char *storeProduct = R"(
    %group = llvm.udiv %tid, %k4 : i32
    %inGroup = llvm.urem %tid, %k4 : i32
    %upper = llvm.getelementptr %a2[%group, %inGroup] : (!llvm.ptr<1>, i32, i32) -> !llvm.ptr<1>, !llvm.array<4 x vector<2xf32>>
    %lower = llvm.getelementptr %upper[256] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i8
    %empty = llvm.mlir.undef : vector<2xf32>
    %c_0 = llvm.extractvalue %product[0] : !llvm.struct<(f32, f32, f32, f32)>
    %c_1 = llvm.extractvalue %product[1] : !llvm.struct<(f32, f32, f32, f32)>
    %c_2 = llvm.extractvalue %product[2] : !llvm.struct<(f32, f32, f32, f32)>
    %c_3 = llvm.extractvalue %product[3] : !llvm.struct<(f32, f32, f32, f32)>
    %first = llvm.insertelement %c_0, %empty[%k0 : i32] : vector<2xf32>
    %top = llvm.insertelement %c_1, %first[%k1 : i32] : vector<2xf32>
    %second = llvm.insertelement %c_2, %empty[%k0 : i32] : vector<2xf32>
    %bottom = llvm.insertelement %c_3, %second[%k1 : i32] : vector<2xf32>
    llvm.store %top, %upper : vector<2xf32>, !llvm.ptr<1>
    llvm.store %bottom, %lower : vector<2xf32>, !llvm.ptr<1>
    llvm.return)";

} // namespace

TEST(MatrixTest, F16) {
  std::string multiply = R"(
    %f0 = llvm.bitcast %a_0 : i32 to vector<2xf16>
    %f1 = llvm.bitcast %a_1 : i32 to vector<2xf16>
    %f2 = llvm.bitcast %a_2 : i32 to vector<2xf16>
    %f3 = llvm.bitcast %a_3 : i32 to vector<2xf16>
    %g0 = llvm.bitcast %b_0 : i32 to vector<2xf16>
    %g1 = llvm.bitcast %b_1 : i32 to vector<2xf16>
    %product = nvvm.mma.sync A[%f0, %f1, %f2, %f3] B[%g0, %g1] C[%zero, %zero, %zero, %zero]
        {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
        : (vector<2xf16>, vector<2xf16>, f32) -> !llvm.struct<(f32, f32, f32, f32)>
)";
  std::vector<uint16_t> a = matrixA<Half>(), b = matrixB<Half>();
  std::vector<float> product(rows * columns);
  expectNoError(runKernel({loadOperands + multiply + storeProduct, 32, 1, 768},
                          {input(a), input(b), output(product)}));
  expectProduct(product, 16);
}

TEST(MatrixTest, BF16) {
  std::string multiply = R"(
    %product = nvvm.mma.sync A[%a_0, %a_1, %a_2, %a_3] B[%b_0, %b_1] C[%zero, %zero, %zero, %zero]
        {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>,
         multiplicandAPtxType = #nvvm.mma_type<bf16>, multiplicandBPtxType = #nvvm.mma_type<bf16>}
        : (i32, i32, f32) -> !llvm.struct<(f32, f32, f32, f32)>
)";
  std::vector<uint16_t> a = matrixA<BFloat>(), b = matrixB<BFloat>();
  std::vector<float> product(rows * columns);
  expectNoError(runKernel({loadOperands + multiply + storeProduct, 32, 1, 768},
                          {input(a), input(b), output(product)}));
  expectProduct(product, 16);
}

/// The lower 13 bits of the operands are set, and make no difference.
TEST(MatrixTest, TF32) {
  std::string load = R"(
    %g = llvm.udiv %tid, %k4 : i32
    %t = llvm.urem %tid, %k4 : i32
    %p0 = llvm.getelementptr %a0[%g, %t] : (!llvm.ptr<1>, i32, i32) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p1 = llvm.getelementptr %p0[8, 0] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p2 = llvm.getelementptr %p0[0, 4] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p3 = llvm.getelementptr %p0[8, 4] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %q0 = llvm.getelementptr %a1[%t, %g] : (!llvm.ptr<1>, i32, i32) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %q1 = llvm.getelementptr %q0[4, 0] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %a_0 = llvm.load %p0 : !llvm.ptr<1> -> i32
    %a_1 = llvm.load %p1 : !llvm.ptr<1> -> i32
    %a_2 = llvm.load %p2 : !llvm.ptr<1> -> i32
    %a_3 = llvm.load %p3 : !llvm.ptr<1> -> i32
    %b_0 = llvm.load %q0 : !llvm.ptr<1> -> i32
    %b_1 = llvm.load %q1 : !llvm.ptr<1> -> i32
)";
  std::vector<uint32_t> a, b;
  for (int row = 0; row < rows; ++row)
    for (int k = 0; k < 8; ++k)
      a.push_back(static_cast<uint32_t>(Single::from(elementOfA(row, k))) | 0x1fff);
  for (int k = 0; k < 8; ++k)
    for (int column = 0; column < columns; ++column)
      b.push_back(static_cast<uint32_t>(Single::from(elementOfB(k, column))) | 0x1fff);
  std::vector<float> product(rows * columns);
  expectNoError(runKernel({load + multiplyTF32 + storeProduct}, {input(a), input(b), output(product)}));
  expectProduct(product, 8);
}

/// As kernels do it: ldmatrix takes an f32 for two of 16 bits, and operands are rounded to nearest,
/// ties away from zero. Those of A are less than half a unit off what is multiplied, those of B
/// just half.
TEST(MatrixTest, RoundedTF32) {
  std::string load = R"(
    %fromA = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    %toA = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, vector<4xf32>
    %partA = llvm.load %fromA : !llvm.ptr<1> -> vector<4xf32>
    llvm.store %partA, %toA : vector<4xf32>, !llvm.ptr<3>
    nvvm.barrier0
    %row = llvm.urem %tid, %k16 : i32
    %right = llvm.udiv %tid, %k16 : i32
    %rowA = llvm.getelementptr %shared[%row, %right] : (!llvm.ptr<3>, i32, i32) -> !llvm.ptr<3>, !llvm.array<2 x vector<4xf32>>
    %as = nvvm.ldmatrix %rowA {num = 4 : i32, layout = #nvvm.mma_layout<row>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>} : (!llvm.ptr<3>) -> !llvm.struct<(i32, i32, i32, i32)>
    %x_0 = llvm.extractvalue %as[0] : !llvm.struct<(i32, i32, i32, i32)>
    %x_1 = llvm.extractvalue %as[1] : !llvm.struct<(i32, i32, i32, i32)>
    %x_2 = llvm.extractvalue %as[2] : !llvm.struct<(i32, i32, i32, i32)>
    %x_3 = llvm.extractvalue %as[3] : !llvm.struct<(i32, i32, i32, i32)>
    %f_0 = llvm.bitcast %x_0 : i32 to f32
    %f_1 = llvm.bitcast %x_1 : i32 to f32
    %f_2 = llvm.bitcast %x_2 : i32 to f32
    %f_3 = llvm.bitcast %x_3 : i32 to f32
    %g = llvm.udiv %tid, %k4 : i32
    %t = llvm.urem %tid, %k4 : i32
    %q0 = llvm.getelementptr %a1[%t, %g] : (!llvm.ptr<1>, i32, i32) -> !llvm.ptr<1>, !llvm.array<8 x f32>
    %q1 = llvm.getelementptr %q0[4, 0] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x f32>
    %g_0 = llvm.load %q0 : !llvm.ptr<1> -> f32
    %g_1 = llvm.load %q1 : !llvm.ptr<1> -> f32
    %a_0 = nvvm.convert.float.to.tf32 %f_0 {rnd = #nvvm.fp_rnd_mode<rna>}
    %a_1 = nvvm.convert.float.to.tf32 %f_1 {rnd = #nvvm.fp_rnd_mode<rna>}
    %a_2 = nvvm.convert.float.to.tf32 %f_2 {rnd = #nvvm.fp_rnd_mode<rna>}
    %a_3 = nvvm.convert.float.to.tf32 %f_3 {rnd = #nvvm.fp_rnd_mode<rna>}
    %b_0 = nvvm.convert.float.to.tf32 %g_0 {rnd = #nvvm.fp_rnd_mode<rna>}
    %b_1 = nvvm.convert.float.to.tf32 %g_1 {rnd = #nvvm.fp_rnd_mode<rna>}
)";
  std::vector<uint32_t> a, b;
  for (int row = 0; row < rows; ++row)
    for (int k = 0; k < 8; ++k)
      a.push_back(static_cast<uint32_t>(Single::from(elementOfA(row, k))) | 0xfff);
  for (int k = 0; k < 8; ++k)
    for (int column = 0; column < columns; ++column) {
      float element = elementOfB(k, column);
      b.push_back(static_cast<uint32_t>(Single::from(element)) - (element == 0 ? 0 : 0x1000));
    }
  std::vector<float> product(rows * columns);
  expectNoError(
      runKernel({load + multiplyTF32 + storeProduct, 32, 1, 512}, {input(a), input(b), output(product)}));
  expectProduct(product, 8);
}

TEST(MatrixTest, AllLanesAndAlignedRows) {
  std::vector<int32_t> out(1);
  std::string load = R"(
    %row = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i64
    llvm.store %tid, %row : i32, !llvm.ptr<3>
    %x = nvvm.ldmatrix %row {num = 1 : i32, layout = #nvvm.mma_layout<row>, shape = #nvvm.ld_st_matrix_shape<m = 8, n = 8>, eltType = #nvvm.ld_st_matrix_elt_type<b16>} : (!llvm.ptr<3>) -> i32
    llvm.return)";
  expectError(runKernel({load, 31, 1, 512}, {output(out)}),
              {"thread 31: divergent warp: only 31 of the 32 lanes", "nvvm.ldmatrix"});
  expectError(runKernel({load, 32, 1, 512}, {output(out)}),
              {"thread 1: misaligned: reads 16 bytes at offset 8 of shared memory"});
  expectError(runKernel({load, 32, 1, 512}, {output(out)}),
              {"thread 0: uninitialized read: reads 16 bytes at offset 0 of shared memory"});
}

TEST(MatrixTest, OtherShapes) {
  std::vector<int32_t> out(1);
  expectError(runKernel({R"(
    %x = llvm.mlir.constant(dense<1.0> : vector<2xf16>) : vector<2xf16>
    %product = nvvm.mma.sync A[%x, %x, %x, %x] B[%x, %x] C[%x, %x]
        {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
        : (vector<2xf16>, vector<2xf16>, vector<2xf16>) -> !llvm.struct<(vector<2xf16>, vector<2xf16>)>
    llvm.return)"},
                        {output(out)}),
              {"kernel: not supported", "or not this form", "nvvm.mma.sync"});
}
