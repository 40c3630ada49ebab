//===- EmulatorTest.cpp - Arithmetic, control flow, launches --------------===//

#include "test/emulator/KernelRun.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

/// Every lane has its own operands, and integers wrap at their width.
TEST(EmulatorTest, Integers) {
  std::vector<int32_t> in(32), out(8 * 32);
  for (int i = 0; i < 32; ++i)
    in[i] = (i - 16) * 0x07654321;
  expectNoError(runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    %x = llvm.load %from : !llvm.ptr<1> -> i32
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %seven = llvm.mlir.constant(7 : i32) : i32
    %product = llvm.mul %x, %seven : i32
    %quotient = llvm.sdiv %x, %seven : i32
    %remainder = llvm.srem %x, %seven : i32
    %shifted = llvm.ashr %x, %k4 : i32
    %narrow = llvm.trunc %x : i32 to i8
    %wide = llvm.sext %narrow : i8 to i32
    %least = llvm.intr.smin(%x, %seven) : (i32, i32) -> i32
    %isLess = llvm.icmp "ult" %x, %seven : i32
    %chosen = llvm.select %isLess, %k1, %k2 : i1, i32
    %p0 = llvm.getelementptr %to[0, 0] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p1 = llvm.getelementptr %to[0, 1] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p2 = llvm.getelementptr %to[0, 2] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p3 = llvm.getelementptr %to[0, 3] : (!llvm.ptr<1>) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p4 = llvm.getelementptr %to[0, %k4] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p5 = llvm.getelementptr %to[%k0, %k5] : (!llvm.ptr<1>, i32, i32) -> !llvm.ptr<1>, !llvm.array<8 x i32>
    %p6 = llvm.getelementptr %to[6] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i32
    llvm.store %product, %p0 : i32, !llvm.ptr<1>
    llvm.store %quotient, %p1 : i32, !llvm.ptr<1>
    llvm.store %remainder, %p2 : i32, !llvm.ptr<1>
    llvm.store %shifted, %p3 : i32, !llvm.ptr<1>
    llvm.store %wide, %p4 : i32, !llvm.ptr<1>
    llvm.store %least, %p5 : i32, !llvm.ptr<1>
    llvm.store %chosen, %p6 : i32, !llvm.ptr<1>
    llvm.return)"},
                          {input(in), output(out)}));
  for (int i = 0; i < 32; ++i) {
    int32_t x = in[i];
    const int32_t *actual = &out[8 * i];
    EXPECT_EQ(actual[0], static_cast<int32_t>(7u * static_cast<uint32_t>(x)));
    EXPECT_EQ(actual[1], x / 7);
    EXPECT_EQ(actual[2], x % 7);
    EXPECT_EQ(actual[3], x >> 4);
    EXPECT_EQ(actual[4], static_cast<int8_t>(x));
    EXPECT_EQ(actual[5], std::min(x, 7));
    EXPECT_EQ(actual[6], static_cast<uint32_t>(x) < 7 ? 1 : 2);
  }
}

/// A vector of four, its elements, its sum in other orders; what an f16 and a bf16 round to.
TEST(EmulatorTest, Floats) {
  std::vector<float> in(4 * 32), out(4 * 32);
  std::vector<uint16_t> narrow(2 * 32);
  for (size_t i = 0; i < in.size(); ++i)
    in[i] = std::ldexp(1.0f + static_cast<float>(i) / 4096, static_cast<int>(i % 13) - 6);
  expectNoError(runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    %x = llvm.load %from {alignment = 16 : i64} : !llvm.ptr<1> -> vector<4xf32>
    %x0 = llvm.extractelement %x[%k0 : i32] : vector<4xf32>
    %x1 = llvm.extractelement %x[%k1 : i32] : vector<4xf32>
    %swapped = llvm.shufflevector %x, %x [1, 0, 7, 2] : vector<4xf32>
    %product = llvm.fmul %x, %swapped : vector<4xf32>
    %fused = llvm.intr.fma(%x0, %x1, %x1) : (f32, f32, f32) -> f32
    %result = llvm.insertelement %fused, %product[%k3 : i32] : vector<4xf32>
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    llvm.store %result, %to {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr<1>
    %half = llvm.fptrunc %x0 : f32 to f16
    %twice = llvm.fadd %half, %half : f16
    %brain = llvm.fptrunc %x1 : f32 to bf16
    %bits = llvm.bitcast %brain : bf16 to f16
    %empty = llvm.mlir.undef : vector<2xf16>
    %first = llvm.insertelement %twice, %empty[%k0 : i32] : vector<2xf16>
    %both = llvm.insertelement %bits, %first[%k1 : i32] : vector<2xf16>
    %word = llvm.bitcast %both : vector<2xf16> to i32
    %narrow = llvm.getelementptr %a2[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    llvm.store %word, %narrow : i32, !llvm.ptr<1>
    llvm.return)"},
                          {input(in), output(out), output(narrow)}));
  for (int i = 0; i < 32; ++i) {
    const float *x = &in[4 * i], *actual = &out[4 * i];
    EXPECT_EQ(actual[0], x[0] * x[1]);
    EXPECT_EQ(actual[1], x[1] * x[0]);
    EXPECT_EQ(actual[2], x[2] * x[3]);
    EXPECT_EQ(actual[3], std::fma(x[0], x[1], x[1]));
    _Float16 half = static_cast<_Float16>(2 * static_cast<float>(static_cast<_Float16>(x[0])));
    uint16_t halfBits;
    std::memcpy(&halfBits, &half, 2);
    EXPECT_EQ(narrow[2 * i], halfBits);
    uint32_t bits;
    std::memcpy(&bits, &x[1], 4);
    EXPECT_EQ(narrow[2 * i + 1], (bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
}

/// Not a number, signed zeros, conversions beyond the range, approximations.
TEST(EmulatorTest, SpecialNumbers) {
  std::vector<float> in{NAN, -0.0f, 3e9f, -1.5f, 3.0f, INFINITY}, out(5 * 6);
  std::vector<int32_t> integers(2 * 6);
  expectNoError(runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> f32
    %zero = llvm.mlir.constant(0.0 : f32) : f32
    %number = llvm.intr.maxnum(%x, %zero) : (f32, f32) -> f32
    %maximum = llvm.intr.maximum(%x, %zero) : (f32, f32) -> f32
    %isOrdered = llvm.fcmp "ord" %x, %zero : f32
    %ordered = llvm.uitofp %isOrdered : i1 to f32
    %power = nvvm.inline_ptx "ex2.approx.ftz.f32 $0, $1;" ro(%x : f32) -> f32
    %reciprocal = nvvm.rcp.approx.ftz.f %x : f32
    %integer = llvm.fptosi %x : f32 to i32
    %rounded = nvvm.convert.float.to.tf32 %x {rnd = #nvvm.fp_rnd_mode<rna>}
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, !llvm.array<5 x f32>
    %p1 = llvm.getelementptr %to[1] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    %p2 = llvm.getelementptr %to[2] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    %p3 = llvm.getelementptr %to[3] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    %p4 = llvm.getelementptr %to[4] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    llvm.store %number, %to : f32, !llvm.ptr<1>
    llvm.store %maximum, %p1 : f32, !llvm.ptr<1>
    llvm.store %ordered, %p2 : f32, !llvm.ptr<1>
    llvm.store %power, %p3 : f32, !llvm.ptr<1>
    llvm.store %reciprocal, %p4 : f32, !llvm.ptr<1>
    %q0 = llvm.getelementptr %a2[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i64
    %q1 = llvm.getelementptr %q0[4] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i8
    llvm.store %integer, %q0 : i32, !llvm.ptr<1>
    llvm.store %rounded, %q1 : i32, !llvm.ptr<1>
    llvm.return)",
                           6},
                          {input(in), output(out), output(integers)}));
  EXPECT_EQ(out[0], 0); // the number of the two
  EXPECT_TRUE(std::isnan(out[1]));
  EXPECT_EQ(out[2], 0);
  EXPECT_EQ(integers[0], 0);
  EXPECT_FALSE(std::signbit(out[6])); // maximum(-0, 0)
  EXPECT_EQ(out[7], 1);
  EXPECT_EQ(integers[4], INT32_MAX);
  EXPECT_EQ(integers[6], -1);
  EXPECT_EQ(out[5 * 3 + 3], std::exp2(-1.5f));
  EXPECT_EQ(out[5 * 4 + 4], 1 / 3.0f);
  EXPECT_EQ(integers[2 * 4 + 1], 0x40400000);
  EXPECT_EQ(out[5 * 5 + 4], 0);
}

//===----------------------------------------------------------------------===//
// Control flow
//===----------------------------------------------------------------------===//

/// Lanes take as many turns as their number says, and are together again behind the loop: the
/// shuffles need all of them.
TEST(EmulatorTest, DivergenceAndShuffles) {
  std::vector<int32_t> fibonacci(32);
  std::vector<float> sums(32);
  expectNoError(runKernel({R"(
    llvm.br ^head(%k0, %k0, %k1 : i32, i32, i32)
  ^head(%i: i32, %current: i32, %next: i32):
    %isLess = llvm.icmp "slt" %i, %tid : i32
    llvm.cond_br %isLess, ^body, ^behind
  ^body:
    %sum = llvm.add %current, %next : i32
    %following = llvm.add %i, %k1 : i32
    llvm.br ^head(%following, %next, %sum : i32, i32, i32)
  ^behind:
    %to = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    llvm.store %current, %to : i32, !llvm.ptr<1>
    %all = llvm.mlir.constant(-1 : i32) : i32
    %x0 = llvm.sitofp %tid : i32 to f32
    %y0 = nvvm.shfl.sync bfly %all, %x0, %k16, %k31 : f32 -> f32
    %x1 = llvm.fadd %x0, %y0 : f32
    %y1 = nvvm.shfl.sync bfly %all, %x1, %k8, %k31 : f32 -> f32
    %x2 = llvm.fadd %x1, %y1 : f32
    %y2 = nvvm.shfl.sync bfly %all, %x2, %k4, %k31 : f32 -> f32
    %x3 = llvm.fadd %x2, %y2 : f32
    %y3 = nvvm.shfl.sync bfly %all, %x3, %k2, %k31 : f32 -> f32
    %x4 = llvm.fadd %x3, %y3 : f32
    %y4 = nvvm.shfl.sync bfly %all, %x4, %k1, %k31 : f32 -> f32
    %x5 = llvm.fadd %x4, %y4 : f32
    %z = nvvm.shfl.sync down %all, %x5, %k1, %k31 : f32 -> f32
    %last = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %z, %last : f32, !llvm.ptr<1>
    llvm.return)"},
                          {output(fibonacci), output(sums)}));
  int32_t current = 0, next = 1;
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(fibonacci[i], current) << i;
    EXPECT_EQ(sums[i], 31 * 32 / 2) << i;
    current = std::exchange(next, current + next);
  }
}

TEST(EmulatorTest, SwitchAndSegments) {
  std::vector<int32_t> out(32);
  expectNoError(runKernel({R"(
    %all = llvm.mlir.constant(-1 : i32) : i32
    %segments = llvm.mlir.constant(6175 : i32) : i32
    %which = llvm.and %tid, %k3 : i32
    llvm.switch %which : i32, ^join(%k0 : i32) [1: ^join(%k5 : i32), 2: ^two]
  ^two:
    %sum = llvm.add %tid, %k32 : i32
    llvm.br ^join(%sum : i32)
  ^join(%x: i32):
    %y = nvvm.shfl.sync idx %all, %x, %k2, %segments : i32 -> i32
    %z = llvm.add %x, %y : i32
    %to = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    llvm.store %z, %to : i32, !llvm.ptr<1>
    llvm.return)"},
                          {output(out)}));
  // 6175 = 0x181f: segments of eight lanes, of which each reads lane 2.
  auto value = [](int lane) { return lane % 4 == 1 ? 5 : lane % 4 == 2 ? lane + 32 : 0; };
  for (int i = 0; i < 32; ++i)
    EXPECT_EQ(out[i], value(i) + value(i / 8 * 8 + 2)) << i;
}

TEST(EmulatorTest, DivergentShuffle) {
  std::vector<int32_t> out(32);
  expectError(runKernel({R"(
    %all = llvm.mlir.constant(-1 : i32) : i32
    %isLow = llvm.icmp "slt" %tid, %k16 : i32
    llvm.cond_br %isLow, ^low, ^end
  ^low:
    %y = nvvm.shfl.sync bfly %all, %tid, %k16, %k31 : i32 -> i32
    llvm.br ^end
  ^end:
    llvm.return)"},
                        {output(out)}),
              {"kernel, block (0, 0, 0), thread 0", "divergent shuffle", "nvvm.shfl.sync  bfly"});
}

static const char *halfOfTheLanesWait = R"(
    %isLow = llvm.icmp "slt" %tid, %k16 : i32
    llvm.cond_br %isLow, ^low, ^end
  ^low:
    nvvm.barrier0
    llvm.br ^end
  ^end:
    llvm.return)";

static const char *secondWarpEnds = R"(
    %isLow = llvm.icmp "slt" %tid, %k32 : i32
    llvm.cond_br %isLow, ^low, ^end
  ^low:
    nvvm.barrier
    llvm.br ^end
  ^end:
    llvm.return)";

TEST(EmulatorTest, DivergentBarrier) {
  std::vector<int32_t> out(32);
  expectError(runKernel({halfOfTheLanesWait}, {output(out)}),
              {"thread 16", "divergent barrier", "only 16 of the 32 threads", "nvvm.barrier0"});
  expectError(runKernel({secondWarpEnds, 64}, {output(out)}),
              {"thread 0", "barrier: waits for warp 1, which has ended", "nvvm.barrier"});
}

TEST(EmulatorTest, WhereNoLaneMustGet) {
  std::vector<int32_t> out(1);
  expectError(runKernel({"llvm.unreachable"}, {output(out)}), {"thread 0", "unreachable"});
  expectError(runKernel({"llvm.br ^here\n^here:\nllvm.br ^here"}, {output(out)}),
              {"thread 0", "endless loop"});
  expectError(runKernel({R"(
    %x = llvm.mlir.zero : vector<4xi32>
    %y = llvm.extractelement %x[%tid : i32] : vector<4xi32>
    llvm.return)"},
                        {output(out)}),
              {"thread 4: position out of range: position 4"});
}

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

static const char *twoLaunches = R"(
module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.func @add(%in: !llvm.ptr<1> {llvm.dereferenceable = 160 : i64}, %out: !llvm.ptr<1>, %amount: f32)
        attributes {gpu.kernel, nvvm.kernel} {
      %tid = nvvm.read.ptx.sreg.tid.x : i32
      %x = nvvm.read.ptx.sreg.ctaid.x : i32
      %y = nvvm.read.ptx.sreg.ctaid.y : i32
      %columns = nvvm.read.ptx.sreg.nctaid.x : i32
      %threads = nvvm.read.ptx.sreg.ntid.x : i32
      %row = llvm.mul %y, %columns : i32
      %block = llvm.add %row, %x : i32
      %first = llvm.mul %block, %threads : i32
      %i = llvm.add %first, %tid : i32
      %from = llvm.getelementptr %in[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
      %to = llvm.getelementptr %out[%i] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
      %value = llvm.load %from : !llvm.ptr<1> -> f32
      %sum = llvm.fadd %value, %amount : f32
      llvm.store %sum, %to : f32, !llvm.ptr<1>
      llvm.return
    }
  }
  func.func @network(%in: !llvm.ptr<1>, %out: !llvm.ptr<1>, %workspace: !llvm.ptr<1>) {
    %one = arith.constant 1 : index
    %two = arith.constant 2 : index
    %ten = arith.constant 10 : index
    %half = arith.constant 0.5 : f32
    %middle = llvm.getelementptr inbounds %workspace[64] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i8
    gpu.launch_func @kernels::@add blocks in (%two, %two, %one) threads in (%ten, %one, %one)
        args(%in : !llvm.ptr<1>, %middle : !llvm.ptr<1>, %half : f32)
    gpu.launch_func @kernels::@add blocks in (%two, %two, %one) threads in (%ten, %one, %one)
        args(%middle : !llvm.ptr<1>, %out : !llvm.ptr<1>, %half : f32)
    return
  }
}
)";

TEST(EmulatorTest, Launches) {
  std::vector<float> in(40), out(40), workspace(64);
  std::iota(in.begin(), in.end(), 0.0f);
  Statistics statistics;
  expectNoError(runModule(twoLaunches, {input(in), output(out), output(workspace)}, &statistics));
  for (int i = 0; i < 40; ++i)
    EXPECT_EQ(out[i], static_cast<float>(i) + 1);
  EXPECT_EQ(statistics.launches, 2u);
  EXPECT_EQ(statistics.warpInstructions, 2u * 4 * 15);

  std::vector<float> small(50);
  expectError(runModule(twoLaunches, {input(in), output(out), output(small)}),
              {"add: launch: argument 0 is said to have 160 bytes, got 136", "gpu.launch_func"});
  expectError(runModule(twoLaunches, {input(in), output(out)}), {"host", "expects a function"});
}

TEST(EmulatorTest, WrongNumberOfThreads) {
  std::string module = twoLaunches;
  std::string limit = "{gpu.kernel, nvvm.reqntid = array<i32: 32, 1, 1>, ";
  module.replace(module.find("{gpu.kernel, "), 13, limit);
  std::vector<float> in(40), out(40), workspace(64);
  expectError(runModule(module, {input(in), output(out), output(workspace)}),
              {"add: launch: expects as many threads as the kernel is compiled for"});
}

TEST(EmulatorTest, UnsupportedOperation) {
  std::vector<float> out(32);
  std::vector<std::string> errors = runKernel({R"(
    %x = llvm.mlir.constant(1.0 : f32) : f32
    %y = llvm.intr.sin(%x) : (f32) -> f32
    %z = llvm.intr.cos(%y) : (f32) -> f32
    llvm.return)"},
                                              {output(out)});
  EXPECT_EQ(errors.size(), 2u);
  expectError(errors, {"kernel: not supported", "llvm.intr.sin"});
  expectError(errors, {"kernel: not supported", "llvm.intr.cos"});
}
