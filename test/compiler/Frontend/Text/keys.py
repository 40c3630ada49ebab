# RUN: %python %s %networks
"""The tensors of the shipped networks are those of torchvision's, timm's and akamaster's state dicts."""

import json
import subprocess
import sys


def conv(key, outputs, inputs, size, groups=1):
    return {f"{key}.weight": [outputs, inputs // groups, size, size]}


def norm(key, channels):
    return {f"{key}.{part}": [channels] for part in ("weight", "bias", "running_mean", "running_var")}


def linear(key, outputs, inputs):
    return {f"{key}.weight": [outputs, inputs], f"{key}.bias": [outputs]}


def make_divisible(value, divisor=8):
    return max(divisor, int(value + divisor / 2) // divisor * divisor)


def timm_gate(key, channels):
    width = make_divisible(channels / 16)
    return {
        f"{key}.fc1.weight": [width, channels, 1, 1], f"{key}.fc1.bias": [width],
        f"{key}.fc2.weight": [channels, width, 1, 1], f"{key}.fc2.bias": [channels],
    }


def block(key, kind, inputs, planes, stride, groups, base_width, gate):
    """One block of torchvision's BasicBlock or Bottleneck, in the order of its modules."""
    tensors = {}
    if kind == "basic":
        outputs = planes
        tensors |= conv(f"{key}.conv1", planes, inputs, 3) | norm(f"{key}.bn1", planes)
        tensors |= conv(f"{key}.conv2", planes, planes, 3) | norm(f"{key}.bn2", planes)
    else:
        outputs, width = 4 * planes, int(planes * (base_width / 64.0)) * groups
        tensors |= conv(f"{key}.conv1", width, inputs, 1) | norm(f"{key}.bn1", width)
        tensors |= conv(f"{key}.conv2", width, width, 3, groups) | norm(f"{key}.bn2", width)
        tensors |= conv(f"{key}.conv3", outputs, width, 1) | norm(f"{key}.bn3", outputs)
    if gate:
        tensors |= timm_gate(f"{key}.se", outputs)
    if stride != 1 or inputs != outputs:
        tensors |= conv(f"{key}.downsample.0", outputs, inputs, 1) | norm(f"{key}.downsample.1", outputs)
    return tensors, outputs


def imagenet(kind, counts, groups=1, base_width=64, gate=False):
    tensors = conv("conv1", 64, 3, 7) | norm("bn1", 64)
    channels = 64
    for stage, count in enumerate(counts):
        for index in range(count):
            stride = 2 if stage and not index else 1
            added, channels = block(f"layer{stage + 1}.{index}", kind, channels, 64 << stage, stride,
                                    groups, base_width, gate)
            tensors |= added
    return tensors | linear("fc", 1000, channels)


def cifar(depth, gate=False):
    tensors = conv("conv1", 16, 3, 3) | norm("bn1", 16)
    channels = 16
    for stage in range(3):
        planes = 16 << stage
        for index in range((depth - 2) // 6):
            key = f"layer{stage + 1}.{index}"
            tensors |= conv(f"{key}.conv1", planes, channels, 3) | norm(f"{key}.bn1", planes)
            tensors |= conv(f"{key}.conv2", planes, planes, 3) | norm(f"{key}.bn2", planes)
            if gate:
                tensors |= {f"{key}.se.fc.0.weight": [planes // 16, planes],
                            f"{key}.se.fc.2.weight": [planes, planes // 16]}
            channels = planes
    return tensors | linear("linear", 10, channels)


DEPTHS = {18: ("basic", (2, 2, 2, 2)), 34: ("basic", (3, 4, 6, 3)), 50: ("bottleneck", (3, 4, 6, 3)),
          101: ("bottleneck", (3, 4, 23, 3)), 152: ("bottleneck", (3, 8, 36, 3))}
EXPECTED = {
    "wide_resnet50_2": imagenet(*DEPTHS[50], base_width=128),
    "resnext50_32x4d": imagenet(*DEPTHS[50], groups=32, base_width=4),
    "seresnext50_32x4d": imagenet(*DEPTHS[50], groups=32, base_width=4, gate=True),
}
for depth, shape in DEPTHS.items():
    EXPECTED[f"resnet{depth}"] = imagenet(*shape)
    EXPECTED[f"seresnet{depth}"] = imagenet(*shape, gate=True)
for depth in (20, 56, 110):
    EXPECTED[f"resnet{depth}"] = cifar(depth)
    EXPECTED[f"seresnet{depth}"] = cifar(depth, gate=True)

for name, expected in EXPECTED.items():
    text = subprocess.run(["sinter", "inspect", "--json", f"{sys.argv[1]}/{name}.sinter"],
                          check=True, capture_output=True).stdout
    tensors = [tensor for layer in json.loads(text)["layers"] for tensor in layer["tensors"]]
    found = {tensor["name"]: tensor["shape"] for tensor in tensors}
    if found != expected or len(tensors) != len(expected):
        wrong = sorted(key for key in expected.keys() | found.keys() if expected.get(key) != found.get(key))
        sys.exit("\n".join(f"{name}: {key}: expected {expected.get(key)}, got {found.get(key)}" for key in wrong))
