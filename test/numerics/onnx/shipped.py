"""The networks of examples/networks as ONNX, with PyTorch's names, and their weights."""

import json
import struct

import numpy

from blocks import Block, Gate, residual_block
from graph import Graph
from layers import activation, classifier, conv_norm, pool

# Block counts of the four stages for ImageNet.
STAGES = {
    "18": (2, 2, 2, 2),
    "34": (3, 4, 6, 3),
    "50": (3, 4, 6, 3),
    "101": (3, 4, 23, 3),
    "152": (3, 8, 36, 3),
}
# Layers, and the groups and base width of the bottlenecks.
IMAGENET = {
    **{f"resnet{depth}": (depth, 1, 64) for depth in STAGES},
    **{f"seresnet{depth}": (depth, 1, 64) for depth in STAGES},
    "wide_resnet50_2": ("50", 1, 128),
    "resnext50_32x4d": ("50", 32, 4),
    "seresnext50_32x4d": ("50", 32, 4),
}
# Layers; three stages of (layers - 2) / 6 blocks.
CIFAR = {f"{se}resnet{depth}": depth for se in ("", "se") for depth in (20, 56, 110)}
NAMES = sorted([*IMAGENET, *CIFAR])


def gate_width(channels):
    """timm's rule for a reduction of 16."""
    return max(8, (channels // 16 + 4) // 8 * 8)


def imagenet(g, name, image):
    depth, groups, base_width = IMAGENET[name]
    is_bottleneck = int(depth) >= 50
    x = conv_norm(g, image, 64, 7, ("conv1", "bn1"), stride=2, padding=3)
    x = activation(g.at("relu"), x, "relu")
    x = pool(g.at("maxpool"), x, "MaxPool", 3, 2, 1)
    for stage, count in enumerate(STAGES[depth]):
        planes = 64 << stage
        channels = planes * 4 if is_bottleneck else planes
        gate = Gate(gate_width(channels)) if name.startswith("se") else None
        for index in range(count):
            block = Block(
                channels,
                width=planes * base_width // 64 * groups,
                stride=2 if stage and not index else 1,
                groups=groups,
                is_bottleneck=is_bottleneck,
                gate=gate,
            )
            x = residual_block(g, x, f"layer{stage + 1}.{index}", block)
    return classifier(g, x, 1000)


def cifar(g, name, image):
    x = conv_norm(g, image, 16, 3, ("conv1", "bn1"), padding=1)
    x = activation(g.at("relu"), x, "relu")
    for stage in range(3):
        channels = 16 << stage
        gate = Gate(channels // 16, linear=True, bias=False, reduce="fc.0", expand="fc.2")
        for index in range((CIFAR[name] - 2) // 6):
            block = Block(
                channels,
                stride=2 if stage and not index else 1,
                shortcut="padded",
                gate=gate if name.startswith("se") else None,
            )
            x = residual_block(g, x, f"layer{stage + 1}.{index}", block)
    return classifier(g, x, 10, key="linear")


def network(name, seed=0, opset=17, style=None, batch=1):
    """The model, an input and the state dict of the shipped network `name`."""
    g = Graph(name, opset, style, seed)
    size = 224 if name in IMAGENET else 32
    image = g.input("image", (batch, 3, size, size))
    output = (imagenet if name in IMAGENET else cifar)(g, name, image)
    pixels = g.values.standard_normal(image.shape).astype(numpy.float32)
    return g.model(output), pixels, g.state_dict


def write_safetensors(path, tensors):
    """Writes f32 arrays; the format is a length, a JSON header and the values."""
    header, offset = {}, 0
    for key, array in tensors.items():
        span = [offset, offset + array.nbytes]
        header[key] = {"dtype": "F32", "shape": list(array.shape), "data_offsets": span}
        offset = span[1]
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for array in tensors.values():
            file.write(numpy.ascontiguousarray(array, "<f4").tobytes())
