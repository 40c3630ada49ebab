"""Runs an artifact for GPUs on the emulated driver and compares it with the reference.

    emulate.py DRIVER FOLDER NETWORK [OPTION of sinter compile]...

Prints what the artifact is and how far its output is from that of the reference interpreter,
relative to the largest one; leaves MODEL.so, its code MODEL.mlir and the input in FOLDER.
"""

import os
import re
import subprocess
import sys

import numpy as np

WEIGHTS = ["--weights", "random:5"]


def run(*command, **variables):
    result = subprocess.run(
        command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True
    )
    if result.returncode != 0:
        sys.exit(f"{command[0]}: status {result.returncode}")
    return result.stdout.strip()


def shape_of(header):
    dimensions = re.search(r"_INPUT_ELEMENTS .* f32 \w+: ([\dx ]+)", header)[1]
    return [int(size) for size in dimensions.split(" x ")]


def main():
    driver, folder, network, *options = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    os.chdir(folder)
    common = ["sinter", "compile", network, "--target", "cuda", "--quiet", *WEIGHTS, *options]
    run(*common, "-o", "model.so")
    run(*common, "--emit=codegen", "-o", "model.mlir")
    with open("model.h", encoding="utf-8") as header:
        shape = shape_of(header.read())
    image = np.random.default_rng(3).uniform(-1, 1, shape).astype(np.float32)
    np.save("input.npy", image)
    image.tofile("input.raw")
    summary = run(
        *("run-cuda-artifact", "./model.so", "input.raw", "output.raw"),
        SINTER_CUDA_DRIVER=driver,
        SINTER_EMULATED_CODE="model.mlir",
    )
    run(
        *("sinter", "run", "--reference", network, *WEIGHTS),
        *("--input", "input.npy", "--batch", str(shape[0]), "-o", "reference.npy"),
    )
    expected = np.load("reference.npy").reshape(-1)
    difference = np.abs(np.fromfile("output.raw", np.float32) - expected).max()
    print(f"{summary}, difference {difference / np.abs(expected).max():.7f}")


main()
