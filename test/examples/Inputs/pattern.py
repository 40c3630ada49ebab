"""Writes the image that examples/cuda-app classifies as an array: pattern.py FILE.npy"""

import sys

import numpy as np

values = np.arange(3 * 224 * 224) * 37 % 255
image = values.astype(np.float32) / np.float32(127.5) - np.float32(1)
np.save(sys.argv[1], image.reshape(1, 3, 224, 224))
