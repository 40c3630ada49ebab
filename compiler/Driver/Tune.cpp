//===- Tune.cpp - Measured schedules --------------------------------------===//
//
// A schedule is measured where it is used: between the layers before and behind it, with its
// weights as far away as they are in the network. Each round compiles the whole network with
// the next candidate of every layer and runs it in turn with the network that has the cost
// model's schedules. A candidate's time is a share of what the model's took in the run beside it,
// the median of many such pairs: a slow second of a shared machine changes it little. The best
// of many candidates is partly the luckiest one, so the winners are measured once more, together.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Tune.h"

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/ScheduleFile.h"
#include "compiler/Driver/WorkFolder.h"
#include "compiler/Support/Median.h"
#include "dialects/NN/IR/LayerNames.h"

#include "sinter/runtime.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <map>
#include <numeric>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

namespace {

/// Layers of one shape: they share a schedule, and the code of one kernel.
struct Group {
  std::vector<std::string> layers;
  std::vector<std::string> candidates; ///< the cost model's is the first
  size_t best = 0;
  double bestShare = 1; ///< of the time with the cost model's schedule
};

/// Milliseconds of a run, by layer.
using LayerTimes = StringMap<double>;

/// Two networks in turn, run by run.
struct Comparison {
  std::vector<LayerTimes> model, candidate;
};

/// The time of `layers` in a run.
double timeOf(const LayerTimes &run, ArrayRef<std::string> layers) {
  double sum = 0;
  for (const std::string &layer : layers)
    sum += run.lookup(layer);
  return sum;
}

class Tuner {
public:
  Tuner(const CompileOptions &options, const InputOptions &inputOptions,
        const TuneOptions &tuneOptions)
      : options(options), inputOptions(inputOptions), tuneOptions(tuneOptions) {}

  Error run();

private:
  /// Schedules of the fused network: of each group the candidate that `choice` names.
  Error setSchedules(mlir::ModuleOp module, const SchedulePolicy &policy,
                     function_ref<size_t(const Group &)> choice);
  Group &groupOf(mlir::Operation *op, const SchedulePolicy &policy);

  Expected<std::unique_ptr<Artifact>> compileChoice(WorkFolder &folder, StringRef file,
                                                    bool separateSteps,
                                                    function_ref<size_t(const Group &)> choice);
  Expected<Comparison> measure(Artifact &model, Artifact &candidate);
  /// What the candidate's `layers` took of the time of the model's.
  static double share(const Comparison &comparison, ArrayRef<std::string> layers);
  void compare(size_t round, const Comparison &comparison);
  /// Groups go back to the cost model's schedule unless the one they chose is better again.
  void confirm(const Comparison &comparison);
  size_t rounds() const;
  Error writeFile();
  Error report(WorkFolder &folder);

  const CompileOptions &options;
  const InputOptions &inputOptions;
  const TuneOptions &tuneOptions;
  /// By operation, attributes and types.
  MapVector<std::string, Group, std::map<std::string, unsigned>> groups;
  int64_t lanes = 0;
};

size_t modelsChoice(const Group &) { return 0; }
size_t bestChoice(const Group &group) { return group.best; }

Group &Tuner::groupOf(mlir::Operation *op, const SchedulePolicy &policy) {
  std::string key;
  raw_string_ostream stream(key);
  stream << op->getName() << op->getAttrDictionary();
  for (mlir::Type type : op->getOperandTypes())
    stream << type;
  for (mlir::Value result : op->getResults())
    stream << result.getType() << result.use_empty();
  Group &group = groups[key];
  if (group.candidates.empty())
    for (mlir::Attribute candidate : candidateSchedules(op, policy)) {
      std::string &text = group.candidates.emplace_back();
      raw_string_ostream(text) << candidate;
    }
  return group;
}

Error Tuner::setSchedules(mlir::ModuleOp module, const SchedulePolicy &policy,
                          function_ref<size_t(const Group &)> choice) {
  bool isFirst = groups.empty();
  lanes = policy.unit.lanes;
  Error result = Error::success();
  module.walk([&](mlir::Operation *op) {
    SmallVector<StringRef> names = nn::getLayerNames(op->getLoc());
    if (!isScheduled(op) || names.empty() || result)
      return;
    Group &group = groupOf(op, policy);
    if (isFirst)
      group.layers.push_back(names.front().str());
    size_t index = choice(group);
    auto schedule = parseSchedule(group.candidates[index], op->getContext());
    if (!schedule)
      result = schedule.takeError();
    else
      op->setAttr(kernel::scheduleAttrName, *schedule);
  });
  return result;
}

Expected<std::unique_ptr<Artifact>>
Tuner::compileChoice(WorkFolder &folder, StringRef file, bool separateSteps,
                     function_ref<size_t(const Group &)> choice) {
  CompileOptions candidate = options;
  candidate.path = folder.file(file);
  static_cast<void>(folder.file((sys::path::stem(file) + ".h").str()));
  candidate.output = Output::SharedObject;
  candidate.quiet = true;
  candidate.remarks = false;
  candidate.separateSteps = separateSteps;
  candidate.setSchedules = [&](mlir::ModuleOp module, const SchedulePolicy &policy) {
    return setSchedules(module, policy, choice);
  };
  if (compile(candidate, inputOptions) != 0)
    return createStringError("the network could not be compiled with these schedules");
  Place place;
  place.threads = tuneOptions.threads;
  return Artifact::loadWithRandomInputs(candidate.path, place);
}

size_t Tuner::rounds() const {
  size_t most = 0;
  for (const auto &[key, group] : groups)
    most = std::max(most, group.candidates.size());
  return most;
}

Expected<Comparison> Tuner::measure(Artifact &model, Artifact &candidate) {
  constexpr uint64_t minPairs = 10;
  auto runOnce = [](Artifact &artifact, std::vector<LayerTimes> &runs) -> Error {
    auto profile = artifact.profile(1);
    if (!profile)
      return profile.takeError();
    LayerTimes &times = runs.emplace_back();
    for (const auto &[step, time] : zip_equal(artifact.info().steps, profile->steps.front()))
      times[step.layers] += time;
    return Error::success();
  };
  Comparison comparison;
  uint64_t begin = sinter_clock_ns();
  for (uint64_t pair = 0; pair < minPairs || (sinter_clock_ns() - begin) * 1e-9 < tuneOptions.seconds; ++pair) {
    if (Error error = runOnce(model, comparison.model))
      return error;
    if (Error error = runOnce(candidate, comparison.candidate))
      return error;
  }
  return comparison;
}

double Tuner::share(const Comparison &comparison, ArrayRef<std::string> layers) {
  std::vector<double> shares;
  for (const auto &[model, candidate] : zip_equal(comparison.model, comparison.candidate))
    shares.push_back(timeOf(candidate, layers) / timeOf(model, layers));
  return medianOf(std::move(shares));
}

/// A little less than the model's time may be chance.
constexpr double worthwhile = 0.98;

void Tuner::compare(size_t round, const Comparison &comparison) {
  for (auto &[key, group] : groups) {
    if (round >= group.candidates.size())
      continue;
    double share = Tuner::share(comparison, group.layers);
    if (share < worthwhile && share < group.bestShare) {
      group.best = round;
      group.bestShare = share;
    }
  }
}

void Tuner::confirm(const Comparison &comparison) {
  for (auto &[key, group] : groups) {
    group.bestShare = group.best ? Tuner::share(comparison, group.layers) : 1;
    if (group.bestShare >= worthwhile) {
      group.best = 0;
      group.bestShare = 1;
    }
  }
}

Error Tuner::writeFile() {
  ScheduleFile file;
  file.lanes = lanes;
  for (const auto &[key, group] : groups)
    file.entries.push_back({group.layers, group.candidates[group.best],
                            fmt::format("\"of_models_time\": {:.3f}", group.bestShare)});
  WorkFolder folder(tuneOptions.path);
  if (!folder.error.empty())
    return createStringError(folder.error);
  std::string written = folder.file("schedules.json");
  if (Error error = WorkFolder::write(written, file.text()))
    return error;
  std::error_code code = WorkFolder::install(written, tuneOptions.path);
  return code ? createStringError(code, "cannot write '" + tuneOptions.path + "'") : Error::success();
}

/// Both networks as they are used, with no more barriers than they need.
Error Tuner::report(WorkFolder &folder) {
  auto model = compileChoice(folder, "model.so", /*separateSteps=*/false, modelsChoice);
  if (!model)
    return model.takeError();
  auto tuned = compileChoice(folder, "tuned.so", /*separateSteps=*/false, bestChoice);
  if (!tuned)
    return tuned.takeError();
  auto comparison = measure(**model, **tuned);
  if (!comparison)
    return comparison.takeError();
  auto median = [](ArrayRef<LayerTimes> runs) {
    std::vector<double> totals;
    for (const LayerTimes &run : runs)
      totals.push_back(
          std::accumulate(run.begin(), run.end(), 0.0,
                          [](double sum, const auto &entry) { return sum + entry.second; }));
    return medianOf(std::move(totals));
  };
  size_t changed = 0, layers = 0;
  for (const auto &[key, group] : groups) {
    layers += group.layers.size();
    changed += group.best ? group.layers.size() : 0;
  }
  errs() << fmt::format("{}: {:.3f} ms with the cost model's schedules, {:.3f} ms with others for "
                        "{} of {} layers\n",
                        tuneOptions.path, median(comparison->model), median(comparison->candidate), changed, layers);
  return Error::success();
}

Error Tuner::run() {
  WorkFolder folder(options.path.empty() ? tuneOptions.path : options.path);
  if (!folder.error.empty())
    return createStringError(folder.error);
  auto model = compileChoice(folder, "model.so", /*separateSteps=*/true, modelsChoice);
  if (!model)
    return model.takeError();
  for (size_t round = 1; round < rounds(); ++round) {
    auto choice = [&](const Group &group) { return round < group.candidates.size() ? round : 0; };
    auto candidate = compileChoice(folder, "candidate.so", /*separateSteps=*/true, choice);
    if (!candidate)
      return candidate.takeError();
    auto comparison = measure(**model, **candidate);
    if (!comparison)
      return comparison.takeError();
    compare(round, *comparison);
    if (!options.quiet)
      errs() << fmt::format("measured {} of {} candidates of each layer\n", round, rounds() - 1);
  }
  auto winners = compileChoice(folder, "candidate.so", /*separateSteps=*/true, bestChoice);
  if (!winners)
    return winners.takeError();
  auto comparison = measure(**model, **winners);
  if (!comparison)
    return comparison.takeError();
  confirm(*comparison);
  if (Error error = writeFile())
    return error;
  return options.quiet ? Error::success() : report(folder);
}

} // namespace

int driver::tune(const CompileOptions &options, const InputOptions &inputOptions,
                 const TuneOptions &tuneOptions) {
  if (sys::fs::is_directory(tuneOptions.path))
    return fail(fmt::format("cannot write '{}': is a directory", tuneOptions.path));
  if (Error error = Tuner(options, inputOptions, tuneOptions).run())
    return fail(toString(std::move(error)));
  // The file is what the artifact is made from, now as later.
  auto file = ScheduleFile::read(tuneOptions.path);
  if (!file)
    return fail(toString(file.takeError()));
  CompileOptions tuned = options;
  tuned.setSchedules = [&](mlir::ModuleOp module, const SchedulePolicy &policy) {
    return file->apply(module, policy);
  };
  return compile(tuned, inputOptions);
}
