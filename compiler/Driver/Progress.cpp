//===- Progress.cpp - What a compilation is doing -------------------------===//

#include "compiler/Driver/Progress.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"

#include "fmt/core.h"

#include <sys/resource.h>

using namespace sinter::driver;

Progress::Progress(bool quiet)
    : showsStages(!quiet && llvm::sys::Process::StandardErrIsDisplayed()), showsSummary(!quiet) {}

static double seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

void Progress::begin(llvm::StringRef name) {
  finishStage();
  stage = name.str();
  stageStart = Clock::now();
  if (showsStages) {
    // Whatever is printed next, be it an error, takes this line's place.
    fmt::print(stderr, "  {:<10}...\r", stage);
    std::fflush(stderr);
  }
}

void Progress::finishStage() {
  if (showsStages && !stage.empty())
    fmt::print(stderr, "  {:<10}{:6.2f} s\n", stage, seconds(Clock::now() - stageStart));
  stage.clear();
}

void Progress::end(llvm::StringRef output) {
  finishStage();
  if (!showsSummary || output.empty())
    return;
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  uint64_t bytes = 0;
  std::string size;
  if (!llvm::sys::fs::file_size(output, bytes))
    size = fmt::format(" ({:.1f} MB)", bytes / 1e6);
  fmt::print(stderr, "{}{}: {:.2f} s, peak memory {:.0f} MB\n", output.str(), size,
             seconds(Clock::now() - start), usage.ru_maxrss / 1024.0);
}
