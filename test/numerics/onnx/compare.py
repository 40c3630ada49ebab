"""Compares compiled ONNX models with ONNX Runtime.

    compare.py [--seed S] [--count N] [--jobs J] [--keep DIR] [--reference]
    compare.py [--seed S] [--door onnx|sinter] [--reference] NETWORK...

The first form takes N random networks, those of the seeds S, S+1 and so on; the second
takes networks of examples/networks, written as PyTorch writes them, or with --seed S
other than 0 as some exporter might. Each is checked by ONNX's own checker, run by ONNX
Runtime, compiled by the `sinter` on PATH and run; every output must lie within 1e-4 of
ONNX Runtime's, relative to the largest. --reference interprets instead of compiling.
--door sinter reads the network's .sinter file, with the same weights as safetensors.
--keep leaves the files of failures in DIR. Exit status 1 if one does not agree.
"""

import argparse
import functools
import multiprocessing
import pathlib
import shlex
import shutil
import subprocess
import sys
import tempfile

import numpy
import onnx
import onnxruntime

import graph
import random_networks
import shipped

TOLERANCE = 1e-4
NETWORKS = pathlib.Path(__file__).resolve().parents[3] / "examples" / "networks"


class Failure(Exception):
    """One network that does not agree, and how; `kind` is for the summary."""

    def __init__(self, kind, message):
        super().__init__(message)
        self.kind = kind


def run(kind, *command):
    """Runs a command that must succeed without a word on standard error."""
    try:
        result = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, timeout=600
        )
    except subprocess.TimeoutExpired:
        raise Failure(kind, "takes more than ten minutes") from None
    if result.returncode:
        lines = result.stderr.strip().splitlines()
        shown = "\n    ".join(lines[:8] or ["no message"])
        raise Failure(kind, f"exit status {result.returncode}\n    {shown}")
    return result


def expected_output(path, pixels):
    """What ONNX Runtime computes, on one thread and with its default optimizations."""
    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(path), options, providers=["CPUExecutionProvider"]
    )
    return session.run(None, {session.get_inputs()[0].name: pixels})[0]


def sinter_output(command, pixels, folder):
    """What `sinter run` computes; `command` is what comes before the files."""
    numpy.save(folder / "input.npy", pixels)
    output = folder / "output.npy"
    run("stopped", "sinter", "run", *command, "-i", folder / "input.npy", "-o", output)
    return numpy.load(output)


def compiled_output(network, options, pixels, folder):
    """The same for a network that is compiled first; `options` name weights and batch."""
    artifact = folder / "model.so"
    run("refused", "sinter", "compile", network, *options, "-o", artifact, "--quiet")
    return sinter_output([artifact, "--threads", "1"], pixels, folder)


def relative_error(actual, expected):
    """The largest difference, relative to the largest expected value."""
    if actual.shape != expected.shape:
        raise Failure("differ", f"expects shape {expected.shape}, got {actual.shape}")
    if not numpy.isfinite(expected).all():
        raise Failure("differ", "the expected output is not finite")
    error = numpy.abs(actual.astype(numpy.float64) - expected).max() / numpy.abs(expected).max()
    if not error <= TOLERANCE:
        raise Failure("differ", f"differs by {error:.1e} of the largest output")
    return error


def compare_in(folder, name, seed, arguments):
    """The error of one network; `name` is None for a random one."""
    model_path = folder / "model.onnx"
    more = []
    if name is None:
        network = random_networks.network(seed)
        model, pixels = network.model, network.input
        graph.save(model, model_path, network.is_external)
        more = ["--batch", network.batch] if network.batch else []
    else:
        is_plain = seed == 0 or arguments.door != "onnx"
        style, opset = (None, 17) if is_plain else (graph.Style(seed), 7 + seed % 18)
        model, pixels, state_dict = shipped.network(name, seed, opset, style)
        graph.save(model, model_path)
    onnx.checker.check_model(str(model_path), full_check=True)
    expected = expected_output(model_path, pixels)
    numpy.save(folder / "expected.npy", expected)
    description = model_path
    if arguments.door == "sinter":
        shipped.write_safetensors(folder / "model.safetensors", state_dict)
        description = NETWORKS / f"{name}.sinter"
        more = ["--weights", folder / "model.safetensors"]
    if arguments.reference:
        actual = sinter_output(["--reference", description, *more], pixels, folder)
    else:
        actual = compiled_output(description, more, pixels, folder)
    return relative_error(actual, expected)


def compare(arguments, case):
    """(case, error, None) or (case, kind, message)."""
    name, seed = case
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        try:
            return case, compare_in(folder, name, seed, arguments), None
        except Failure as failure:
            if arguments.keep:
                kept = pathlib.Path(arguments.keep) / f"{name or 'random'}-{seed}"
                shutil.copytree(folder, kept, dirs_exist_ok=True)
                (kept / "failure.txt").write_text(f"{failure}\n")
            return case, failure.kind, str(failure)


def again(case, arguments):
    """The command that repeats one case."""
    name, seed = case
    command = [sys.argv[0], "--seed", str(seed)]
    command += ["--count", "1"] if name is None else ["--door", arguments.door, name]
    if arguments.reference:
        command.append("--reference")
    return shlex.join(command + ["--keep", arguments.keep or "kept"])


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=20, help="how many random networks")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--keep", metavar="DIR", help="where the files of failures stay")
    parser.add_argument("--reference", action="store_true", help="interpret, do not compile")
    parser.add_argument("--door", choices=["onnx", "sinter"], default="onnx")
    parser.add_argument("names", nargs="*", metavar="NETWORK", help=", ".join(shipped.NAMES))
    arguments = parser.parse_args()
    for name in arguments.names:
        if name not in shipped.NAMES:
            parser.error(f"expects one of {', '.join(shipped.NAMES)}, got {name}")
    if arguments.door == "sinter" and not arguments.names:
        parser.error("--door sinter expects the name of a network")
    return arguments


def main():
    arguments = parse()
    first = arguments.seed
    cases = [(name, first) for name in arguments.names] or [
        (None, seed) for seed in range(first, first + arguments.count)
    ]
    counts, worst = {"agree": 0}, 0.0
    with multiprocessing.Pool(arguments.jobs) as pool:
        for case, result, message in pool.imap(functools.partial(compare, arguments), cases):
            if message is None:
                counts["agree"] += 1
                worst = max(worst, result)
                continue
            counts[result] = counts.get(result, 0) + 1
            label = f"{case[0] or 'random network'}, seed {case[1]}"
            print(f"{label}: {message}\n    again: {again(case, arguments)}", flush=True)
    totals = ", ".join(f"{count} {kind}" for kind, count in counts.items())
    print(f"{len(cases)} networks: {totals}, worst {worst:.1e}")
    sys.exit(counts["agree"] != len(cases))


if __name__ == "__main__":
    main()
