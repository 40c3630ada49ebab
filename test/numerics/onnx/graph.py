"""Writes ONNX models the way exporters write them.

A Graph gathers nodes and weights; its methods are operators, each in the form that
its opset asks for. A Style is an exporter's habits: where ONNX allows several forms,
it picks one.
"""

import pathlib
import random
from typing import NamedTuple

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


class Tensor(NamedTuple):
    """A value of the graph. `rms` estimates its size: weights are drawn to keep it near 1."""

    name: str
    shape: tuple
    rms: float = 1.0


class Style:
    """Picks among equivalent forms. Without a seed always the first, which is PyTorch's."""

    def __init__(self, seed=None):
        self.random = random.Random(seed) if seed is not None else None
        self.habits = {}
        self.is_consistent = self.chance(0.7)

    def pick(self, what, *options):
        """One of `options`; most exporters write `what` in one way throughout a network."""
        if not self.random:
            return options[0]
        choice = self.random.choice(options)
        if self.is_consistent:
            choice = self.habits.setdefault(what, choice)
        return choice if choice in options else options[0]

    def chance(self, probability):
        return bool(self.random) and self.random.random() < probability


class Graph:
    def __init__(self, name, opset, style=None, seed=0):
        self.name = name
        self.opset = opset
        self.style = style or Style()
        self.values = numpy.random.default_rng(seed)
        self.nodes = []
        self.initializers = []
        self.state_dict = {}  # what was drawn, by PyTorch's names
        self.inputs = []
        self.has_symbolic_batch = False
        self.path = ""
        self.counts = {}
        self.node_names = self.style.pick("node names", "modules", "counted", "none")
        self.value_names = self.style.pick("value names", "modules", "numbers")
        self.weights_are_nodes = self.style.chance(0.05)
        self.weight_names = self.style.pick("weight names", "keys", "numbers", "export")

    # ------------------------------------------------------------------
    # Nodes and names
    # ------------------------------------------------------------------

    def count(self, what):
        self.counts[what] = self.counts.get(what, -1) + 1
        return self.counts[what]

    def at(self, path):
        """What follows belongs to the module `path`; returns the graph."""
        self.path = path
        return self

    def module_name(self, op):
        """As torch.onnx names nodes: /layer1/layer1.0/conv1/Conv."""
        parts = self.path.split(".")
        if len(parts) >= 3 and parts[0].startswith("layer"):
            parts = [parts[0], ".".join(parts[:2]), *parts[2:]]
        name = "/".join(["", *filter(None, parts), op])
        number = self.count(name)
        return f"{name}_{number}" if number else name

    def op(self, op, inputs, shape, rms=1.0, outputs=1, **attributes):
        """A node of type `op`; `inputs` are Tensors or names. Returns its first output."""
        names = [value.name if isinstance(value, Tensor) else value for value in inputs]
        while names and not names[-1]:
            names.pop()
        module = self.module_name(op)
        node_name = {"modules": module, "counted": f"{op}_{self.count('node')}", "none": ""}
        if self.value_names == "modules":
            results = [f"{module}_output_{index}" for index in range(outputs)]
        else:
            results = [str(self.count("value") + 10000) for _ in range(outputs)]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(
            helper.make_node(op, names, results, name=node_name[self.node_names], **attributes)
        )
        return Tensor(results[0], tuple(shape), rms)

    def input(self, name, shape, batch_symbol=None):
        """The network's input; `batch_symbol` stands for the batch size, "" for an unnamed one."""
        declared = list(shape)
        if batch_symbol is not None:
            declared[0] = batch_symbol or None
            self.has_symbolic_batch = True
        self.inputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, declared))
        return Tensor(name, tuple(shape))

    # ------------------------------------------------------------------
    # Constants
    # ------------------------------------------------------------------

    def tensor(self, name, array):
        """`array` in one of the ways that a TensorProto stores values."""
        if self.style.pick("values", "raw", "raw", "typed") == "raw":
            return numpy_helper.from_array(array, name)
        kind = helper.np_dtype_to_tensor_dtype(array.dtype)
        values = array.reshape(-1)
        if array.dtype == numpy.float16:
            return helper.make_tensor(name, kind, array.shape, values.astype(numpy.float32))
        return helper.make_tensor(name, kind, array.shape, values)

    def constant(self, array):
        """The name of a small constant: an initializer or a Constant node."""
        array = numpy.asarray(array)
        # Constant has float values only before opset 9.
        may_be_node = self.opset >= 9 or array.dtype.kind == "f"
        if self.style.pick("constants", "node", "initializer") == "node" and may_be_node:
            name = self.op("Constant", [], array.shape, value=self.tensor("value", array)).name
        else:
            name = f"const_{self.count('constant')}"
            self.initializers.append(self.tensor(name, array))
        return name

    def integers(self, *values):
        return self.constant(numpy.array(values, numpy.int64))

    def scalar(self, value, rank=0):
        return self.constant(numpy.full([1] * rank, value, numpy.float32))

    def weight(self, key, array, is_transposed=False):
        """The name of a weight; `key` is its name in PyTorch's state dict, `array` its value there."""
        array = numpy.asarray(array, dtype=numpy.float32)
        is_half = self.style.chance(0.02)  # stored so, and widened when loaded
        if is_half:
            array = array.astype(numpy.float16).astype(numpy.float32)
        self.state_dict[key] = array
        array = numpy.ascontiguousarray(array.T if is_transposed else array)
        name = {
            "keys": key,
            "numbers": str(self.count("weight")),
            "export": f"onnx::{key.split('.')[-1]}_{self.count('weight')}",
        }[self.weight_names]
        stored = self.tensor(name, array.astype(numpy.float16) if is_half else array)
        if self.weights_are_nodes:
            name = self.op("Constant", [], array.shape, value=stored).name
        else:
            self.initializers.append(stored)
        if is_half:
            return self.op("Cast", [name], array.shape, to=TensorProto.FLOAT).name
        if self.style.chance(0.02):  # PyTorch refers to a shared weight in this way
            return self.op("Identity", [name], array.shape).name
        return name

    # ------------------------------------------------------------------
    # Operators whose form depends on the opset
    # ------------------------------------------------------------------

    def with_axes(self, op, x, axes, shape, since, **attributes):
        """`op` whose axes are an attribute before opset `since`, then an input."""
        if self.opset >= since:
            return self.op(op, [x, self.integers(*axes)], shape, x.rms, **attributes)
        return self.op(op, [x], shape, x.rms, axes=list(axes), **attributes)

    def reduce_mean(self, x, axes, keepdims):
        kept = [1] * len(axes) if keepdims else []
        shape = x.shape[:2] + tuple(kept)
        # keepdims is 1 by default.
        keep = None if keepdims and self.style.chance(0.3) else int(keepdims)
        return self.with_axes("ReduceMean", x, axes, shape, since=18, keepdims=keep)

    def squeeze(self, x, axes):
        shape = [size for axis, size in enumerate(x.shape) if axis not in axes]
        return self.with_axes("Squeeze", x, axes, shape, since=13)

    def unsqueeze(self, x, axes):
        shape = list(x.shape)
        for axis in axes:
            shape.insert(axis, 1)
        return self.with_axes("Unsqueeze", x, axes, shape, since=13)

    def clip(self, x, low, high, rms=None):
        rms = rms or x.rms
        if self.opset < 11:
            return self.op("Clip", [x], x.shape, rms, min=low, max=high)
        bounds = ["" if bound is None else self.scalar(bound) for bound in (low, high)]
        return self.op("Clip", [x, *bounds], x.shape, rms)

    def dropout(self, x):
        outputs = 2 if self.style.chance(0.3) else 1
        if self.opset < 12 or self.style.chance(0.5):
            ratio = 0.2 if self.opset < 12 else None
            return self.op("Dropout", [x], x.shape, x.rms, outputs, ratio=ratio)
        training = self.constant(numpy.array(False)) if self.style.chance(0.5) else ""
        return self.op("Dropout", [x, self.scalar(0.2), training], x.shape, x.rms, outputs)

    def pad(self, x, pads, value=0.0):
        """Pads the dimensions of an image by [top, left, bottom, right]."""
        top, left, bottom, right = pads
        n, c, h, w = x.shape
        shape = (n, c, h + top + bottom, w + left + right)
        return self.pad_dimensions(x, [0, 0, top, left, 0, 0, bottom, right], shape, value)

    def pad_dimensions(self, x, pads, shape, value=0.0):
        mode = self.style.pick("pad mode", "constant", None)
        if self.opset < 11:
            return self.op("Pad", [x], shape, x.rms, pads=pads, mode=mode, value=value or None)
        fill = self.scalar(value) if value or self.style.chance(0.5) else ""
        axes = ""
        if self.opset >= 18 and self.style.chance(0.4):
            used = [axis for axis in range(4) if pads[axis] or pads[axis + 4]]
            pads = [pads[axis] for axis in used] + [pads[axis + 4] for axis in used]
            axes = self.integers(*used)
        return self.op("Pad", [x, self.integers(*pads), fill, axes], shape, x.rms, mode=mode)

    # ------------------------------------------------------------------
    # The model
    # ------------------------------------------------------------------

    def model(self, output, name="output", batch_symbol=None):
        """The finished model, with `output` as its result under `name`."""
        for node in self.nodes:
            for values in (node.input, node.output):
                for index, value in enumerate(values):
                    if value == output.name:
                        values[index] = name
        declared = list(output.shape)
        if batch_symbol is not None:
            declared[0] = batch_symbol or None
        imports = [helper.make_opsetid("", self.opset)]
        version = helper.find_min_ir_version_for(imports)
        inputs = list(self.inputs)
        if version < 4 or self.style.chance(0.1):  # initializers are inputs with a default
            inputs += [
                helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims)
                for tensor in self.initializers
            ]
        graph = helper.make_graph(
            self.nodes,
            self.name,
            inputs,
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, declared)],
            self.initializers,
        )
        return helper.make_model(
            graph, opset_imports=imports, ir_version=version, producer_name="test"
        )


def save(model, path, is_external=False):
    """Writes `model`; with `is_external`, its large tensors into a file beside it."""
    path = pathlib.Path(path)
    if not is_external:
        path.write_bytes(model.SerializeToString())
        return
    data = path.with_suffix(".data")
    data.unlink(missing_ok=True)  # onnx.save appends
    onnx.save(
        model, str(path), save_as_external_data=True, location=data.name, size_threshold=256
    )
