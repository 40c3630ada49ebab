#!/usr/bin/env bash
# Fills a folder, of less than 60 MiB, with what scripts/gpu.sh needs on a machine that has a GPU
# and nothing else: the compiler with its libraries, networks, compiled kernels of every family, and
# results of the reference. Weights are random, made there from a seed.
#
#   bash scripts/gpu-pack.sh FOLDER

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

[[ $# -eq 1 ]] || fail "expects a folder: bash scripts/gpu-pack.sh FOLDER"
folder=$1
[[ ! -e $folder ]] || fail "'$folder' exists already"

scripts/setup.sh
build_release
sinter=build/release/bin/sinter
seed=random:1
gpus=sm_80,sm_90a

# Reference results of NAME from FILE, for the weights and the input that gpu.sh uses.
store_reference() {
  local file=$1 name=$2
  "$sinter" run --reference "$file" --weights $seed --random-input 0 -o "$folder/expected/$name.npy"
}

staging=$(mktemp -d)
trap 'rm -rf "$staging"' EXIT
mkdir "$staging"/{artifacts,bin,lib}
mkdir -p "$folder"/{expected,families,networks}

say "Compiling kernels of every family"
families=$(sed -n 's/^network \([a-z_]*\)(.*/\1/p' test/gpu/Inputs/families.sinter)
for family in $families; do
  file=$folder/families/$family.mlir
  "$sinter" compile test/gpu/Inputs/families.sinter --network "$family" --emit=nn -q -o "$file"
  store_reference "$file" "$family"
done
for file in "$folder"/families/* examples/networks/{resnet20,seresnet20}.sinter; do
  name=$(basename "${file%.*}")
  for precision in f32 f16; do # random weights take space; the others are compiled there
    "$sinter" compile "$file" --weights $seed --target cuda --gpu $gpus --precision $precision -q \
      -o "$staging/artifacts/$name-$precision.so"
    rm "$staging/artifacts/$name-$precision.h"
  done
done

say "Interpreting the networks; this takes minutes"
cp examples/networks/*.sinter "$folder/networks"
for file in "$folder"/networks/*; do
  store_reference "$file" "$(basename "${file%.*}")"
done

say "Packing the compiler; this takes minutes, too"
strip -o "$staging/bin/sinter" "$sinter"
# The other machine has a C library of its own, which belongs to its kernel and loader.
ldd "$sinter" | awk '$3 ~ /^\// { print $3 }' |
  grep -vE '/(libc|libm|libdl|libpthread|librt)\.so' | xargs -I{} cp -L {} "$staging/lib"
clang-22 -shared -o "$staging/lib/libsinter_runtime.so" -Wl,--whole-archive \
  build/release/lib/libsinter_runtime.a -Wl,--no-whole-archive -pthread -ldl
tar -C "$staging" -c artifacts bin lib | xz -9e >"$folder/sinter.tar.xz"
cp scripts/gpu.sh benchmarks/gpu_times.py "$folder"
git describe --always --dirty >"$folder/commit"

size=$(du -sm "$folder" | cut -f1)
[[ $size -lt 60 ]] || fail "'$folder' has $size MiB; expects less than 60"
say "'$folder' is ready: $size MiB. There, in a copy of it: bash gpu.sh . RESULTS"
