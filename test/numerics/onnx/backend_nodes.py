"""Runs ONNX's own backend tests through the compiler.

    backend_nodes.py [--jobs J] [--verbose] [--keep DIR] [PART_OF_NAME]

Takes the tests of the onnx package whose operators are all among OPERATORS. The first
input of a test stays an input; the others, which networks have as weights and shapes,
become initializers with the values of the test. A test passes if the output is the
expected one; it is refused if the compiler says in words that it does not support it;
all else is a failure. Prints the reasons of refusals and the counts; exit status 1 if
a test fails.
"""

import argparse
import collections
import functools
import multiprocessing
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy
import onnx
from onnx import numpy_helper, version_converter

OPERATORS = set(
    """Add AveragePool BatchNormalization Cast Clip Concat Constant Conv Div Dropout Flatten
    Gather Gemm GlobalAveragePool HardSigmoid HardSwish Identity LeakyRelu LogSoftmax MatMul
    MaxPool Mul Pad ReduceMean Relu Reshape Shape Sigmoid Slice Softmax Squeeze Sub Swish
    Transpose Unsqueeze""".split()
)
DATA = pathlib.Path(onnx.__file__).parent / "backend" / "test" / "data"
# Tests of one operator each, and those that PyTorch wrote.
COLLECTIONS = ("node", "pytorch-converted", "pytorch-operator", "simple")
TOLERANCE = 1e-4
# Tests whose expected values are written with four digits.
ROUNDED = {"test_averagepool_2d_ceil_last_window_starts_on_pad": 1e-3}


def tests(part):
    """Folders of the tests that concern networks of the family."""
    for collection in COLLECTIONS:
        for folder in sorted((DATA / collection).iterdir()):
            if part not in folder.name or not (folder / "test_data_set_0").is_dir():
                continue
            model = onnx.load(folder / "model.onnx")
            domains = {entry.domain for entry in model.opset_import}
            used = {node.op_type for node in model.graph.node}
            values = [*model.graph.input, *model.graph.output]  # tensors, or sequences of them
            are_tensors = all(value.type.HasField("tensor_type") for value in values)
            if used and used <= OPERATORS and domains <= {"", "ai.onnx"} and are_tensors:
                yield folder


def read(path):
    """A tensor of a test, and its values."""
    tensor = onnx.TensorProto()
    tensor.ParseFromString(path.read_bytes())
    return tensor, numpy_helper.to_array(tensor)


def prepare(folder):
    """The test's model with one input, and the values of that and of the outputs."""
    model = onnx.load(folder / "model.onnx")
    if model.opset_import[0].version < 7:
        model = version_converter.convert_version(model, 13)
    data = folder / "test_data_set_0"
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs = [value for value in model.graph.input if value.name not in weights]
    values = [read(data / f"input_{index}.pb") for index in range(len(inputs))]
    outputs = [read(data / f"output_{index}.pb") for index in range(len(model.graph.output))]
    for value, (tensor, _) in list(zip(inputs, values))[1:]:
        tensor.name = value.name
        model.graph.initializer.append(tensor)
        model.graph.input.remove(value)
    first = values[0][1] if values else None
    return model, first, [array for _, array in outputs]


def sinter(*command):
    """None after success; else the kind of the test and the compiler's first line."""
    try:
        result = subprocess.run(
            ["sinter", *map(str, command)], capture_output=True, text=True, timeout=120
        )
    except subprocess.TimeoutExpired:
        return "failed", "takes more than two minutes"
    if result.returncode == 0:
        return None
    lines = [line for line in result.stderr.splitlines() if "error: " in line]
    is_refusal = result.returncode == 1 and lines and "Stack dump" not in result.stderr
    kind = "refused" if is_refusal and command[0] == "compile" else "failed"
    return kind, lines[0].partition("error: ")[2] if lines else result.stderr[:300]


def check(folder, work):
    """The kind of the test in `folder`, and why."""
    model, pixels, expected = prepare(folder)
    path = work / "model.onnx"
    path.write_bytes(model.SerializeToString())
    problem = sinter("compile", path, "-o", work / "model.so", "--quiet")
    if problem:
        return problem
    if pixels is None or len(expected) != 1:
        return "failed", f"compiled with {len(expected)} outputs, without an input or more"
    numpy.save(work / "input.npy", pixels.astype(numpy.float32))
    files = ["--input", work / "input.npy", "--output", work / "output.npy"]
    problem = sinter("run", work / "model.so", *files)
    if problem:
        return problem
    actual = numpy.load(work / "output.npy")
    if actual.shape != expected[0].shape:
        return "failed", f"expects shape {expected[0].shape}, got {actual.shape}"
    scale = max(numpy.abs(expected[0]).max(), 1e-30)
    error = numpy.abs(actual.astype(numpy.float64) - expected[0]).max() / scale
    if not error <= ROUNDED.get(folder.name, TOLERANCE):
        return "failed", f"differs by {error:.1e} of the largest output"
    return "passed", f"{error:.1e}"


def check_in_folder(keep, folder):
    name = f"{folder.parent.name}/{folder.name}"
    with tempfile.TemporaryDirectory() as temporary:
        kind, reason = check(folder, pathlib.Path(temporary))
        if keep and kind == "failed":
            kept = pathlib.Path(keep) / folder.name
            kept.mkdir(parents=True, exist_ok=True)
            for file in pathlib.Path(temporary).iterdir():
                (kept / file.name).write_bytes(file.read_bytes())
        return name, kind, reason


def group(reason):
    """A reason without the names and numbers of one test."""
    reason = re.sub(r"^\S*model.onnx: ", "", reason)
    reason = re.sub(r"'[^']*'", "'...'", reason)
    return re.sub(r"\d+(x\d+)*", "N", reason)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--verbose", action="store_true", help="a line for each test")
    parser.add_argument("--keep", metavar="DIR", help="where the files of failures stay")
    parser.add_argument("part", nargs="?", default="", help="only tests with this in their name")
    arguments = parser.parse_args()
    counts = collections.Counter(passed=0, refused=0, failed=0)
    reasons = collections.Counter()
    with multiprocessing.Pool(arguments.jobs) as pool:
        run = functools.partial(check_in_folder, arguments.keep)
        for name, kind, reason in pool.imap(run, tests(arguments.part)):
            counts[kind] += 1
            if kind == "refused":
                reasons[group(reason)] += 1
            if arguments.verbose or kind == "failed":
                print(f"{kind}: {name}: {reason}", flush=True)
    for reason, count in reasons.most_common():
        print(f"{count:4} refused: {reason}")
    print(", ".join(f"{count} {kind}" for kind, count in counts.items()))
    sys.exit(counts["failed"] > 0)


if __name__ == "__main__":
    main()
