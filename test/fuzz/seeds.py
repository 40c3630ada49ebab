"""Small files of every format, from which the fuzzers begin."""

import json
import pathlib
import shutil
import struct
import sys

import numpy

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAX_BYTES = 16384


def write_npy(folder):
    arrays = [numpy.arange(6).reshape(2, 3).astype(dtype) for dtype in numpy.typecodes["AllInteger"]]
    arrays += [numpy.ones((2, 1, 3), dtype) for dtype in ("<f2", "<f4", "<f8", ">f4", ">i8", "?")]
    arrays += [numpy.ones(()), numpy.ones((0, 3)), numpy.asfortranarray(numpy.ones((3, 2)))]
    for index, array in enumerate(arrays):
        for version in ((1, 0), (2, 0), (3, 0)):
            with open(folder / f"{index}-{version[0]}.npy", "wb") as file:
                numpy.lib.format.write_array(file, array, version)


def safetensors(tensors, metadata=None):
    """`tensors` maps keys to pairs of dtype and shape, in the order of their data."""
    header, offset = dict(metadata or {}), 0
    for key, (dtype, shape) in tensors.items():
        bits = {"F32": 32, "F16": 16, "BF16": 16, "I64": 64, "U8": 8, "F4": 4}[dtype]
        size = int(numpy.prod(shape)) * bits // 8
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [offset, offset + size]}
        offset += size
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + bytes(offset)


def residual_network(channels, blocks, is_bottleneck, gate, head):
    """The tensors of a checkpoint, by PyTorch's names; `gate` and `head` name modules."""
    tensors = {"conv1.weight": ("F4", [channels, 2, 3, 3])}

    def norm(name, width):
        for part in ("weight", "bias", "running_mean", "running_var"):
            tensors[f"{name}.{part}"] = ("F4", [width])
        tensors[f"{name}.num_batches_tracked"] = ("I64", [])

    norm("bn1", channels)
    width = channels
    for stage in range(blocks):
        name, inner = f"layer{stage + 1}.0", channels << stage
        outer = inner * 4 if is_bottleneck else inner
        shapes = [(inner, width, 3), (outer, inner, 3)]
        if is_bottleneck:
            shapes = [(inner, width, 1), (inner, inner, 3), (outer, inner, 1)]
        for index, (out, into, kernel) in enumerate(shapes):
            tensors[f"{name}.conv{index + 1}.weight"] = ("F4", [out, into, kernel, kernel])
            norm(f"{name}.bn{index + 1}", out)
        if gate:
            for layer, shape in ((1, [2, outer, 1, 1]), (2, [outer, 2, 1, 1])):
                tensors[f"{name}.{gate}.fc{layer}.weight"] = ("F4", shape)
                tensors[f"{name}.{gate}.fc{layer}.bias"] = ("F4", shape[:1])
        if outer != width:
            tensors[f"{name}.downsample.0.weight"] = ("F4", [outer, width, 1, 1])
            norm(f"{name}.downsample.1", outer)
        width = outer
    tensors[f"{head}.weight"] = ("F4", [4, width])
    tensors[f"{head}.bias"] = ("F4", [4])
    return tensors


def write_safetensors(folder):
    files = {
        "empty": safetensors({}),
        "types": safetensors(
            {"a": ("F32", [2, 1]), "b": ("F16", [3]), "c": ("BF16", []), "d": ("U8", [0, 2])},
            {"__metadata__": {"format": "pt"}},
        ),
        "basic": safetensors(residual_network(4, 2, False, None, "fc")),
        "bottleneck": safetensors(residual_network(2, 2, True, "se", "fc")),
        "legacy": safetensors(residual_network(2, 1, True, "se_module", "last_linear")),
    }
    for name, content in files.items():
        (folder / f"{name}.safetensors").write_bytes(content)


def write_sinter(folder):
    sources = [*ROOT.glob("examples/**/*.sinter"), *ROOT.glob("test/**/*.sinter")]
    for index, source in enumerate(sorted(sources)):
        if source.stat().st_size <= MAX_BYTES:
            shutil.copy(source, folder / f"{index}-{source.name}")


def with_external_data(model, name, size):
    """`model` with its tensors in the file `name`, which has `size` bytes of anything."""
    for tensor in model.graph.initializer:
        length = len(tensor.raw_data)
        if 0 < length <= size:
            tensor.ClearField("raw_data")
            tensor.data_location = tensor.EXTERNAL
            entries = {"location": name, "offset": size - length, "length": length}
            for key, value in entries.items():
                tensor.external_data.add(key=key, value=str(value))
    return model


def write_onnx(folder):
    sys.path.append(str(ROOT / "test" / "numerics" / "onnx"))
    import backend_nodes
    import random_networks

    def write(name, model):
        content = model.SerializeToString()
        if len(content) <= MAX_BYTES:
            (folder / f"{name}.onnx").write_bytes(content)

    for test in backend_nodes.tests(""):
        write(test.name, backend_nodes.prepare(test)[0])
    for seed in range(20):
        model = random_networks.network(seed).model
        write(f"random{seed}", model)
        # fuzz_onnx.cpp writes this file.
        write(f"external{seed}", with_external_data(model, "data.bin", 4096))


WRITERS = {
    "npy": write_npy,
    "onnx": write_onnx,
    "safetensors": write_safetensors,
    "sinter": write_sinter,
}
