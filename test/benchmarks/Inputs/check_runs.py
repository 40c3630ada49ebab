"""check_runs.py SINTER.json PEER.json: both have all fields, and the same output within 1e-4."""

import json
import sys

sinter, peer = (json.load(open(path)) for path in sys.argv[1:])
for run in sinter, peer:
    assert run["first_s"] > 0 and run["rss_mib"] > 1 and run["version"], run
    assert len(run["times_ms"]) >= 3 and min(run["times_ms"]) > 0, run
assert sinter.keys() == peer.keys(), (sinter.keys(), peer.keys())
largest = max(map(abs, peer["output"]))
differences = [abs(a - b) for a, b in zip(sinter["output"], peer["output"], strict=True)]
assert max(differences) < 1e-4 * largest, (max(differences), largest)
