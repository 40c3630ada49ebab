"""One network through three doors: as .sinter, as ONNX and as a bare checkpoint.

    three_doors.py FOLDER NETWORK [CHECKPOINT OPTIONS...]

Writes the network of examples/networks and its weights into FOLDER, compiles each form
and holds the artifacts and headers to be the same byte for byte, their output to be ONNX
Runtime's. Holds the compilation of the ONNX model to 15 s of processor time and 1.5 GiB
of memory, whatever its size. Exit status 1 if something is not so.
"""

import os
import pathlib
import subprocess
import sys

import graph
import shipped
from compare import NETWORKS, expected_output, relative_error, sinter_output

MAX_SECONDS = 15
MAX_MEGABYTES = 1536


def compile_measured(folder, door, source, options):
    """Compiles `source` in a folder of its own; returns the artifact, seconds and megabytes."""
    name = source.stem
    artifact = folder / door / f"{name}.so"
    artifact.parent.mkdir(parents=True, exist_ok=True)
    command = ["sinter", "compile", source, *options, "-o", artifact, "--quiet"]
    process = subprocess.Popen([str(part) for part in command])
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{door}: cannot compile {source.name}")
    return artifact, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def first_difference(one, other):
    """Where two files differ, or None."""
    left, right = one.read_bytes(), other.read_bytes()
    if left == right:
        return None
    length = min(len(left), len(right))
    offset = next((i for i in range(length) if left[i] != right[i]), length)
    return f"{len(left)} and {len(right)} bytes, first difference at {offset}"


def main(folder, name, *checkpoint_options):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    model, pixels, state_dict = shipped.network(name, seed=5)
    model_path, checkpoint = folder / f"{name}.onnx", folder / f"{name}.safetensors"
    graph.save(model, model_path)
    shipped.write_safetensors(checkpoint, state_dict)
    doors = {
        "sinter": (NETWORKS / f"{name}.sinter", ["--weights", checkpoint]),
        "onnx": (model_path, []),
        "checkpoint": (checkpoint, checkpoint_options),
    }
    problems, artifacts = [], {}
    for door, (source, options) in doors.items():
        artifacts[door], seconds, megabytes = compile_measured(folder, door, source, options)
        if seconds > MAX_SECONDS:  # other processes slow this one down: the better of two
            _, again, _ = compile_measured(folder, door, source, options)
            seconds = min(seconds, again)
        size = source.stat().st_size / 1e6
        print(f"{door}: {source.name}, {size:.1f} MB: {seconds:.1f} s, {megabytes:.0f} MB")
        if door == "onnx" and (seconds > MAX_SECONDS or megabytes > MAX_MEGABYTES):
            problems.append(f"takes more than {MAX_SECONDS} s or {MAX_MEGABYTES} MB")
    for door in ("onnx", "checkpoint"):
        for suffix in (".so", ".h"):
            one, other = (artifacts[d].with_suffix(suffix) for d in ("sinter", door))
            difference = first_difference(one, other)
            print(f"{door}{suffix}: {difference or 'identical'}")
            problems += [f"{door}{suffix} differs"] if difference else []
    outputs = [sinter_output([artifact], pixels, folder) for artifact in artifacts.values()]
    if any(output.tobytes() != outputs[0].tobytes() for output in outputs):
        problems.append("the outputs differ")
    error = relative_error(outputs[0], expected_output(model_path, pixels))
    print(f"output: within {error:.1e} of ONNX Runtime's")
    sys.exit("; ".join(problems) or None)


if __name__ == "__main__":
    main(*sys.argv[1:])
