# RUN: %python %s %t
"""Compiled log_softmax against NumPy in double precision.

The logarithm is a polynomial of the kernel's own: rows of equal values are -log(number of
columns), which nothing else hides. Rows of random values follow, and one with a
NaN, which the whole row becomes.
"""

import pathlib
import subprocess
import sys

import numpy as np

ROWS, LEVELS = 24, ("x86-64-v2", "x86-64-v3")


def rows_of(columns):
    """Equal values, ever wider ranges of random ones, and a NaN."""
    numbers = np.random.default_rng(columns)
    widths = np.concatenate([[0.0], np.geomspace(0.01, 80, ROWS - 1)])
    rows = (numbers.uniform(-1, 1, (ROWS, columns)) * widths[:, None]).astype(np.float32)
    rows[ROWS // 2, columns // 2] = np.nan
    return rows


def log_softmax(x):
    x = x.astype(np.float64)
    x = x - x.max(axis=1, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=1, keepdims=True))


def check(folder, columns, level):
    text = f"network rows(x: f32[{ROWS}, {columns}, 1, 1]) {{ log_softmax(flatten(x)) }}\n"
    (folder / "rows.sinter").write_text(text)
    x = rows_of(columns)
    np.save(folder / "x.npy", x.reshape(ROWS, columns, 1, 1))
    artifact = folder / "rows.so"
    subprocess.run(["sinter", "compile", folder / "rows.sinter", "--weights", "random:1", "--quiet",
                    "--cpu", level, "-o", artifact], check=True)
    subprocess.run(["sinter", "run", artifact, "--input", folder / "x.npy", "-o", folder / "y.npy"],
                   check=True)
    got, expected = np.load(folder / "y.npy"), log_softmax(x)
    # Near 0, the sum of the powers is 1 and something that f32 rounds away.
    allowed = 1e-6 * np.abs(expected) + 2e-7
    if got.shape != expected.shape or (np.isnan(got) != np.isnan(expected)).any():
        sys.exit(f"{columns} columns on {level}: NaN in other places")
    worst = np.nanmax(np.abs(got - expected) / allowed)
    if worst > 1:
        sys.exit(f"{columns} columns on {level}: off by {worst:.2f} times what is allowed")


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
cases = 0
with open("/proc/cpuinfo", encoding="utf-8") as cpuinfo:
    has_avx2 = " avx2 " in cpuinfo.read()
for level in LEVELS if has_avx2 else LEVELS[:1]:
    for columns in (2, 3, 5, 7, 10, 100, 1000):
        check(folder, columns, level)
        cases += 1
print(f"{cases} cases agree")
