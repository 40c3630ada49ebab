#!/usr/bin/env python3
"""Train the SE-ResNet of digits.sinter on scikit-learn's handwritten digits.

The network is written out twice on purpose: here in JAX, as it is trained, and in
digits.sinter, as Sinter compiles it. The two meet in the names of the weights, which are
those PyTorch's state dict would have ("layer1.0.conv1.weight", "bn1.running_mean").

Writes, next to this file (or into --out):
  digits.safetensors    the trained weights, float32
  heldout-images.npy    the images no step of the training has seen, f32[360, 1, 8, 8] in [0, 1]
  heldout-labels.npy    their labels, u8[360]
  heldout-logits.npy    what JAX computes for them, f32[360, 10]
  accuracy.json         the held-out accuracy and the smallest margin of a decision

Run it in a virtual environment with requirements.txt installed; it takes a few minutes on
two cores. The files it wrote are committed, so nothing needs it to build or test Sinter.
"""

import argparse
import json
import pathlib
import time

import jax
import jax.numpy as jnp
import numpy as np
from safetensors.numpy import save_file
from scipy import ndimage
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

STAGES = ((16, 2, 1), (32, 2, 2), (64, 1, 2))  # channels, blocks, stride of the first block
REDUCTION = 2  # the squeeze-and-excitation gate narrows to channels / REDUCTION
HELD_OUT = 360
SEED = 7
EPSILON, MOMENTUM = 1e-5, 0.1  # batch norm, PyTorch's defaults


# ---- The network -------------------------------------------------------------------------


def initialize(rng):
    """The state dict before training: He initialization, unit batch norms."""
    state = {}

    def conv(name, out, inputs, kernel):
        shape = (out, inputs, kernel, kernel)
        scale = np.sqrt(2.0 / (inputs * kernel * kernel))
        state[f"{name}.weight"] = (scale * rng.standard_normal(shape)).astype(np.float32)

    def batch_norm(name, channels):
        for key, value in (("weight", 1), ("bias", 0), ("running_mean", 0), ("running_var", 1)):
            state[f"{name}.{key}"] = np.full(channels, value, np.float32)

    conv("conv1", STAGES[0][0], 1, 3)
    batch_norm("bn1", STAGES[0][0])
    inputs = STAGES[0][0]
    for stage, (channels, blocks, stride) in enumerate(STAGES, 1):
        for index in range(blocks):
            block = f"layer{stage}.{index}"
            conv(f"{block}.conv1", channels, inputs, 3)
            batch_norm(f"{block}.bn1", channels)
            conv(f"{block}.conv2", channels, channels, 3)
            batch_norm(f"{block}.bn2", channels)
            narrow = channels // REDUCTION
            conv(f"{block}.se.fc1", narrow, channels, 1)
            state[f"{block}.se.fc1.bias"] = np.zeros(narrow, np.float32)
            conv(f"{block}.se.fc2", channels, narrow, 1)
            state[f"{block}.se.fc2.bias"] = np.zeros(channels, np.float32)
            if inputs != channels or (index == 0 and stride != 1):
                conv(f"{block}.downsample.0", channels, inputs, 1)
                batch_norm(f"{block}.downsample.1", channels)
            inputs = channels
    state["fc.weight"] = (rng.standard_normal((10, inputs)) / np.sqrt(inputs)).astype(np.float32)
    state["fc.bias"] = np.zeros(10, np.float32)
    return state


def forward(state, images, training):
    """The logits, and the running statistics as this batch moves them."""
    statistics = {}

    def conv(name, x, stride=1, padding=0):
        y = jax.lax.conv_general_dilated(
            x, state[f"{name}.weight"], (stride, stride), [(padding, padding)] * 2,
            dimension_numbers=("NCHW", "OIHW", "NCHW"))
        bias = state.get(f"{name}.bias")
        return y if bias is None else y + bias[:, None, None]

    def batch_norm(name, x):
        mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
        if training:
            count = x.shape[0] * x.shape[2] * x.shape[3]
            batch_mean, batch_var = jnp.mean(x, (0, 2, 3)), jnp.var(x, (0, 2, 3))
            unbiased = batch_var * count / (count - 1)
            statistics[f"{name}.running_mean"] = mean + MOMENTUM * (batch_mean - mean)
            statistics[f"{name}.running_var"] = var + MOMENTUM * (unbiased - var)
            mean, var = batch_mean, batch_var
        scale = state[f"{name}.weight"] / jnp.sqrt(var + EPSILON)
        shift = state[f"{name}.bias"] - mean * scale
        return x * scale[:, None, None] + shift[:, None, None]

    def squeeze_excite(name, x):
        gate = jnp.mean(x, (2, 3), keepdims=True)
        gate = conv(f"{name}.fc2", jax.nn.relu(conv(f"{name}.fc1", gate)))
        return x * jax.nn.sigmoid(gate)

    def block(name, x, stride):
        y = jax.nn.relu(batch_norm(f"{name}.bn1", conv(f"{name}.conv1", x, stride, 1)))
        y = batch_norm(f"{name}.bn2", conv(f"{name}.conv2", y, 1, 1))
        y = squeeze_excite(f"{name}.se", y)
        if f"{name}.downsample.0.weight" in state:
            x = batch_norm(f"{name}.downsample.1", conv(f"{name}.downsample.0", x, stride))
        return jax.nn.relu(x + y)

    x = jax.nn.relu(batch_norm("bn1", conv("conv1", images, 1, 1)))
    for stage, (_, blocks, stride) in enumerate(STAGES, 1):
        for index in range(blocks):
            x = block(f"layer{stage}.{index}", x, stride if index == 0 else 1)
    return jnp.mean(x, (2, 3)) @ state["fc.weight"].T + state["fc.bias"], statistics


# ---- The data ----------------------------------------------------------------------------


def load():
    """Training images, training labels, held-out images, held-out labels; stratified."""
    images, labels = load_digits(return_X_y=True)
    images = (images / 16.0).astype(np.float32).reshape(-1, 1, 8, 8)
    train_x, test_x, train_y, test_y = train_test_split(
        images, labels, test_size=HELD_OUT, stratify=labels, random_state=SEED)
    return train_x, train_y.astype(np.int32), test_x, test_y.astype(np.uint8)


def distort(rng, images):
    """Each image turned, scaled, sheared and moved a little: another way to write the digit."""
    out = np.empty_like(images)
    for index, image in enumerate(images):
        angle, shear = rng.uniform(-0.2, 0.2, 2)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        matrix = turn @ np.array([[1, 0], [shear, 1]]) @ np.diag(rng.uniform(0.88, 1.12, 2))
        offset = 3.5 - matrix @ (3.5 + rng.uniform(-0.8, 0.8, 2))
        out[index, 0] = ndimage.affine_transform(image[0], matrix, offset, order=1)
    return out


# ---- Training ----------------------------------------------------------------------------


def split(state):
    """Trained tensors and running statistics."""
    trained = {k: v for k, v in state.items() if ".running_" not in k}
    return trained, {k: v for k, v in state.items() if k not in trained}


def loss(trained, statistics, images, labels):
    logits, statistics = forward({**trained, **statistics}, images, training=True)
    target = 0.9 * jax.nn.one_hot(labels, 10) + 0.01  # label smoothing
    return -jnp.mean(jnp.sum(target * jax.nn.log_softmax(logits), 1)), statistics


@jax.jit
def step(trained, statistics, velocity, images, labels, rate):
    """One step of Nesterov momentum; weight decay on the matrices only."""
    gradient, statistics = jax.grad(loss, has_aux=True)(trained, statistics, images, labels)
    decay = {k: 5e-4 * v if v.ndim > 1 else 0.0 for k, v in trained.items()}
    gradient = {k: g + decay[k] for k, g in gradient.items()}
    velocity = {k: 0.9 * velocity[k] + g for k, g in gradient.items()}
    trained = {k: v - rate * (gradient[k] + 0.9 * velocity[k]) for k, v in trained.items()}
    return trained, statistics, velocity


def train(images, labels, epochs, batch):
    rng = np.random.default_rng(SEED)
    trained, statistics = split(initialize(rng))
    velocity = jax.tree.map(np.zeros_like, trained)
    start = time.monotonic()
    for epoch in range(epochs):
        rate = 0.05 * (1 + np.cos(np.pi * epoch / epochs))
        distorted, order = distort(rng, images), rng.permutation(len(images))
        for first in range(0, len(images) - batch + 1, batch):
            chosen = order[first:first + batch]
            trained, statistics, velocity = step(
                trained, statistics, velocity, distorted[chosen], labels[chosen], rate)
        if (epoch + 1) % 10 == 0:
            logits, _ = forward({**trained, **statistics}, images, training=False)
            accuracy = np.mean(np.argmax(logits, 1) == labels)
            print(f"epoch {epoch + 1:3}: {accuracy:.2%} of the training images, "
                  f"{time.monotonic() - start:.0f} s", flush=True)
    return {k: np.asarray(v) for k, v in {**trained, **statistics}.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path(__file__).parent)
    parser.add_argument("--epochs", type=int, default=80)
    parser.add_argument("--batch", type=int, default=64)
    options = parser.parse_args()

    train_x, train_y, test_x, test_y = load()
    state = train(train_x, train_y, options.epochs, options.batch)
    logits = np.asarray(forward(state, test_x, training=False)[0])
    ordered = np.sort(logits, 1)
    correct = int(np.sum(np.argmax(logits, 1) == test_y))
    report = {
        "framework": f"jax {jax.__version__}",
        "images": len(test_y),
        "correct": correct,
        "accuracy": round(correct / len(test_y), 4),
        "smallest_margin": round(float(np.min(ordered[:, -1] - ordered[:, -2])), 4),
    }
    print(json.dumps(report))

    save_file(state, options.out / "digits.safetensors")
    np.save(options.out / "heldout-images.npy", test_x)
    np.save(options.out / "heldout-labels.npy", test_y)
    np.save(options.out / "heldout-logits.npy", logits)
    (options.out / "accuracy.json").write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
