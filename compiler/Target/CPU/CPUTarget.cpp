//===- CPUTarget.cpp - What --cpu names -----------------------------------===//

#include "compiler/Target/CPU/CPUTarget.h"

#include "compiler/Support/Quote.h"
#include "compiler/Support/Suggest.h"
#include "sinter/abi.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace sinter;

/// The highest level all of whose features are in `has`, or null.
static const char *levelOf(function_ref<bool(StringRef)> has) {
  auto hasAll = [&](std::initializer_list<StringRef> names) { return all_of(names, has); };
  if (!hasAll({"sse4.2", "popcnt", "cx16", "ssse3"}))
    return nullptr;
  if (!hasAll({"avx2", "fma", "f16c", "bmi", "bmi2", "lzcnt", "movbe"}))
    return "x86-64-v2";
  if (!hasAll({"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}))
    return "x86-64-v3";
  return "x86-64-v4";
}

static CPUTarget fromLevel(StringRef level, StringRef tune) {
  // Without fused multiply-add one register holds the product.
  CPUTarget target{level.str(), tune.str(), SINTER_CPU_SSE42, 4, 15, false};
  if (level == "x86-64-v3" || level == "x86-64-v4") {
    target.features |= SINTER_CPU_AVX2;
    target.vectorLanes = 8;
    target.registers = 16;
    target.hasFMA = true;
  }
  if (level == "x86-64-v4") {
    target.features |= SINTER_CPU_AVX512;
    target.vectorLanes = 16;
    target.registers = 32;
  }
  return target;
}

Expected<CPUTarget> CPUTarget::get(StringRef name) {
  if (name == "native") {
    StringMap<bool> host = sys::getHostCPUFeatures();
    const char *level = levelOf([&](StringRef feature) { return host.lookup(feature); });
    if (!level)
      return createStringError("this CPU lacks SSE4.2, the least that Sinter compiles for");
    return fromLevel(level, sys::getHostCPUName());
  }
  SmallVector<StringRef> known;
  X86::fillValidCPUArchList(known, /*Only64Bit=*/true);
  known.append({"native"});
  if (!is_contained(known, name))
    return createStringError("expects native, x86-64-v2, x86-64-v3, x86-64-v4 or the name of a "
                             "64-bit x86 CPU, got " + quoted(name) + suggestion(name, known));

  SmallVector<StringRef> features;
  X86::getFeaturesForCPU(name, features);
  StringMap<bool> all;
  for (StringRef feature : features) {
    all[feature] = true;
    X86::updateImpliedFeatures(feature, /*Enabled=*/true, all);
  }
  const char *level = levelOf([&](StringRef feature) { return all.lookup(feature); });
  if (!level)
    return createStringError("CPU '" + name.str() +
                             "' lacks SSE4.2, the least that Sinter compiles for");
  return fromLevel(level, name);
}
