"""Fuzzes one reader, within the bounds that the documentation states.

    run.py PROGRAM [--seconds N] [--work FOLDER] [LIBFUZZER OPTION...]

PROGRAM is a fuzz_* of some build. Makes its seeds, runs it, and keeps what it learned
(corpus/) and what it found (crash-*, timeout-*, oom-*) in the work folder, which is
below the program's build folder by default. Exit status 1 after a finding.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import seeds

# Largest input, and the memory that a process may take: what the reader may (see the
# MemoryBound of each target) and what the program takes by itself, with sanitizers.
MAX_BYTES = {"npy": 4096, "onnx": 65536, "safetensors": 16384, "sinter": 16384}
MAX_MEGABYTES = 1536
MAX_ALLOCATION_MEGABYTES = 257
MAX_SECONDS_OF_ONE = 30
# A hundredth of what an idle machine does.
MIN_INPUTS_PER_SECOND = 10

HERE = pathlib.Path(__file__).resolve().parent


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--work", type=pathlib.Path, help="folder of the corpus and findings")
    arguments, options = parser.parse_known_args()
    program = arguments.program.resolve()
    name = program.name.removeprefix("fuzz_")
    work = (arguments.work or program.parent.parent / "fuzzing" / name).resolve()
    for folder in ("corpus", "seeds"):
        (work / folder).mkdir(parents=True, exist_ok=True)
    seeds.WRITERS[name](work / "seeds")

    # Inputs become files; in memory that is a hundred times faster.
    memory = pathlib.Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as temporary:
        result = subprocess.run(
            [
                program,
                f"-max_total_time={arguments.seconds}",
                f"-max_len={MAX_BYTES[name]}",
                f"-rss_limit_mb={MAX_MEGABYTES}",
                f"-malloc_limit_mb={MAX_ALLOCATION_MEGABYTES}",
                f"-timeout={MAX_SECONDS_OF_ONE}",
                f"-dict={HERE / name}.dict",
                f"-artifact_prefix={work}/",
                "-keep_seed=1",  # seeds count even where there is no coverage to tell them apart
                "-print_final_stats=1",
                *options,
                work / "corpus",
                work / "seeds",
            ],
            env={**os.environ, "TMPDIR": temporary},
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
    executions = re.search(r"number_of_executed_units: *(\d+)", result.stderr)
    if result.returncode or not executions:
        print(result.stderr[-20000:])
        sys.exit(f"{program.name}: a finding in {work}")
    # Each seed at least must have been read, and some others.
    expected = len(list((work / "seeds").iterdir())) + MIN_INPUTS_PER_SECOND * arguments.seconds
    if int(executions[1]) < expected:
        sys.exit(f"{program.name}: expects at least {expected} inputs, got {executions[1]}")
    # "cov" counts branches, in a build with coverage; "ft" messages as well.
    progress = re.findall(r"(?:cov|ft): .*", result.stderr)[-1]
    print(f"{program.name}: {executions[1]} inputs in {arguments.seconds} s, {progress}")


if __name__ == "__main__":
    main()
