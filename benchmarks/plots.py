"""Draws what bench.py measured.

    plots.py RESULTS.json      writes RESULTS-times.svg and others beside it
"""

import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "sinter"  # the same file from the same numbers
import matplotlib.pyplot as plot

from report import peers_of, ratio


def draw_times(data, path):
    """Bars per network: how many times as long each peer takes, batch 1, one thread."""
    results = [e for e in data["results"] if e["batch"] == 1 and e["threads"] == 1]
    peers = peers_of(results)
    figure, axes = plot.subplots(figsize=(10, 4))
    width = 0.8 / max(1, len(peers))
    for index, peer in enumerate(peers):
        at = [position + index * width for position in range(len(results))]
        axes.bar(at, [ratio(entry, peer, "median_ms") or 0 for entry in results], width, label=peer)
    axes.axhline(1, color="black", linewidth=1)
    axes.set_xticks([position + 0.4 - width / 2 for position in range(len(results))],
                    [entry["network"] for entry in results], rotation=30, ha="right")
    axes.set_ylabel("time / Sinter's time (median)")
    # Untuned general compilers take ten times as long; the rest would be invisible.
    axes.set_ylim(0, 4)
    axes.set_title("Batch 1, f32, one thread: above 1, Sinter is faster")
    axes.legend(ncols=3, fontsize="small")
    save(figure, path)


def draw_layers(entry, path):
    """Share of the multiply-add peak of every step that multiplies, one thread."""
    steps = [step for step in entry["steps"] if step["multiply_adds"]]
    shares = [2e-4 * step["multiply_adds"] / step["min_ms"] / entry["peak_gflops"]
              for step in steps]
    figure, axes = plot.subplots(figsize=(10, 0.18 * len(steps) + 1))
    axes.barh(range(len(steps)), shares)
    axes.axvline(100, color="black", linewidth=1)
    axes.set_yticks(range(len(steps)), [step["layers"] for step in steps], fontsize=6)
    axes.invert_yaxis()
    axes.set_xlabel("% of peak; above 100 by Winograd's algorithm")
    axes.set_title(f"{entry['network']}, batch 1, one thread")
    save(figure, path)


def draw_tax(data, path):
    """What squeeze-and-excitation adds, in percent, batch 1 and one thread."""
    times = {e["network"]: e["peers"] for e in data["results"]
             if e["batch"] == 1 and e["threads"] == 1}
    pairs = [name for name in times if name.startswith("se") and name[2:] in times]
    peers = ["sinter", *peers_of(data["results"])]
    figure, axes = plot.subplots(figsize=(8, 3.5))
    width = 0.8 / len(peers)
    for index, peer in enumerate(peers):
        taxes = [100 * (times[name][peer]["median_ms"] / times[name[2:]][peer]["median_ms"] - 1)
                 if peer in times[name] and peer in times[name[2:]] else 0 for name in pairs]
        axes.bar([at + index * width for at in range(len(pairs))], taxes, width, label=peer)
    axes.set_xticks([at + 0.4 - width / 2 for at in range(len(pairs))], pairs)
    axes.set_ylabel("more time than without, %")
    axes.set_title("The price of squeeze-and-excitation (medians)")
    axes.legend(fontsize="small")
    save(figure, path)


def save(figure, path):
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plot.close(figure)


def write(path):
    """Writes the plots beside the results at `path`."""
    data = json.loads(path.read_text())
    draw_times(data, path.with_name(f"{path.stem}-times.svg"))
    draw_tax(data, path.with_name(f"{path.stem}-tax.svg"))
    for entry in data["results"]:
        if entry["network"].endswith("resnet50") and (entry["batch"], entry["threads"]) == (1, 1):
            draw_layers(entry, path.with_name(f"{path.stem}-{entry['network']}.svg"))


if __name__ == "__main__":
    write(pathlib.Path(sys.argv[1]))
