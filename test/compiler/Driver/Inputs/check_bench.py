"""Checks what `sinter bench --json` printed: check_bench.py MODEL BATCH THREADS RUNS."""

import json
import sys

model, batch, threads, runs = sys.argv[1], *map(int, sys.argv[2:])
result = json.load(sys.stdin)
assert result["model"] == model, result
assert (result["batch"], result["threads"], result["runs"]) == (batch, threads, runs), result
assert 0 < result["min_ms"] <= result["median_ms"] <= result["p99_ms"], result
assert result["min_ms"] <= result["mean_ms"] <= result["p99_ms"], result
assert abs(result["images_per_second"] * result["mean_ms"] / 1000 / batch - 1) < 1e-9, result
assert isinstance(result["cpu"], str) and result["cpu"], result
