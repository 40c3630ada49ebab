"""Random residual networks as ONNX: everything that shapes one is drawn from its seed."""

import dataclasses
import random
from typing import NamedTuple, Optional

import numpy
import onnx

from blocks import Block, Gate, residual_block
from graph import Graph, Style
from layers import (
    ACTIVATIONS,
    activation,
    batch_norm,
    classifier,
    conv_norm,
    normalized_input,
    pool,
    probabilities,
)

FIRST_OPSET, LAST_OPSET = 7, 24


class Network(NamedTuple):
    model: onnx.ModelProto
    input: numpy.ndarray
    batch: Optional[int]  # where the model leaves it open
    is_external: bool  # large tensors belong into a file of their own


@dataclasses.dataclass
class Plan:
    """What the blocks of a network have in common."""

    is_bottleneck: bool
    is_preactivated: bool
    stride_on_first: bool
    shortcut: str
    activation: str
    last_activation: str
    padding: str
    gate: Optional[Gate]
    gates_all: bool
    width_per_group: int
    dilation: int


def draw_gate(draw):
    if draw.random() < 0.35:
        return None
    place = draw.choice(
        ["standard"] * 5 + ["pre", "post", "identity", "middle", "after relu"]
    )
    return Gate(
        width=draw.choice([1, 2, 4, 5, 8]),
        place=place,
        linear=draw.random() < 0.5,
        bias=draw.random() < 0.7,
        activation=draw.choice(["relu", "relu", "relu", "relu6", "silu", "hard_swish"]),
        gate=draw.choice(["sigmoid", "sigmoid", "hard_sigmoid"]),
        norm=draw.random() < 0.1,
        single=draw.random() < 0.1,
    )


def draw_plan(draw):
    kind = draw.choice(ACTIVATIONS)
    is_preactivated = draw.random() < 0.2
    gate = draw_gate(draw)
    if gate and is_preactivated:
        gate.place = "standard"
    return Plan(
        is_bottleneck=draw.random() < 0.5,
        is_preactivated=is_preactivated,
        stride_on_first=draw.random() < 0.3,
        shortcut=draw.choice(["projection", "projection", "pooled", "padded"]),
        activation=kind,
        last_activation=draw.choice([kind, kind, kind, "identity"]),
        padding=draw.choice(["symmetric"] * 4 + ["SAME_UPPER", "SAME_LOWER", "trailing"]),
        gate=gate,
        gates_all=draw.random() < 0.7,
        width_per_group=draw.choice([0, 0, 0, 1, 2, 4, 8]),
        dilation=draw.choice([1, 1, 1, 1, 2]),
    )


def stem(g, x, draw, plan):
    kind = draw.choice(["small", "small", "large", "deep", "padded", "patch"])
    channels = draw.choice([4, 8, 12, 16, 16, 24])
    act = plan.activation if draw.random() < 0.5 else "relu"
    if kind == "small":
        x = conv_norm(g, x, channels, 3, ("conv1", "bn1"), padding=1)
        return activation(g.at("act1"), x, act)
    if kind == "patch":
        x = conv_norm(g, x, channels, 2, ("conv1", "bn1"), stride=2)
        return activation(g.at("act1"), x, act)
    if kind == "deep":
        for index, stride in ((0, 2), (3, 1), (6, 1)):
            keys = (f"conv1.{index}", "bn1" if index == 6 else f"conv1.{index + 1}")
            x = conv_norm(g, x, channels, 3, keys, stride=stride, padding=1)
            x = activation(g.at(f"act{index}"), x, act)
        return stem_pool(g.at("maxpool"), x, draw, act)
    size = draw.choice([5, 7])
    if kind == "padded":  # Keras: a Pad of its own and VALID
        x = g.at("pad").pad(x, [size // 2] * 4)
        x = conv_norm(g, x, channels, size, ("conv1", "bn1"), stride=2)
    else:
        padding = draw.choice([size // 2, "SAME_UPPER", "SAME_LOWER"])
        x = conv_norm(g, x, channels, size, ("conv1", "bn1"), stride=2, padding=padding)
    x = activation(g.at("act1"), x, act)
    return stem_pool(g.at("maxpool"), x, draw, act)


def stem_pool(g, x, draw, act):
    forms = ["symmetric", "symmetric", "same", "mean", "even", "lowest", "trailing"]
    if g.opset >= 10:
        forms += ["ceil", "ceil symmetric"]
    if act in ("relu", "relu6"):
        forms.append("zeros")
    form = draw.choice(forms)
    if form == "same":
        return pool(g, x, "MaxPool", 3, 2, draw.choice(["SAME_UPPER", "SAME_LOWER"]))
    if form == "mean":
        counts = draw.choice([None, 0, 1])
        attributes = {} if counts is None else {"count_include_pad": counts}
        return pool(g, x, "AveragePool", 3, 2, 1, **attributes)
    if form == "even":
        return pool(g, x, "MaxPool", 2, 2)
    if form == "trailing":
        return pool(g, x, "MaxPool", 3, 2, [0, 0, 1, 1])
    if form == "ceil":
        return pool(g, x, "MaxPool", 3, 2, 0, ceil_mode=True)
    if form == "ceil symmetric":
        return pool(g, x, "MaxPool", 3, 2, 1, ceil_mode=True)
    if form in ("zeros", "lowest"):  # zeros change nothing where no value is negative
        lowest = draw.choice([-numpy.inf, float(numpy.finfo(numpy.float32).min)])
        x = g.pad(x, [1, 1, 1, 1], 0.0 if form == "zeros" else lowest)
        return pool(g, x, "MaxPool", 3, 2)
    return pool(g, x, "MaxPool", 3, 2, 1)


def stages(g, x, draw, plan):
    channels = draw.choice([8, 12, 16, 20, 32]) if plan.is_bottleneck else x.shape[1]
    for stage in range(draw.choice([1, 2, 2, 3, 4])):
        if stage:
            channels = channels * 2 if channels < 64 else channels + draw.choice([0, 8])
        stride = 2 if stage and draw.random() < 0.9 else 1
        for index in range(draw.choice([1, 1, 2, 3])):
            width = max(channels // 2, 4)
            per_group = plan.width_per_group
            # A padded shortcut cannot drop channels.
            outputs = max(channels, x.shape[1]) if plan.shortcut == "padded" else channels
            grouped = width if plan.is_bottleneck else outputs
            inputs = grouped if plan.is_bottleneck else x.shape[1]
            is_divisible = per_group and not (grouped % per_group or inputs % per_group)
            groups = grouped // per_group if is_divisible else 1
            if inputs % groups or grouped % groups:
                groups = 1
            block = Block(
                outputs,
                width=width,
                stride=stride if not index else 1,
                groups=groups,
                dilation=1 if stride > 1 and not index else plan.dilation,
                is_bottleneck=plan.is_bottleneck,
                is_preactivated=plan.is_preactivated,
                stride_on_first=plan.stride_on_first,
                shortcut=plan.shortcut,
                activation=plan.activation,
                last_activation=plan.last_activation,
                padding=plan.padding,
                gate=plan.gate if plan.gates_all or draw.random() < 0.5 else None,
            )
            x = residual_block(g, x, f"layer{stage + 1}.{index}", block)
    return x


def decorate(g, x, draw):
    """What exporters leave behind: transposes that cancel, dead nodes and weights."""
    if draw.random() < 0.1:
        n, c, h, w = x.shape
        g.at("layout")
        x = g.op("Transpose", [x], (n, h, w, c), x.rms, perm=[0, 2, 3, 1])
        x = g.op("Transpose", [x], (n, c, h, w), x.rms, perm=[0, 3, 1, 2])
    if draw.random() < 0.1:
        g.op("Shape", [x], (4,))
    if draw.random() < 0.1:
        g.initializers.append(g.tensor("num_batches_tracked", numpy.array(7, numpy.int64)))
    return x


def image_size(draw):
    low, high = draw.choice([(9, 20), (16, 34), (24, 48)])
    height = draw.randint(low, high)
    return height, height if draw.random() < 0.5 else draw.randint(low, high)


def network(seed, opset=None):
    """The random network of `seed`."""
    draw = random.Random(seed)
    opset = draw.randint(FIRST_OPSET, LAST_OPSET) if opset is None else opset
    g = Graph(f"net{seed}", opset, Style(draw.random()), seed)
    batch = draw.choice([1, 1, 1, 2, 3])
    symbol = draw.choice([None, None, None, "batch", "N", ""])
    shape = (batch, draw.choice([3, 3, 3, 1, 4]), *image_size(draw))
    plan = draw_plan(draw)
    if symbol is not None:  # zero channels and written sizes would name the batch
        g.style.habits["zero channels"] = "pad"
    image = g.input(draw.choice(["input", "image", "x.1", "data"]), shape, symbol)
    x = image
    form = draw.choice(["none"] * 3 + ["subtract", "multiply"])
    if form != "none":
        x = normalized_input(g.at("normalize"), x, form)
    x = decorate(g, stem(g, x, draw, plan), draw)
    x = stages(g, x, draw, plan)
    if plan.is_preactivated:
        x = activation(g.at("act"), batch_norm(g, x, "norm"), plan.activation)
    x = classifier(g, x, draw.choice([2, 10, 17, 100]))
    end = draw.choice(["none"] * 4 + ["Softmax", "LogSoftmax"])
    if end != "none":
        x = probabilities(g.at("prob"), x, end)
    model = g.model(x, draw.choice(["output", "logits", "495"]), symbol)
    scale = g.values.uniform(0.5, 1.5)
    pixels = (g.values.standard_normal(shape) * scale).astype(numpy.float32)
    return Network(
        model, pixels, batch if symbol is not None else None, is_external=draw.random() < 0.15
    )
