"""Layers of residual networks, each in all the forms in which exporters write it.

A function takes the Graph, the input and a key: the module's name in PyTorch's state
dict, from which the names of its weights follow.
"""

import math

import numpy

# ----------------------------------------------------------------------
# Convolution and batch norm
# ----------------------------------------------------------------------


def filters(g, shape, rms, gain=1.0):
    """A filter that turns values of size `rms` into values of size `gain`."""
    fan_in = math.prod(shape[1:])
    return g.values.standard_normal(shape) * (gain / (math.sqrt(fan_in) * max(rms, 1e-3)))


def same_padding(size, kernel, stride, dilation=1):
    """What SAME adds to one dimension in all."""
    return max((-(-size // stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)


def window(g, x, kernel, stride, padding, dilation=1):
    """Attributes of a window, its output size, and `x`, which may get a Pad of its own.

    `padding` is a number, [top, left, bottom, right] or "SAME_UPPER", "SAME_LOWER".
    """
    height, width = x.shape[2:]
    attributes = {"kernel_shape": [kernel, kernel]}
    if stride != 1 or not g.style.chance(0.3):
        attributes["strides"] = [stride, stride]
    if isinstance(padding, str):
        attributes["auto_pad"] = padding
        return attributes, (-(-height // stride), -(-width // stride)), x
    pads = [padding] * 4 if isinstance(padding, int) else list(padding)
    if any(pads) or not g.style.chance(0.3):
        attributes["pads"] = pads
    elif g.style.chance(0.5):
        attributes["auto_pad"] = "VALID"
    reach = (kernel - 1) * dilation + 1
    rows = (height + pads[0] + pads[2] - reach) // stride + 1
    columns = (width + pads[1] + pads[3] - reach) // stride + 1
    return attributes, (rows, columns), x


def convolution(g, x, weight, bias, kernel, stride, padding, groups, dilation, rms):
    """A Conv of given weights, whose padding may be a node of its own."""
    if not isinstance(padding, str) and padding and g.style.chance(0.08):
        x = g.pad(x, [padding] * 4 if isinstance(padding, int) else padding)
        padding = 0
    attributes, size, x = window(g, x, kernel, stride, padding, dilation)
    if dilation != 1 or not g.style.chance(0.3):
        attributes["dilations"] = [dilation, dilation]
    if groups != 1 or not g.style.chance(0.3):
        attributes["group"] = groups
    if g.style.chance(0.1):
        del attributes["kernel_shape"]  # it follows from the weight
    out_channels, weight = weight
    inputs = [x, weight] + ([bias] if bias else [])
    return g.op("Conv", inputs, (x.shape[0], out_channels, *size), rms, **attributes)


def conv(g, x, out_channels, kernel, key, stride=1, padding=0, groups=1, dilation=1, bias=False):
    values = filters(g, (out_channels, x.shape[1] // groups, kernel, kernel), x.rms)
    g.at(key)
    weight = g.weight(f"{key}.weight", values)
    offset = bias and g.weight(f"{key}.bias", g.values.normal(0, 0.2, out_channels))
    return convolution(
        g, x, (out_channels, weight), offset, kernel, stride, padding, groups, dilation, 1.0
    )


def statistics(g, channels, rms):
    """gamma, beta, mean and variance of a trained batch norm, and its output's size."""
    gamma = g.values.uniform(0.5, 1.0, channels)
    if g.style.chance(0.2):
        gamma *= g.values.choice([-1.0, 1.0], channels, p=[0.2, 0.8])
    beta = g.values.normal(0, 0.2, channels)
    mean = g.values.normal(0, 0.2 * rms, channels)
    variance = rms**2 * g.values.uniform(0.6, 1.5, channels)
    return (gamma, beta, mean, variance), 0.8


def batch_norm(g, x, key):
    parameters, rms = statistics(g, x.shape[1], x.rms)
    epsilon = g.style.pick("epsilon", 1e-5, 1e-5, 1e-3, 1e-2)
    g.at(key)
    names = ("weight", "bias", "running_mean", "running_var")
    if g.style.pick("batch norm", "op", "op", "op", "multiply") == "multiply":
        return scale_and_shift(g, x, parameters, epsilon, rms)
    inputs = [g.weight(f"{key}.{name}", value) for name, value in zip(names, parameters)]
    # 1e-5 is ONNX's default as well.
    attributes = {} if epsilon == 1e-5 and g.style.chance(0.3) else {"epsilon": epsilon}
    if not g.style.chance(0.3):
        attributes["momentum"] = 0.9
    if g.opset >= 14 and not g.style.chance(0.5):
        attributes["training_mode"] = 0
    elif g.opset < 9 and g.style.chance(0.5):
        attributes["spatial"] = 1
    return g.op("BatchNormalization", [x, *inputs], x.shape, rms, **attributes)


def scale_and_shift(g, x, parameters, epsilon, rms):
    """A batch norm as TensorFlow writes it: Mul and Add."""
    gamma, beta, mean, variance = parameters
    scale = gamma / numpy.sqrt(variance + epsilon)
    shape = (-1, 1, 1) if g.style.chance(0.5) else (1, -1, 1, 1)
    factor = g.constant(scale.reshape(shape).astype(numpy.float32))
    offset = g.constant((beta - mean * scale).reshape(shape).astype(numpy.float32))
    x = g.op("Mul", commuted(g, x, factor), x.shape, rms)
    return g.op("Add", commuted(g, x, offset), x.shape, rms)


def commuted(g, left, right):
    return [left, right] if g.style.pick("order", True, False) else [right, left]


def conv_norm(g, x, out_channels, kernel, keys, **options):
    """A convolution and its batch norm, or the one convolution that exporters make of them."""
    conv_key, norm_key = keys
    if g.style.pick("folding", "no", "no", "yes") == "no":
        # A bias before a batch norm: useless, but written all the same.
        has_bias = options.pop("bias", False) or g.style.chance(0.05)
        return batch_norm(
            g, conv(g, x, out_channels, kernel, conv_key, bias=has_bias, **options), norm_key
        )
    groups = options.get("groups", 1)
    weight = filters(g, (out_channels, x.shape[1] // groups, kernel, kernel), x.rms)
    (gamma, beta, mean, variance), rms = statistics(g, out_channels, 1.0)
    scale = gamma / numpy.sqrt(variance + 1e-5)
    g.at(conv_key)
    folded = g.weight(f"{conv_key}.weight", weight * scale.reshape(-1, 1, 1, 1))
    bias = g.weight(f"{conv_key}.bias", beta - mean * scale)
    stride, padding = options.get("stride", 1), options.get("padding", 0)
    dilation = options.get("dilation", 1)
    return convolution(
        g, x, (out_channels, folded), bias, kernel, stride, padding, groups, dilation, rms
    )


# ----------------------------------------------------------------------
# Activations
# ----------------------------------------------------------------------

ACTIVATIONS = ("relu", "relu", "relu6", "leaky_relu", "silu", "hard_swish", "identity")


def activation(g, x, kind):
    return globals()[f"activate_{kind}"](g, x)


def activate_identity(g, x):
    return g.op("Identity", [x], x.shape, x.rms) if g.style.chance(0.2) else x


def activate_relu(g, x):
    if g.style.pick("relu", "op", "op", "op", "clip") == "clip" and g.opset >= 11:
        return g.clip(x, 0.0, None, 0.7 * x.rms)
    return g.op("Relu", [x], x.shape, 0.7 * x.rms)


def activate_relu6(g, x):
    return g.clip(x, 0.0, 6.0, 0.7 * x.rms)


def activate_leaky_relu(g, x):
    slope = g.style.pick("slope", None, 0.1, 0.2)
    return g.op("LeakyRelu", [x], x.shape, 0.7 * x.rms, alpha=slope)


def activate_silu(g, x):
    if g.opset >= 24 and g.style.pick("silu", "op", "pieces") == "op":
        return g.op("Swish", [x], x.shape, 0.6 * x.rms)
    gate = g.op("Sigmoid", [x], x.shape, 0.5)
    return g.op("Mul", commuted(g, x, gate), x.shape, 0.6 * x.rms)


def activate_hard_swish(g, x):
    forms = ["op"] if g.opset >= 14 else []
    form = g.style.pick("hard swish", *forms, "hard sigmoid", "gate", "clip", "divide last")
    rms = 0.6 * x.rms
    if form == "op":
        return g.op("HardSwish", [x], x.shape, rms)
    if form == "hard sigmoid":
        gate = g.op("HardSigmoid", [x], x.shape, 0.5, alpha=1 / 6, beta=0.5)
    else:
        gate = g.clip(g.op("Add", commuted(g, x, g.scalar(3.0)), x.shape), 0.0, 6.0)
    if form == "divide last":
        return sixth(g, g.op("Mul", commuted(g, x, gate), x.shape, rms))
    if form != "hard sigmoid":
        gate = sixth(g, gate)
    return g.op("Mul", commuted(g, x, gate), x.shape, rms)


def sixth(g, x):
    if g.style.pick("sixth", "divide", "multiply") == "divide":
        return g.op("Div", [x, g.scalar(6.0)], x.shape, x.rms)
    return g.op("Mul", commuted(g, x, g.scalar(1 / 6)), x.shape, x.rms)


def activate_sigmoid(g, x):
    return g.op("Sigmoid", [x], x.shape, 0.5)


def activate_hard_sigmoid(g, x):
    form = g.style.pick("hard sigmoid", "op", "default", "pieces")
    if form == "op":
        return g.op("HardSigmoid", [x], x.shape, 0.5, alpha=1 / 6)
    if form == "default":  # alpha = 0.2, beta = 0.5
        return g.op("HardSigmoid", [x], x.shape, 0.5)
    return sixth(g, g.clip(g.op("Add", [x, g.scalar(3.0)], x.shape), 0.0, 6.0, 0.5))


# ----------------------------------------------------------------------
# Pooling and shapes
# ----------------------------------------------------------------------


def pool(g, x, op, kernel, stride, padding=0, ceil_mode=False, **attributes):
    """MaxPool or AveragePool. ceil_mode needs opset 10."""
    attributes_of_window, size, x = window(g, x, kernel, stride, padding)
    if ceil_mode:
        size = tuple(ceil_size(n, kernel, stride, padding) for n in x.shape[2:])
        attributes["ceil_mode"] = 1
    elif g.opset >= 10 and g.style.chance(0.4):
        attributes["ceil_mode"] = 0
    if op == "MaxPool" and g.opset >= 8 and g.style.chance(0.2):
        attributes["storage_order"] = 0
    return g.op(op, [x], (*x.shape[:2], *size), x.rms, **attributes_of_window, **attributes)


def ceil_size(size, kernel, stride, padding):
    outputs = -(-(size + 2 * padding - kernel) // stride) + 1
    # No window starts in the padding behind the image.
    return outputs - 1 if (outputs - 1) * stride >= size + padding else outputs


def global_mean(g, x, keeps_image):
    """N x C x 1 x 1, or N x C where a form that drops the image exists and is asked for."""
    form = g.style.pick("global mean", "pool", "pool", "reduce", "window")
    pooled = x.shape[:2] + (1, 1)
    small = x._replace(rms=0.5 * x.rms)
    if form == "reduce":
        axes = g.style.pick("mean axes", (2, 3), (-1, -2), (-2, -1))
        keeps_image = keeps_image or g.style.pick("mean rank", 2, 4) == 4
        return g.reduce_mean(small, axes, keepdims=keeps_image)
    if form == "window":
        return g.op("AveragePool", [x], pooled, small.rms, kernel_shape=x.shape[2:])
    return g.op("GlobalAveragePool", [x], pooled, small.rms)


def batch_size(g, x):
    """The batch size of `x` as a one-element tensor, computed from its shape."""
    form = g.style.pick("batch size", "gather", "slice", "vector", "cast", "attribute")
    if form == "attribute" and g.opset >= 15:
        return g.op("Shape", [x], (1,), start=0, end=1)
    shape = g.op("Shape", [x], (len(x.shape),))
    if form == "slice":
        if g.opset < 10:
            return g.op("Slice", [shape], (1,), axes=[0], starts=[0], ends=[1])
        return g.op("Slice", [shape, g.integers(0), g.integers(1), g.integers(0)], (1,))
    if form == "vector":
        return g.op("Gather", [shape, g.integers(0)], (1,), axis=0)
    size = g.op("Gather", [shape, g.constant(numpy.array(0, numpy.int64))], (), axis=0)
    if form == "cast":
        size = g.op("Cast", [g.op("Cast", [size], (), to=6)], (), to=7)
    return g.unsqueeze(size, (0,))


def reshape(g, x, shape, form):
    """Reshape; the batch size is "written" out, "copied" with 0, "inferred" or "computed"."""
    sizes = list(shape)
    if form == "computed":
        rest = [-1] if len(sizes) == 2 else sizes[1:]
        parts = [batch_size(g, x), *(g.integers(size) for size in rest)]
        target = g.op("Concat", parts, (len(sizes),), axis=0)
    else:
        if form == "copied":
            sizes[0] = 0
        elif form == "inferred":
            sizes[0] = -1
        if len(sizes) == 2 and form != "inferred" and g.style.chance(0.5):
            sizes[1] = -1
        target = g.integers(*sizes)
    if g.opset >= 14 and g.style.chance(0.3):
        # A 0 in the shape copies, unless allowzero is set.
        return g.op("Reshape", [x, target], shape, x.rms, allowzero=int(form != "copied"))
    return g.op("Reshape", [x, target], shape, x.rms)


def shape_form(g):
    forms = [] if g.has_symbolic_batch else ["written"]
    return g.style.pick("reshape", "computed", "copied", "inferred", *forms)


def flatten(g, x):
    if len(x.shape) == 2:
        return x
    matrix = (x.shape[0], math.prod(x.shape[1:]))
    forms = ["flatten", "reshape"] + (["squeeze"] if x.shape[2:] == (1, 1) else [])
    form = g.style.pick("flatten", *forms)
    if form == "flatten":
        axis = g.style.pick("flatten axis", 1, None, -3 if g.opset >= 11 else 1)
        return g.op("Flatten", [x], matrix, x.rms, axis=axis)
    if form == "squeeze":
        return g.squeeze(x, (2, 3))
    return reshape(g, x, matrix, shape_form(g))


def unflatten(g, x):
    """N x C to N x C x 1 x 1."""
    if g.style.pick("unflatten", "reshape", "unsqueeze") == "reshape":
        return reshape(g, x, (*x.shape, 1, 1), shape_form(g))
    if g.style.chance(0.3):
        return g.unsqueeze(g.unsqueeze(x, (2,)), (3,))
    return g.unsqueeze(x, (2, 3))


# ----------------------------------------------------------------------
# Linear layers and squeeze-and-excitation
# ----------------------------------------------------------------------


def linear(g, x, outputs, key, bias=True, gain=1.0):
    weight = filters(g, (outputs, x.shape[1]), x.rms, gain)
    offset = g.values.normal(0, 0.3, outputs) if bias else None
    g.at(key)
    shape = (x.shape[0], outputs)
    form = g.style.pick("linear", "gemm", "columns", "matmul", "transpose")
    if not bias and g.opset < 11 and form in ("gemm", "columns"):
        form = "matmul"  # Gemm needs its third operand
    if form in ("gemm", "columns"):
        operand = (
            g.weight(f"{key}.weight", weight)
            if form == "gemm"
            else g.weight(f"{key}.weight", weight, is_transposed=True)
        )
        addend = [g.weight(f"{key}.bias", offset)] if bias else []
        attributes = {"transB": 1} if form == "gemm" else {}
        if not g.style.chance(0.3):
            attributes.update(alpha=1.0, beta=1.0)
        return g.op("Gemm", [x, operand, *addend], shape, gain, **attributes)
    if form == "transpose":
        stored = g.weight(f"{key}.weight", weight)
        operand = g.op("Transpose", [stored], weight.T.shape, perm=[1, 0])
    else:
        operand = g.weight(f"{key}.weight", weight, is_transposed=True)
    y = g.op("MatMul", [x, operand], shape, gain)
    if not bias:
        return y
    return g.op("Add", commuted(g, y, g.weight(f"{key}.bias", offset)), shape, gain)


def squeeze_excite(g, x, width, key, options):
    """Rescales channels; `options` are those of blocks.Gate."""
    channels = x.shape[1]

    def layer(y, outputs, name, gain):
        name = f"{key}.{name}"
        if options["linear"]:
            return linear(g, flatten(g, y), outputs, name, options["bias"], gain)
        return conv(g, y, outputs, 1, name, bias=options["bias"])

    g.at(key)
    y = global_mean(g, x, keeps_image=not options["linear"])
    if not options["single"]:
        y = layer(y, width, options["reduce"], 1.5)
        if options["norm"] and not options["linear"]:
            y = batch_norm(g, y, f"{key}.bn")
        y = activation(g.at(f"{key}.act"), y, options["activation"])
    y = layer(y, channels, options["expand"], 2.0)
    y = activation(g.at(f"{key}.gate"), y, options["gate"])
    g.at(key)
    gate = unflatten(g, y) if options["linear"] else y
    return g.op("Mul", commuted(g, x, gate), x.shape, 0.6 * x.rms)


# ----------------------------------------------------------------------
# The ends of the network
# ----------------------------------------------------------------------


def normalized_input(g, x, form):
    """Sub and Div by channel, as preprocessing that was exported with the network."""
    shape = (1, -1, 1, 1) if g.style.chance(0.5) else (-1, 1, 1)
    mean = g.values.uniform(0.3, 0.6, x.shape[1]).astype(numpy.float32).reshape(shape)
    deviation = g.values.uniform(0.2, 0.3, x.shape[1]).astype(numpy.float32).reshape(shape)
    if form == "subtract":
        x = g.op("Sub", [x, g.constant(mean)], x.shape)
        return g.op("Div", [x, g.constant(deviation)], x.shape, 4.0)
    x = g.op("Mul", commuted(g, x, g.constant(1 / deviation)), x.shape)
    return g.op("Add", commuted(g, x, g.constant(-mean / deviation)), x.shape, 4.0)


def classifier(g, x, classes, key="fc"):
    """Global mean, dropout perhaps, and the last layer."""
    g.at("avgpool")
    if g.style.pick("head", "linear", "linear", "linear", "conv") == "conv":
        x = conv(g, global_mean(g, x, keeps_image=True), classes, 1, key, bias=True)
        g.at("flatten")
        return flatten(g, x)
    x = global_mean(g, x, keeps_image=False)
    g.at("")
    x = flatten(g, x)
    if g.style.chance(0.2):
        x = g.dropout(x)
    return linear(g, x, classes, key)


def probabilities(g, x, op):
    """Softmax or LogSoftmax over the classes; before opset 13 the axis is 1 by default."""
    axis = g.style.pick("softmax axis", 1, -1 if g.opset >= 11 else 1, None)
    return g.op(op, [x], x.shape, axis=axis)
