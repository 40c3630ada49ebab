# RUN: %python %s %networks
"""Parameters and multiply-accumulates of every shipped network, against published figures.

Parameters are those of torchvision and timm; operations are given to the digits
that the literature prints, in G (ImageNet) or M (CIFAR-10).
"""

import json
import os
import subprocess
import sys

EXPECTED = {
    "resnet18": (11_689_512, "1.814"),
    "resnet34": (21_797_672, "3.664"),
    "resnet50": (25_557_032, "4.089"),
    "resnet101": (44_549_160, "7.801"),
    "resnet152": (60_192_808, "11.514"),
    "resnext50_32x4d": (25_028_904, "4.230"),
    "wide_resnet50_2": (68_883_240, "11.398"),
    "seresnet18": (11_779_624, "1.814"),
    "seresnet34": (21_960_416, "3.664"),
    "seresnet50": (28_088_024, "4.092"),
    "seresnet101": (49_326_872, "7.806"),
    "seresnet152": (66_821_848, "11.520"),
    "seresnext50_32x4d": (27_559_896, "4.233"),
    "resnet50d": (25_576_264, "4.329"),
    # timm's tables print a little more for these two, 3.88 and 20.77.
    "legacy_seresnet50": (28_088_024, "3.860"),
    "senet154": (115_088_984, "20.688"),
    "resnet20": (269_722, "40.6"),
    "resnet56": (853_018, "125.5"),
    "resnet110": (1_727_962, "252.9"),
    "seresnet20": (269_722 + 2_016, "40.6"),
    "seresnet56": (853_018 + 6_048, "125.5"),
    "seresnet110": (1_727_962 + 12_096, "252.9"),
}

folder = sys.argv[1]
shipped = {name[: -len(".sinter")] for name in os.listdir(folder) if name.endswith(".sinter")}
if shipped != EXPECTED.keys():
    sys.exit(f"networks without expected figures, or the reverse: {sorted(shipped ^ EXPECTED.keys())}")

for name, (parameters, macs) in EXPECTED.items():
    text = subprocess.run(["sinter", "inspect", "--json", f"{folder}/{name}.sinter"],
                          check=True, capture_output=True).stdout
    network = json.loads(text)
    digits = len(macs.split(".")[1])
    found = f"{network['macs'] / (1e9 if digits == 3 else 1e6):.{digits}f}"
    if (network["name"], network["parameters"], found) != (name, parameters, macs):
        sys.exit(f"{name}: expected {parameters} parameters and {macs}, got {network['parameters']} and {found}")
    for total in ("parameters", "macs"):
        if network[total] != sum(layer[total] for layer in network["layers"]):
            sys.exit(f"{name}: the {total} of the layers do not add up")
    names = [layer["name"] for layer in network["layers"]]
    if len(set(names)) != len(names) or "" in names:
        sys.exit(f"{name}: layers without a name of their own")
