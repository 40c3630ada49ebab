"""Runs the MLIR examples of documentation pages, so that they cannot rot.

    run_examples.py --root ROOT PAGE...

Every ```mlir block goes through `sinter-opt --verify-roundtrip`. A section
`nn.op` of an operation must have such a block, or refer to the runnable
example of another operation; a section `-flag` of a pass must have one, or
name a test (Example: `path`) that runs the pass.

Prints `page:line: what is wrong` and exits 1 if anything is.
"""

import argparse
import pathlib
import re
import subprocess
import sys

SECTION = re.compile(r"^### `(-?[\w.-]+)`.*$", re.M)
BLOCK = re.compile(r"^```mlir\n(.*?)^```", re.M | re.S)
REFERENCE = re.compile(r"`([\w.]+)`; see there for a runnable example")
TEST = re.compile(r"^Example: `([^`]+)`", re.M)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def run(page, text, block):
    """Messages of one block; line numbers are those of the page."""
    padding = "\n" * (line_of(text, block.start(1)) - 1)
    result = subprocess.run(
        ["sinter-opt", "--verify-roundtrip", "-o", "/dev/null", "-"],
        input=padding + block[1],
        capture_output=True,
        text=True,
    )
    if result.returncode == 0:
        return []
    messages = [line for line in result.stderr.splitlines() if ": error: " in line]
    fallback = [f"{page}:{line_of(text, block.start())}: sinter-opt ended with {result.returncode}"]
    return [message.replace("<stdin>", str(page), 1) for message in messages] or fallback


def sections(text):
    """(name, line, body) of every operation and pass that the page documents."""
    matches = list(SECTION.finditer(text))
    for match, following in zip(matches, matches[1:] + [None]):
        body = text[match.end() : following.start() if following else len(text)]
        yield match[1], line_of(text, match.start()), body


def check_section(root, name, body, examples):
    """What is missing, or None."""
    if BLOCK.search(body):
        return None
    if name.startswith("-"):
        test = TEST.search(body)
        if not test:
            return f"pass {name} shows no IR and names no test"
        path = root / test[1]
        if not path.is_file():
            return f"pass {name} names {test[1]}, which does not exist"
        if f"-{name} " not in path.read_text(encoding="utf-8"):
            return f"pass {name} names {test[1]}, which does not run it"
        return None
    reference = REFERENCE.search(body)
    if not reference:
        return f"{name} has no runnable example"
    if reference[1] not in examples:
        return f"{name} refers to {reference[1]}, which has no runnable example"
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("pages", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    findings, blocks, documented = [], 0, 0
    for page in arguments.pages:
        text = page.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            blocks += 1
            findings += run(page, text, block)
        parts = list(sections(text))
        examples = {name for name, _, body in parts if BLOCK.search(body)}
        for name, line, body in parts:
            documented += 1
            missing = check_section(arguments.root, name, body, examples)
            if missing:
                findings.append(f"{page}:{line}: {missing}")
    print("\n".join(findings) or f"{documented} sections in order, {blocks} examples run")
    sys.exit(bool(findings) or not documented)


if __name__ == "__main__":
    main()
