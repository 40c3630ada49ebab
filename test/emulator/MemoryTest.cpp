//===- MemoryTest.cpp - Accesses that are right and wrong -----------------===//

#include "test/emulator/KernelRun.h"

#include <numeric>

using namespace sinter::emulator;

/// out[tid] = in[tid], of f32.
static const char *copyKernel = R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> f32
    llvm.store %x, %to : f32, !llvm.ptr<1>
    llvm.return)";

//===----------------------------------------------------------------------===//
// Global memory
//===----------------------------------------------------------------------===//

TEST(MemoryTest, OutOfBounds) {
  std::vector<float> in(40, 1), out(32);
  expectError(runKernel({copyKernel, 40}, {input(in), output(out)}),
              {"kernel, block (0, 0, 0), thread 32: out of bounds: writes 4 bytes at offset 128 of "
               "argument 1, which has 128 bytes: llvm.store"});
  // What the kernel says it needs counts, not what the buffer has.
  std::vector<std::string> errors = runKernel(
      {copyKernel, 32, 1, 0, "llvm.dereferenceable = 64 : i64"}, {input(in), output(out)});
  EXPECT_EQ(errors.size(), 2u);
  expectError(errors,
              {"thread 16", "reads 4 bytes at offset 64 of argument 0, which has 64 bytes"});
}

/// Offsets may be negative on the way, not in the end.
TEST(MemoryTest, NegativeOffset) {
  std::string body = R"(
    %far = llvm.mlir.constant(-1000000 : i64) : i64
    %back = llvm.mlir.constant(1000000 : i64) : i64
    %p = llvm.getelementptr %a0[%far] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
    %q = llvm.getelementptr %p[%back] : (!llvm.ptr<1>, i64) -> !llvm.ptr<1>, f32
    %from = llvm.getelementptr %q[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> f32
    %y = llvm.load )";
  std::vector<float> in(32, 1);
  expectNoError(runKernel({body + "%from : !llvm.ptr<1> -> f32\nllvm.return"}, {input(in)}));
  expectError(runKernel({body + "%p : !llvm.ptr<1> -> f32\nllvm.return"}, {input(in)}),
              {"out of bounds", "at offset -4000000 of argument 0"});
}

TEST(MemoryTest, Misaligned) {
  std::vector<float> in(64, 1);
  expectError(
      runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from {alignment = 8 : i64} : !llvm.ptr<1> -> vector<2xf32>
    llvm.return)"},
                {input(in)}),
      {"thread 1: misaligned: reads 8 bytes at offset 4 of argument 0, expects an alignment "
       "of 8"});
  // Without an attribute a vector is aligned as a whole.
  expectError(runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> vector<4xf32>
    llvm.return)"},
                        {input(in)}),
              {"thread 1: misaligned", "expects an alignment of 16"});
}

TEST(MemoryTest, InvalidPointer) {
  std::vector<float> in(1);
  expectError(runKernel({R"(
    %null = llvm.mlir.zero : !llvm.ptr<1>
    llvm.store %tid, %null : i32, !llvm.ptr<1>
    llvm.return)"},
                        {input(in)}),
              {"invalid pointer: writes where no argument points"});
}

TEST(MemoryTest, UninitializedRead) {
  std::vector<float> in(32), out(32);
  expectError(runKernel({copyKernel}, {output(in), output(out)}),
              {"thread 0: uninitialized read: reads 4 bytes at offset 0 of argument 0"});
}

/// Blocks that write the same, and a block that reads what another one writes.
TEST(MemoryTest, RaceBetweenBlocks) {
  std::vector<float> in(33, 1), out(32);
  expectError(runKernel({copyKernel, 32, 2}, {input(in), output(out)}),
              {"block (1, 0, 0), thread 0: race between blocks: writes 4 bytes at offset 0 of "
               "argument 1, which another block accesses in this launch"});
  expectError(runKernel({R"(
    %from = llvm.getelementptr %a0[%block] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %to = llvm.getelementptr %from[1] : (!llvm.ptr<1>) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> f32
    llvm.store %x, %to : f32, !llvm.ptr<1>
    llvm.return)",
                         1, 2},
                        {input(in)}),
              {"block (1, 0, 0)", "race between blocks", "reads"});
  expectError(runKernel({R"(
    %last = llvm.sub %k1, %block : i32
    %from = llvm.getelementptr %a0[%last] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %to = llvm.getelementptr %a0[%block] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %from : !llvm.ptr<1> -> f32
    llvm.store %x, %to : f32, !llvm.ptr<1>
    llvm.return)",
                         1, 2},
                        {input(in)}),
              {"block (1, 0, 0)", "race between blocks", "writes"});
}

/// Two launches of a kernel that adds one to each float of %a0, once `before` is executed and the
/// next launch is free to start.
static std::vector<std::string> runTwice(const std::string &before, std::vector<float> &data,
                                         const std::string &after = "") {
  std::vector<float> weights(32, 1);
  return runKernel({before + R"(
    nvvm.griddepcontrol launch_dependents
    %place = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %x = llvm.load %place : !llvm.ptr<1> -> f32
    %one = llvm.mlir.constant(1.0 : f32) : f32
    %y = llvm.fadd %x, %one : f32
    llvm.store %y, %place : f32, !llvm.ptr<1>
)" + after + "llvm.return",
                    32, 1, 0, "", 2},
                   {input(data), input(weights)});
}

/// What a launch does that starts before the one before it has ended.
TEST(MemoryTest, RaceBetweenLaunches) {
  const std::string wait = "nvvm.griddepcontrol wait\n";
  std::vector<float> data(32, 5);
  expectNoError(runTwice(wait, data));
  EXPECT_EQ(data[31], 7);
  // What no launch writes can be read early.
  expectNoError(runTwice("%w = llvm.load %a1 : !llvm.ptr<1> -> f32\n" + wait, data));
  // Without the first launch's consent the second starts when it is done, and need not wait.
  expectNoError(runKernel({"llvm.store %k1, %a0 : i32, !llvm.ptr<1>\nllvm.return", 1, 1, 0, "", 2},
                          {input(data)}));

  expectError(runTwice("", data, wait),
              {"thread 0: race between launches: reads 4 bytes at offset 0 of argument 0 without "
               "having waited for the launches before"});
  expectError(runTwice("", data), {"race between launches", "ends without waiting"});
  expectError(runTwice("llvm.store %k1, %a1 : i32, !llvm.ptr<1>\n" + wait, data),
              {"race between launches: writes 4 bytes at offset 0 of argument 1"});
  // Half a warp waits.
  expectError(runTwice(R"(
    %waits = llvm.icmp "ult" %tid, %k16 : i32
    llvm.cond_br %waits, ^wait, ^go
  ^wait:
    nvvm.griddepcontrol wait
    llvm.br ^go
  ^go:
)",
                       data),
              {"thread 16: race between launches: reads 4 bytes at offset 64 of argument 0"});
}

TEST(MemoryTest, Atomics) {
  std::vector<int32_t> count(1);
  std::vector<float> sum(1);
  expectNoError(runKernel({R"(
    %x = llvm.uitofp %tid : i32 to f32
    %old = llvm.atomicrmw add %a0, %k2 monotonic : !llvm.ptr<1>, i32
    %before = llvm.atomicrmw fadd %a1, %x monotonic : !llvm.ptr<1>, f32
    llvm.return)",
                           40, 3},
                          {input(count), input(sum)}));
  EXPECT_EQ(count[0], 2 * 40 * 3);
  EXPECT_EQ(sum[0], 3 * 39 * 40 / 2);
}

TEST(MemoryTest, GenericPointers) {
  std::vector<float> in(32), out(32);
  std::iota(in.begin(), in.end(), 0.0f);
  expectNoError(runKernel({R"(
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    %generic = llvm.addrspacecast %from : !llvm.ptr<1> to !llvm.ptr
    %x = llvm.load %generic : !llvm.ptr -> f32
    %tile = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    %genericTile = llvm.addrspacecast %tile : !llvm.ptr<3> to !llvm.ptr
    llvm.store %x, %genericTile : f32, !llvm.ptr
    %y = llvm.load %tile : !llvm.ptr<3> -> f32
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
    llvm.store %y, %to : f32, !llvm.ptr<1>
    llvm.return)",
                           32, 1, 128},
                          {input(in), output(out)}));
  EXPECT_EQ(out, in);
}

//===----------------------------------------------------------------------===//
// Shared memory
//===----------------------------------------------------------------------===//

/// Every thread of two warps writes a value and reads that of a thread of the other warp.
static std::string exchange(const std::string &between) {
  return R"(
    %mine = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    llvm.store %tid, %mine : i32, !llvm.ptr<3>
)" + between +
         R"(
    %other = llvm.xor %tid, %k32 : i32
    %theirs = llvm.getelementptr %shared[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i32
    %x = llvm.load %theirs : !llvm.ptr<3> -> i32
    %to = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    llvm.store %x, %to : i32, !llvm.ptr<1>
    llvm.return)";
}

TEST(MemoryTest, RaceBetweenWarps) {
  std::vector<int32_t> out(64);
  expectError(runKernel({exchange(""), 64, 1, 256}, {output(out)}),
              {"thread 32: race between warps: reads 4 bytes at offset 0 of shared memory, which "
               "another warp accesses since the last barrier"});
  expectNoError(runKernel({exchange("nvvm.barrier0"), 64, 1, 256}, {output(out)}));
  for (int i = 0; i < 64; ++i)
    EXPECT_EQ(out[i], i ^ 32);
  expectError(runKernel({exchange("nvvm.barrier0"), 64, 1, 192}, {output(out)}),
              {"thread 48: out of bounds: writes 4 bytes at offset 192 of shared memory, which has "
               "192 bytes"});
}

/// A warp must not overwrite what another one reads before the next barrier.
TEST(MemoryTest, WriteAfterRead) {
  std::vector<int32_t> out(64);
  std::string body = exchange("nvvm.barrier");
  body.replace(body.rfind("llvm.return"), 11,
               "llvm.store %x, %mine : i32, !llvm.ptr<3>\nllvm.return");
  expectError(runKernel({body, 64, 1, 256}, {output(out)}),
              {"thread 32: race between warps: writes 4 bytes at offset 128 of shared memory"});
}

/// Shared memory of one block is not initialized for the next one.
TEST(MemoryTest, SharedMemoryOfBlocks) {
  std::vector<int32_t> out(2);
  expectError(runKernel({R"(
    %isFirst = llvm.icmp "eq" %block, %k0 : i32
    llvm.cond_br %isFirst, ^first, ^next
  ^first:
    llvm.store %tid, %shared : i32, !llvm.ptr<3>
    llvm.br ^next
  ^next:
    %x = llvm.load %shared : !llvm.ptr<3> -> i32
    llvm.return)",
                         1, 2, 16},
                        {output(out)}),
              {"block (1, 0, 0), thread 0: uninitialized read"});
}

TEST(MemoryTest, StaticSharedMemory) {
  std::vector<int32_t> out(2);
  std::string module = R"(
module attributes {gpu.container_module} {
  gpu.module @kernels {
    llvm.mlir.global external @dynamic() {addr_space = 3 : i32, alignment = 16 : i64} : !llvm.array<0 x i8>
    llvm.mlir.global internal @unused() {addr_space = 3 : i32} : !llvm.array<1000 x i32>
    llvm.mlir.global internal @first() {addr_space = 3 : i32} : i32
    llvm.mlir.global internal @second() {addr_space = 3 : i32} : !llvm.array<2 x i64>
    llvm.func @kernel(%out: !llvm.ptr<1>) attributes {gpu.kernel, nvvm.kernel} {
      %dynamic = llvm.mlir.addressof @dynamic : !llvm.ptr<3>
      %first = llvm.mlir.addressof @first : !llvm.ptr<3>
      %second = llvm.mlir.addressof @second : !llvm.ptr<3>
      %x = llvm.ptrtoint %dynamic : !llvm.ptr<3> to i32
      %y = llvm.ptrtoint %second : !llvm.ptr<3> to i32
      llvm.store %x, %first : i32, !llvm.ptr<3>
      %next = llvm.getelementptr %out[1] : (!llvm.ptr<1>) -> !llvm.ptr<1>, i32
      llvm.store %x, %out : i32, !llvm.ptr<1>
      llvm.store %y, %next : i32, !llvm.ptr<1>
      llvm.return
    }
  }
  func.func @network(%out: !llvm.ptr<1>) {
    %one = arith.constant 1 : index
    gpu.launch_func @kernels::@kernel blocks in (%one, %one, %one) threads in (%one, %one, %one) args(%out : !llvm.ptr<1>)
    return
  }
}
)";
  expectNoError(runModule(module, {output(out)}));
  EXPECT_EQ(out[0], 32); // 4 bytes, 16 aligned to 8, 16
  EXPECT_EQ(out[1], 8);
}

//===----------------------------------------------------------------------===//
// Asynchronous copies
//===----------------------------------------------------------------------===//

/// Lanes below 16 copy 16 bytes, the others fill as many with zeros; their source is nowhere.
static std::string copyAsynchronously(const std::string &wait) {
  return R"(
    %isLow = llvm.icmp "slt" %tid, %k16 : i32
    %size = llvm.select %isLow, %k16, %k0 : i1, i32
    %from = llvm.getelementptr %a0[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    %tile = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, vector<4xf32>
    nvvm.cp.async.shared.global %tile, %from, 16, cache = cg, %size : !llvm.ptr<3>, !llvm.ptr<1>, i32
    nvvm.cp.async.commit.group
)" + wait +
         R"(
    %x = llvm.load %tile : !llvm.ptr<3> -> vector<4xf32>
    %to = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, vector<4xf32>
    llvm.store %x, %to : vector<4xf32>, !llvm.ptr<1>
    llvm.return)";
}

TEST(MemoryTest, AsyncCopy) {
  std::vector<float> in(64), out(128);
  std::iota(in.begin(), in.end(), 1.0f);
  expectNoError(runKernel({copyAsynchronously("nvvm.cp.async.wait.group 0"), 32, 1, 512},
                          {input(in), output(out)}));
  for (int i = 0; i < 128; ++i)
    EXPECT_EQ(out[i], i < 64 ? in[i] : 0) << i;
}

TEST(MemoryTest, AsyncCopyReadTooEarly) {
  std::vector<float> in(64), out(128);
  std::vector<std::string> errors = runKernel(
      {copyAsynchronously("nvvm.cp.async.wait.group 1"), 32, 1, 512}, {input(in), output(out)});
  expectError(errors, {"thread 0: copy in flight: reads 16 bytes at offset 0 of shared memory, to "
                       "which a copy is under way that nobody waited for"});
  expectError(errors, {"thread 0: copies in flight: ends without waiting", "llvm.return"});
}

TEST(MemoryTest, AsyncCopyMisaligned) {
  std::vector<float> in(64);
  expectError(runKernel({R"(
    %tile = llvm.getelementptr %shared[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
    nvvm.cp.async.shared.global %tile, %a0, 8, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 0
    llvm.return)",
                         2, 1, 64},
                        {input(in)}),
              {"thread 1: misaligned: copies 8 bytes at offset 4 of shared memory"});
}

TEST(MemoryTest, AsyncCopyTooLong) {
  std::vector<float> in(64);
  expectError(runKernel({R"(
    nvvm.cp.async.shared.global %shared, %a0, 8, cache = ca, %k16 : !llvm.ptr<3>, !llvm.ptr<1>, i32
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 0
    llvm.return)",
                         1, 1, 64},
                        {input(in)}),
              {"copy too long: copies 16 of 8 bytes"});
}

/// Without a second barrier, the copy of the next turn overwrites what the other warp reads.
TEST(MemoryTest, AsyncCopyRace) {
  std::vector<int32_t> in(64, 1), out(64);
  auto kernel = [](const std::string &between) {
    std::string body = exchange("nvvm.barrier0");
    std::string copy = between + R"(
    %from = llvm.getelementptr %a1[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, i32
    nvvm.cp.async.shared.global %mine, %from, 4, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
    nvvm.cp.async.commit.group
    nvvm.cp.async.wait.group 0
    llvm.return)";
    return body.replace(body.rfind("llvm.return"), 11, copy);
  };
  expectError(runKernel({kernel(""), 64, 1, 256}, {output(out), input(in)}),
              {"thread 32: race between warps: copies 4 bytes to offset 128 of shared memory"});
  expectNoError(runKernel({kernel("nvvm.barrier0"), 64, 1, 256}, {output(out), input(in)}));
}
