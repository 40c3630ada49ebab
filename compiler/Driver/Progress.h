//===- Progress.h - What a compilation is doing -------------------*- C++ -*-===//

#ifndef SINTER_COMPILER_DRIVER_PROGRESS_H
#define SINTER_COMPILER_DRIVER_PROGRESS_H

#include "llvm/ADT/StringRef.h"

#include <chrono>
#include <string>

namespace sinter::driver {

/// Shows the stages on a terminal as they run, each with its time, and at the
/// end the time and the peak memory of the whole process. Writes to standard
/// error; nothing if `quiet`, and the summary alone if that is no terminal.
class Progress {
public:
  explicit Progress(bool quiet);

  void begin(llvm::StringRef stage);
  /// Ends the last stage. `output` is what was written; empty: nothing was.
  void end(llvm::StringRef output);

private:
  using Clock = std::chrono::steady_clock;

  void finishStage();

  bool showsStages, showsSummary;
  std::string stage;
  Clock::time_point start = Clock::now(), stageStart = start;
};

} // namespace sinter::driver

#endif // SINTER_COMPILER_DRIVER_PROGRESS_H
