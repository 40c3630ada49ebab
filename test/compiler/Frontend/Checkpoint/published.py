# RUN: %python %s %t.safetensors
"""Checkpoints with the keys and shapes of torchvision, timm and the first SENets are taken for
the networks that they are: name, parameters and multiply-accumulates are the published ones.

The state dicts are composed here, as those libraries do it, not from Sinter's own blocks.
Their values are holes in the file.
"""

import json
import math
import struct
import subprocess
import sys

SMALL, LARGE, LARGER, LARGEST = (2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)

# Name: blocks, is a bottleneck, what else, parameters, and 10^9 multiply-accumulates at 224x224.
IMAGENET = {
    "resnet18d": (SMALL, False, dict(deep=True), 11_708_744, "2.054"),
    "resnet34d": (LARGE, False, dict(deep=True), 21_816_904, "3.903"),
    "resnet50d": (LARGE, True, dict(deep=True), 25_576_264, "4.329"),
    "resnext101_32x8d": (LARGER, True, dict(groups=32, base=8), 88_791_336, "16.414"),
    "wide_resnet101_2": (LARGER, True, dict(base=128), 126_886_696, "22.753"),
    "seresnext101_32x4d": (LARGER, True, dict(groups=32, base=4, se="se"), 48_955_416, "7.975"),
    "legacy_seresnet18": (SMALL, False, dict(se="se_module"), 11_778_592, "1.814"),
    "legacy_seresnet34": (LARGE, False, dict(se="se_module"), 21_958_868, "3.664"),
    "legacy_seresnet50": (LARGE, True, dict(se="se_module"), 28_088_024, "3.860"),
    "legacy_seresnet101": (LARGER, True, dict(se="se_module"), 49_326_872, "7.575"),
    "legacy_seresnet152": (LARGEST, True, dict(se="se_module"), 66_821_848, "11.289"),
    "legacy_seresnext50_32x4d":
        (LARGE, True, dict(groups=32, base=4, se="se_module"), 27_559_896, "4.233"),
    "senet154": (LARGEST, True, dict(groups=64, senet=True, se="se_module"), 115_088_984, "20.688"),
}
# Depth: parameters with shortcuts of padding and of convolutions, and 10^6 multiply-accumulates.
CIFAR = {
    20: (269_722, 272_474, "40.6"),
    32: (464_154, 466_906, "68.9"),
    44: (658_586, 661_338, "97.2"),
    56: (853_018, 855_770, "125.5"),
    110: (1_727_962, 1_730_714, "252.9"),
}


class StateDict(dict):
    def conv(self, name, outputs, inputs, kernel):
        self[name + ".weight"] = [outputs, inputs, kernel, kernel]

    def norm(self, name, channels):
        for part in ("weight", "bias", "running_mean", "running_var"):
            self[f"{name}.{part}"] = [channels]
        self[name + ".num_batches_tracked"] = []

    def gate(self, name, channels):
        # timm rounds to a multiple of 8; the first SENets divide.
        hidden = channels // 16 if name.endswith("se_module") else max(8, (channels // 16 + 4) // 8 * 8)
        for layer, outputs, inputs in (("fc1", hidden, channels), ("fc2", channels, hidden)):
            self.conv(f"{name}.{layer}", outputs, inputs, 1)
            self[f"{name}.{layer}.bias"] = [outputs]

    def linear(self, name, outputs, inputs):
        self[name + ".weight"] = [outputs, inputs]
        self[name + ".bias"] = [outputs]


def imagenet(counts, bottleneck, deep=False, groups=1, base=64, senet=False, se=""):
    weights = StateDict()
    legacy = se == "se_module"
    stem = "layer0." if legacy else ""
    if senet:
        for index, (inputs, outputs) in enumerate(((3, 64), (64, 64), (64, 128)), 1):
            weights.conv(f"layer0.conv{index}", outputs, inputs, 3)
            weights.norm(f"layer0.bn{index}", outputs)
    elif deep:
        for index, norm, inputs, outputs in ((0, "conv1.1", 3, 32), (3, "conv1.4", 32, 32), (6, "bn1", 32, 64)):
            weights.conv(f"conv1.{index}", outputs, inputs, 3)
            weights.norm(norm, outputs)
    else:
        weights.conv(stem + "conv1", 64, 3, 7)
        weights.norm(stem + "bn1", 64)
    channels = 128 if senet else 64
    for stage, count in enumerate(counts):
        planes = 64 << stage
        for index in range(count):
            block = f"layer{stage + 1}.{index}."
            width = planes * base // 64 * groups
            if senet:
                convs = [(2 * planes, channels, 1), (4 * planes, 2 * planes // groups, 3), (4 * planes, 4 * planes, 1)]
            elif bottleneck:
                convs = [(width, channels, 1), (width, width // groups, 3), (4 * planes, width, 1)]
            else:
                convs = [(planes, channels, 3), (planes, planes, 3)]
            for number, (outputs, inputs, kernel) in enumerate(convs, 1):
                weights.conv(f"{block}conv{number}", outputs, inputs, kernel)
                weights.norm(f"{block}bn{number}", outputs)
            if se:
                weights.gate(block + se, outputs)
            if index == 0 and (stage or channels != outputs):
                # A pool, without weights, is at place 0 of the deep ones.
                weights.conv(f"{block}downsample.{int(deep)}", outputs, channels, 3 if senet and stage else 1)
                weights.norm(f"{block}downsample.{int(deep) + 1}", outputs)
            channels = outputs
    weights.linear("last_linear" if legacy else "fc", 1000, channels)
    return weights


def cifar(depth, projects):
    weights = StateDict()
    weights.conv("conv1", 16, 3, 3)
    weights.norm("bn1", 16)
    channels = 16
    for stage in range(3):
        planes = 16 << stage
        for index in range((depth - 2) // 6):
            block = f"layer{stage + 1}.{index}."
            weights.conv(block + "conv1", planes, channels, 3)
            weights.norm(block + "bn1", planes)
            weights.conv(block + "conv2", planes, planes, 3)
            weights.norm(block + "bn2", planes)
            if projects and planes != channels:
                weights.conv(block + "shortcut.0", planes, channels, 1)
                weights.norm(block + "shortcut.1", planes)
            channels = planes
    weights.linear("linear", 10, channels)
    return weights


def write(path, weights):
    header, end = {}, 0
    for key, shape in weights.items():
        dtype, size = ("F32", 4) if shape else ("I64", 8)
        begin, end = end, end + size * math.prod(shape)
        header[key] = {"dtype": dtype, "shape": shape, "data_offsets": [begin, end]}
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        file.truncate(8 + len(text) + end)


def check(path, weights, name, parameters, macs=None, unit=1e9):
    write(path, weights)
    text = subprocess.run(["sinter", "inspect", "--json", path], check=True, capture_output=True).stdout
    network = json.loads(text)
    if (network["name"], network["parameters"]) != (name, parameters):
        sys.exit(f"expected {name} with {parameters} parameters, got {network['name']} with {network['parameters']}")
    if macs is None:
        return
    found = f"{network['macs'] / unit:.{len(macs.split('.')[1])}f}"
    if found != macs:
        sys.exit(f"{name}: expected {macs} operations, got {found}")


path = sys.argv[1]
for name, (counts, bottleneck, variant, parameters, macs) in IMAGENET.items():
    check(path, imagenet(counts, bottleneck, **variant), name, parameters, macs)
for depth, (padded, projected, macs) in CIFAR.items():
    check(path, cifar(depth, False), f"resnet{depth}", padded, macs, 1e6)
    check(path, cifar(depth, True), f"resnet{depth}", projected)
