#!/usr/bin/env bash
# Checks and times Sinter's code for GPUs on this machine. Needs a folder of scripts/gpu-pack.sh, a
# GPU with its driver, and python3 with PyTorch (and JAX, where it is to be compared); no network,
# no compiler. Writes check.log, times.json and times.md to RESULTS.
#
#   bash gpu.sh FOLDER RESULTS [--quick]      --quick: no times

set -euo pipefail
fail() {
  printf 'gpu.sh: error: %s\n' "$*" >&2
  exit 1
}
[[ $# -ge 2 ]] || fail "expects two folders: bash gpu.sh FOLDER RESULTS [--quick]"
[[ -e $1/sinter.tar.xz ]] || fail "'$1' has no sinter.tar.xz; make it with gpu-pack.sh"
folder=$(cd "$1" && pwd)
mkdir -p "$2"
results=$(cd "$2" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
log=$results/check.log

tar -C "$work" -xJf "$folder/sinter.tar.xz"
sinter() { LD_LIBRARY_PATH=$work/lib "$work/bin/sinter" "$@"; }
export -f sinter
export work folder

{
  date --utc +%F
  printf 'commit %s\n' "$(cat "$folder/commit")"
  nvidia-smi --query-gpu=name,driver_version,compute_cap --format=csv,noheader
} | tee "$log" || fail "nvidia-smi finds no GPU"
gpu=sm_$(nvidia-smi --query-gpu=compute_cap --format=csv,noheader | head -n 1 | tr -d .)
export gpu

failures=0
# check NAME COMMAND...: runs the command, and notes how it ended.
check() {
  local name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'ok      %s  %s\n' "$name" "$(tail -n 1 "$work/output")" | tee -a "$log"
  else
    failures=$((failures + 1))
    printf 'FAILED  %s\n' "$name" | tee -a "$log"
    tail -n 20 "$work/output" | sed 's/^/        /' | tee -a "$log"
  fi
}

# verify FILE.so NAME PRECISION
verify() {
  check "$2 $3" sinter verify "$1" --against "$folder/expected/$2.npy"
}

echo "== kernels of every family, compiled elsewhere"
for file in "$work"/artifacts/*.so; do
  name=$(basename "$file" .so)
  verify "$file" "${name%-*}" "${name##*-}"
done

echo "== compute-sanitizer"
sanitizer=$(command -v compute-sanitizer || echo /usr/local/cuda/bin/compute-sanitizer)
if [[ -x $sanitizer ]]; then
  for file in "$work"/artifacts/*-{f32,f16}.so; do
    for tool in memcheck racecheck; do
      check "$tool $(basename "$file")" env LD_LIBRARY_PATH="$work/lib" "$sanitizer" --tool $tool \
        --error-exitcode 9 "$work/bin/sinter" run "$file" --random-input 0
    done
  done
else
  echo "there is no compute-sanitizer here" | tee -a "$log"
fi

# compile_family NAME PRECISION, to $work/NAME-PRECISION.so
compile_family() {
  sinter compile "$folder/families/$1.mlir" --weights random:1 --target cuda --gpu "$gpu" \
    --precision "$2" -q -o "$work/$1-$2.so"
}
echo "== kernels of every family, compiled here"
for file in "$folder"/families/*.mlir; do
  name=$(basename "$file" .mlir)
  for precision in f32 tf32 f16 bf16; do
    check "compile $name $precision" compile_family "$name" $precision
    verify "$work/$name-$precision.so" "$name" $precision
  done
done

# compile_one NETWORK PRECISION BATCH, to $work/NETWORK-PRECISION-BATCH.so
compile_one() {
  sinter compile "$folder/networks/$1.sinter" --weights random:1 --target cuda --gpu "$gpu" \
    --precision "$2" --batch "$3" -q -o "$work/$1-$2-$3.so"
}
export -f compile_one
# What cannot be compiled is noted when it is to be verified.
compile_all() { xargs -P "$(nproc)" -L 1 bash -c 'compile_one "$@" || true' _; }

echo "== every network, compiled here"
networks=$(basename -s .sinter "$folder"/networks/*.sinter)
for precision in f32 tf32 f16 bf16; do
  for network in $networks; do echo "$network $precision 1"; done | compile_all
  for network in $networks; do
    verify "$work/$network-$precision-1.so" "$network" "$precision"
    rm -f "$work/$network-$precision-1".{so,h}
  done
done

if [[ ${3:-} != --quick ]]; then
  echo "== times"
  timed=(resnet18 seresnet18 resnet50 seresnet50)
  for batch in 1 8 32 256; do
    for network in "${timed[@]}"; do echo "$network f16 $batch"; done
  done | compile_all
  LD_LIBRARY_PATH=$work/lib python3 "$folder/gpu_times.py" "$work" --networks "${timed[@]}" \
    --commit "$(cat "$folder/commit")" --output "$results" || failures=$((failures + 1))
fi

[[ $failures -eq 0 ]] || fail "$failures checks failed; see $log"
echo "all is right"
