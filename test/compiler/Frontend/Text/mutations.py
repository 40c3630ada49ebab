# RUN: %python %s %networks %t
"""Damaged networks never crash the compiler: they build, or fail with status 1 and an error that has a place.

What `sinter fmt` accepts, it brings to a layout that it keeps.
"""

import os
import random
import re
import subprocess
import sys

networks, folder = sys.argv[1:]
os.makedirs(folder, exist_ok=True)
ROUNDS = 150
PIECES = ["(", ")", "{", "}", "[", "]", ",", ":", "=", "==", "+", "-", "//", "%", "\n", "if ", " else ", "repeat ", "main",
          "residual(x) { main {", "then relu", "none", "0", "-1", "9223372036854775807", "1e308", '"', "#", ".", "x",
          "index", "conv(", "a: ", "a.0: ", "import ", "block ", "network ", "\x00", "\xe9", ";", "not ", "relu"]


def mutate(text, rng):
    for _ in range(rng.randint(1, 4)):
        tokens = re.findall(r"\s+|\w+|.", text)
        at, to = sorted(rng.randrange(len(tokens) + 1) for _ in range(2))
        kind = rng.randrange(5)
        if kind == 0:
            tokens.insert(at, rng.choice(PIECES))
        elif kind == 1:
            del tokens[at:at + rng.randint(1, 3)]
        elif kind == 2 and at < len(tokens):
            tokens[at] = rng.choice(PIECES)
        elif kind == 3:
            tokens[at:at] = tokens[at:min(to, at + 40)]
        elif at < to < len(tokens):
            tokens[at], tokens[to] = tokens[to], tokens[at]
        text = "".join(tokens) or "x"
    return text


def run(*arguments):
    result = subprocess.run(["sinter", *arguments], capture_output=True, timeout=60)
    error = result.stderr.decode(errors="replace")
    if result.returncode not in (0, 1) or (result.returncode == 1) != ("error: " in error):
        sys.exit(f"sinter {' '.join(arguments)} ends with status {result.returncode}\n{error[:2000]}")
    return result


# One file with blocks, an import and both kinds of statements.
with open(os.path.join(networks, "seresnet20.sinter"), encoding="utf-8") as file:
    NETWORK = file.read()
BLOCKS = """
block unit(x, planes, stride = 1, act = relu) {
  if stride != 1 or channels(x) != planes {
    x = act(bn0: batch_norm(conv0: conv(x, planes, kernel: [1, 1], stride: stride)))
  }
  inner: repeat 2 { x = act(x) if index == 0 else x * sigmoid(global_avg_pool(x)) }
  residual(x) {
    main { x = se: squeeze_excite(x, reduction: 4, gate: hard_sigmoid(alpha: 0.2)) }
    shortcut { x = pad_channels(subsample(x, 1), before: 0, after: 0) }
  } then leaky_relu(negative_slope: 0.2)
}
"""
CALL = "  x = unit: unit(x, 8, stride: 2, act: silu)\n"
TEXT = NETWORK.replace("\nnetwork", BLOCKS + "\nnetwork").replace("  x = layer1", CALL + "  x = layer1").replace(", 3, stride: 1", ", 1, stride: 1")

built = 0
for seed in range(ROUNDS):
    text = mutate(TEXT, random.Random(seed)) if seed else TEXT
    path = os.path.join(folder, f"{seed}.sinter")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    inspected = run("inspect", path)
    built += inspected.returncode == 0
    if seed == 0 and not built:
        sys.exit(inspected.stderr.decode())
    formatted = run("fmt", path)
    if formatted.returncode:
        continue
    with open(path, "wb") as file:
        file.write(formatted.stdout)
    if run("fmt", path).stdout != formatted.stdout:
        sys.exit(f"sinter fmt does not keep its own layout of {path}")
    if run("inspect", path).stdout != inspected.stdout:
        sys.exit(f"sinter fmt changes what {path} means")
if built < 5:
    sys.exit(f"only {built} of {ROUNDS} mutations build")
