# Configuration of the lit suite: every .mlir, .sinter and .test file below
# test/, and every .py file that has a RUN line of its own. A file that a test
# only reads belongs into a folder named Inputs.
#
# Features: `avx2` and `avx512` (the host's), `cuda-device`, `ptxas`, `cuda-toolkit` (with the CUDA
# runtime; %cuda_include has its headers), `asan` (the build has AddressSanitizer). %python has the
# packages of scripts/requirements.txt.

import os
import shutil
import subprocess

import lit.formats


def tools_below(folder):
    """Names of the .py files that are not tests; a name means the same everywhere in test/."""
    for parent, _, names in os.walk(folder):
        for name in names:
            if name.endswith(".py"):
                with open(os.path.join(parent, name), encoding="utf-8") as source:
                    if "# RUN:" not in source.read():
                        yield name


def cpu_flags():
    """The host's instruction-set flags, as /proc/cpuinfo spells them."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
            for line in cpuinfo:
                if line.startswith("flags"):
                    return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def runs(*command):
    return subprocess.run(command, capture_output=True).returncode == 0


config.name = "Sinter"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".sinter", ".test", ".py"]
config.test_source_root = os.path.dirname(__file__)
config.excludes = ["Inputs", "lit.cfg.py", *tools_below(config.test_source_root)]
config.test_exec_root = os.path.join(config.sinter_build_root, "test")

# sinter and sinter-opt come from this build; FileCheck, not, count and split-file from LLVM.
config.environment["PATH"] = os.pathsep.join(
    [config.sinter_tools_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "ASAN_SYMBOLIZER_PATH"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

config.substitutions += [
    ("%fakes", os.path.join(config.sinter_build_root, "test", "runtime", "fakes")),
    (
        "%emulated_driver",
        os.path.join(config.sinter_build_root, "lib", "libsinter_emulated_driver.so"),
    ),
    ("%networks", os.path.join(config.sinter_source_root, "examples", "networks")),
    ("%python", config.python_executable),
    ("%source_root", config.sinter_source_root),
    ("%build_root", config.sinter_build_root),
    ("%cc", config.host_cc),
    ("%cxx", config.host_cxx),
]

flags = cpu_flags()
if {"avx2", "fma"} <= flags:
    config.available_features.add("avx2")
if {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"} <= flags:
    config.available_features.add("avx512")
if os.path.exists("/dev/nvidiactl"):
    config.available_features.add("cuda-device")
if shutil.which("ptxas"):
    config.available_features.add("ptxas")
nvcc = shutil.which("nvcc")
if nvcc:
    config.available_features.add("cuda-toolkit")
    cuda_include = os.path.join(os.path.dirname(os.path.dirname(nvcc)), "include")
    config.substitutions.append(("%cuda_include", cuda_include))
if not runs(config.python_executable, "-c", "import numpy"):
    lit_config.fatal(
        config.python_executable + " lacks numpy: run scripts/setup.sh, then cmake again"
    )
if "address" in config.sinter_sanitize:
    config.available_features.add("asan")
