"""Writes the models of a test file and shows what the compiler makes of each.

    models.py FILE FOLDER [COMMAND...]

A model begins with a line `=== NAME [OPSET] [FLAGS...]`; behind it is a graph in ONNX's text
format. As that has letters, digits and underscores only, `conv1__weight` becomes the value
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
from onnx import helper


def models(text):
    """Name, opset, flags and graph of each model."""
    for part in text.split("\n=== ")[1:]:
        head, _, body = part.partition("\n")
        name, *flags = head.split()
        opset = flags.pop(0) if flags and flags[0].isdigit() else "13"
        lines = [line for line in body.splitlines() if not line.startswith(("#", "CHECK"))]
        yield name, opset, flags, "\n".join(lines)


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


def main():
    file, folder, *command = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, opset, flags, text in models(pathlib.Path(file).read_text(encoding="utf-8")):
        (folder / f"{name}.onnx").write_bytes(build(text, opset).SerializeToString())
        subcommand = command or ["compile", "--emit=import"]
        result = subprocess.run(
            ["sinter", subcommand[0], f"{name}.onnx", *subcommand[1:], *flags],
            cwd=folder, capture_output=True, text=True, check=False,
        )
        print(f"{name}:\n{result.stdout}{result.stderr}", end="")
        print(f"status {result.returncode}" * (result.returncode not in (0, 1)))


if __name__ == "__main__":
    main()
