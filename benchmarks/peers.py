"""Runs one ONNX model once with Sinter or with one of its peers, and times it.

    peers.py PEER MODEL.onnx --threads N [--seconds S]

Prints one JSON object: `first_s`, from the start of this process to the first
result, `times_ms` of the runs that followed a warm-up, `rss_mib`, the process's
largest memory, `version`, and `output`, the first numbers of the result. Each
peer is set up as its own documentation advises for the latency of f32
inference on a CPU; the settings stand beside its name below.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import time

import numpy


def process_age():
    """Seconds since the kernel started this process."""
    ticks = int(pathlib.Path("/proc/self/stat").read_text().rsplit(")", 1)[1].split()[19])
    uptime = float(pathlib.Path("/proc/uptime").read_text().split()[0])
    return uptime - ticks / os.sysconf("SC_CLK_TCK")


def peak_memory():
    """MiB. Not getrusage's, in which a process starts with what its parent had."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def onnxruntime(model, image, threads):
    """All graph optimizations, one thread pool of `threads` that spins (the defaults)."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: image})[0], ort.__version__


def openvino(model, image, threads):
    """Latency hint, one stream, f32 (its default on CPUs with bf16 is bf16)."""
    import openvino as ov

    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    compiled = ov.Core().compile_model(str(model), "CPU", settings)
    request = compiled.create_infer_request()

    def run():
        request.infer([image], share_inputs=True)
        return request.get_output_tensor(0).data

    return run, ov.__version__.split("-")[0]


def iree(model, image, threads):
    """-O3 for this CPU, ahead of time (the file is kept); local-task on `threads` workers."""
    from iree import runtime
    from iree.compiler import version

    binary = model.with_suffix(".vmfb")
    if not binary.exists():
        mlir, tools = model.with_suffix(".onnx.mlir"), pathlib.Path(sys.executable).parent
        subprocess.run([tools / "iree-import-onnx", model, "-o", mlir], check=True)
        subprocess.run(
            [tools / "iree-compile", mlir, "-o", binary, "--iree-opt-level=O3"]
            + ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
            + ["--iree-llvmcpu-target-cpu=host"],
            check=True,
        )
        mlir.unlink()
    runtime.flags.parse_flags(f"--task_topology_max_group_count={threads}")
    config = runtime.Config("local-task" if threads > 1 else "local-sync")
    module = runtime.VmModule.mmap(config.vm_instance, str(binary))
    context = runtime.SystemContext(config=config, vm_modules=[
        runtime.create_hal_module(config.vm_instance, config.device), module])
    names = module.function_names
    invoke = context.modules[module.name][next(n for n in names if "$" not in n and "__" not in n)]
    return lambda: invoke(image).to_host(), version.VERSION


def torch_model(model, threads):
    import onnx
    import torch
    from onnx2torch import convert

    torch.set_num_threads(threads)
    return torch, convert(onnx.load(model)).eval().to(memory_format=torch.channels_last)


def torch_eager(model, image, threads):
    """channels_last, inference_mode."""
    torch, network = torch_model(model, threads)
    x = torch.from_numpy(image).to(memory_format=torch.channels_last)

    def run():
        with torch.inference_mode():
            return network(x).numpy()

    return run, torch.__version__


def torch_compile(model, image, threads):
    """channels_last, inductor with max-autotune and frozen weights."""
    torch, network = torch_model(model, threads)
    import torch._inductor.config as inductor

    inductor.freezing = True
    inductor.cpp_wrapper = True
    x = torch.from_numpy(image).to(memory_format=torch.channels_last)
    compiled = torch.compile(network, mode="max-autotune")

    def run():
        with torch.no_grad():
            return compiled(x).numpy()

    return run, torch.__version__


def tvm(model, image, threads):
    """Untuned (its tuner crashes), for this CPU, with its default pipeline; the library is kept."""
    os.environ["TVM_NUM_THREADS"] = str(threads)
    import tvm
    from tvm import relax

    library = model.with_suffix(f".tvm{threads}.so")
    if not library.exists():
        import onnx
        from tvm.relax.frontend.onnx import from_onnx

        module = from_onnx(onnx.load(model))
        cpu = tvm.get_global_func("target.llvm_get_system_cpu")()
        target = tvm.target.Target({"kind": "llvm", "mcpu": cpu, "num-cores": threads})
        relax.build(module, target).export_library(str(library))
    machine = relax.VirtualMachine(tvm.runtime.load_module(str(library)), tvm.cpu())
    x = tvm.runtime.tensor(image)

    def run():
        result = machine["main"](x)
        return (result if hasattr(result, "numpy") else result[0]).numpy()

    return run, tvm.__version__


PEERS = {
    "onnxruntime": onnxruntime,
    "openvino": openvino,
    "iree": iree,
    "torch": torch_eager,
    "torch.compile": torch_compile,
    "tvm": tvm,
}


def measure(run, seconds):
    """Milliseconds of each run, after a warm-up of a third of the time."""
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds / 3:
        run()
    times = []
    begin = time.perf_counter()
    while time.perf_counter() - begin < seconds or len(times) < 3:
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) * 1e3)
    return times


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("peer", choices=PEERS)
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=2)
    arguments = parser.parse_args()
    image = numpy.load(arguments.model.with_suffix(".npy"))
    run, version = PEERS[arguments.peer](arguments.model, image, arguments.threads)
    output = run()
    first = process_age()
    times = measure(run, arguments.seconds)
    print(json.dumps({
        "first_s": first,
        "times_ms": times,
        "rss_mib": peak_memory(),
        "version": version,
        "output": numpy.ravel(output).tolist(),
    }))


if __name__ == "__main__":
    main()
