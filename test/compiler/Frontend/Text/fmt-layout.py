# RUN: %python %s %source_root %t
"""Every .sinter file of the repository is in canonical layout, and comes back to it from any other.

The files are disturbed in what the layout decides: indentation, spaces around
symbols and blank lines.
"""

import os
import random
import re
import subprocess
import sys

root, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)


def networks():
    for top in ("examples", "compiler", "test"):
        for parent, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith(".sinter") and not name.startswith("errors"):
                    yield os.path.join(parent, name)


def disturb(line, rng):
    """The same tokens in another layout."""
    code, hash_sign, comment = line.strip().partition("#")
    if '"' not in code:
        code = re.sub(r" ?(==|!=|<=|>=|//|[=+*,:(){}\[\]]) ?",
                      lambda match: " " * rng.randint(0, 2) + match[1] + " " * rng.randint(0, 2), code)
        # A label of digits, a dotted one and f32[...] keep their tokens; `a (` would be no call before `[`.
        code = re.sub(r" +([(\[:])", r"\1", code)
    return " " * rng.randint(0, 9) + code + " " * rng.randint(0, 1) + hash_sign + comment + " " * rng.randint(0, 3)


def run(path):
    return subprocess.run(["sinter", "fmt", path], capture_output=True, text=True)


count = 0
for path in networks():
    with open(path, encoding="utf-8") as file:
        text = file.read()
    result = run(path)
    if result.returncode or result.stdout != text:
        sys.exit(f"{path} is not in canonical layout\n{result.stderr}")
    for seed in range(5):
        rng = random.Random(seed)
        lines = []
        for line in text.splitlines():
            # Several blank lines mean one.
            lines += [disturb(line, rng)] if line.strip() else [""] * rng.randint(1, 3)
        other = os.path.join(folder, "disturbed.sinter")
        with open(other, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n" * rng.randint(0, 2))
        result = run(other)
        if result.returncode or result.stdout != text:
            sys.exit(f"{path}, seed {seed}: the layout of {other} is not canonical\n{result.stderr}{result.stdout}")
    count += 1
if count < 19:
    sys.exit(f"only {count} files found")
