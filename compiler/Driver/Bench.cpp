//===- Bench.cpp - sinter bench -------------------------------------------===//
//
// Times a compiled network on random input, one run after another: no part of a
// run is left out and none is averaged away before the percentiles are taken.
//
//===----------------------------------------------------------------------===//

#include "compiler/Driver/Artifact.h"
#include "compiler/Driver/Options.h"
#include "compiler/Driver/PeakRate.h"
#include "compiler/Driver/Values.h"
#include "compiler/Support/Median.h"

#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/TargetParser/Host.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <optional>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;
namespace po = boost::program_options;

namespace {

/// Their times have to fit into memory.
constexpr uint64_t maxRuns = 10000000;

struct BenchOptions {
  std::string model;
  unsigned threads = 1;
  uint64_t runs = 0; ///< 0: as many as fit into `seconds`
  uint64_t warmup = 3;
  double seconds = 2;
  bool json = false, perLayer = false;
};

/// What the steps of the model took, in milliseconds, and what the processor gives at most.
struct StepTimings {
  struct Step {
    double min, median;
  };
  double peak; ///< GFLOP/s
  std::vector<Step> steps;

  double totalMedian() const {
    return std::accumulate(steps.begin(), steps.end(), 0.0,
                           [](double sum, const Step &step) { return sum + step.median; });
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
  syntax.usage = "sinter bench MODEL.so [--threads N] [--per-layer] [--json] [--runs R] "
                 "[--warmup W] [--seconds S]";
  syntax.summary = "Time a compiled network on random input.";
  syntax.options.add_options()                                                              //
      ("model", po::value<std::string>(), "the shared object made by 'sinter compile'")     //
      ("threads", po::value<std::string>(), "number of threads (default: all CPUs)")        //
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
  auto threads = parseThreads(textOf(values, "threads"));
  if (!threads)
    return threads.takeError();
  options.threads = *threads;
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

StepTimings measureSteps(Artifact &artifact, const BenchOptions &options, uint64_t runs) {
  constexpr uint64_t enoughRuns = 1000;
  const sinter_model_info &model = artifact.info();
  auto rows = artifact.timeSteps(std::min(runs, enoughRuns));
  StepTimings timings{measurePeakRate(options.threads, model.cpu_features), {}};
  for (uint64_t step = 0; step < model.num_steps; ++step) {
    std::vector<double> times;
    for (const std::vector<double> &row : rows)
      times.push_back(row[step]);
    timings.steps.push_back({*std::min_element(times.begin(), times.end()), medianOf(times)});
  }
  return timings;
}

/// What the processor calls itself.
std::string cpuName() {
#if defined(__x86_64__)
  uint32_t text[12];
  bool known = true;
  for (unsigned i = 0; i < 3; ++i)
    known &= __get_cpuid(0x80000002 + i, &text[4 * i], &text[4 * i + 1], &text[4 * i + 2],
                         &text[4 * i + 3]) != 0;
  if (known) {
    StringRef name(reinterpret_cast<const char *>(text), sizeof(text));
    return name.take_until([](char c) { return c == 0; }).trim().str();
  }
#endif
  return sys::getHostCPUName().str();
}

void printJson(json::OStream &stream, const sinter_model_info &model, const StepTimings &timings) {
  stream.attribute("peak_gflops", timings.peak);
  stream.attributeArray("steps", [&] {
    for (size_t i = 0; i < timings.steps.size(); ++i) {
      const sinter_step_info &step = model.steps[i];
      const StepTimings::Step &timing = timings.steps[i];
      stream.object([&] {
        stream.attribute("layers", step.layers);
        stream.attribute("multiply_adds", int64_t(step.multiply_adds));
        stream.attribute("min_ms", timing.min);
        stream.attribute("median_ms", timing.median);
      });
    }
  });
}

void printJson(const sinter_model_info &model, const BenchOptions &options, const Timings &timings,
               const std::optional<StepTimings> &steps, int64_t batch) {
  json::OStream stream(outs(), 2);
  stream.object([&] {
    stream.attribute("model", model.name);
    stream.attribute("batch", batch);
    stream.attribute("threads", int64_t(options.threads));
    stream.attribute("runs", int64_t(timings.runs));
    stream.attribute("min_ms", timings.min);
    stream.attribute("median_ms", timings.median);
    stream.attribute("p99_ms", timings.p99);
    stream.attribute("mean_ms", timings.mean);
    stream.attribute("images_per_second", 1000 * batch / timings.mean);
    stream.attribute("cpu", cpuName());
    stream.attribute("cpu_level", sinter_cpu_level());
    stream.attribute("compiled_for", model.cpu);
    stream.attribute("compiler", model.compiler);
    stream.attribute("workspace_bytes", int64_t(model.workspace_bytes));
    if (steps)
      printJson(stream, model, *steps);
  });
  outs() << "\n";
}

void printTable(const sinter_model_info &model, const StepTimings &timings, unsigned threads) {
  size_t width = StringRef("layers").size();
  for (uint64_t i = 0; i < model.num_steps; ++i)
    width = std::max(width, std::strlen(model.steps[i].layers));
  width = std::min<size_t>(width, 60);
  fmt::print("\n{:<{}} {:>10} {:>10} {:>8} {:>10} {:>8}\n", "layers", width, "min ms", "median ms",
             "of time", "GFLOP/s", "of peak");
  const double total = timings.totalMedian();
  for (auto [i, timing] : enumerate(timings.steps)) {
    const sinter_step_info &step = model.steps[i];
    fmt::print("{:<{}} {:>10.4f} {:>10.4f} {:>7.1f}%", step.layers, width, timing.min,
               timing.median, 100 * timing.median / total);
    const double rate = rateOf(step, timing.min);
    if (rate > 0 && timings.peak > 0)
      fmt::print(" {:>10.1f} {:>7.1f}%", rate, 100 * rate / timings.peak);
    fmt::print("\n");
  }
  fmt::print("\nGFLOP/s and share of peak are those of the minimum. The peak of {} thread{} is {:.1f} "
             "GFLOP/s,\nmeasured; a convolution by Winograd's algorithm may seem to exceed it.\n",
             threads, threads == 1 ? "" : "s", timings.peak);
}

void printTable(const sinter_model_info &model, const BenchOptions &options, const Timings &timings,
                const std::optional<StepTimings> &steps, int64_t batch) {
  fmt::print("{}, batch {}, {} thread{}, {} runs\n", model.name, batch, options.threads,
             options.threads == 1 ? "" : "s", timings.runs);
  fmt::print("compiled for {}, on {} ({})\n\n", model.cpu, cpuName(), sinter_cpu_level());
  fmt::print("{:>10} {:>10} {:>10} {:>10} {:>12}\n", "min ms", "median ms", "p99 ms", "mean ms",
             "images/s");
  fmt::print("{:>10.3f} {:>10.3f} {:>10.3f} {:>10.3f} {:>12.2f}\n", timings.min, timings.median,
             timings.p99, timings.mean, 1000 * batch / timings.mean);
  if (steps)
    printTable(model, *steps, options.threads);
}

Error bench(const BenchOptions &options) {
  auto artifact = Artifact::loadWithRandomInputs(options.model, options.threads);
  if (!artifact)
    return artifact.takeError();
  auto times = measure(*artifact, options);
  if (!times)
    return times.takeError();
  const Timings timings = summarize(std::move(*times));
  std::optional<StepTimings> steps;
  if (options.perLayer)
    steps = measureSteps(*artifact, options, timings.runs);
  const Shape &shape = artifact->inputs().front().shape;
  const int64_t batch = shape.empty() ? 1 : shape.front();
  if (options.json)
    printJson(artifact->info(), options, timings, steps, batch);
  else
    printTable(artifact->info(), options, timings, steps, batch);
  return Error::success();
}

} // namespace

int driver::benchMain(const Arguments &arguments) {
  Syntax syntax = makeSyntax();
  int status = 0;
  auto values = parse(syntax, arguments, status);
  if (!values)
    return status;
  auto options = makeOptions(*values);
  if (!options)
    return fail(toString(options.takeError()));
  if (Error error = bench(*options))
    return fail(toString(std::move(error)));
  return 0;
}
