"""write_model.py ROOT NETWORK PATH: the network as PATH.onnx, an input as PATH.npy."""

import sys

sys.path.insert(0, f"{sys.argv[1]}/test/numerics/onnx")

import numpy
import onnx
import shipped

model, image, _ = shipped.network(sys.argv[2])
onnx.save(model, f"{sys.argv[3]}.onnx")
numpy.save(f"{sys.argv[3]}.npy", image)
