"""Compiles networks to PTX of every precision, assembles it, and counts kernels of convolutions that spill.

Usage: spills.py FOLDER ARCHITECTURES BATCH NETWORK...; prints one line for each network, precision and
architecture.
"""

import os
import re
import subprocess
import sys


def report(ptx, architecture):
    """What ptxas -v says of each kernel: name and bytes of spill stores."""
    ptxas = os.environ.get("PTXAS", "ptxas")
    result = subprocess.run([ptxas, "-O3", "-v", f"-arch={architecture}", ptx, "-o", os.devnull],
                            capture_output=True, text=True)
    if result.returncode:
        sys.exit(f"{ptx}: {result.stderr}")
    return re.findall(r"properties for (\w+)\n.*?(\d+) bytes spill stores", result.stderr)


def main():
    folder, architectures, batch, *networks = sys.argv[1:]
    os.makedirs(folder, exist_ok=True)
    for network in networks:
        for precision in ("f32", "tf32", "f16", "bf16"):
            for architecture in architectures.split(","):
                ptx = os.path.join(folder, f"{precision}-{architecture}.ptx")
                subprocess.run(["sinter", "compile", network, "--target", "cuda", "--precision",
                                precision, "--gpu", architecture, "--batch", batch, "-o", ptx, "-q"],
                               check=True)
                kernels = [entry for entry in report(ptx, architecture) if "gemm" in entry[0]]
                spilling = [name for name, stores in kernels if int(stores)]
                print(os.path.basename(network), precision, architecture,
                      f"{len(spilling)} of {len(kernels)} convolutions spill", *spilling)


main()
