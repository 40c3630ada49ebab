"""Checkpoints of the network in weight-doctor.test: sound weights, each with something odd.

odd_weights.py FOLDER writes one .safetensors file per case.
odd_weights.py FILE --denormals prints how many of the aligned words of an artifact's weights
are the denormal numbers that the cases store or make.
"""

import json
import pathlib
import struct
import sys

import numpy as np

TINY = np.float32(1e-40)  # denormal in f32
SHAPES = {
    "conv1.weight": (4, 3, 1, 1), "bn1.weight": (4,), "bn1.bias": (4,), "bn1.running_mean": (4,),
    "bn1.running_var": (4,), "conv2.weight": (12, 4, 1, 1), "bn2.weight": (12,),
    "bn2.bias": (12,), "bn2.running_mean": (12,), "bn2.running_var": (12,),
    "bn3.weight": (12,), "bn3.bias": (12,), "bn3.running_mean": (12,), "bn3.running_var": (12,),
    "fc.weight": (2, 12), "fc.bias": (2,),
}


def sound():
    return {key: np.full(shape, 0.5, np.float32) for key, shape in SHAPES.items()}


def denormal():
    """Two are stored; folding makes one more of a product."""
    weights = sound()
    weights["conv1.weight"][1, 2] = TINY
    weights["fc.bias"][0] = TINY
    weights["bn2.weight"][3] = 1e-25
    weights["conv2.weight"][3, 1] = 1e-15
    return weights


def dead():
    """By gamma of a folded batch norm and of one by itself, and by a filter."""
    weights = sound()
    weights["bn1.weight"][2] = 0
    weights["conv2.weight"][:10] = 0
    weights["bn3.weight"][[0, 5]] = 0
    return weights


def constant():
    weights = sound()
    weights["bn1.running_var"][[0, 3]] = [0, 9e-11]
    weights["bn3.running_var"][7] = 1e-20
    weights["bn3.running_var"][8] = 2e-10
    return weights


def infinite():
    """Two tensors overflow f32 when they are folded."""
    weights = sound()
    weights["conv1.weight"][1] = 1e30
    weights["bn1.weight"][1] = 1e30
    weights["bn3.weight"][4] = 3e38
    weights["bn3.running_var"][4] = 0
    return weights


def write(path, weights):
    header, data = {}, b""
    for key, values in weights.items():
        span = [len(data), len(data) + values.nbytes]
        header[key] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": span}
        data += values.astype("<f4").tobytes()
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


def count_denormals(path):
    data = path.read_bytes()
    words = np.frombuffer(data[: len(data) // 4 * 4], "<u4")
    found = [TINY.view(np.uint32)]
    return int(np.isin(words, found).sum())


if sys.argv[2:] == ["--denormals"]:
    print("denormals:", count_denormals(pathlib.Path(sys.argv[1])))
else:
    for case in (sound, denormal, dead, constant, infinite):
        write(pathlib.Path(sys.argv[1]) / f"{case.__name__}.safetensors", case())
