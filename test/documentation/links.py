# RUN: %python %s
"""The documents for people are true where a script can tell: every relative link leads to a
file, and the network that README.md shows is the one in examples/digits."""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = {"build", ".venv", ".git"}


def documents():
    for path in ROOT.rglob("*.md"):
        if not SKIPPED & set(path.relative_to(ROOT).parts):
            yield path


def broken_links(document):
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not (document.parent / target).exists():
            yield f"{document.relative_to(ROOT)}: expects '{target}' to exist, got no such file"


problems = [problem for document in documents() for problem in broken_links(document)]
shown = (ROOT / "examples/digits/digits.sinter").read_text(encoding="utf-8")
if f"```\n{shown}```\n" not in (ROOT / "README.md").read_text(encoding="utf-8"):
    problems.append("README.md: expects the text of examples/digits/digits.sinter, got another")
sys.exit("\n".join(problems) or 0)
