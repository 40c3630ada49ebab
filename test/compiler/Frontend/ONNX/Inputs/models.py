"""Writes the models of a test file and shows what the compiler makes of each.

    models.py FILE FOLDER [COMMAND...]

A model begins with a line `=== NAME [OPSET] [STORAGE] [FLAGS...]`; behind it is a graph in ONNX's
text format. STORAGE says where its initializers are: `sparse`, or `external=FILE` beside the model.
As the format has letters, digits and underscores only, `conv1__weight` becomes the value
conv1.weight and `[a__b__Relu]` the node /a/b/Relu. A value that is declared without a value
and made by no node becomes an initializer. Lines that begin with # or CHECK are left out.

Prints `NAME:` and the output of `sinter COMMAND NAME.onnx FLAGS`, by default of
`sinter compile --emit=import`, run in FOLDER.
"""

import math
import pathlib
import subprocess
import sys

import onnx
from onnx import TensorProto, helper, numpy_helper


def models(text):
    """Name, opset, storage, flags and graph of each model."""
    for part in text.split("\n=== ")[1:]:
        head, _, body = part.partition("\n")
        name, *flags = head.split()
        opset = flags.pop(0) if flags and flags[0].isdigit() else "13"
        is_stored = flags and flags[0].startswith(("sparse", "external="))
        storage = flags.pop(0) if is_stored else ""
        lines = [line for line in body.splitlines() if not line.startswith(("#", "CHECK"))]
        yield name, opset, storage, flags, "\n".join(lines)


def initializer(value):
    """A stored tensor of some values for a declared one."""
    kind = value.type.tensor_type.elem_type
    shape = [dimension.dim_value for dimension in value.type.tensor_type.shape.dim]
    values = [1 + index % 3 for index in range(math.prod(shape))]
    return helper.make_tensor(value.name, kind, shape, values)


def rename(model):
    """Gives values and nodes the names that the text format cannot spell."""
    graph = model.graph
    for node in graph.node:
        node.name = node.name and "/" * ("__" in node.name) + node.name.replace("__", "/")
        for names in (node.input, node.output):
            names[:] = [name.replace("__", ".") for name in names]
    for item in [*graph.input, *graph.output, *graph.initializer, *graph.value_info]:
        item.name = item.name.replace("__", ".")


def build(text, opset):
    model = onnx.parser.parse_model(f'<ir_version: 10, opset_import: ["" : {opset}]>\n{text}')
    rename(model)
    graph = model.graph
    made = {name for node in graph.node for name in node.output}
    for value in graph.value_info:
        if value.name not in made:
            graph.initializer.append(initializer(value))
    del graph.value_info[:]
    return model


def store_sparse(graph):
    for tensor in graph.initializer:
        count = math.prod(tensor.dims)
        indices = helper.make_tensor("", TensorProto.INT64, [count], range(count))
        shape = list(tensor.dims)
        tensor.dims[:] = [count]
        graph.sparse_initializer.append(helper.make_sparse_tensor(tensor, indices, shape))
    del graph.initializer[:]


def store_external(graph, folder, location):
    data = b""
    for tensor in graph.initializer:
        values = numpy_helper.to_array(tensor).tobytes()
        stored = TensorProto(name=tensor.name, data_type=tensor.data_type, dims=tensor.dims)
        stored.data_location = TensorProto.EXTERNAL
        place = {"location": location, "offset": len(data), "length": len(values)}
        for key, value in place.items():
            stored.external_data.add(key=key, value=str(value))
        tensor.CopyFrom(stored)
        data += values
    (folder / location).write_bytes(data)


def main():
    file, folder, *command = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, opset, storage, flags, text in models(pathlib.Path(file).read_text(encoding="utf-8")):
        model = build(text, opset)
        if storage == "sparse":
            store_sparse(model.graph)
        elif storage:
            store_external(model.graph, folder, storage.removeprefix("external="))
        (folder / f"{name}.onnx").write_bytes(model.SerializeToString())
        subcommand = command or ["compile", "--emit=import"]
        result = subprocess.run(
            ["sinter", subcommand[0], f"{name}.onnx", *subcommand[1:], *flags],
            cwd=folder, capture_output=True, text=True, check=False,
        )
        print(f"{name}:\n{result.stdout}{result.stderr}", end="")
        print(f"status {result.returncode}" * (result.returncode not in (0, 1)))


if __name__ == "__main__":
    main()
