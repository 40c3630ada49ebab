"""The gate that keeps the tree's parts in step; run by structure.test.

    structure.py ROOT

Passes: def, file, flag, test and documentation share one stem. Operations:
each numbered constraint of a description is named at the check that enforces
it and by a test that breaks it, and each diagnostic is seen by a test. Layers:
includes point down only. Files and functions stay short, banners name their
file, test folders mirror source folders, no path of one machine slips in.

Prints `file:line: what is wrong`, one per finding, and exits 1 if there is any.
"""

import ast
import pathlib
import re
import subprocess
import sys

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 80
SOURCE_FOLDERS = ("dialects", "compiler", "runtime", "test", "cmake", "examples", "benchmarks")
CODE = {".cpp", ".h", ".c", ".td", ".cu", ".def"}
TEXT = CODE | {".py", ".cmake", ".txt", ".md", ".mlir", ".sinter", ".test", ".sh", ".in", ".json"}

# Spelled in two parts, so that this file does not find itself.
MACHINE_PATHS = re.compile("/(?:wo" + "rk|ro" + "ot|ho" + "me)/[A-Za-z.]")
TOOLCHAIN_PATH = re.compile("/usr/lib/ll" + "vm-")
# Where the toolchain of one distribution may be named: set-up, presets, prose.
NAMES_TOOLCHAIN = ("CMakePresets.json", "scripts/", ".ci/", "docs/", "README.md")


class Tree:
    """The files of the repository and what is wrong with them."""

    def __init__(self, root):
        self.root = pathlib.Path(root).resolve()
        self.findings = []
        listing = subprocess.run(
            ["git", "-C", self.root, "ls-files", "--cached", "--others", "--exclude-standard"],
            capture_output=True,
            text=True,
        )
        if listing.returncode == 0 and listing.stdout:
            paths = map(pathlib.PurePosixPath, sorted(set(listing.stdout.splitlines())))
        else:  # an exported tree
            paths = sorted(
                path.relative_to(self.root) for path in self.root.rglob("*") if path.is_file()
            )
            paths = (path for path in paths if path.parts[0] not in ("build", ".git", ".venv"))
        self.text = {}
        for path in paths:
            file = self.root / path
            if path.suffix in TEXT and file.is_file():
                self.text[str(path)] = file.read_text(encoding="utf-8", errors="replace")

    def report(self, path, line, message):
        self.findings.append(f"{path}:{line}: {message}")

    def below(self, folder, *suffixes):
        """Pairs of path and text below `folder`."""
        for path, text in self.text.items():
            if path.startswith(folder + "/") and path.endswith(suffixes or ("",)):
                yield path, text


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def kebab(name):
    """FoldBatchNorm -> fold-batch-norm, NNToKernel -> nn-to-kernel."""
    name = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1-\2", name)
    return re.sub(r"([a-z0-9])([A-Z])", r"\1-\2", name).lower()


# --------------------------------------------------------------------------
# Passes
# --------------------------------------------------------------------------

PASS = re.compile(r'^def (\w+)\s*:\s*Pass<"([^"]+)"', re.M)


def check_passes(tree):
    for path, text in list(tree.text.items()):
        if path.endswith("/Passes.td") and path.startswith(("dialects/", "compiler/")):
            matches = list(PASS.finditer(text))
            ends = [match.start() for match in matches[1:]] + [len(text)]
            for match, end in zip(matches, ends):
                check_pass(tree, path, match, text[match.start() : end])


def check_pass(tree, path, match, definition):
    name, flag = match.groups()
    line = line_of(tree.text[path], match.start())
    folder = path.rsplit("/", 1)[0]
    stem = kebab(name)
    if not flag.endswith(stem):
        tree.report(path, line, f"expects the flag of {name} to end in '{stem}', got '{flag}'")

    # Beside the .td, or in a folder of its own.
    sources = [f"{folder}/{name}.cpp", f"{folder}/{name}/{name}.cpp"]
    source = next((source for source in sources if source in tree.text), None)
    if not source:
        tree.report(path, line, f"expects pass {name} in {sources[0]}, which does not exist")
    elif f"GEN_PASS_DEF_{name.upper()}" not in tree.text[source]:
        tree.report(source, 1, f"expects the definition of pass {name}")

    folders = [folder] + ([source.rsplit("/", 1)[0]] if source else [])
    tests = [f"test/{place}/{stem}.mlir" for place in folders]
    test = next((test for test in tests if test in tree.text), None)
    if not test:
        tree.report(path, line, f"expects a test of {name} in {tests[0]}, which does not exist")
    elif not re.search(rf"RUN:.*--?{re.escape(flag)}\b", tree.text[test]):
        tree.report(test, 1, f"expects a RUN line with --{flag}")

    if "let summary" not in definition or "let description" not in definition:
        tree.report(path, line, f"expects a summary and a description of {name}")
    if test and test not in definition and "```mlir" not in definition:
        tree.report(path, line, f"expects the description of {name} to show IR or name {test}")
    cmake = tree.text.get(f"{folder}/CMakeLists.txt", "")
    if not re.search(r"sinter_add_doc\([^)]*Passes\.td", cmake):
        tree.report(f"{folder}/CMakeLists.txt", 1, "expects sinter_add_doc for Passes.td")


# --------------------------------------------------------------------------
# Operations: constraints and diagnostics
# --------------------------------------------------------------------------

OP = re.compile(r'^def \w+\s*:\s*\w+<"([a-z]\w*)"', re.M)
LABEL = re.compile(r"\b(\w+)\.(\w+) C(\d+)(?: to C(\d+))?")


def constraints(tree, folder):
    """(op, number) -> place, for every constraint that a description states."""
    stated = {}
    for path, text in tree.below(folder, ".td"):
        starts = [match.start() for match in re.finditer(r"^(?:def|class|multiclass) ", text, re.M)]
        for match in OP.finditer(text):
            end = next((start for start in starts if start > match.start()), len(text))
            body = text[match.start() : end]
            if "let description" not in body:
                tree.report(path, line_of(text, match.start()), f"expects a description of {match[1]}")
            for item in re.finditer(r"^\s*- \(C(\d+)\)", body, re.M):
                place = (path, line_of(text, match.start() + item.start(1)))
                stated[match[1], int(item[1])] = place
    return stated


def check_constraints(tree, folder, dialect):
    stated = constraints(tree, f"{folder}/IR")
    enforced, tested = {}, {}
    for path, text in tree.below(f"{folder}/IR", ".cpp"):
        for number, line in enumerate(text.splitlines(), 1):
            comment = line.partition("//")[2]
            for name, op, first, last in LABEL.findall(comment):
                if name == dialect:
                    for constraint in range(int(first), int(last or first) + 1):
                        enforced[op, constraint] = (path, number)
    for path, text in tree.below(f"test/{folder}", ".mlir"):
        if path.rsplit("/", 1)[1].startswith("errors"):
            for match in re.finditer(r"@(\w+?)_c(\d+)(?=_|\b)", text):
                tested[match[1], int(match[2])] = (path, line_of(text, match.start()))

    for (op, number), place in stated.items():
        if (op, number) not in enforced:
            tree.report(*place, f"expects a comment '// {dialect}.{op} C{number}' at a check")
        if (op, number) not in tested:
            tree.report(*place, f"expects a test @{op}_c{number} in test/{folder}/errors*.mlir")
    for kind, found in (("comment", enforced), ("test", tested)):
        for (op, number), place in found.items():
            if (op, number) not in stated:
                tree.report(*place, f"{kind} names C{number} of {dialect}.{op}, which is not stated")


LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')


def check_diagnostics(tree, folder):
    """Every literal of a diagnostic occurs in a test of the dialect."""
    tests = "\n".join(text for _, text in tree.below(f"test/{folder}"))
    for path, text in tree.below(f"{folder}/IR", ".cpp"):
        for match in re.finditer(r"\b(?:emit\w*Error|emitError|attachNote)\(", text):
            statement = text[match.start() : text.index(";", match.start())]
            for literal in LITERAL.findall(statement):
                words = literal.strip().replace('\\"', '"')
                if len(words) >= 8 and words not in tests:
                    line = line_of(text, match.start())
                    tree.report(path, line, f"expects a test of the diagnostic '{words}'")


def check_dialects(tree):
    for path, text in list(tree.below("dialects", "Dialect.td")):
        folder = "/".join(path.split("/")[:2])
        name = re.search(r'let name = "(\w+)"', text)
        if name:
            check_constraints(tree, folder, name[1])
            check_diagnostics(tree, folder)
        if not f"{folder}/RATIONALE.md" in tree.text:
            tree.report(f"{folder}/RATIONALE.md", 1, "expects what was refused, and why")


# --------------------------------------------------------------------------
# Layers and folders
# --------------------------------------------------------------------------

# A folder and the includes that may not occur below it.
FORBIDDEN_INCLUDES = {
    "dialects": ("compiler/",),
    "runtime": ("compiler/", "dialects/", "llvm/", "mlir/", "llvm-c/", "fmt/", "boost/"),
    "compiler": ("test/",),
}


def check_layers(tree):
    for folder, forbidden in FORBIDDEN_INCLUDES.items():
        for path, text in tree.below(folder, *CODE):
            for match in re.finditer(r'^\s*#\s*include\s*["<]([^">]+)', text, re.M):
                if match[1].startswith(forbidden):
                    line = line_of(text, match.start(1))
                    tree.report(path, line, f"{folder}/ may not include {match[1]}: arrows point down only")


def check_mirror(tree):
    seen = set()
    for path, _ in tree.below("test"):
        folder = pathlib.PurePosixPath(path).parent
        parts = folder.parts[1:]
        if "Inputs" in parts:
            parts = parts[: parts.index("Inputs")]
        if parts and parts[0] in ("dialects", "compiler", "runtime") and parts not in seen:
            seen.add(parts)
            if not (tree.root / "/".join(parts)).is_dir():
                tree.report(path, 1, f"test folder mirrors {'/'.join(parts)}, which does not exist")


# --------------------------------------------------------------------------
# Sizes, banners, paths
# --------------------------------------------------------------------------


def without_literals(text):
    """`text` with comments, strings and preprocessor lines blanked; lines stay."""
    pattern = re.compile(
        r'R"(\w*)\(.*?\)\1"|//[^\n]*|/\*.*?\*/|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)+\''
        r"|^[ \t]*#(?:[^\n\\]|\\.)*(?:\\\n(?:[^\n\\]|\\.)*)*",
        re.S | re.M,
    )
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def cpp_functions(text):
    """(line, length) of every function outside another; approximate, no parser."""
    text = without_literals(text)
    depth, start, header = [], 0, 0
    for match in re.finditer(r"[{};]", text):
        if match[0] == "{":
            opening = text[header : match.start()]
            transparent = re.search(r"\b(namespace|class|struct|union|enum|extern)\b", opening)
            is_function = "(" in opening and not transparent
            inside = any(depth)
            depth.append(is_function or inside)
            if is_function and not inside:
                start = header + len(opening) - len(opening.lstrip())
        elif match[0] == "}" and depth:
            was_function = depth.pop()
            if was_function and not any(depth):
                first = line_of(text, start)
                yield first, line_of(text, match.start()) - first + 1
        header = match.end()


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield node.lineno, node.end_lineno - node.lineno + 1


def check_sizes(tree):
    for path, text in tree.text.items():
        if not path.startswith(tuple(folder + "/" for folder in SOURCE_FOLDERS)):
            continue
        suffix = pathlib.PurePosixPath(path).suffix
        lines = text.count("\n")
        if lines > MAX_FILE_LINES and suffix != ".json":
            tree.report(path, MAX_FILE_LINES, f"expects at most {MAX_FILE_LINES} lines, got {lines}")
        functions = ()
        if suffix in {".cpp", ".h", ".c", ".cu"}:
            functions = cpp_functions(text)
        elif suffix == ".py":
            functions = python_functions(text)
        for line, length in functions:
            if length > MAX_FUNCTION_LINES:
                tree.report(path, line, f"expects at most {MAX_FUNCTION_LINES} lines, got {length}")


def check_banners(tree):
    for path, text in tree.text.items():
        parts = pathlib.PurePosixPath(path)
        if parts.parts[0] in ("dialects", "compiler", "runtime", "test") and parts.suffix in CODE:
            head = "\n".join(text.splitlines()[:4])
            if parts.name not in head and "Inputs" not in parts.parts:
                tree.report(path, 1, f"expects a banner that names {parts.name}")


def check_paths(tree):
    for path, text in tree.text.items():
        for match in MACHINE_PATHS.finditer(text):
            tree.report(path, line_of(text, match.start()), f"path of one machine: {match[0]}")
        if not path.startswith(NAMES_TOOLCHAIN):
            for match in TOOLCHAIN_PATH.finditer(text):
                tree.report(path, line_of(text, match.start()), "path of one toolchain")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    tree = Tree(sys.argv[1])
    if not any(tree.below("dialects", ".td")):
        sys.exit(f"structure.py: no dialect below {tree.root}: is this the root of the repository?")
    for check in (
        check_passes,
        check_dialects,
        check_layers,
        check_mirror,
        check_sizes,
        check_banners,
        check_paths,
    ):
        check(tree)
    print("\n".join(tree.findings) or f"{len(tree.text)} files in order")
    sys.exit(bool(tree.findings))


if __name__ == "__main__":
    main()
