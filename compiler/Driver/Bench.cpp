//===- Bench.cpp - sinter bench -------------------------------------------===//
//
// Times a compiled network on random input, one run after another: no part of a
// run is left out and none is averaged away before the percentiles are taken.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/Values.h"
#include "compiler/Support/Median.h"

#include "sinter/runtime.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;
namespace po = boost::program_options;

namespace {

/// Their times have to fit into memory.
constexpr uint64_t maxRuns = 10000000;

struct BenchOptions {
  std::string model;
  Place place;
  uint64_t runs = 0; ///< 0: as many as fit into `seconds`
  uint64_t warmup = 3;
  double seconds = 2;
  bool json = false, perLayer = false;
};

/// What a look into some runs showed, in milliseconds.
struct Details {
  struct Time {
    double min, median;
  };
  std::optional<Time> device; ///< by a GPU's own clock, without copies
  std::vector<Time> steps;    ///< with --per-layer
  double peak = 0;            ///< GFLOP/s; 0: not known

  double totalMedian() const {
    return std::accumulate(steps.begin(), steps.end(), 0.0,
                           [](double sum, const Time &step) { return sum + step.median; });
  }
};

/// GFLOP/s of a step that took `ms`: a multiply-add is two operations.
double rateOf(const sinter_step_info &step, double ms) { return step.multiply_adds * 2e-6 / ms; }

/// What is reported, in milliseconds.
struct Timings {
  size_t runs;
  double min, median, p99, mean;
};

Syntax makeSyntax() {
  Syntax syntax;
  syntax.name = "bench";
  syntax.usage = "sinter bench MODEL.so [--threads N | --device N] [--per-layer] [--json] [--runs R] "
                 "[--warmup W] [--seconds S]";
  syntax.summary = "Time a compiled network on random input.";
  syntax.options.add_options()                                                              //
      ("model", po::value<std::string>(), "the shared object made by 'sinter compile'")     //
      ("threads", po::value<std::string>(), "number of threads (default: all CPUs)")        //
      ("device", po::value<std::string>(), "number of the GPU (default: 0)")                   //
      ("runs", po::value<std::string>(), "number of measured runs (default: by --seconds)") //
      ("warmup", po::value<std::string>(), "runs before measuring (default: 3)")            //
      ("seconds", po::value<std::string>(),
       "measure for this long, at least 5 runs (default: 2; with --runs: no limit)") //
      ("per-layer", po::bool_switch(),
       "time each layer, too, and compare it with the processor's peak")              //
      ("json", po::bool_switch(), "print one JSON object");
  syntax.positional.add("model", 1);
  return syntax;
}

Expected<BenchOptions> makeOptions(const po::variables_map &values) {
  BenchOptions options;
  if (!values.count("model"))
    return createStringError("expects a compiled model; see 'sinter bench --help'");
  options.model = textOf(values, "model");
  options.json = values["json"].as<bool>();
  options.perLayer = values["per-layer"].as<bool>();
  auto place = parsePlace(values);
  if (!place)
    return place.takeError();
  options.place = *place;
  auto runs = countOf(values, "runs", 1, maxRuns);
  if (!runs)
    return runs.takeError();
  options.runs = runs->value_or(0);
  auto warmup = countOf(values, "warmup", 0, maxRuns);
  if (!warmup)
    return warmup.takeError();
  options.warmup = warmup->value_or(options.warmup);
  if (options.runs != 0)
    options.seconds = INFINITY;
  auto seconds = positiveOf(values, "seconds");
  if (!seconds)
    return seconds.takeError();
  options.seconds = seconds->value_or(options.seconds);
  return options;
}

/// The duration of each run, in milliseconds.
Expected<std::vector<double>> measure(Artifact &artifact, const BenchOptions &options) {
  constexpr uint64_t minRuns = 5;
  const uint64_t limit = options.runs ? options.runs : maxRuns;
  for (uint64_t run = 0; run < options.warmup; ++run)
    if (Error error = artifact.run())
      return error;
  std::vector<double> times;
  const uint64_t begin = sinter_clock_ns();
  for (uint64_t before = begin; times.size() < limit;) {
    if (Error error = artifact.run())
      return error;
    const uint64_t after = sinter_clock_ns();
    times.push_back((after - before) * 1e-6);
    if ((after - begin) * 1e-9 >= options.seconds && times.size() >= std::min(minRuns, limit))
      break;
    before = sinter_clock_ns(); // what the loop itself costs is no part of a run
  }
  return times;
}

Timings summarize(std::vector<double> times) {
  std::sort(times.begin(), times.end());
  const double median = medianOf(times);
  const size_t count = times.size();
  const size_t p99 = static_cast<size_t>(std::ceil(count * 0.99)) - 1; // nearest rank
  const double mean = std::accumulate(times.begin(), times.end(), 0.0) / count;
  return {count, times.front(), median, times[p99], mean};
}

/// A look into some runs, beside the processor's peak.
Expected<Details> measureDetails(Artifact &artifact, const BenchOptions &options, uint64_t runs) {
  constexpr uint64_t enoughRuns = 1000;
  auto profile = artifact.profile(std::min(runs, enoughRuns));
  if (!profile)
    return profile.takeError();
  Details details;
  if (!profile->device.empty())
    details.device = {*std::min_element(profile->device.begin(), profile->device.end()),
                      medianOf(profile->device)};
  if (!options.perLayer)
    return details;
  details.peak = artifact.measurePeak();
  for (size_t step = 0; step < artifact.info().steps.size(); ++step) {
    std::vector<double> times;
    for (const std::vector<double> &row : profile->steps)
      times.push_back(row[step]);
    details.steps.push_back({*std::min_element(times.begin(), times.end()), medianOf(times)});
  }
  return details;
}

void printJson(json::OStream &stream, const ArtifactInfo &model, const Details &details) {
  if (details.device) {
    stream.attribute("device_min_ms", details.device->min);
    stream.attribute("device_median_ms", details.device->median);
  }
  if (details.steps.empty())
    return;
  if (details.peak > 0)
    stream.attribute("peak_gflops", details.peak);
  stream.attributeArray("steps", [&] {
    for (const auto &[step, time] : zip_equal(model.steps, details.steps))
      stream.object([&, &step = step, &time = time] {
        stream.attribute("layers", step.layers);
        stream.attribute("multiply_adds", int64_t(step.multiply_adds));
        stream.attribute("min_ms", time.min);
        stream.attribute("median_ms", time.median);
      });
  });
}

void printJson(const ArtifactInfo &model, const Timings &timings, const Details &details,
               int64_t batch) {
  json::OStream stream(outs(), 2);
  stream.object([&] {
    stream.attribute("model", model.name);
    stream.attribute("batch", batch);
    if (!model.isCUDA)
      stream.attribute("threads", int64_t(model.threads));
    stream.attribute("runs", int64_t(timings.runs));
    stream.attribute("min_ms", timings.min);
    stream.attribute("median_ms", timings.median);
    stream.attribute("p99_ms", timings.p99);
    stream.attribute("mean_ms", timings.mean);
    stream.attribute("images_per_second", 1000 * batch / timings.mean);
    stream.attribute(model.isCUDA ? "gpu" : "cpu", model.processor);
    if (!model.isCUDA)
      stream.attribute("cpu_level", sinter_cpu_level());
    stream.attribute("compiled_for", model.compiledFor);
    stream.attribute("compiler", model.compiler);
    stream.attribute("workspace_bytes", int64_t(model.workspaceBytes));
    printJson(stream, model, details);
  });
  outs() << "\n";
}

void printSteps(const ArtifactInfo &model, const Details &details) {
  size_t width = StringRef("layers").size();
  for (const sinter_step_info &step : model.steps)
    width = std::max(width, std::strlen(step.layers));
  width = std::min<size_t>(width, 60);
  fmt::print("\n{:<{}} {:>10} {:>10} {:>8} {:>10}", "layers", width, "min ms", "median ms",
             "of time", "GFLOP/s");
  fmt::print("{}\n", details.peak > 0 ? "  of peak" : "");
  const double total = details.totalMedian();
  for (const auto &[step, time] : zip_equal(model.steps, details.steps)) {
    fmt::print("{:<{}} {:>10.4f} {:>10.4f} {:>7.1f}%", step.layers, width, time.min, time.median,
               100 * time.median / total);
    const double rate = rateOf(step, time.min);
    if (rate > 0)
      fmt::print(" {:>10.1f}", rate);
    if (rate > 0 && details.peak > 0)
      fmt::print(" {:>7.1f}%", 100 * rate / details.peak);
    fmt::print("\n");
  }
  if (model.isCUDA)
    fmt::print("\nGFLOP/s are those of the minimum. Each launch is timed by itself, which costs "
               "more than in a graph.\n");
  else
    fmt::print("\nGFLOP/s and share of peak are those of the minimum. The peak of {} thread{} is "
               "{:.1f} GFLOP/s,\nmeasured; a convolution by Winograd's algorithm may seem to exceed "
               "it.\n",
               model.threads, model.threads == 1 ? "" : "s", details.peak);
}

void printTable(const ArtifactInfo &model, const Timings &timings, const Details &details,
                int64_t batch) {
  if (model.isCUDA)
    fmt::print("{}, batch {}, {} runs\ncompiled for {}, on {}\n\n", model.name, batch, timings.runs,
               model.compiledFor, model.processor);
  else
    fmt::print("{}, batch {}, {} thread{}, {} runs\ncompiled for {}, on {} ({})\n\n", model.name,
               batch, model.threads, model.threads == 1 ? "" : "s", timings.runs,
               model.compiledFor, model.processor, sinter_cpu_level());
  fmt::print("{:>10} {:>10} {:>10} {:>10} {:>12}\n", "min ms", "median ms", "p99 ms", "mean ms",
             "images/s");
  fmt::print("{:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f} {:>12.2f}\n", timings.min, timings.median,
             timings.p99, timings.mean, 1000 * batch / timings.mean);
  if (details.device)
    fmt::print("{:>10.3f} {:>10.3f} by the GPU's clock, without copies from and to the host\n",
               details.device->min, details.device->median);
  if (!details.steps.empty())
    printSteps(model, details);
}

Error bench(const BenchOptions &options) {
  auto artifact = Artifact::loadWithRandomInputs(options.model, options.place);
  if (!artifact)
    return artifact.takeError();
  auto times = measure(**artifact, options);
  if (!times)
    return times.takeError();
  const Timings timings = summarize(std::move(*times));
  const ArtifactInfo &model = (*artifact)->info();
  Details details;
  if (options.perLayer || model.isCUDA) {
    auto measured = measureDetails(**artifact, options, timings.runs);
    if (!measured)
      return measured.takeError();
    details = std::move(*measured);
  }
  const Shape &shape = (*artifact)->inputs().front().shape;
  const int64_t batch = shape.empty() ? 1 : shape.front();
  if (options.json)
    printJson(model, timings, details, batch);
  else
    printTable(model, timings, details, batch);
  return Error::success();
}

} // namespace

int driver::benchMain(const Arguments &arguments) {
  int status = 0;
  auto options = parseOptions(makeSyntax(), arguments, makeOptions, status);
  if (!options)
    return status;
  if (Error error = bench(*options))
    return fail(toString(std::move(error)));
  return 0;
}
