#!/usr/bin/env bash
# Times Sinter and its peers on this machine and writes tables, plots and JSON to
# benchmarks/results. Arguments go to benchmarks/bench.py: --quick (four networks and ONNX
# Runtime, in a few minutes), --networks A,B, --peers A,B, --rounds N. Without --quick the
# peers take some gigabytes to download and the run takes an hour.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

scripts/setup.sh
build_release

packages=(-r benchmarks/requirements.txt)
if [[ " $* " == *" --quick "* ]]; then
  packages=(-c benchmarks/requirements.txt numpy onnx onnxruntime matplotlib)
fi
say "Setting up the peers in build/bench/venv"
[[ -d build/bench/venv ]] || python3 -m venv build/bench/venv
quietly build/bench/pip.log "the peers could not be installed; pip needs the network" \
  build/bench/venv/bin/pip install "${packages[@]}"

say "Measuring; what else runs on this machine now shows in the numbers"
build/bench/venv/bin/python benchmarks/bench.py "$@"
