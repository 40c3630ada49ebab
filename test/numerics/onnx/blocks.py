"""Residual blocks: post-activation and pre-activation, with every shortcut and gate."""

import dataclasses
import math

import numpy

from layers import (
    activation,
    batch_norm,
    commuted,
    conv,
    conv_norm,
    pool,
    squeeze_excite,
)


@dataclasses.dataclass
class Gate:
    """Squeeze-and-excitation; `place` is standard, pre, post, identity, middle or after relu."""

    width: int
    place: str = "standard"
    linear: bool = False
    bias: bool = True
    activation: str = "relu"
    gate: str = "sigmoid"
    norm: bool = False  # a batch norm behind the first layer
    single: bool = False  # EffectiveSE: one layer, as wide as the block
    reduce: str = "fc1"
    expand: str = "fc2"


@dataclasses.dataclass
class Block:
    """One residual block. `width` is that of a bottleneck's middle."""

    channels: int
    width: int = 0
    stride: int = 1
    groups: int = 1
    dilation: int = 1
    is_bottleneck: bool = False
    is_preactivated: bool = False
    stride_on_first: bool = False  # the original paper's bottleneck, "v1"
    shortcut: str = "projection"  # or pooled, padded
    activation: str = "relu"
    last_activation: str = "relu"
    padding: str = "symmetric"  # or SAME_UPPER, SAME_LOWER, trailing
    gate: Gate = None


def convolutions(block):
    """Options of each convolution on the main path: channels, kernel and the rest."""
    middle = {"groups": block.groups, "dilation": block.dilation}
    if not block.is_bottleneck:
        first = {"stride": block.stride, **middle}
        return [(block.channels, 3, first), (block.channels, 3, {})]
    first, second = {}, dict(middle)
    (first if block.stride_on_first else second)["stride"] = block.stride
    return [(block.width, 1, first), (block.width, 3, second), (block.channels, 1, {})]


def padding_of(block, x, kernel, options):
    reach = (kernel - 1) * options.get("dilation", 1)
    is_strided = options.get("stride", 1) == 2
    if kernel == 1:
        return 0
    if block.padding.startswith("SAME") and options.get("dilation", 1) == 1:
        return block.padding
    # As TensorFlow pads an even image for stride 2.
    if block.padding == "trailing" and is_strided and not any(n % 2 for n in x.shape[2:]):
        return [reach // 2 - 1, reach // 2 - 1, reach // 2, reach // 2]
    return reach // 2


def excite(g, x, key, gate, place):
    """The block's gate, if `place` is where it stands."""
    if not gate or gate.place != place:
        return x
    return squeeze_excite(g, x, gate.width, f"{key}.se", dataclasses.asdict(gate))


def shortcut_path(g, x, key, block):
    stride = block.stride
    if stride == 1 and x.shape[1] == block.channels:
        return x
    if block.shortcut == "padded":
        return padded_shortcut(g.at(f"{key}.shortcut"), x, block)
    keys = (f"{key}.downsample.0", f"{key}.downsample.1")
    if block.shortcut == "pooled" and 1 < stride <= min(x.shape[2:]):
        x, stride = pooled_shortcut(g.at(f"{key}.downsample.0"), x, stride), 1
        keys = (f"{key}.downsample.1", f"{key}.downsample.2")
    if block.is_preactivated:
        return conv(g, x, block.channels, 1, keys[0], stride=stride)
    return conv_norm(g, x, block.channels, 1, keys, stride=stride)


def pooled_shortcut(g, x, stride):
    """ResNet-D: the mean of 2x2 pixels, of those that exist at an odd border."""
    is_even = not any(n % stride for n in x.shape[2:])
    if is_even and g.style.pick("pooled", "ceil", "plain") == "plain":
        return pool(g, x, "AveragePool", stride, stride)
    if g.opset >= 10 and g.style.pick("odd pooled", "ceil", "same") == "ceil":
        return pool(g, x, "AveragePool", stride, stride, ceil_mode=True, count_include_pad=0)
    return pool(g, x, "AveragePool", stride, stride, padding="SAME_UPPER", count_include_pad=0)


def padded_shortcut(g, x, block):
    """Option A: every second pixel, and channels of zeros."""
    n, channels, height, width = x.shape
    stride = block.stride
    if stride > 1:
        form = g.style.pick("subsample", "slice", "slices", "max", "mean")
        if form.startswith("slice") and g.opset >= 10:
            axes = [(2, 3)] if form == "slice" else [(2,), (3,)]
            for some in axes:
                x = strided_slice(g, x, some, stride)
        else:
            op = "AveragePool" if form == "mean" else "MaxPool"
            x = pool(g, x, op, 1, stride)
    missing = block.channels - channels
    if not missing:
        return x
    before = missing // 2
    shape = (n, block.channels, *x.shape[2:])
    rms = x.rms * math.sqrt(channels / block.channels)
    if g.style.pick("zero channels", "pad", "concat") == "pad":
        pads = [0, before, 0, 0, 0, missing - before, 0, 0]
        return g.pad_dimensions(x, pads, shape)._replace(rms=rms)
    zeros = [numpy.zeros((n, c, *shape[2:]), numpy.float32) for c in (before, missing - before)]
    parts = [g.constant(zeros[0])] * bool(before) + [x] + [g.constant(zeros[1])]
    return g.op("Concat", parts, shape, rms, axis=g.style.pick("channel axis", 1, 1, -3))


def strided_slice(g, x, axes, stride):
    starts = g.integers(*[0] * len(axes))
    ends = g.integers(*[2**63 - 1] * len(axes))
    shape = [-(-size // stride) if axis in axes else size for axis, size in enumerate(x.shape)]
    steps = g.integers(*[stride] * len(axes))
    return g.op("Slice", [x, starts, ends, g.integers(*axes), steps], shape, x.rms)


def residual_block(g, x, key, block):
    if block.is_preactivated:
        return preactivated_block(g, x, key, block)
    layers = convolutions(block)
    y = excite(g, x, key, block.gate, "pre")
    for number, (channels, kernel, options) in enumerate(layers, 1):
        options["padding"] = padding_of(block, y, kernel, options)
        keys = (f"{key}.conv{number}", f"{key}.bn{number}")
        y = conv_norm(g, y, channels, kernel, keys, **options)
        if number < len(layers):
            y = activation(g.at(f"{key}.act{number}"), y, block.activation)
        if number == len(layers) - 1:
            y = excite(g, y, key, block.gate, "middle")
    if block.gate and block.gate.place == "after relu":  # the legacy SE-ResNet-18
        y = activation(g, y, block.activation)
        y = excite(g, y, key, block.gate, "after relu")
    y = excite(g, y, key, block.gate, "standard")
    return join(g, x, y, shortcut_path(g, x, key, block), key, block)


def join(g, x, y, shortcut, key, block):
    if g.style.chance(0.05):  # stochastic depth
        y = g.dropout(y) if g.style.chance(0.5) else g.op("Identity", [y], y.shape, y.rms)
    if g.style.chance(0.05):  # a scaled residual, as Inception-ResNet has
        y = g.op("Mul", commuted(g, y, g.scalar(0.5)), y.shape, 0.5 * y.rms)
    shortcut = excite(g, shortcut, key, block.gate, "identity")
    rms = math.hypot(y.rms, shortcut.rms)
    y = g.at(key).op("Add", commuted(g, y, shortcut), y.shape, rms)
    y = activation(g.at(f"{key}.act"), y, block.last_activation)
    y = y._replace(rms=0.95 * rms)  # the shortcut is positive already
    return excite(g, y, key, block.gate, "post")


def preactivated_block(g, x, key, block):
    layers = convolutions(block)
    shortcut, y = x, x
    for number, (channels, kernel, options) in enumerate(layers, 1):
        y = batch_norm(g, y, f"{key}.bn{number}")
        y = activation(g.at(f"{key}.act{number}"), y, block.activation)
        if number == 1:
            # He et al. 2016 share the first activation with a projection.
            source = x if block.shortcut == "padded" else y
            is_identity = block.stride == 1 and x.shape[1] == block.channels
            shortcut = x if is_identity else shortcut_path(g, source, key, block)
        padding = padding_of(block, y, kernel, options)
        y = conv(g, y, channels, kernel, f"{key}.conv{number}", padding=padding, **options)
    y = excite(g, y, key, block.gate, "standard")
    return join(g, x, y, shortcut, key, dataclasses.replace(block, last_activation="identity"))
