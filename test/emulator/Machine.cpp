//===- Machine.cpp - Runs the blocks of launches --------------------------===//

#include "test/emulator/Machine.h"

#include "test/emulator/Warp.h"

#include <algorithm>

using namespace mlir;
using namespace sinter;
using namespace sinter::emulator;

//===----------------------------------------------------------------------===//
// Launches
//===----------------------------------------------------------------------===//

std::string Machine::problemOf(const Parameter &parameter, const Argument &argument) const {
  bool isPointer = argument.buffer != BufferView::noBuffer;
  if (parameter.isPointer != isPointer)
    return isPointer ? "expects a number, got a pointer" : "expects a pointer, got a number";
  if (!isPointer)
    return "";
  uint64_t bytes = global.bufferBytes(argument.buffer);
  if (argument.offset < 0 || static_cast<uint64_t>(argument.offset) > bytes)
    return "points outside of its buffer";
  uint64_t rest = bytes - argument.offset;
  if (parameter.dereferenceable.value_or(0) > rest)
    return (Twine("is said to have ") + Twine(*parameter.dereferenceable) + " bytes, got " +
            Twine(rest))
        .str();
  if (argument.offset % parameter.alignment)
    return (Twine("expects an alignment of ") + Twine(parameter.alignment) + ", got offset " +
            Twine(argument.offset))
        .str();
  return "";
}

std::string Machine::problemOf(const Program &program, const Launch &launch) const {
  auto [x, y, z] = launch.block;
  if (y != 1 || z != 1 || x < 1 || x > 1024)
    return "expects 1 to 1024 threads in one dimension";
  if (program.requiredThreads.value_or(x) != x || program.maximumThreads.value_or(x) < x)
    return "expects as many threads as the kernel is compiled for";
  for (auto [dimension, size] : llvm::enumerate(launch.grid))
    if (size < 1 || size > (dimension == 0 ? 0x7fffffffu : 0xffffu))
      return "expects a grid that the device can run";
  if (program.parameters.size() != launch.arguments.size())
    return "expects as many arguments as the kernel has";
  for (auto [i, parameter] : llvm::enumerate(program.parameters)) {
    std::string problem = problemOf(parameter, launch.arguments[i]);
    if (!problem.empty())
      return (Twine("argument ") + Twine(i) + " " + problem).str();
  }
  return "";
}

SmallVector<BufferView> Machine::viewsOf(const Program &program, const Launch &launch) const {
  SmallVector<BufferView> views;
  for (auto [parameter, argument] : llvm::zip(program.parameters, launch.arguments)) {
    BufferView view;
    if (parameter.isPointer) {
      view.buffer = argument.buffer;
      view.start = argument.offset;
      view.bytes = parameter.dereferenceable.value_or(global.bufferBytes(view.buffer) - view.start);
    }
    views.push_back(view);
  }
  return views;
}

std::vector<std::unique_ptr<Warp>> Machine::makeWarps(ThreadBlock &block, const Launch &launch) {
  std::vector<std::unique_ptr<Warp>> warps;
  for (unsigned number = 0; number * laneCount < block.threads; ++number) {
    auto warp = std::make_unique<Warp>(block, number);
    for (auto [i, parameter] : llvm::enumerate(block.program.parameters))
      std::fill_n(warp->row(parameter.slot), laneCount,
                  parameter.isPointer ? pointer::toArgument(i) : launch.arguments[i].word);
    warps.push_back(std::move(warp));
  }
  return warps;
}

void Machine::run(const Program &program, const Launch &launch) {
  ++statistics.launches;
  std::string problem = problemOf(program, launch);
  if (!problem.empty()) {
    errors.add(launch.op, program.name, "launch", problem);
    errors.stop();
    return;
  }
  global.beginLaunch(viewsOf(program, launch), launch.grid[0] * launch.grid[1] * launch.grid[2]);
  shared.beginLaunch(program.staticSharedBytes + launch.dynamicSharedBytes);

  std::array<uint32_t, 3> grid;
  std::copy(launch.grid.begin(), launch.grid.end(), grid.begin());
  ThreadBlock block{program, global, shared, errors, grid, static_cast<unsigned>(launch.block[0])};
  block.startsEarly = startsEarly;
  std::vector<std::unique_ptr<Warp>> warps = makeWarps(block, launch);
  uint64_t number = 0;
  auto &[x, y, z] = block.position;
  for (z = 0; z < grid[2]; ++z)
    for (y = 0; y < grid[1]; ++y)
      for (x = 0; x < grid[0]; ++x) {
        block.stamp = global.stampOf(number++);
        runBlock(block, warps);
        if (errors.isStopped())
          return;
      }
  startsEarly = block.launchesDependents;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

void Machine::runBlock(ThreadBlock &block, ArrayRef<std::unique_ptr<Warp>> warps) {
  shared.beginBlock();
  for (const std::unique_ptr<Warp> &warp : warps)
    warp->restart();
  while (true) {
    // One warp after the other, each up to the next barrier.
    Warp *waiting = nullptr, *done = nullptr;
    for (const std::unique_ptr<Warp> &warp : warps) {
      if (!warp->isDone())
        statistics.warpInstructions += warp->run();
      if (errors.isStopped())
        return;
      (warp->isDone() ? done : waiting) = warp.get();
    }
    if (!waiting)
      return;
    if (done) {
      // Every thread of the block has to reach the barriers, says the documentation of NVVM.
      waiting->abort(0, "barrier",
                     Twine("waits for warp ") + Twine(done->number) + ", which has ended");
      return;
    }
    shared.barrier();
  }
}
