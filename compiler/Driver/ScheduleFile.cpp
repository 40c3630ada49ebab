//===- ScheduleFile.cpp - Schedules in a file -----------------------------===//

#include "compiler/Driver/ScheduleFile.h"

#include "compiler/Codegen/CUDA/CUDA.h"
#include "compiler/Frontend/Weights/JsonGuard.h"
#include "compiler/Support/File.h"
#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"
#include "dialects/NN/IR/LayerNames.h"

#include "fmt/format.h"
#include "mlir/AsmParser/AsmParser.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/JSON.h"

using namespace llvm;
using namespace sinter;
using namespace sinter::driver;

//===----------------------------------------------------------------------===//
// Reading and writing
//===----------------------------------------------------------------------===//

namespace sinter::driver {

/// llvm::json calls these; `path` tells where in the file it is.
static bool fromJSON(const json::Value &value, ScheduleFile::Entry &entry, json::Path path) {
  json::ObjectMapper mapper(value, path);
  return mapper && mapper.map("layers", entry.layers) && mapper.map("schedule", entry.schedule);
}

static bool fromJSON(const json::Value &value, ScheduleFile &file, json::Path path) {
  json::ObjectMapper mapper(value, path);
  int64_t version;
  if (!mapper || !mapper.map("version", version))
    return false;
  if (version != 1) {
    path.field("version").report("expected 1");
    return false;
  }
  return mapper.mapOptional("lanes", file.lanes) && mapper.map("schedules", file.entries);
}

} // namespace sinter::driver

Expected<ScheduleFile> ScheduleFile::read(const std::string &path) {
  constexpr size_t maxBytes = 4 << 20, maxValues = 100000;
  constexpr unsigned maxDepth = 8;
  auto buffer = mapFile(path);
  if (!buffer)
    return buffer.takeError();
  StringRef text = (*buffer)->getBuffer();
  std::string problem;
  if (text.size() > maxBytes)
    problem = fmt::format("has {} bytes; expects at most {}", text.size(), maxBytes);
  else
    problem = checkJson(text, maxDepth, maxValues);
  if (!problem.empty())
    return createStringError("'" + path + "': " + problem);
  Expected<json::Value> value = json::parse(text);
  if (!value)
    return createStringError("'" + path + "': " + toString(value.takeError()));
  ScheduleFile file;
  file.path = path;
  json::Path::Root root("schedules");
  if (!fromJSON(*value, file, root))
    return createStringError("'" + path + "': " + toString(root.getError()));
  return file;
}

std::string ScheduleFile::text() const {
  // One line for each entry: what changes shows in a comparison of two files.
  std::string text = fmt::format("{{\n  \"version\": 1,\n  \"lanes\": {},\n  \"schedules\": [\n", lanes);
  raw_string_ostream stream(text);
  for (auto [i, entry] : enumerate(entries)) {
    stream << "    {\"layers\": " << json::Value(json::Array(entry.layers))
           << ", \"schedule\": " << json::Value(entry.schedule);
    if (!entry.comment.empty())
      stream << ", " << entry.comment;
    stream << (i + 1 < entries.size() ? "},\n" : "}\n");
  }
  stream << "  ]\n}\n";
  return text;
}

Expected<mlir::Attribute> driver::parseSchedule(StringRef text, mlir::MLIRContext *context) {
  constexpr size_t maxLength = 400;
  std::string message;
  mlir::Attribute attribute;
  if (text.size() <= maxLength) {
    mlir::ScopedDiagnosticHandler handler(context, [&](mlir::Diagnostic &diagnostic) {
      if (message.empty())
        message = diagnostic.str();
      return mlir::success();
    });
    attribute = mlir::parseAttribute(text, context);
  }
  if (!isa_and_nonnull<kernel::DirectScheduleAttr, kernel::WinogradScheduleAttr,
                       kernel::GemmScheduleAttr>(attribute))
    return createStringError("expects a #kernel.direct, #kernel.winograd or #kernel.gemm, got " +
                             quoted(text) + (message.empty() ? "" : ": " + message));
  return attribute;
}

//===----------------------------------------------------------------------===//
// Applying
//===----------------------------------------------------------------------===//

/// The same as of sinter::whyUnusable, and of what a GPU's code asks for.
static std::string whyUnusableHere(mlir::Operation *op, const SchedulePolicy &policy) {
  std::string reason = whyUnusable(op, policy);
  if (!reason.empty() || !policy.product)
    return reason;
  auto schedule = op->getAttrOfType<kernel::GemmScheduleAttr>(kernel::scheduleAttrName);
  return cuda::whyUnusable(schedule, policy.product);
}

Error ScheduleFile::apply(mlir::ModuleOp module, const SchedulePolicy &policy) const {
  auto error = [&](const std::string &message) {
    return createStringError("'" + path + "': " + message);
  };
  if (policy.product && lanes)
    return error(fmt::format("is for vectors of {} values, and the code is for a GPU", lanes));
  if (!policy.product && !lanes)
    return error("has no \"lanes\", as for a GPU, and the code is for a CPU");
  if (!policy.product && lanes != policy.unit.lanes)
    return error(fmt::format("is for vectors of {} values, and the code has {}", lanes,
                             policy.unit.lanes));
  MapVector<StringRef, mlir::Operation *> layers;
  module.walk([&](mlir::Operation *op) {
    if (isScheduled(op))
      for (StringRef name : nn::getLayerNames(op->getLoc()))
        layers.insert({name, op});
  });
  for (auto [i, entry] : enumerate(entries)) {
    auto schedule = parseSchedule(entry.schedule, module.getContext());
    if (!schedule)
      return error(fmt::format("schedules[{}]: ", i) + toString(schedule.takeError()));
    for (const std::string &layer : entry.layers) {
      mlir::Operation *op = layers.lookup(layer);
      if (!op)
        return error(fmt::format("schedules[{}]: the network has no convolution or linear layer {}{}",
                                 i, quoted(layer),
                                 suggestion(layer, to_vector(make_first_range(layers)))));
      if (op->hasAttr(kernel::scheduleAttrName))
        return error(fmt::format("schedules[{}]: layer {} has a schedule already", i, quoted(layer)));
      op->setAttr(kernel::scheduleAttrName, *schedule);
      if (std::string reason = whyUnusableHere(op, policy); !reason.empty())
        return error(fmt::format("schedules[{}]: layer {} cannot have {}", i, quoted(layer), reason));
    }
  }
  return Error::success();
}
