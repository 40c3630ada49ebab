"""Writes into a folder .npy files that do not fit an input of 1x3x8x8 floats."""

import os
import sys


def write(name, dtype, shape, data):
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    with open(os.path.join(sys.argv[1], name + ".npy"), "wb") as file:
        file.write(b"\x93NUMPY\1\0" + len(header).to_bytes(2, "little") + header + data)


write("shape", "<f4", (1, 8, 8, 3), bytes(768))
write("complex", "<c8", (1, 3, 8, 8), bytes(1536))
write("cut", "<f4", (1, 3, 8, 8), bytes(700))
write("huge", "<f4", (1 << 40, 3, 8, 8), b"")
