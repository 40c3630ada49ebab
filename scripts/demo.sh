#!/usr/bin/env bash
# Sinter from nothing to results: sets it up, builds and installs it into build/demo,
# compiles the trained network of examples/digits and classifies its held-out images from
# a C program, then compiles an SE-ResNet-50 and measures its time per image.

source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

demo=build/demo
networks=$demo/sinter/share/sinter/networks

digits() {
  say "Handwritten digits: an SE-ResNet, trained in JAX, run from a C program"
  quietly $demo/digits.log "CMake could not configure examples/digits" \
    cmake -S examples/digits -B $demo/digits -G Ninja -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_PREFIX_PATH="$PWD/$demo/sinter" -DCMAKE_C_COMPILER=clang-22
  run cmake --build $demo/digits --target classify digits-compile ||
    fail "the example could not be built; the messages are above"
  run $demo/digits/classify $demo/digits/networks/digits.so examples/digits ||
    fail "the compiled network does not do what the trained one does"
}

seresnet50() {
  say "SE-ResNet-50, 224x224, random weights: its time per image"
  run $demo/sinter/bin/sinter compile $networks/seresnet50.sinter --weights random:7 \
    -o $demo/seresnet50.so || fail "seresnet50 could not be compiled; the message is above"
  run $demo/sinter/bin/sinter bench $demo/seresnet50.so ||
    fail "seresnet50 could not be run; the message is above"
}

scripts/setup.sh
build_release
say "Installing into $demo/sinter"
quietly build/install.log "CMake could not install Sinter" \
  cmake --install build/release --prefix $demo/sinter
digits
seresnet50
say "Done; $demo holds what was made"
