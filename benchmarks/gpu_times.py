"""Times Sinter's GPU code beside PyTorch and JAX, in one process on one GPU.

    gpu_times.py FOLDER --networks resnet50 ... --commit C --output RESULTS

FOLDER has NETWORK-f16-BATCH.so for the batches below; scripts/gpu.sh makes them. All compute in
f16 with f32 sums on random weights: an image's values make no difference to the time. Rounds
alternate between the peers, and every one launches what it prepared, without copies to the GPU:

  sinter         f32 NCHW input, its artifact's CUDA graph
  torch          eager, channels_last, f16, captured as a CUDA graph
  torch.compile  channels_last, f16, mode="max-autotune", which makes CUDA graphs
  jax            NHWC, f16, jit

Writes times.json, and times.md with minimum and median in milliseconds.
"""

import argparse
import ctypes
import datetime
import json
import os
import pathlib
import statistics
import time

os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")

import torch  # noqa: E402  (after the setting above, which JAX reads when PyTorch's driver is up)

BATCHES = (1, 8, 32, 256)
ROUNDS = 12
DEPTHS = {"18": ("basic", (2, 2, 2, 2)), "50": ("bottleneck", (3, 4, 6, 3))}


# ----------------------------------------------------------------------------------------------
# Sinter


class Sinter:
    """The C runtime, as far as it is needed here."""

    class Error(ctypes.Structure):
        _fields_ = [("status", ctypes.c_int), ("message", ctypes.c_char * 508)]

    def __init__(self):
        self.library = ctypes.CDLL("libsinter_runtime.so")
        self.library.sinter_cuda_image_name.restype = ctypes.c_char_p

    def call(self, function, *arguments):
        error = self.Error()
        if getattr(self.library, function)(*arguments, ctypes.byref(error)):
            raise RuntimeError(error.message.decode())

    def prepare(self, path, image):
        """A function that enqueues one run on PyTorch's stream."""
        model, session = ctypes.c_void_p(), ctypes.c_void_p()
        self.call("sinter_cuda_load", os.fsencode(path), 0, ctypes.byref(model))
        self.call("sinter_cuda_session_create", model, ctypes.byref(session))
        output = torch.empty(image.shape[0], 1000, device="cuda")
        inputs, outputs = ((ctypes.c_void_p * 1)(t.data_ptr()) for t in (image, output))

        def run():
            stream = ctypes.c_void_p(torch.cuda.current_stream().cuda_stream)
            self.call("sinter_cuda_run", session, inputs, outputs, stream)

        def release():
            torch.cuda.synchronize()
            self.library.sinter_cuda_session_destroy(session)
            self.library.sinter_cuda_unload(model)

        run.keep = (image, output)
        run.release = release
        return run


# ----------------------------------------------------------------------------------------------
# PyTorch


def torch_network(name):
    import timm

    network = timm.create_model(name, pretrained=False)
    return network.eval().half().cuda().to(memory_format=torch.channels_last)


def prepare_torch(name, image):
    network = torch_network(name)
    x = image.half().to(memory_format=torch.channels_last)
    stream = torch.cuda.Stream()
    with torch.inference_mode(), torch.cuda.stream(stream):
        for _ in range(3):
            network(x)
    torch.cuda.synchronize()
    graph = torch.cuda.CUDAGraph()
    with torch.inference_mode(), torch.cuda.graph(graph):
        y = network(x)
    graph.keep = (x, y, network)
    return graph.replay


def prepare_torch_compile(name, image):
    import torch._inductor.config as inductor

    inductor.freezing = True
    x = image.half().to(memory_format=torch.channels_last)
    compiled = torch.compile(torch_network(name), mode="max-autotune")

    def run():
        with torch.no_grad():
            return compiled(x)

    for _ in range(3):
        run()
    return run


# ----------------------------------------------------------------------------------------------
# JAX: the same networks, with batch norms folded as inference does


def jax_network(name, key):
    import jax
    import jax.numpy as jnp

    kind, counts = DEPTHS[name[-2:]]
    has_gate = name.startswith("se")
    parameters = []

    def weight(*shape):
        nonlocal key
        key, own = jax.random.split(key)
        fan_in = max(1, int(jnp.prod(jnp.array(shape[:-1]))))
        parameters.append(jax.random.normal(own, shape, jnp.float16) * (2 / fan_in) ** 0.5)
        return len(parameters) - 1

    def conv(inputs, outputs, size, stride=1):
        filters, bias = weight(size, size, inputs, outputs), weight(outputs)

        def apply(p, x):
            pad = [(size // 2, size // 2)] * 2
            y = jax.lax.conv_general_dilated(
                x, p[filters], (stride, stride), pad, dimension_numbers=("NHWC", "HWIO", "NHWC"))
            return y + p[bias]

        return apply

    def gate(channels):
        hidden = channels // 16
        a, b, c, d = weight(channels, hidden), weight(hidden), weight(hidden, channels), weight(channels)

        def apply(p, x):
            mean = jnp.mean(x, (1, 2), dtype=jnp.float32).astype(x.dtype)
            scale = jax.nn.sigmoid(jax.nn.relu(mean @ p[a] + p[b]) @ p[c] + p[d])
            return x * scale[:, None, None, :]

        return apply

    def block(inputs, planes, stride):
        width = planes * (4 if kind == "bottleneck" else 1)
        if kind == "bottleneck":
            layers = [conv(inputs, planes, 1), conv(planes, planes, 3, stride), conv(planes, width, 1)]
        else:
            layers = [conv(inputs, planes, 3, stride), conv(planes, planes, 3)]
        shortcut = conv(inputs, width, 1, stride) if stride != 1 or inputs != width else None
        squeeze = gate(width) if has_gate else None

        def apply(p, x):
            y = x
            for layer in layers[:-1]:
                y = jax.nn.relu(layer(p, y))
            y = layers[-1](p, y)
            if squeeze:
                y = squeeze(p, y)
            return jax.nn.relu(y + (shortcut(p, x) if shortcut else x))

        return apply, width

    stem, blocks, channels = conv(3, 64, 7, 2), [], 64
    for stage, count in enumerate(counts):
        for i in range(count):
            apply, channels = block(channels, 64 << stage, 2 if stage and i == 0 else 1)
            blocks.append(apply)
    fc, fc_bias = weight(channels, 1000), weight(1000)

    def network(p, x):
        x = jax.nn.relu(stem(p, x))
        x = jax.lax.reduce_window(
            x, jnp.array(-jnp.inf, x.dtype), jax.lax.max, (1, 3, 3, 1), (1, 2, 2, 1),
            ((0, 0), (1, 1), (1, 1), (0, 0)))
        for apply in blocks:
            x = apply(p, x)
        return jnp.mean(x, (1, 2)) @ p[fc] + p[fc_bias]

    return network, parameters


def prepare_jax(name, image):
    import jax

    network, parameters = jax_network(name, jax.random.key(0))
    x = jax.numpy.asarray(image.half().permute(0, 2, 3, 1).contiguous().cpu().numpy())
    compiled = jax.jit(network).lower(parameters, x).compile()
    return lambda: compiled(parameters, x)


# ----------------------------------------------------------------------------------------------
# Times


def torch_ms(run, runs):
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    begin.record()
    for _ in range(runs):
        run()
    end.record()
    torch.cuda.synchronize()
    return begin.elapsed_time(end) / runs


def jax_ms(run, runs):
    """By the host's clock: JAX has streams of its own. Runs are enqueued together, as above."""
    torch.cuda.synchronize()
    begin = time.perf_counter()
    for _ in range(runs):
        result = run()
    result.block_until_ready()
    return (time.perf_counter() - begin) * 1e3 / runs


def measure(name, batch, folder, sinter):
    """Milliseconds of every round, by peer; what a peer says who cannot run, in place of them."""
    image = torch.rand(batch, 3, 224, 224, device="cuda")
    makers = {
        "sinter": lambda: sinter.prepare(folder / f"{name}-f16-{batch}.so", image),
        "torch": lambda: prepare_torch(name, image),
        "torch.compile": lambda: prepare_torch_compile(name, image),
        "jax": lambda: prepare_jax(name, image),
    }
    runs, times = {}, {}
    for peer, make in makers.items():
        try:
            runs[peer] = make()
        except Exception as error:  # whatever it is: the others are measured all the same
            times[peer] = f"{type(error).__name__}: {error}"[:300]
    clocks = {peer: jax_ms if peer == "jax" else torch_ms for peer in runs}
    counts = {}
    for peer, run in runs.items():
        clocks[peer](run, 3)
        counts[peer] = max(3, min(100, int(60 / clocks[peer](run, 3))))
        times[peer] = []
    for _ in range(ROUNDS):
        for peer, run in runs.items():
            times[peer].append(clocks[peer](run, counts[peer]))
    if "sinter" in runs:
        runs["sinter"].release()
    torch._dynamo.reset()
    return times


def table(results):
    peers = ["sinter", "torch", "torch.compile", "jax"]
    lines = ["| network | batch | " + " | ".join(f"{p}, ms" for p in peers) + " | over torch |",
             "| --- | ---: |" + " ---: |" * (len(peers) + 1)]
    for result in results:
        cells = []
        for peer in peers:
            times = result["times_ms"].get(peer)
            cells.append(f"{min(times):.3f} / {statistics.median(times):.3f}"
                         if isinstance(times, list) else "failed")
        ours, theirs = (result["times_ms"].get(peer) for peer in ("sinter", "torch"))
        over = (f"{min(theirs) / min(ours):.2f}"
                if isinstance(ours, list) and isinstance(theirs, list) else "-")
        lines.append(f"| {result['network']} | {result['batch']} | {' | '.join(cells)} | {over} |")
    return "\n".join(lines) + "\n"


def versions():
    found = {"torch": torch.__version__}
    try:
        import jax

        found["jax"] = jax.__version__
    except ImportError:
        pass
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--networks", nargs="+", required=True)
    parser.add_argument("--batches", nargs="+", type=int, default=BATCHES)
    parser.add_argument("--commit", required=True)
    parser.add_argument("--output", type=pathlib.Path, required=True)
    arguments = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    sinter, results = Sinter(), []
    report = {
        "date": datetime.date.today().isoformat(), "commit": arguments.commit,
        "device": torch.cuda.get_device_name(), "versions": versions(), "results": results}
    for name in arguments.networks:
        for batch in arguments.batches:
            results.append({"network": name, "batch": batch,
                            "times_ms": measure(name, batch, arguments.folder, sinter)})
            # After each: what is measured is not lost if the rest fails.
            (arguments.output / "times.json").write_text(json.dumps(report, indent=1) + "\n")
            head = f"# {report['date']}, {report['device']}, commit {report['commit']}\n\n"
            notes = "\nf16, minimum / median; " + ", ".join(
                f"{peer} {version}" for peer, version in report["versions"].items()) + ".\n"
            (arguments.output / "times.md").write_text(head + table(results) + notes)
            print(table(results[-1:]).splitlines()[-1], flush=True)


if __name__ == "__main__":
    main()
