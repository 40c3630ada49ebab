# RUN: %python %s %source_root %t
"""docs/language.md is true: its networks build and are in canonical layout, its errors and outputs
are what sinter prints, and it lists every built-in function, keyword and limit of the compiler.

    ```sinter file=NAME         a whole file; one without a network is there to be imported
    ```sinter-error file=NAME   a wrong file; the ```text block behind it is what sinter says
    ```console                  `$ command`, then its output; a line `...` stands for any lines
"""

import pathlib
import re
import shlex
import subprocess
import sys

BLOCK = re.compile(r"^```([\w-]+)(?: file=(\S+))?\n(.*?)^```$", re.M | re.S)
BUILTIN = re.compile(r"^block (\w+\([^{]*\)) \{\}$", re.M)
LIMIT = re.compile(r"^constexpr \S+ (\w+) = (.+);$", re.M)


def sinter(folder, *arguments):
    return subprocess.run(["sinter", *arguments], cwd=folder, capture_output=True, text=True)


def check_network(folder, name, text):
    """Messages about a file that must be right."""
    if sinter(folder, "fmt", "--check", name).returncode:
        yield f"{name} is not in canonical layout"
    if re.search(r"^network ", text, re.M):
        result = sinter(folder, "inspect", name)
        if result.returncode:
            yield f"{name} does not build:\n{result.stderr}"
    elif not any(f'import "{name}"' in other.read_text() for other in folder.glob("*.sinter")):
        yield f"{name} has no network, and no other file imports it"


def check_error(folder, name, expected):
    result = sinter(folder, "inspect", name)
    if result.returncode != 1 or result.stdout or result.stderr != expected:
        yield f"{name}: expects status 1 and\n{expected}got {result.returncode} and\n{result.stderr}"


def check_console(folder, text):
    command, expected = text.split("\n", 1)
    prompt, program, *arguments = shlex.split(command)
    if (prompt, program) != ("$", "sinter"):
        yield f"expects '$ sinter ...', got '{command}'"
        return
    output = sinter(folder, *arguments).stdout
    lines = (".*\n" if line == "..." else re.escape(line + "\n") for line in expected.splitlines())
    if not re.fullmatch("".join(lines), output, re.S):
        yield f"'{command}' prints\n{output}"


def check_blocks(page, folder):
    blocks = BLOCK.findall(page)
    counts = {kind: 0 for kind in ("sinter", "sinter-error", "console")}
    for kind, name, text in blocks:
        if kind.startswith("sinter"):
            (folder / name).write_text(text, encoding="utf-8")
    for (kind, name, text), following in zip(blocks, blocks[1:] + [("", "", "")]):
        counts[kind] = counts.get(kind, 0) + 1
        if kind == "sinter":
            yield from check_network(folder, name, text)
        elif kind == "sinter-error" and following[0] != "text":
            yield f"{name} has no ```text block behind it"
        elif kind == "sinter-error":
            yield from check_error(folder, name, following[2])
        elif kind == "console":
            yield from check_console(folder, text)
    for kind in ("sinter", "sinter-error", "console"):
        if not counts[kind]:
            yield f"expects a block ```{kind}, got none"


def check_reference(page, root):
    text = root / "compiler/Frontend/Text"
    builtins = BUILTIN.findall((text / "library/builtins.sinter").read_text(encoding="utf-8"))
    known = {signature.split("(")[0] for signature in builtins}
    # Every name of the dispatch is declared, so that the declarations are all there is.
    dispatch = (text / "Layers.cpp").read_text(encoding="utf-8").split("Value Layers::build()")[1]
    cases = re.findall(r"\.Cases?\(([^&]*)&Layers", dispatch.split("\n}\n")[0])
    names = {name for case in cases for name in re.findall(r'"(\w+)"', case)}
    if len(names) < 10 or not names < known:
        yield f"expects the names in Layers.cpp to be declared in builtins.sinter, got {names - known}"
    for signature in builtins:
        if f"`{' '.join(signature.split())}`" not in page:
            yield f"expects `{' '.join(signature.split())}` in the reference"

    lexer = (text / "Lexer.cpp").read_text(encoding="utf-8")
    keywords = re.findall(r'"(\w+)"', lexer.split("keywords[] = {")[1].split("}")[0])
    grammar = page.split("## Grammar\n")[1]
    for keyword in keywords:
        if f'"{keyword}"' not in grammar or f"`{keyword}`" not in grammar:
            yield f"expects the keyword '{keyword}' in the grammar and in its list of keywords"

    limits = LIMIT.findall((text / "Limits.h").read_text(encoding="utf-8"))
    table = page.split("### Limits\n")[1].split("###")[0]
    if len(limits) < 10:
        yield f"expects the limits in Limits.h, got {limits}"
    for name, value in limits:
        number = eval(value.replace("int64_t", ""), {"__builtins__": {}})
        if not re.search(rf"\| {number}\b", table):
            yield f"expects {number}, the limit '{name}', in the table of limits"
    if table.count("\n|") != len(limits) + 2:
        yield "expects one row for each limit"


def main(root, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.sinter"):
        old.unlink()
    page = (root / "docs/language.md").read_text(encoding="utf-8")
    sys.exit("\n".join([*check_blocks(page, folder), *check_reference(page, root)]) or 0)


main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))
