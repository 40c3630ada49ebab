"""Writes what bench.py measured as a page of tables.

    report.py RESULTS.json     prints it

Everything is a ratio of times from one run: a peer's time over Sinter's, so above 1
Sinter is ahead. Losses stand in the tables as they are.
"""

import json
import pathlib
import sys


def ratio(result, peer, key):
    peers = result["peers"]
    return peers[peer][key] / peers["sinter"][key] if peer in peers else None


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def peers_of(results):
    return sorted({peer for entry in results for peer in entry["peers"]} - {"sinter"})


def ratio_table(results, peers):
    """Sinter's own milliseconds, and how many times as long each peer takes."""
    rows = []
    for entry in results:
        sinter = entry["peers"]["sinter"]
        cells = [entry["network"], f"{sinter['min_ms']:.2f} / {sinter['median_ms']:.2f}"]
        for peer in peers:
            least, median = ratio(entry, peer, "min_ms"), ratio(entry, peer, "median_ms")
            cells.append(f"{least:.2f} / {median:.2f}" if least else "-")
        rows.append(cells)
    return table(["network", "Sinter, ms", *peers], rows)


def start_table(results):
    """From process start to the first result, and memory."""
    rows = []
    for entry in results:
        sinter, peer = entry["peers"]["sinter"], entry["peers"].get("onnxruntime")
        rows.append([
            entry["network"], f"{entry['compile_s']:.1f}", f"{entry['artifact_mib']:.1f}",
            f"{sinter['first_s']:.3f}", f"{peer['first_s']:.3f}" if peer else "-",
            f"{sinter['rss_mib']:.0f}", f"{peer['rss_mib']:.0f}" if peer else "-",
        ])
    return table(["network", "compile, s", "artifact, MiB", "first result, s",
                  "ONNX Runtime's, s", "memory, MiB", "ONNX Runtime's, MiB"], rows)


def tax_table(results, peers):
    """What squeeze-and-excitation adds to a network's time."""
    times = {(entry["network"], entry["threads"]): entry["peers"] for entry in results}
    rows = []
    for (name, threads), with_gate in times.items():
        plain = times.get((name.removeprefix("se"), threads))
        if not name.startswith("se") or not plain:
            continue
        cells = [f"{name}, {threads} thread{'s' if threads > 1 else ''}"]
        for peer in ["sinter", *peers]:
            if peer in with_gate and peer in plain:
                cells.append(" / ".join(f"{with_gate[peer][key] / plain[peer][key]:.2f}"
                                        for key in ("min_ms", "median_ms")))
            else:
                cells.append("-")
        rows.append(cells)
    return table(["network", "sinter", *peers], rows) if rows else ""


def sharing_table(sharing):
    """What waiting threads cost others; 1 is ideal."""
    rows = [[name, f"{entry['crowded']:.2f}", f"{entry['together']:.2f}"]
            for name, entry in sharing.items()]
    cpus = next(iter(sharing.values()))["cpus"]
    return table(["network", f"{2 * cpus} threads asked for, {cpus} CPUs",
                  f"two models side by side, {cpus} threads each"], rows)


def page(data):
    machine, results, peers = data["machine"], data["results"], peers_of(data["results"])
    parts = [
        f"# {machine['date']}, commit {machine['commit']}",
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}. "
        + "Multiply-add peak, measured in the same run: "
        + ", ".join(f"{rate:.0f} GFLOP/s on {threads} thread{'s' if threads != '1' else ''}"
                    for threads, rate in data["peaks"].items())
        + f". {machine['rounds']} rounds, processes alternating.",
        "Sinter's columns are minimum / median in milliseconds; a peer's are how many times as "
        "long it takes, of the minima / of the medians.",
    ]
    for batch in sorted({entry["batch"] for entry in results}):
        for threads in (1, 2):
            chosen = [entry for entry in results
                      if entry["batch"] == batch and entry["threads"] == threads]
            if chosen:
                parts += [f"## Batch {batch}, {threads} thread{'s' if threads > 1 else ''}",
                          ratio_table(chosen, peers)]
    single = [e for e in results if e["batch"] == 1 and e["threads"] == 1]
    parts += ["## Start, size and memory", start_table(single)]
    tax = tax_table([entry for entry in results if entry["batch"] == 1], peers)
    if tax:
        parts += ["## The price of squeeze-and-excitation",
                  "Time of the network with it over time of the network without.", tax]
    if data.get("sharing"):
        parts += ["## Sharing the CPUs",
                  "Time over what as many threads as CPUs take alone: of one image, and of an image "
                  "of either model. Medians; 1 is ideal.", sharing_table(data["sharing"])]
    parts += ["## Versions and settings", table(
        ["", "version", "settings"],
        [[peer, data["versions"][peer], data["settings"].get(peer, "")]
         for peer in ["sinter", *peers]])]
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    print(page(json.loads(pathlib.Path(sys.argv[1]).read_text())), end="")
