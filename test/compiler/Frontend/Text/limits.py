# RUN: %python %s %t
"""Absurd networks end in one error, soon, with little memory, and exit status 1."""

import os
import resource
import subprocess
import sys

HEAD = "network n(image: f32[1, 4, 32, 32]) {\n"
TAIL = "\nrelu(image)\n}\n"


def nested(begin, end="", count=10000):
    return HEAD + begin * count + "1" + end * count + TAIL


def calls(count, body, last="relu(x)"):
    blocks = "".join(f"block b{i}(x) {{\n{body.format(i + 1)}\n}}\n" for i in range(count))
    return blocks + f"block b{count}(x) {{ {last} }}\n" + HEAD + "b0(image)\n}\n"


# What a file holds, and what is said about it.
CASES = {
    "repetitions": (HEAD + "repeat 1000000000 { a = 1 }" + TAIL, "expects a count from 0 to 10000, got 1000000000"),
    "repeat-in-repeat": (HEAD + "repeat 10000 { repeat 10000 { repeat 10000 { a = 1 } } }" + TAIL, "takes more than 2000000 steps"),
    "bodies": (HEAD + "if 1 {" * 10000 + "}" * 10000 + TAIL, "nested deeper than 200 levels"),
    "else-if": (HEAD + "if 0 {} " + "else if 0 {} " * 10000 + TAIL, "nested deeper than 200 levels"),
    "residuals": (HEAD + "residual(image) { main {\n" * 10000 + "}}" * 10000 + TAIL, "nested deeper than 200 levels"),
    "parentheses": (nested("(", ")"), "nested deeper than 200 levels"),
    "lists": (nested("[", "]"), "nested deeper than 200 levels"),
    "calls-in-calls": (nested("relu(", ")"), "nested deeper than 200 levels"),
    "signs": (nested("-"), "nested deeper than 200 levels"),
    "negations": (nested("not "), "nested deeper than 200 levels"),
    "conditionals": (nested("1 if 1 else "), "nested deeper than 200 levels"),
    "sums": (HEAD + "x = " + "1 + " * 100000 + "1" + TAIL, "an expression of more than 200 levels"),
    "chain-of-blocks": (calls(20000, "b{0}(x)"), "blocks are nested too deeply"),
    "doubling-blocks": (calls(60, "x = b{0}(x)\nb{0}(x)", "x"), "takes more than 2000000 steps"),
    "recursion": ("block a(x) { b(x) }\nblock b(x) { a(x) }\n" + HEAD + "a(image)\n}\n", "block 'a' calls itself"),
    "layers": (HEAD + "repeat 10000 { repeat 10 { image = relu(image) } }" + TAIL, "more than 50000 layers"),
    "weights": (HEAD + "c: conv(image, 2000000000, kernel: 2000)\n}\n", "to have at most 2147483647 elements"),
    "results": (HEAD + "pad_channels(image, 2000000000, 2000000000)\n}\n", "2147483647 elements, got"),
    "input": ("network n(image: f32[99999, 99999, 99999, 99999]) { relu(image) }\n", "to have at most 2147483647 elements"),
    "name": (HEAD + "a" * 100000 + ": linear(flatten(image), 3)\n}\n", "a layer name of more than 512 characters"),
    "network-name": ("network " + "n" * 513 + "(image: f32[1, 4, 32, 32]) { relu(image) }\n", "a name of more than 512 characters"),
    "list-in-list": (HEAD + "a = 1\nrepeat 100 { a = [a, a] }" + TAIL, "expects an integer in a list, got a list of 2"),
    "long-list": (HEAD + "a = [" + "1, " * 17 + "]" + TAIL, "expects at most 16 integers in a list, got 17"),
    "kernel": (HEAD + "c: conv(image, 4, kernel: 1048577)\n}\n", "layer 'c' expects 'kernel' to be at most 1048576, got 1048577"),
    "parameters": ("block b(" + ", ".join(f"p{i}" for i in range(100000)) + ") { 1 }\n" + HEAD + TAIL[1:], "more than 64 parameters of a block"),
    "inputs": ("network n(" + ", ".join(f"i{i}: f32[1, 1, 4, 4]" for i in range(50000)) + ") { relu(i0) }\n", "more than 64 inputs of a network"),
    "arguments": (HEAD + "relu(image" + ",1" * 100000 + ")\n}\n", "'relu' takes at most 1 arguments"),
    "nul": (HEAD + "relu(\0image)\n}\n", ":2:6: error: expects text, got a NUL byte"),
    "encoding": ((HEAD + "# caf").encode() + b"\xe9" + TAIL.encode(), ":2:6: error: expects UTF-8 text, got an invalid byte"),
    "control": (HEAD + "\x01" + TAIL, "unexpected control character"),
    "size": ("#" * (5 << 20), "is larger than 4 MiB"),
    "empty": ("", "defines no network"),
}


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))


def check(path, expected):
    result = subprocess.run(["sinter", "inspect", path], capture_output=True, text=True, preexec_fn=limit)
    errors = [line for line in result.stderr.splitlines() if "error: " in line]
    if result.returncode != 1 or len(errors) != 1 or expected not in errors[0] or result.stdout:
        sys.exit(f"{path}: expected '{expected}', got status {result.returncode} and\n{result.stderr[:2000]}")
    if len(result.stderr) > 10000:
        sys.exit(f"{path}: {len(result.stderr)} characters of errors")


def check_files(folder):
    """A chain of imports is as long as a row of them may be."""
    for index in range(70):
        with open(os.path.join(folder, f"chain{index}.sinter"), "w") as file:
            file.write(f'import "chain{index + 1}.sinter"\n' if index < 69 else "block b(x) { x }\n")
            file.write("network n(image: f32[1, 4, 32, 32]) { relu(image) }\n")
    for count in (64, 65):
        with open(os.path.join(folder, f"row{count}.sinter"), "w") as file:
            for index in range(1, count):
                file.write(f'import "leaf{index}.sinter"\n')
                with open(os.path.join(folder, f"leaf{index}.sinter"), "w") as leaf:
                    leaf.write("block b(x) { x }\n")
            file.write("network n(image: f32[1, 4, 32, 32]) { relu(image) }\n")
    for name in ("chain5", "row65"):
        check(os.path.join(folder, name + ".sinter"), "more than 64 files in one network")
    for name in ("chain6", "row64"):
        subprocess.run(["sinter", "inspect", os.path.join(folder, name + ".sinter")], check=True, stdout=subprocess.DEVNULL)


def check_errors(folder):
    path = os.path.join(folder, "errors.sinter")
    with open(path, "w") as file:
        file.write(HEAD + "x = nothing\n" * 100 + TAIL)
    result = subprocess.run(["sinter", "inspect", path], capture_output=True, text=True)
    lines = [line for line in result.stderr.splitlines() if "error: " in line]
    if result.returncode != 1 or len(lines) != 21 or lines[-1] != "sinter: error: too many errors, stopping here":
        sys.exit(f"{path}: expected 20 errors and the end, got\n{result.stderr}")


def main(folder):
    os.makedirs(folder, exist_ok=True)
    for name, (text, expected) in CASES.items():
        path = os.path.join(folder, name + ".sinter")
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())
        check(path, expected)
    check_files(folder)
    check_errors(folder)
    path = os.path.join(folder, "gigabyte.sinter")
    with open(path, "wb") as file:
        file.truncate(1 << 30)
    check(path, "is larger than 4 MiB")
    os.makedirs(os.path.join(folder, "folder.sinter"), exist_ok=True)
    check(os.path.join(folder, "folder.sinter"), "is a directory")
    check(os.path.join(folder, "nothing.sinter"), "No such file or directory")


main(sys.argv[1])
