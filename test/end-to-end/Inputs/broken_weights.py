"""Writes into a folder .safetensors files for net.sinter that are each wrong in one way."""

import json
import os
import struct
import sys

SHAPES = {
    "conv1.weight": [4, 3, 3, 3],
    "bn1.weight": [4],
    "bn1.bias": [4],
    "bn1.running_mean": [4],
    "bn1.running_var": [4],
    "fc.weight": [5, 4],
    "fc.bias": [5],
}
WIDTHS = {"F32": 4, "I8": 1, "F16": 2}


def elements(shape):
    product = 1
    for size in shape:
        product *= size
    return product


def build(shapes=SHAPES, dtypes={}):
    """Header and data of a file that is right, all ones."""
    header, data = {}, b""
    for key, shape in shapes.items():
        dtype = dtypes.get(key, "F32")
        one = struct.pack("<f", 1) if dtype == "F32" else b"\1" * WIDTHS[dtype]
        bytes_ = one * elements(shape)
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [len(data), len(data) + len(bytes_)]}
        data += bytes_
    return header, data


def write(name, header, data, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    length = len(text) if length is None else length
    with open(os.path.join(sys.argv[1], name + ".safetensors"), "wb") as file:
        file.write(struct.pack("<Q", length) + text + data)


def changed(**entries):
    """The right header with changes: key, with _ for ., to what is changed in its entry."""
    header, data = build()
    for key, entry in entries.items():
        header[key.replace("__", ".")] |= entry
    return header, data


write("truncated", b'{"conv1.weight"', b"", length=1000)
write("long", b"{}", b"", length=1 << 63)
write("notjson", b"[1, 2", b"")
write("deep", b"[" * 100000, b"")
write("overlap", *changed(bn1__bias={"data_offsets": [432, 448]}))
write("hole", *changed(fc__bias={"shape": [4], "data_offsets": [580, 596]}))
write("outside", *changed(fc__bias={"data_offsets": [576, 1 << 40]}))
write("dtype", *changed(fc__bias={"dtype": "F99"}))
write("int8", *build(dtypes={"conv1.weight": "I8", "fc.bias": "I8"}))
write("prefix", *build({"module." + key: shape for key, shape in SHAPES.items()}))
shapes = {key: shape for key, shape in SHAPES.items() if key not in ("bn1.running_var", "fc.bias")}
write("missing", *build(shapes | {"conv1.weight": [4, 3, 5, 5], "fc.biass": [5], "head.weight": [2, 2],
                                  "bn1.num_batches_tracked": [1]}))
write("shape", *build(SHAPES | {"bn1.weight": [8], "fc.weight": [4, 5]}))
header, data = build()
write("nan", header, data[:40] + struct.pack("<f", float("nan")) + data[44:])
with open(os.path.join(sys.argv[1], "empty.safetensors"), "wb"):
    pass

# More than f16 holds.
header, data = build()
begin, _ = header["fc.weight"]["data_offsets"]
write("large", header, data[:begin] + struct.pack("<f", 1e6) + data[begin + 4:])
