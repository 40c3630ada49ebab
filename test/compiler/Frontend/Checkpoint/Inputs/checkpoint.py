"""Writes a .safetensors file with the tensors of a network, whose values are pseudo-random
or, with --zeros, holes in the file.

    checkpoint.py NETWORK.sinter FILE.safetensors [--zeros] [--prefix P] [CHANGE ...]

A CHANGE is KEY=SHAPE (64x3x7x7; a new tensor, or another shape), KEY= (left out),
or OLD->NEW (every occurrence in a key).
"""

import argparse
import array
import json
import math
import random
import struct
import subprocess


def tensors_of(network):
    text = subprocess.run(["sinter", "inspect", "--json", network], check=True, capture_output=True).stdout
    return {tensor["name"]: tensor["shape"]
            for layer in json.loads(text)["layers"] for tensor in layer["tensors"]}


def change(shapes, changes):
    for text in changes:
        if "->" in text:
            old, new = text.split("->")
            shapes = {key.replace(old, new): shape for key, shape in shapes.items()}
        else:
            key, shape = text.split("=")
            shapes.pop(key, None)
            if shape:
                shapes[key] = [int(size) for size in shape.split("x")]
    return shapes


def values_of(key, shape, generator):
    """Scales and variances around 1, filters that keep the size of what they filter."""
    is_scale = len(shape) == 1 and key.endswith(("weight", "running_var"))
    spread = 0.5 if len(shape) < 2 else math.sqrt(6 / math.prod(shape[1:]))
    values = (is_scale + spread * generator.uniform(-1, 1) for _ in range(math.prod(shape)))
    return array.array("f", values).tobytes()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("network")
    parser.add_argument("file")
    parser.add_argument("--zeros", action="store_true")
    parser.add_argument("--prefix", default="")
    parser.add_argument("changes", nargs="*")
    arguments = parser.parse_intermixed_args()

    shapes = change(tensors_of(arguments.network), arguments.changes)
    header, end = {}, 0
    for key, shape in shapes.items():
        begin, end = end, end + 4 * math.prod(shape)
        header[arguments.prefix + key] = {"dtype": "F32", "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    generator = random.Random(1)
    with open(arguments.file, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        if arguments.zeros:
            file.truncate(8 + len(text) + end)
        else:
            for key, shape in shapes.items():
                file.write(values_of(key, shape, generator))


if __name__ == "__main__":
    main()
