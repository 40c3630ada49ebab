"""Runs a command that has to fail as a user's mistake does.

fails.py FOLDER sinter ARGUMENTS... runs it in FOLDER and prints what it wrote to
standard error. Holds it to exit status 1, nothing on standard output, one line
per message at most 1000 characters long, no plea to report a bug, and no file or
folder that was not there before.
"""

import os
import resource
import subprocess
import sys


def tree(folder):
    """Every path below the folder, with what would change if it were written to."""
    found = {}
    for parent, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(parent, name)
            status = os.lstat(path)
            found[path] = (status.st_size, status.st_mtime_ns if name in files else 0)
    return found


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(folder, *command):
    before = tree(folder)
    result = subprocess.run(command, cwd=folder, capture_output=True, preexec_fn=limit)
    errors = result.stderr.decode(errors="backslashreplace")
    print(errors, end="")
    problems = []
    if result.returncode != 1:
        problems.append(f"exit status {result.returncode}")
    if result.stdout:
        problems.append("text on standard output")
    if "error: " not in errors:
        problems.append("no error message")
    if "please report" in errors.lower() or "Stack dump" in errors or "loc(" in errors:
        problems.append("reads like a bug of the compiler")
    if any(len(line) > 1000 for line in errors.splitlines()):
        problems.append("a line of more than 1000 characters")
    after = tree(folder)
    if after != before:
        problems.append(f"changed files: {sorted(set(after.items()) ^ set(before.items()))}")
    if problems:
        sys.exit(f"fails.py: {' '.join(command)}: " + "; ".join(problems))


main(*sys.argv[1:])
