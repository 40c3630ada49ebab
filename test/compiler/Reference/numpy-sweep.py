# RUN: %python %s %t
"""Convolution and pooling of `sinter run --reference` against formulas in NumPy.

Random networks of one convolution and two pools on one input, with weights in
F32, F16 or BF16 and inputs in the layouts that NumPy writes. The formulas are
written on sliding windows, unlike the interpreter's loops.
"""

import json
import pathlib
import random
import struct
import subprocess
import sys

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def windows(x, kernel, strides, padding, dilations, fill, ceil=False):
    """N x C x Y x X x R x S: what every window sees of the padded input."""
    (r, s), (sy, sx), (top, left, bottom, right) = kernel, strides, padding
    reach = [dilations[0] * (r - 1) + 1, dilations[1] * (s - 1) + 1]
    padded = [x.shape[2] + top + bottom, x.shape[3] + left + right]
    extra = [0, 0]
    if ceil:
        for dim, (first, stride) in enumerate(zip((top, left), (sy, sx))):
            missing = -(padded[dim] - reach[dim]) % stride
            last = padded[dim] + missing - reach[dim]
            # PyTorch: no window may start beyond the input and its leading padding.
            if missing and last < x.shape[2 + dim] + first:
                extra[dim] = missing
    pad = ((0, 0), (0, 0), (top, bottom + extra[0]), (left, right + extra[1]))
    seen = sliding_window_view(np.pad(x, pad, constant_values=fill), reach, axis=(2, 3))
    return seen[:, :, ::sy, ::sx, :: dilations[0], :: dilations[1]]


def conv2d(x, w, bias, case):
    seen = windows(x, w.shape[2:], case["strides"], case["padding"], case["dilations"], 0.0)
    groups = case["groups"]
    parts = [
        np.einsum("ncyxrs,kcrs->nkyx", part, filters)
        for part, filters in zip(np.split(seen, groups, axis=1), np.split(w, groups, axis=0))
    ]
    return np.concatenate(parts, axis=1) + bias[None, :, None, None]


def max_pool(x, pool):
    seen = windows(x, pool["kernel"], pool["strides"], pool["padding"], (1, 1), -np.inf, pool["ceil"])
    return seen.max(axis=(4, 5))


def avg_pool(x, pool):
    arguments = (pool["kernel"], pool["strides"], pool["padding"], (1, 1))
    inside = np.ones_like(x)
    if pool["count_include_pad"]:
        top, left, bottom, right = pool["padding"]
        inside = np.pad(inside, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=1)
        # The padding is part of what counts; only what ceil_mode adds is not.
        count = windows_of_padded(inside, x.shape, pool)
    else:
        count = windows(inside, *arguments, 0.0, pool["ceil"])
    sums = windows(x, *arguments, 0.0, pool["ceil"]).sum(axis=(4, 5))
    return sums / count.sum(axis=(4, 5))


def windows_of_padded(inside, shape, pool):
    """Windows over an already padded map, as many as `windows` has over the map itself."""
    steps = windows(np.zeros(shape), pool["kernel"], pool["strides"], pool["padding"], (1, 1), 0.0,
                    pool["ceil"]).shape[2:4]
    need = [(n - 1) * s + k for n, s, k in zip(steps, pool["strides"], pool["kernel"])]
    extra = [max(0, n - size) for n, size in zip(need, inside.shape[2:])]
    inside = np.pad(inside, ((0, 0), (0, 0), (0, extra[0]), (0, extra[1])))
    seen = sliding_window_view(inside, pool["kernel"], axis=(2, 3))
    return seen[:, :, :: pool["strides"][0], :: pool["strides"][1]][:, :, : steps[0], : steps[1]]


def to_bytes(values, dtype):
    """The stored bytes and the values that they stand for."""
    if dtype == "F16":
        stored = values.astype("<f2")
        return stored.tobytes(), stored.astype(np.float64)
    stored = values.astype("<f4")
    if dtype == "F32":
        return stored.tobytes(), stored.astype(np.float64)
    upper = (stored.view("<u4") >> 16).astype("<u2")
    return upper.tobytes(), (upper.astype("<u4") << 16).view("<f4").astype(np.float64)


def write_safetensors(path, tensors):
    """Writes {key: (dtype, values)}; returns the values as a reader sees them."""
    header, data, seen = {"__metadata__": {"format": "np"}}, b"", {}
    for key, (dtype, values) in tensors.items():
        stored, seen[key] = to_bytes(values, dtype)
        header[key] = {"dtype": dtype, "shape": list(values.shape),
                       "data_offsets": [len(data), len(data) + len(stored)]}
        data += stored
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)
    return seen


def array(values):
    return "array<i64: " + ", ".join(map(str, values)) + ">"


def tensor(shape):
    return "tensor<" + "".join(f"{size}x" for size in shape) + "f32>"


def network(x, w, outputs, case, pool):
    window = (f"kernel = {array(pool['kernel'])}, strides = {array(pool['strides'])}, "
              f"padding = {array(pool['padding'])}, ceil_mode = {str(pool['ceil']).lower()}")
    types = [tensor(output.shape) for output in outputs]
    results = ", ".join(f'{t} {{nn.name = "{n}"}}' for t, n in zip(types, ("conv", "max", "avg")))
    return f"""
func.func @sweep(%x: {tensor(x.shape)} {{nn.name = "x"}}) -> ({results}) {{
  %w = nn.parameter "conv.weight" : {tensor(w.shape)}
  %b = nn.parameter "conv.bias" : {tensor(w.shape[:1])}
  %0 = nn.conv2d %x, %w bias %b {{strides = {array(case["strides"])}, padding = {array(case["padding"])},
      dilations = {array(case["dilations"])}, groups = {case["groups"]}}}
    : ({tensor(x.shape)}, {tensor(w.shape)}, {tensor(w.shape[:1])}) -> {types[0]}
  %1 = nn.max_pool %x {{{window}}} : ({tensor(x.shape)}) -> {types[1]}
  %2 = nn.avg_pool %x {{{window}, count_include_pad = {str(pool["count_include_pad"]).lower()}}}
    : ({tensor(x.shape)}) -> {types[2]}
  return %0, %1, %2 : {", ".join(types)}
}}
"""


def draw(rng):
    """Shapes and attributes of one case; the window always fits."""
    groups = rng.choice([1, 1, 2, 3])
    size = [rng.randint(5, 12), rng.randint(5, 12)]
    case = {
        "groups": groups,
        "x": (rng.randint(1, 2), groups * rng.randint(1, 3), *size),
        "kernel": [rng.choice([1, 2, 3]), rng.choice([1, 2, 3])],
        "strides": [rng.randint(1, 3), rng.randint(1, 3)],
        "dilations": [rng.randint(1, 2), rng.randint(1, 2)],
        "padding": [rng.randint(0, 3) for _ in range(4)],
        "filters": groups * rng.randint(1, 3),
    }
    kernel = [rng.randint(1, 4), rng.randint(1, 4)]
    pool = {
        "kernel": kernel,
        "strides": [rng.randint(1, 3), rng.randint(1, 3)],
        "padding": [rng.randint(0, kernel[dim % 2] - 1) for dim in range(4)],
        "ceil": rng.random() < 0.5,
        "count_include_pad": rng.random() < 0.5,
    }
    return case, pool


def store_input(path, x, rng):
    """One of the forms that NumPy writes; all hold `x` exactly."""
    form = rng.choice(["<f4", ">f4", "<f8", "fortran"])
    np.save(path, np.asfortranarray(x.astype("<f4")) if form == "fortran" else x.astype(form))


def check(folder, seed):
    rng, numbers = random.Random(seed), np.random.default_rng(seed)
    case, pool = draw(rng)
    dtype = rng.choice(["F32", "F16", "BF16"])
    x = numbers.standard_normal(case["x"]).astype(np.float32).astype(np.float64)
    w = numbers.standard_normal((case["filters"], case["x"][1] // case["groups"], *case["kernel"]))
    weights = write_safetensors(folder / "w.safetensors", {
        "conv.weight": (dtype, w), "conv.bias": (dtype, numbers.standard_normal(case["filters"]))})
    store_input(folder / "x.npy", x, rng)
    expected = [conv2d(x, weights["conv.weight"], weights["conv.bias"], case),
                max_pool(x, pool), avg_pool(x, pool)]
    (folder / "net.mlir").write_text(network(x, w, expected, case, pool))
    names = ["conv", "max", "avg"]
    subprocess.run(
        ["sinter", "run", "--reference", folder / "net.mlir", "--weights", folder / "w.safetensors",
         "--input", folder / "x.npy"] + [a for n in names for a in ("-o", f"{n}={folder}/{n}.npy")],
        check=True)
    for name, values in zip(names, expected):
        got = np.load(folder / f"{name}.npy")
        # The result is rounded to f32 once.
        if got.shape != values.shape or not np.allclose(got, values, rtol=1e-6, atol=1e-6):
            sys.exit(f"case {seed}: {name} differs\n{case}\n{pool}\n{got}\n{values}")


folder = pathlib.Path(sys.argv[1])
folder.mkdir(parents=True, exist_ok=True)
for seed in range(40):
    check(folder, seed)
print("40 cases agree")
