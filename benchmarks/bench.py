"""Times Sinter and its peers on the shipped networks, in one run on one machine.

    bench.py [--quick] [--networks N,...] [--peers P,...] [--batches B,...] [--rounds N]

Every network is written as ONNX with random weights and read by all from that file.
Per network, batch and number of threads, processes alternate: Sinter, each peer, and
again, `--rounds` times, so that what else the machine does falls on all alike. A peer
whose processes take long, to import or to compile, has fewer rounds: as many as begin
within PEER_SECONDS. Each result is compared with ONNX Runtime's. Minimum and median are
taken over the runs of all rounds. What waiting threads cost others is measured with
Sinter alone. Results go to results/NAME.json, and from there to results/NAME.md and plots.
"""

import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

import numpy
import onnx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "test" / "numerics" / "onnx"))

import peers
import plots
import report
import shipped

NETWORKS = (
    "resnet18 seresnet18 resnet34 resnet50 seresnet50 resnet101 resnext50_32x4d"
    " resnet20 seresnet20 resnet56 resnet110"
).split()
QUICK_NETWORKS = "resnet18 seresnet18 resnet50 seresnet50".split()
SHARING_NETWORKS = "resnet18 resnet50 resnet20".split()
TIMEOUT_SECONDS = 1800
PEER_SECONDS = 25  # of one peer's processes in one case
MAX_HOPELESS = 3  # cases; a peer is left out of those that follow


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=pathlib.Path, default=HERE.parent / "build" / "release")
    parser.add_argument("--work", type=pathlib.Path, default=HERE.parent / "build" / "bench")
    parser.add_argument("--results", type=pathlib.Path, default=HERE / "results")
    parser.add_argument("--name", help="of the results; else the date, and -quick with --quick")
    parser.add_argument("--quick", action="store_true", help="four networks, ONNX Runtime alone")
    parser.add_argument("--networks", type=lambda text: text.split(","))
    parser.add_argument("--peers", type=lambda text: text.split(","))
    parser.add_argument("--batches", type=lambda text: list(map(int, text.split(","))))
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float, help="measured per process")
    arguments = parser.parse_args()
    for name in arguments.networks or []:
        if name not in shipped.NAMES:
            parser.error(f"no network '{name}'; there are {', '.join(shipped.NAMES)}")
    for peer in arguments.peers or []:
        if peer not in peers.PEERS:
            parser.error(f"no peer '{peer}'; there are {', '.join(peers.PEERS)}")
    quick = arguments.quick
    # A quick run must not replace the day's whole one.
    arguments.name = arguments.name or time.strftime("%Y-%m-%d") + ("-quick" if quick else "")
    arguments.networks = arguments.networks or (QUICK_NETWORKS if quick else NETWORKS)
    arguments.peers = arguments.peers or (["onnxruntime"] if quick else list(peers.PEERS))
    arguments.batches = arguments.batches or ([1] if quick else [1, 8])
    # Many short processes: a machine is slow for seconds at a time, and then for all alike.
    arguments.rounds = arguments.rounds or (4 if quick else 6)
    arguments.seconds = arguments.seconds or 0.5
    return arguments


def is_hopeless(runs, sinter):
    """A peer that took ten times as long in the first round need not show it again."""
    return statistics.median(runs[0]["times_ms"]) > 10 * statistics.median(sinter[0]["times_ms"])


def rate(process):
    """Runs a second of a process of run_sinter."""
    output, _ = process.communicate()
    return 1e3 / statistics.mean(json.loads(output)["times_ms"])


class Bench:
    def __init__(self, arguments):
        self.arguments = arguments
        self.programs = arguments.build / "bin"
        self.versions = {}
        self.peaks = {}
        self.hopeless = dict.fromkeys(arguments.peers, 0)

    # ------------------------------------------------------------------
    # Models
    # ------------------------------------------------------------------

    def prepare(self, name, batch):
        """The network as ONNX with an input beside it, and compiled. Returns the path."""
        path = self.arguments.work / f"{name}-{batch}.onnx"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            model, image, _ = shipped.network(name, batch=batch)
            numpy.save(path.with_suffix(".npy"), image)
            onnx.save(model, path)
        library = path.with_suffix(".so")
        before = time.perf_counter()
        subprocess.run([self.programs / "sinter", "compile", path, "-o", library], check=True,
                       stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        return path, {
            "compile_s": time.perf_counter() - before,
            "artifact_mib": library.stat().st_size / 2**20,
        }

    # ------------------------------------------------------------------
    # Measurements
    # ------------------------------------------------------------------

    def run_once(self, peer, path, threads):
        """What one process prints, or None with the reason on stderr."""
        seconds = str(self.arguments.seconds)
        if peer == "sinter":
            command = [self.programs / "run_sinter", path.with_suffix(".so"),
                       path.with_suffix(".npy"), str(threads), seconds]
        else:
            command = [sys.executable, HERE / "peers.py", peer, path, "--threads", str(threads),
                       "--seconds", seconds]
        # Libraries that size thread pools of their own when they are loaded.
        environment = {**os.environ, "OMP_NUM_THREADS": str(threads)}
        try:
            result = subprocess.run(command, capture_output=True, text=True, env=environment,
                                    timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"{peer}: gave no result in {TIMEOUT_SECONDS} s", file=sys.stderr)
            return None
        if result.returncode:
            print(f"{peer} failed:\n{result.stderr[-2000:]}", file=sys.stderr)
            return None
        return json.loads(result.stdout.splitlines()[-1])

    def compare(self, path, threads):
        """Minimum and median of Sinter and each peer, their processes taking turns."""
        peers = [peer for peer in self.arguments.peers if self.hopeless[peer] < MAX_HOPELESS]
        runs = {peer: [] for peer in ["sinter", *peers]}
        seconds = dict.fromkeys(runs, 0)
        for _ in range(self.arguments.rounds):
            for peer in list(runs):
                if peer != "sinter" and runs[peer] and (
                        seconds[peer] > PEER_SECONDS or is_hopeless(runs[peer], runs["sinter"])):
                    continue
                before = time.perf_counter()
                run = self.run_once(peer, path, threads)
                seconds[peer] += time.perf_counter() - before
                if run is None:
                    del runs[peer]
                else:
                    runs[peer].append(run)
        for peer in runs.keys() - {"sinter"}:
            self.hopeless[peer] += is_hopeless(runs[peer], runs["sinter"])
        expected = runs.get("onnxruntime", runs["sinter"])[0]["output"]
        return {peer: self.summarize(peer, results, expected) for peer, results in runs.items()}

    def summarize(self, peer, runs, expected):
        self.versions[peer] = runs[0]["version"]
        times = [time for run in runs for time in run["times_ms"]]
        expected = numpy.array(expected)
        difference = numpy.abs(numpy.array(runs[0]["output"]) - expected).max()
        return {
            "min_ms": min(times),
            "median_ms": statistics.median(times),
            "rounds": len(runs),
            "runs": len(times),
            "first_s": min(run["first_s"] for run in runs),
            "rss_mib": min(run["rss_mib"] for run in runs),
            "difference": float(difference / numpy.abs(expected).max()),
        }

    def measure_layers(self, path, threads):
        """The least time of each step in some processes, and the processor's peak in these."""
        command = [self.programs / "sinter", "bench", path.with_suffix(".so"), "--per-layer",
                   "--json", "--threads", str(threads), "--seconds", "0.7"]
        results = [json.loads(subprocess.check_output(command)) for _ in range(4)]
        steps = results[0]["steps"]
        for index, step in enumerate(steps):
            step["min_ms"] = min(result["steps"][index]["min_ms"] for result in results)
        peak = max(result["peak_gflops"] for result in results)
        self.peaks[str(threads)] = max(self.peaks.get(str(threads), 0), peak)
        return {"steps": steps, "peak_gflops": peak}

    def measure_sharing(self, path):
        """What N threads give on N CPUs, over what twice as many do, and over what two
        models of N threads each give together: medians over the rounds."""
        def start(threads):
            command = [self.programs / "run_sinter", path.with_suffix(".so"),
                       path.with_suffix(".npy"), str(threads), str(2 * self.arguments.seconds)]
            return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

        cpus = os.cpu_count()
        crowded, together = [], []
        for _ in range(self.arguments.rounds):
            alone = rate(start(cpus))
            crowded.append(alone / rate(start(2 * cpus)))
            both = [start(cpus), start(cpus)]
            together.append(alone / sum(map(rate, both)))
        return {"cpus": cpus, "crowded": statistics.median(crowded),
                "together": statistics.median(together)}

    # ------------------------------------------------------------------
    # The whole
    # ------------------------------------------------------------------

    def cases(self):
        """Networks and batches; large batches only of some networks, they take long."""
        for name in self.arguments.networks:
            for batch in self.arguments.batches:
                if batch == 1 or name in ("resnet18", "resnet50", "seresnet50"):
                    yield name, batch

    def run(self):
        entries, sharing = [], {}
        for name, batch in self.cases():
            path, compiled = self.prepare(name, batch)
            for threads in (1, 2):
                print(f"{name}, batch {batch}, {threads} thread(s)", file=sys.stderr, flush=True)
                compared = self.compare(path, threads)
                entries.append({"network": name, "batch": batch, "threads": threads, **compiled,
                                "peers": compared, **self.measure_layers(path, threads)})
                for peer, result in compared.items():
                    print(f"  {peer:14} {result['min_ms']:9.3f} {result['median_ms']:9.3f} ms",
                          file=sys.stderr, flush=True)
            if batch == 1 and name in SHARING_NETWORKS:
                sharing[name] = self.measure_sharing(path)
        return {"machine": self.machine(), "versions": self.versions, "peaks": self.peaks,
                "settings": {peer: peers.PEERS[peer].__doc__ for peer in self.arguments.peers},
                "results": entries, "sharing": sharing}

    def machine(self):
        def line(command):
            return subprocess.run(command, capture_output=True, text=True, cwd=HERE).stdout.strip()

        cpu = next(text.split(":")[1].strip() for text in open("/proc/cpuinfo")
                   if text.startswith("model name"))
        return {"cpu": cpu, "cores": os.cpu_count(), "system": platform.platform(terse=True),
                "commit": line(["git", "describe", "--always", "--dirty"]),
                "date": time.strftime("%Y-%m-%d"), "rounds": self.arguments.rounds}


def main():
    arguments = parse_arguments()
    results = Bench(arguments).run()
    arguments.results.mkdir(parents=True, exist_ok=True)
    path = arguments.results / f"{arguments.name}.json"
    path.write_text(json.dumps(results, indent=1) + "\n")
    text = report.page(results)
    path.with_suffix(".md").write_text(text)
    plots.write(path)
    print(text)


if __name__ == "__main__":
    main()
