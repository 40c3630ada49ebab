//===- EntryPoints.cpp - The symbols an artifact exports ------------------===//
//
// Written as LLVM IR text: it reads as what it is, C with another syntax.
//
//===----------------------------------------------------------------------===//

#include "compiler/Target/CPU/EntryPoints.h"

#include "compiler/Target/Descriptor.h"

#include "runtime/cpu/X86Levels.h"
#include "sinter/abi.h"

#include "fmt/format.h"

using namespace sinter;

/// The array of sinter_step_info called NAME_steps.
static std::string stepTable(const Model &model) {
  std::string strings, rows;
  for (auto [i, step] : llvm::enumerate(model.steps)) {
    std::string symbol = fmt::format("{}_step_{}", model.name, i);
    strings += stringConstant(symbol, step.layers);
    rows += fmt::format("{}\n  %step_info {{ ptr @{}, i64 {} }}", i ? "," : "", symbol,
                        step.multiplyAdds);
  }
  return strings + fmt::format("@{}_steps = internal constant [{} x %step_info] [{}]\n",
                               model.name, model.steps.size(), rows);
}

static std::string descriptor(const Model &model, const CPUTarget &target) {
  const std::string &name = model.name;
  std::string text = tensorInfoType() +
                     "%step_info = type { ptr, i64 }\n"
                     "%model_info = type { i32, i32, ptr, ptr, ptr, i64, i64, i64, i64, i32, i32, "
                     "ptr, ptr, ptr, ptr, i64 }\n";
  text += stringConstant(name + "_name", name);
  text += stringConstant(name + "_compiler", "sinter " SINTER_VERSION);
  text += stringConstant(name + "_cpu", target.level);
  text += tensorTable(model, "input", model.inputs);
  text += tensorTable(model, "output", model.outputs);
  text += stepTable(model);
  text += fmt::format(
      "@{0}_model = constant %model_info {{ i32 {1}, i32 {2}, ptr @{0}_name, ptr @{0}_compiler, "
      "ptr @{0}_cpu, i64 {3}, i64 {4}, i64 {5}, i64 {6}, i32 {7}, i32 {8}, ptr @{0}_inputs, "
      "ptr @{0}_outputs, ptr @{0}_spmd, ptr @{0}_steps, i64 {9} }}, align 8\n",
      name, SINTER_ABI_MAGIC, SINTER_ABI_VERSION, target.features, model.workspaceBytes,
      workspaceAlignment, model.weightsBytes, model.inputs.size(), model.outputs.size(),
      model.steps.size());
  return text;
}

/// NAME_spmd: sinter_spmd_fn. Computes in one state of the floating-point unit,
/// whatever the caller's, so that results are the same from run to run: nearest
/// rounding, no traps, denormals flushed. The caller's state is restored.
static std::string spmdFunction(const Model &model) {
  std::string loads, arguments, types;
  auto unpack = [&](llvm::StringRef kind, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      loads += fmt::format("  %{0}.{1}.at = getelementptr ptr, ptr %{0}s, i64 {1}\n"
                           "  %{0}.{1} = load ptr, ptr %{0}.{1}.at\n",
                           kind.str(), i);
      arguments += fmt::format("ptr %{}.{}, ", kind.str(), i);
      types += "ptr, ";
    }
  };
  unpack("input", model.inputs.size());
  unpack("output", model.outputs.size());
  return fmt::format(
      R"(
@{0}_weights = external hidden constant [{4} x i8], align 64
declare void @{0}({3}ptr, ptr, i64, i64, ptr, ptr)
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

define internal void @{0}_spmd(ptr %inputs, ptr %outputs, ptr %workspace, i32 %thread, i32 %threads, ptr %barrier, ptr %context) #0 {{
  %saved = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %saved)
  store i32 40896, ptr %flushing ; 0x9fc0: traps masked, flush to zero, denormals are zero
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
{1}  %t = zext i32 %thread to i64
  %n = zext i32 %threads to i64
  call void @{0}({2}ptr %workspace, ptr @{0}_weights, i64 %t, i64 %n, ptr %barrier, ptr %context)
  call void @llvm.x86.sse.ldmxcsr(ptr %saved)
  ret void
}}
)",
      model.name, loads, arguments, types, model.weightsBytes);
}

/// NAME_supported: whether the CPU, and the system for its registers, has what
/// the code needs (bits of cpuid and xgetbv).
static std::string supportFunction(const Model &model, const CPUTarget &target) {
  uint32_t leaf1 = SINTER_X86_V2_LEAF1, leaf7 = 0, extended = SINTER_X86_V2_EXTENDED;
  uint32_t savedState = 0;
  if (target.features & SINTER_CPU_AVX2) {
    leaf1 |= SINTER_X86_V3_LEAF1;
    leaf7 |= SINTER_X86_V3_LEAF7;
    extended |= SINTER_X86_V3_EXTENDED;
    savedState |= SINTER_X86_V3_STATE;
  }
  if (target.features & SINTER_CPU_AVX512) {
    leaf7 |= SINTER_X86_V4_LEAF7;
    savedState |= SINTER_X86_V4_STATE;
  }
  std::string stateCheck = "  br label %yes\n";
  if (savedState)
    stateCheck = fmt::format(
        R"(  %xcr0 = call {{ i32, i32 }} asm sideeffect "xgetbv", "={{ax}},={{dx}},{{cx}}"(i32 0)
  %saved = extractvalue {{ i32, i32 }} %xcr0, 0
  %saved.masked = and i32 %saved, {0}
  %saved.ok = icmp eq i32 %saved.masked, {0}
  br i1 %saved.ok, label %yes, label %no
)",
        savedState);
  auto leaf = [](llvm::StringRef id, uint32_t number, int word, uint32_t mask) {
    return fmt::format(
        R"(  %{0} = call {{ i32, i32, i32, i32 }} asm sideeffect "cpuid", "={{ax}},={{bx}},={{cx}},={{dx}},{{ax}},{{cx}}"(i32 {1}, i32 0)
  %{0}.word = extractvalue {{ i32, i32, i32, i32 }} %{0}, {2}
  %{0}.masked = and i32 %{0}.word, {3}
  %{0}.ok = icmp eq i32 %{0}.masked, {3}
)",
        id.str(), static_cast<int32_t>(number), word, static_cast<int32_t>(mask));
  };
  return fmt::format(R"(
@{0}_support = internal global i8 0 ; 0 unknown, 1 supported, 2 not: any thread may fill it in

define internal i1 @{0}_supported() #0 {{
  %known = load atomic i8, ptr @{0}_support monotonic, align 1
  switch i8 %known, label %ask [ i8 1, label %supported
                                 i8 2, label %unsupported ]
ask:
{1}{2}{3}  %both = and i1 %a.ok, %b.ok
  %all = and i1 %both, %c.ok
  br i1 %all, label %system, label %no
system:
{4}yes:
  store atomic i8 1, ptr @{0}_support monotonic, align 1
  br label %supported
no:
  store atomic i8 2, ptr @{0}_support monotonic, align 1
  br label %unsupported
supported:
  ret i1 true
unsupported:
  ret i1 false
}}
)",
                     model.name, leaf("a", 1, 2, leaf1), leaf("b", 7, 1, leaf7),
                     leaf("c", 0x80000001u, 2, extended), stateCheck);
}

/// NAME_run: the plain call. Its results are values of sinter_status.
static std::string runFunction(const Model &model) {
  std::string parameters, inputs, outputs, nulls;
  auto pack = [&](llvm::StringRef kind, size_t count, std::string &stores) {
    for (size_t i = 0; i < count; ++i) {
      parameters += fmt::format("ptr %{}.{}, ", kind.str(), i);
      stores += fmt::format("  %{0}.{1}.at = getelementptr ptr, ptr %{0}s, i64 {1}\n"
                            "  store ptr %{0}.{1}, ptr %{0}.{1}.at\n",
                            kind.str(), i);
      nulls += fmt::format("  %{0}.{1}.null = icmp eq ptr %{0}.{1}, null\n"
                           "  br i1 %{0}.{1}.null, label %invalid, label %{0}.{1}.ok\n"
                           "{0}.{1}.ok:\n",
                           kind.str(), i);
    }
  };
  pack("input", model.inputs.size(), inputs);
  pack("output", model.outputs.size(), outputs);
  return fmt::format(R"(
define i32 @{0}_run({1}ptr %workspace) #0 {{
  %inputs = alloca ptr, i32 {2}
  %outputs = alloca ptr, i32 {3}
{4}  %workspace.null = icmp eq ptr %workspace, null
  br i1 %workspace.null, label %invalid, label %given
given:
  %address = ptrtoint ptr %workspace to i64
  %low = and i64 %address, 63
  %aligned = icmp eq i64 %low, 0
  br i1 %aligned, label %check, label %misaligned
check:
  %supported = call i1 @{0}_supported()
  br i1 %supported, label %go, label %unsupported
go:
{5}{6}  call void @{0}_spmd(ptr %inputs, ptr %outputs, ptr %workspace, i32 0, i32 1, ptr null, ptr null)
  ret i32 0
invalid:
  ret i32 1 ; SINTER_INVALID_ARGUMENT
misaligned:
  ret i32 2 ; SINTER_BAD_ALIGNMENT
unsupported:
  ret i32 8 ; SINTER_UNSUPPORTED_CPU
}}

attributes #0 = {{ nounwind "target-cpu"="x86-64" }}
)",
                     model.name, parameters, model.inputs.size(), model.outputs.size(), nulls,
                     inputs, outputs);
}

std::string sinter::entryPointsIR(const Model &model, const CPUTarget &target) {
  return descriptor(model, target) + spmdFunction(model) + supportFunction(model, target) +
         runFunction(model);
}
